"""Scalars and enums of the served schema: how values are read from queries and shown in answers."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import (
    FloatValueNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    ValueNode,
    print_ast,
)

NO_DATE = datetime(1, 1, 1, tzinfo=UTC)
"""The server's own value for a date that was never set: 0001-01-01."""


def adapt_leaves(schema: GraphQLSchema) -> None:
    """Give the schema's custom scalars and enums their conversions.

    DateTime is shown in UTC with milliseconds (truncated), Decimal keeps its text, and enums show any stored text, so
    that a value that the schema does not know can be simulated.
    """
    for leaf in schema.type_map.values():
        # The enums of introspection are graphql-core's own, shared by the whole process.
        if isinstance(leaf, GraphQLEnumType) and not leaf.name.startswith("__"):
            leaf.coerce_output_value = _any_text  # type: ignore[assignment, method-assign]
            leaf.serialize = _any_text  # type: ignore[assignment, method-assign]
        elif isinstance(leaf, GraphQLScalarType) and leaf.name in INPUTS:
            leaf.coerce_input_value = INPUTS[leaf.name]
    date_time, decimal = schema.type_map["DateTime"], schema.type_map["Decimal"]
    assert isinstance(date_time, GraphQLScalarType) and isinstance(decimal, GraphQLScalarType)
    date_time.coerce_output_value = date_text
    decimal.coerce_input_literal = decimal_literal


def _any_text(value: Any) -> str:
    return str(value)


def date_text(value: Any) -> Any:
    """`2024-01-31T10:00:00.123Z` for an aware datetime; anything else stays as it is."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def date_value(value: Any) -> datetime:
    """From `2024-01-31` or a full time stamp (UTC if it names no zone); GraphQLError otherwise."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as problem:
            raise GraphQLError(f"DateTime cannot represent {value!r}") from problem
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    raise GraphQLError(f"DateTime cannot represent {value!r}")


def decimal_value(value: Any) -> Decimal:
    """From a JSON number; GraphQLError otherwise."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Decimal(str(value))
    raise GraphQLError(f"Decimal cannot represent {value!r}")


def decimal_literal(node: ValueNode) -> Decimal:
    """From a number written in a query, digit by digit; GraphQLError otherwise."""
    if isinstance(node, (IntValueNode, FloatValueNode)):
        try:
            return Decimal(node.value)
        except InvalidOperation as problem:
            raise GraphQLError(f"Decimal cannot represent {node.value}") from problem
    raise GraphQLError(f"Decimal cannot represent {print_ast(node)}")


def uuid_value(value: Any) -> str:
    """Lower-case UUID text; GraphQLError for anything that is none."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else _refuse_uuid(value)
    except ValueError as problem:
        raise GraphQLError(f"UUID cannot represent {value!r}") from problem


def _refuse_uuid(value: Any) -> str:
    raise GraphQLError(f"UUID cannot represent {value!r}")


INPUTS: dict[str, Callable[[Any], Any]] = {"DateTime": date_value, "Decimal": decimal_value, "UUID": uuid_value}
