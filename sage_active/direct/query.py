"""GraphQL documents for reading.

The server prices a variable `first` or `where` at its worst case, so both are written out; only leaf values travel as
variables (server notes, "price of a page").
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sage_active.direct.contract import Field
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.resource import Member

BY_CREATION: Final = ({"creationDate": Member("ASC")}, {"id": Member("ASC")})
PAGE: Final = "page"
GUARD: Final = "guard"


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


@dataclass(frozen=True, slots=True)
class Shape:
    """What the server turned out not to have: fields left out, and fields that are plain instead of objects."""

    dropped: frozenset[tuple[str, str]] = frozenset()
    plain: frozenset[tuple[str, str]] = frozenset()


def selection(fields: Sequence[Field], shape: Shape) -> str:
    """The selection set of `fields`, without braces. An object of which nothing is left is left out as well."""
    parts = []
    for field in fields:
        place = (field.owner, field.name)
        if place in shape.dropped:
            continue
        if not field.children or (place in shape.plain and place in TWO_SHAPES):
            parts.append(field.name)
        elif below := selection(field.children, shape):
            parts.append(f"{field.name} {{ {below} }}")
    return " ".join(parts)


def page_query(
    root: str,
    selected: str,
    where: Mapping[str, Any] | None,
    *,
    first: int,
    after: str | None = None,
    ordered: bool = True,
    guards: Sequence[Mapping[str, Any] | None] = (),
) -> Query:
    """One page of rows with the count that the API states for its filter, and the counts of `guards` beside it."""
    arguments = {
        "first": first,
        "where": where,
        "order": BY_CREATION if ordered else None,
        "after": Variable("after", "String", after) if after is not None else None,
    }
    content = f"totalCount nodes {{ {selected} }} pageInfo {{ hasNextPage endCursor }}"
    roots: dict[str, tuple[str, Mapping[str, Any], str]] = {PAGE: (root, arguments, content)}
    counts = {
        f"{GUARD}{number}": (root, {"first": 1, "where": guard}, "totalCount") for number, guard in enumerate(guards)
    }
    return _query(roots | counts)


def count_query(root: str, wheres: Mapping[str, Mapping[str, Any] | None]) -> Query:
    """The counts of several filters in one request; each alias counts one."""
    return _query({alias: (root, {"first": 1, "where": where}, "totalCount") for alias, where in wheres.items()})


def _query(fields: Mapping[str, tuple[str, Mapping[str, Any], str]]) -> Query:
    variables: dict[str, Variable] = {}
    body = []
    for alias, (root, arguments, content) in fields.items():
        written = ", ".join(
            f"{name}: {_written(value, variables)}"
            for name, value in arguments.items()
            if value is not None and value != {}
        )
        body.append(f"{alias}: {root}{f'({written})' if written else ''}{f' {{ {content} }}' if content else ''}")
    declared = ", ".join(f"${variable.name}: {variable.type}" for variable in variables.values())
    return Query(
        f"query{f'({declared})' if declared else ''} {{ {' '.join(body)} }}",
        {variable.name: variable.value for variable in variables.values()},
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
    return json.dumps(value, ensure_ascii=False)
