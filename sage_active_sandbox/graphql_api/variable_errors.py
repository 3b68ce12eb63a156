"""Values of variables that do not fit, in the words of the vendor's server."""

import re
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

START = r"^Variable '\$(?P<variable>\w+)' has invalid value"
MISSING_VARIABLE = re.compile(START + r": Expected (a )?value of non-null type ")
TYPE = r"[^:]*: Expected value of type '(?P<type>\w+)' "
MISSING_MEMBER = re.compile(START + TYPE + r"to include required field '(?P<field>\w+)'")
UNKNOWN_MEMBER = re.compile(START + TYPE + r"not to include unknown field '(?P<field>\w+)'")
ANY = re.compile(START)


def variable_errors(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """One error for each thing that is wrong; a value of the wrong type is told of its variable only (HC0016)."""
    entries: list[dict[str, Any]] = []
    for error in errors:
        entry = _entry(error.message)
        if entry not in entries:
            entries.append(entry)
    return entries


def _entry(message: str) -> dict[str, Any]:
    variable = ANY.search(message)
    name = variable["variable"] if variable else ""
    if MISSING_VARIABLE.search(message):
        return {"message": f"Variable `{name}` is required.", "extensions": {"variable": name, "code": "HC0018"}}
    missing_member = MISSING_MEMBER.search(message)
    if missing_member is not None:
        path = f"{missing_member['type']}.{missing_member['field']}"
        return {
            "message": f"The required input field `{missing_member['field']}` is missing.",
            "extensions": {"field": path},
        }
    unknown = UNKNOWN_MEMBER.search(message)
    if unknown is not None:
        text = f"The field `{unknown['field']}` does not exist on the type `{unknown['type']}`."
        return {"message": text, "extensions": {"type": unknown["type"]}}
    extensions = {"variable": name, "code": "HC0016"}
    return {"message": f"The variable `{name}` got an invalid value.", "extensions": extensions}
