"""Checks of records against the schemas of discover."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft7Validator, FormatChecker  # type: ignore[import-untyped, unused-ignore]


def is_moment(value: object) -> bool:
    """RFC 3339 with a zone; without this the library accepts any text."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS = FormatChecker(formats=())
FORMATS.checkers = {"date-time": (is_moment, ValueError)}


def violations(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """In what a record does not fit its stream's schema."""
    validator = Draft7Validator(schema, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def undescribed(schema: Mapping[str, Any], value: Any, where: str = "$") -> Iterator[str]:
    """The members, at any depth, that a record carries and the schema does not describe."""
    if isinstance(value, list):
        for element in value:
            yield from undescribed(schema.get("items", {}), element, f"{where}[]")
    elif isinstance(value, dict):
        described = schema.get("properties", {})
        for name, inner in value.items():
            if name in described:
                yield from undescribed(described[name], inner, f"{where}.{name}")
            else:
                yield f"{where}.{name}"
