"""Which field, or which root field of many, a GraphQL error is about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import FieldNode, GraphQLSyntaxError, Visitor, parse, visit

from sage_active.direct.answers import GraphQLError, Location
from sage_active.direct.contract import Field
from sage_active.direct.query import PAGE, root_at
from sage_active.resources.contract_exceptions import TWO_SHAPES

_NAMED: Final = (
    re.compile(r"field [`'\"](?P<field>\w+)[`'\"] does not exist on the type [`'\"](?P<type>\w+)[`'\"]"),
    re.compile(r"Cannot query field [`'\"](?P<field>\w+)[`'\"] on type [`'\"](?P<type>\w+)[`'\"]"),
)
# Errors about a field whose type has changed: they may name that type, and only sometimes the owner of the field.
_BECAME_LEAF: Final = re.compile(r"[`'\"](?P<field>\w+)[`'\"] (must not have a selection|returns a scalar value)")
_BECAME_OBJECT: Final = re.compile(
    r"[`'\"](?P<field>\w+)[`'\"] (of type \S+ must have a selection|is an object, interface or union type field)"
)
_VARIABLE: Final = re.compile(r"\$(\w+)")
# The type that root fields belong to.
QUERY_TYPE: Final = "Query"

FieldName = tuple[str, str]


def field_of(error: GraphQLError, fields: Sequence[Field], document: str = "") -> FieldName | None:
    """Owner type and name of the field that an error is about, None when it is not about one field of a row.

    Validation errors name the field in their extensions or their text, and tell where in the `document` it stands;
    refusals in part name it by their path below the rows.
    """
    message = error.message or ""
    if retyped := _BECAME_LEAF.search(message) or _BECAME_OBJECT.search(message):
        return _retyped(error, retyped["field"], fields, document)
    owner, name = error.details.get("type"), error.details.get("field")
    if isinstance(owner, str) and isinstance(name, str):
        is_asked = (owner, name) in {(field.owner, field.name) for field in _every(fields)}
        return (owner, name) if is_asked else _retyped(error, name, fields, document) or (owner, name)
    for pattern in _NAMED:
        if found := pattern.search(message):
            return found["type"], found["field"]
    return _by_path(error.path or (), fields)


def aliases_of(error: GraphQLError, roots: Mapping[str, str]) -> list[str]:
    """The aliases that an error is about, of the root fields of an `aliased_query` in their order; empty if none.

    Found by its path, a name that it gives, or its place in the document. `roots`: alias -> name of the root field.
    """
    variables = (error.details.get("variable"), *_VARIABLE.findall(error.message or ""))
    named = (
        *(error.path or ())[:1],
        error.details.get("responseName"),
        *(name.partition("_")[0] for name in variables if isinstance(name, str)),
    )
    if aliases := [alias for alias in roots if alias in named]:
        return aliases
    located = [root_at(location.line, tuple(roots)) for location in error.locations or ()]
    if aliases := [alias for alias in roots if alias in located]:
        return aliases
    field = field_of(error, ())
    return [alias for alias, root in roots.items() if field == (QUERY_TYPE, root)]


def _retyped(error: GraphQLError, name: str, fields: Sequence[Field], document: str) -> FieldName | None:
    """The field of that name in whose place the server has another type."""
    if isinstance(declaring := error.details.get("declaringType"), str):
        return declaring, name
    for location in error.locations or ():
        field = _by_path(_path_at(location, document), fields)
        if field and field[1] == name:
            return field
    became_object = _BECAME_OBJECT.search(error.message or "") is not None
    candidates = {
        (field.owner, field.name)
        for field in _every(fields)
        if field.name == name and (bool(field.children) is not became_object or (field.owner, field.name) in TWO_SHAPES)
    }
    return candidates.pop() if len(candidates) == 1 else None


def _every(fields: Sequence[Field]) -> list[Field]:
    return [member for field in fields for member in (field, *_every(field.children))]


def _path_at(location: Location, document: str) -> Sequence[str]:
    """The response names from the root to the field that begins at a location, empty if none does."""
    finder = _Finder(location)
    try:
        visit(parse(document), finder)
    except GraphQLSyntaxError:
        return ()
    return finder.found


class _Finder(Visitor):
    def __init__(self, wanted: Location) -> None:
        super().__init__()
        self._wanted = (wanted.line, wanted.column)
        self._path: list[str] = []
        self.found: tuple[str, ...] = ()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._path.append((node.alias or node.name).value)
        if node.loc and (node.loc.start_token.line, node.loc.start_token.column) == self._wanted:
            self.found = tuple(self._path)

    def leave_field(self, *_: Any) -> None:
        self._path.pop()


def _by_path(path: Sequence[str | int], fields: Sequence[Field]) -> FieldName | None:
    names = [step for step in path if isinstance(step, str)]
    if names[:1] != [PAGE]:
        return None
    found: Field | None = None
    # Rows without pages lie directly below the root.
    for name in names[2:] if names[1:2] == ["nodes"] else names[1:]:
        found = next((field for field in fields if field.name == name), None)
        if found is None:
            return None
        fields = found.children
    return (found.owner, found.name) if found else None
