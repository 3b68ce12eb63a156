"""The field `aggregate` beside the rows of a list (docs/reference/queries.md, "Aggregation")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from sage_active_sandbox.graphql_api.aggregation.arithmetic import FUNCTIONS, PERIODS, invalid, numbers
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.scalars import date_text
from sage_active_sandbox.store import Row

COUNT = "__count"
DISTINCT = "DISTINCTCOUNT"
NUMBERS = frozenset({"Int", "Decimal"})
DIRECTIONS = ("ASC", "DESC")


@dataclass(frozen=True)
class Result:
    """What a list hands to its aggregation: the type, all rows that its filter matches, and what the query selects.

    ``selection`` has the dotted names of the members below `nodes` and `edges.node`; ``size`` is the page size.
    """

    type_name: str
    rows: Sequence[Row]
    selection: frozenset[str]
    size: int


@dataclass(frozen=True)
class Term:
    """One part of a parameter such as "date|Month": the text, the member's path, and what follows the bar."""

    text: str
    path: tuple[str, ...]
    option: str | None


def aggregate(call: Call, result: Result, arguments: dict[str, Any]) -> list[Row]:
    """One row for each group, the first groups only if they are more than a page; INVALID_INPUT for wrong names."""
    values = [_term(text) for text in arguments.get("aggregateFields") or [COUNT]]
    groups = [_term(text) for text in arguments.get("groupFields") or []]
    for term in values:
        _check_value(call, result, term)
    for term in groups:
        _check_group(call, result, term)
    found: dict[tuple[str | None, ...], list[Row]] = {}
    for row in result.rows:
        found.setdefault(tuple(_group_value(call, result, term, row) for term in groups), []).append(row)
    rows = [
        {
            "groupValues": [{"name": term.text, "value": value} for term, value in zip(groups, key, strict=True)],
            "aggregates": [{"name": term.text, "value": _aggregated(call, result, term, members)} for term in values],
        }
        for key, members in sorted(found.items(), key=lambda item: tuple(value or "" for value in item[0]))
    ]
    for text in reversed(arguments.get("orderFields") or []):
        rows = _sorted(rows, _term(text))
    chunk = rows[: result.size]
    information = {"hasNextPage": len(rows) > len(chunk), "hasPreviousPage": False}
    return [{**row, "pageInfo": information} for row in chunk]


def _term(text: str) -> Term:
    name, _, option = text.partition("|")
    return Term(text, tuple(name.strip().split(".")), option.strip() or None)


def _check_value(call: Call, result: Result, term: Term) -> None:
    if term.text == COUNT:
        return
    kind = _leaf(call, result, term)
    if term.option == DISTINCT:
        return
    if kind not in NUMBERS or (term.option or "SUM") not in FUNCTIONS:
        raise invalid(f"{term.text} cannot be aggregated.")


def _check_group(call: Call, result: Result, term: Term) -> None:
    kind = _leaf(call, result, term)
    if (kind == "DateTime") is not (term.option in PERIODS) and term.option is not None:
        raise invalid(f"{term.text} cannot be grouped.")


def _leaf(call: Call, result: Result, term: Term) -> str:
    """Name of the member's type, which must be an own one or one of a parent, and selected in the node."""
    owner, facts = result.type_name, call.served.facts
    for position, name in enumerate(term.path):
        kind = call.served.schema.type_map[owner]
        if not isinstance(kind, GraphQLObjectType) or name not in kind.fields or facts.is_list(owner, name):
            raise invalid(f"{term.text} does not exist on {result.type_name}.")
        target = get_named_type(kind.fields[name].type)
        if isinstance(target, GraphQLObjectType) is not (position < len(term.path) - 1):
            raise invalid(f"{term.text} is not a member of {result.type_name} or of a parent.")
        owner = target.name
    if ".".join(term.path) not in result.selection:
        raise invalid(f"{term.text} must be selected in the node too.")
    return owner


def _value(call: Call, result: Result, term: Term, row: Row) -> Any:
    current: Any = row
    owner, facts = result.type_name, call.served.facts
    for position, name in enumerate(term.path):
        if current is None:
            return None
        current = facts.reader(owner, name)(current, call.scope)
        if position < len(term.path) - 1:
            owner = facts.target(owner, name)
    return current


def _group_value(call: Call, result: Result, term: Term, row: Row) -> str | None:
    value = _value(call, result, term, row)
    if value is None:
        return None
    if isinstance(value, datetime) and term.option is not None:
        return PERIODS[term.option](value)
    return str(date_text(value))


def _aggregated(call: Call, result: Result, term: Term, rows: list[Row]) -> str | None:
    if term.text == COUNT:
        return str(len(rows))
    values = [value for row in rows if (value := _value(call, result, term, row)) is not None]
    if term.option == DISTINCT:
        return str(len(set(values)))
    number = FUNCTIONS[term.option or "SUM"](numbers(values))
    return None if number is None else str(number)


def _sorted(rows: list[Row], term: Term) -> list[Row]:
    name, direction = term.text, "ASC"
    if term.option in DIRECTIONS:
        name, direction = term.text.rpartition("|")[0], term.option
    known = {pair["name"] for row in rows for pair in (*row["groupValues"], *row["aggregates"])}
    if rows and name not in known:
        raise invalid(f"{term.text} is not a member of the result.")
    aggregated = bool(rows) and name in {pair["name"] for pair in rows[0]["aggregates"]}

    def key(row: Row) -> tuple[bool, Any]:
        pairs = (*row["groupValues"], *row["aggregates"])
        value = next(pair["value"] for pair in pairs if pair["name"] == name)
        return (value is not None, Decimal(value) if aggregated and value is not None else value or "")

    return sorted(rows, key=key, reverse=direction == "DESC")
