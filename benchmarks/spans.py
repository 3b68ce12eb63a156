"""Filters over rows that lie in the order of their dates: what a filter selects is a few spans of row numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from benchmarks.rows import Table

Span = tuple[int, int]
Spans = list[Span]


def selected(table: Table, where: Mapping[str, Any] | None) -> Spans:
    """The rows that a filter selects, as ascending spans of numbers (end excluded).

    Understands what the source sends: `and`, `or`, bounds of the two dates, of a child's dates (which are never later
    than their row's), null, and the members by which invoices are told apart (all are settled invoices, none is null).
    Raises `ValueError` for anything else.
    """
    chosen = _everything(table)
    for name, condition in (where or {}).items():
        chosen = intersection(chosen, _member(table, name, condition))
    return chosen


def _member(table: Table, name: str, condition: Any) -> Spans:
    if name == "and":
        chosen = _everything(table)
        for part in condition:
            chosen = intersection(chosen, selected(table, part))
        return chosen
    if name == "or":
        return union([span for part in condition for span in selected(table, part)])
    if "some" in condition:
        return []
    chosen = _everything(table)
    for operator, value in condition.items():
        chosen = intersection(chosen, _compared(table, name, operator, value))
    return chosen


def _compared(table: Table, name: str, operator: str, value: Any) -> Spans:
    if operator == "eq" and value is None:
        return []
    if name in ("creationDate", "modificationDate") and operator in ("gte", "lt"):
        first = table.first_created_at_or_after if name == "creationDate" else table.first_modified_at_or_after
        edge = first(datetime.fromisoformat(value))
        return _kept([(edge, table.rows) if operator == "gte" else (0, edge)])
    if (name, operator, value) == ("type", "neq", "CREDIT_NOTE"):
        return _everything(table)
    if (name, operator, value) == ("status", "nin", ["Collected"]):
        return []
    raise ValueError(f"a filter that this server does not know: {name} {operator}")


def _everything(table: Table) -> Spans:
    return _kept([(0, table.rows)])


def _kept(spans: Sequence[Span]) -> Spans:
    return [span for span in spans if span[0] < span[1]]


def intersection(left: Spans, right: Spans) -> Spans:
    """What lies in both."""
    return _kept([(max(a, c), min(b, d)) for a, b in left for c, d in right])


def union(spans: Spans) -> Spans:
    """What lies in any, ascending and without overlap."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def length(spans: Spans) -> int:
    """How many rows there are in all."""
    return sum(end - start for start, end in spans)


def part(spans: Spans, offset: int, count: int) -> Spans:
    """`count` rows after the first `offset` ones."""
    found: Spans = []
    for start, end in spans:
        first = start + offset
        last = min(end, first + count)
        offset = max(0, offset - (end - start))
        if first < last:
            found.append((first, last))
            count -= last - first
    return found
