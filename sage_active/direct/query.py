"""GraphQL documents for reading.

The server prices a variable `first` or `where` at its worst case, so both are written out; only leaf values travel as
variables (docs/reference/queries.md, "Cost").
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sage_active.direct.contract import Field
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.resource import Member

Order = Sequence[Mapping[str, Member]]
BY_CREATION: Final[Order] = ({"creationDate": Member("ASC")}, {"id": Member("ASC")})
PAGE: Final = "page"


@dataclass(frozen=True, slots=True)
class Variable:
    """A leaf value that travels beside the document."""

    name: str
    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """A document with its variables, as the body of a POST."""

    text: str
    variables: Mapping[str, Any]

    def body(self) -> bytes:
        """The request body."""
        return json.dumps({"query": self.text, "variables": self.variables}, ensure_ascii=False).encode()


class RootField(NamedTuple):
    """One root field of a document: its name, its arguments, and what is selected of it, without braces.

    Arguments that are None or empty are left out.
    """

    root: str
    arguments: Mapping[str, Any]
    selection: str


# Stands for the alias in the names of variables until it is known; nothing in a document has such a character.
ALIAS: Final = "\0"


class WrittenField(NamedTuple):
    """A root field as text, without its alias: it serves many documents, whatever values its variables have there.

    `variables`: by their names without the alias.
    """

    root: str
    text: str
    variables: Mapping[str, Variable]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the server turned out not to have: fields left out, and fields that are plain instead of objects."""

    dropped: frozenset[tuple[str, str]] = frozenset()
    plain: frozenset[tuple[str, str]] = frozenset()

    @property
    def dropped_names(self) -> tuple[str, ...]:
        """The fields that are left out, as the log names them."""
        return tuple(sorted(f"{owner}.{name}" for owner, name in self.dropped))


def selection(fields: Sequence[Field], shape: Shape) -> str:
    """The selection set of `fields`, without braces. An object without remaining fields is left out as well."""
    parts = []
    for field in fields:
        name = (field.owner, field.name)
        if name in shape.dropped:
            continue
        if not field.children or (name in shape.plain and name in TWO_SHAPES):
            parts.append(field.name)
        elif below := selection(field.children, shape):
            parts.append(f"{field.name} {{ {below} }}")
    return " ".join(parts)


def guard_name(number: int) -> str:
    """The alias of a count beside a page, counted from 0."""
    return f"guard{number}"


def page_content(selection_text: str) -> str:
    """What is asked for of a page of rows, without braces."""
    return f"totalCount nodes {{ {selection_text} }} pageInfo {{ hasNextPage endCursor }}"


def page_query(
    root: str,
    selection_text: str,
    where: Mapping[str, Any] | None,
    *,
    first: int,
    after: str | None = None,
    ordered: bool = True,
    order: Order = BY_CREATION,
    guards: Sequence[Mapping[str, Any] | None] = (),
) -> Query:
    """One page of rows with the count that the API states for its filter, and the counts of `guards` beside it."""
    arguments = {
        "first": first,
        "where": where,
        "order": order if ordered else None,
        "after": Variable("after", "String", after) if after is not None else None,
    }
    roots: dict[str, tuple[str, Mapping[str, Any], str]] = {PAGE: (root, arguments, page_content(selection_text))}
    counts = {
        guard_name(number): (root, {"first": 1, "where": guard}, "totalCount") for number, guard in enumerate(guards)
    }
    return _query(roots | counts)


def root_query(root: str, arguments: Mapping[str, Any], selection_text: str, within: str = "") -> Query:
    """The value of a root without pages; `within`: the member of the value that holds the rows."""
    return _query({PAGE: (root, arguments, f"{within} {{ {selection_text} }}" if within else selection_text)})


def count_query(root: str, wheres: Mapping[str, Mapping[str, Any] | None]) -> Query:
    """The counts of several filters in one request.

    `wheres`: the filters by alias, such as `{"old": {"creationDate": {"lt": "2026-01-31T09:30:00Z"}}}`; None: all rows.
    The reply has the counts by alias: `{"old": {"totalCount": 12}}`.
    """
    return _query({alias: (root, {"first": 1, "where": where}, "totalCount") for alias, where in wheres.items()})


def written_field(field: RootField | WrittenField) -> WrittenField:
    """The root field as text."""
    if isinstance(field, WrittenField):
        return field
    variables: dict[str, Variable] = {}
    prefix = f"{ALIAS}_"
    text = _field_text(field.root, _with_prefix(field.arguments, prefix), field.selection, variables)
    plain = {name.removeprefix(prefix): variable for name, variable in variables.items()}
    return WrittenField(field.root, text, {name: replace(variable, name=name) for name, variable in plain.items()})


def aliased_query(fields: Mapping[str, RootField | WrittenField]) -> Query:
    """Many root fields in one document, each with variables of its own: their names begin with the alias.

    An alias has no underscore. Each root field has a line of its own: the first is on line 2 (see `root_at`).
    """
    written = {alias: written_field(field) for alias, field in fields.items()}
    body = [f"{alias}: {field.text.replace(ALIAS, alias)}" for alias, field in written.items()]
    variables = {
        f"{alias}_{name}": variable for alias, field in written.items() for name, variable in field.variables.items()
    }
    return _document(body, variables, separator="\n")


def root_at(line: int, aliases: Sequence[str]) -> str | None:
    """The alias of the root field on a line of their `aliased_query`, lines counted from 1."""
    return aliases[line - 2] if 2 <= line < len(aliases) + 2 else None


def _with_prefix(value: Any, prefix: str) -> Any:
    if isinstance(value, Variable):
        return replace(value, name=f"{prefix}{value.name}")
    if isinstance(value, Mapping):
        return {key: _with_prefix(inner, prefix) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_prefix(inner, prefix) for inner in value]
    return value


def _query(fields: Mapping[str, tuple[str, Mapping[str, Any], str]], separator: str = " ") -> Query:
    variables: dict[str, Variable] = {}
    body = []
    for alias, (root, arguments, content) in fields.items():
        body.append(f"{alias}: {_field_text(root, arguments, content, variables)}")
    return _document(body, variables, separator)


def _field_text(root: str, arguments: Mapping[str, Any], content: str, variables: dict[str, Variable]) -> str:
    written = ", ".join(
        f"{name}: {_written(value, variables)}"
        for name, value in arguments.items()
        if value is not None and value != {}
    )
    return f"{root}{f'({written})' if written else ''}{f' {{ {content} }}' if content else ''}"


def _document(body: Sequence[str], variables: Mapping[str, Variable], separator: str) -> Query:
    declared = ", ".join(f"${name}: {variable.type}" for name, variable in variables.items())
    return Query(
        f"query{f'({declared})' if declared else ''} {{{separator}{separator.join(body)}{separator}}}",
        {name: variable.value for name, variable in variables.items()},
    )


def _written(value: Any, variables: dict[str, Variable]) -> str:
    if isinstance(value, Variable):
        known = variables.setdefault(value.name, value)
        if known != value:
            raise ValueError(f"two values for the variable ${value.name}")
        return f"${value.name}"
    if isinstance(value, Member):
        return value.name
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key}: {_written(inner, variables)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(inner, variables) for inner in value) + "]"
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
