"""Members that are left out: at the top of a row, or below one of its members by a path such as `contacts.surname`."""

from collections.abc import Mapping
from typing import Any


def omitted_below(omit: frozenset[str], name: str) -> frozenset[str]:
    """What is left out below a member."""
    return frozenset(path.removeprefix(f"{name}.") for path in omit if path.startswith(f"{name}."))


def schema_without(schema: Mapping[str, Any], omit: frozenset[str]) -> Mapping[str, Any]:
    """A JSON schema of objects, or of lists of them, without these members. Objects with nothing left go, too."""
    if not omit:
        return schema
    items = schema.get("items")
    if isinstance(items, Mapping):
        return {**schema, "items": schema_without(items, omit)}
    kept = {
        name: schema_without(member, omitted_below(omit, name))
        for name, member in schema["properties"].items()
        if name not in omit
    }
    return {**schema, "properties": {name: member for name, member in kept.items() if not _is_empty(member)}}


def members_below(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members of an object, or of the objects of a list, by their JSON schema; none of another value."""
    items = schema.get("items")
    declared = (items if isinstance(items, Mapping) else schema).get("properties")
    return declared if isinstance(declared, Mapping) else {}


def _is_empty(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items")
    return (items if isinstance(items, Mapping) else schema).get("properties") == {}
