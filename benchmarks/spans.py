"""Filters over rows that lie in the order of their dates: what a filter selects is a few spans of row numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from benchmarks.tables import Span, Table

Spans = list[Span]
OPERATORS: Final = frozenset({"eq", "neq", "in", "nin", "gte", "gt", "lte", "lt"})


def select_spans(table: Table, where: Mapping[str, Any] | None) -> Spans:
    """The rows that a filter selects, as ascending spans of numbers (end excluded).

    Understands what the source sends: `and`, `or`, bounds of the row's dates and of its children's, null, and members
    in which all rows of a table agree. Raises `ValueError` for anything else.
    """
    chosen = _everything(table)
    for name, condition in (where or {}).items():
        chosen = intersection(chosen, _member(table, name, condition))
    return chosen


def _member(table: Table, name: str, condition: Any) -> Spans:
    if name == "and":
        chosen = _everything(table)
        for part in condition:
            chosen = intersection(chosen, select_spans(table, part))
        return chosen
    if name == "or":
        return union([span for part in condition for span in select_spans(table, part)])
    if not condition.keys() <= OPERATORS:
        return union([span for bound in _lower_bounds(condition) for span in table.with_children_at_or_after(bound)])
    chosen = _everything(table)
    for operator, value in condition.items():
        is_date = name in table.dates
        chosen = intersection(chosen, (_dated if is_date else _alike)(table, name, operator, value))
    return chosen


def _lower_bounds(condition: Any) -> set[datetime]:
    """From when on a filter of children asks for dates; whichever children and dates these are."""
    if isinstance(condition, list):
        return {bound for part in condition for bound in _lower_bounds(part)}
    if not isinstance(condition, Mapping):
        return set()
    found = {datetime.fromisoformat(condition["gte"])} if "gte" in condition else set()
    return found.union(*map(_lower_bounds, condition.values()))


def _dated(table: Table, name: str, operator: str, value: Any) -> Spans:
    """No date is null."""
    if operator == "eq" and value is None:
        return []
    if operator not in ("gte", "lt"):
        raise ValueError(f"a filter that this server does not know: {name} {operator}")
    edge = table.first_at_or_after(name, datetime.fromisoformat(value))
    return _kept([(edge, table.rows) if operator == "gte" else (0, edge)])


def _alike(table: Table, name: str, operator: str, value: Any) -> Spans:
    """All rows or none."""
    if name not in table.sample:
        raise ValueError(f"a filter that this server does not know: {name} {operator}")
    known = table.sample[name]
    agrees = {"eq": known == value, "neq": known != value}
    if operator in ("in", "nin"):
        agrees = {"in": known in value, "nin": known not in value}
    if operator not in agrees:
        raise ValueError(f"a filter that this server does not know: {name} {operator}")
    return _everything(table) if agrees[operator] else []


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
