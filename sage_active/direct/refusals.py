"""Which field a GraphQL error is about."""

import re
from collections.abc import Sequence
from typing import Final

from sage_active.direct.answers import GraphQLError
from sage_active.direct.contract import Field
from sage_active.direct.query import PAGE

_SELECTION_ON_SCALAR: Final = re.compile(r"[Ff]ield [`'\"](?P<field>\w+)[`'\"] must not have a selection")
_NAMED: Final = (
    re.compile(r"field [`'\"](?P<field>\w+)[`'\"] does not exist on the type [`'\"](?P<type>\w+)[`'\"]"),
    re.compile(r"Cannot query field [`'\"](?P<field>\w+)[`'\"] on type [`'\"](?P<type>\w+)[`'\"]"),
)


def place_of(error: GraphQLError, fields: Sequence[Field]) -> tuple[str, str] | None:
    """Owner type and name of the field that an error is about, None when it is not about one field of a row.

    Validation errors name the field in their extensions or their text, refusals in part by their path below the rows.
    """
    named = error.details.get("type"), error.details.get("field")
    if all(isinstance(part, str) for part in named):
        return _of_this_query((str(named[0]), str(named[1])), error, fields)
    for pattern in _NAMED:
        if found := pattern.search(error.message or ""):
            return found["type"], found["field"]
    if found := _SELECTION_ON_SCALAR.search(error.message or ""):
        return _with_selection(found["field"], fields)
    return _by_path(error.path or (), fields)


def _of_this_query(place: tuple[str, str], error: GraphQLError, fields: Sequence[Field]) -> tuple[str, str] | None:
    """The field that the extensions mean; of a selection on a scalar they name the scalar instead of the owner."""
    asked = _every(fields)
    if place in {(field.owner, field.name) for field in asked}:
        return place
    if declaring := error.details.get("declaringType"):
        return str(declaring), place[1]
    return _with_selection(place[1], fields) or place


def _with_selection(name: str, fields: Sequence[Field]) -> tuple[str, str] | None:
    """The field of that name of which sub-fields were asked for, if there is but one."""
    candidates = {(field.owner, field.name) for field in _every(fields) if field.children and field.name == name}
    return candidates.pop() if len(candidates) == 1 else None


def _every(fields: Sequence[Field]) -> list[Field]:
    return [each for field in fields for each in (field, *_every(field.children))]


def _by_path(path: Sequence[str | int], fields: Sequence[Field]) -> tuple[str, str] | None:
    names = [step for step in path if isinstance(step, str)]
    if names[:2] != [PAGE, "nodes"] or len(names) < 3:
        return None
    found: Field | None = None
    for name in names[2:]:
        found = next((field for field in fields if field.name == name), None)
        if found is None:
            return None
        fields = found.children
    return (found.owner, found.name) if found else None
