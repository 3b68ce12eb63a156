"""Counts the rows of many roots of a company in one request, for the notice of deletions.

Rows are counted on their root, without the filter of a resource: a row that moves from one resource to another is not
gone. Two counts are compared only where every row stands in exactly one of them, so that what is deleted between two
answers is reported once: by this run, or by the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from sage_active.direct.aliased import Ok, Outcome, Refused
from sage_active.direct.contract import Contract
from sage_active.direct.filters import Where, any_of, moment
from sage_active.direct.query import Order, RootField
from sage_active.direct.rounds import Inquiry, outcome_as
from sage_active.direct.strategy import strategy_of
from sage_active.existing import Counting, Existing, Recount
from sage_active.faults import Action
from sage_active.markets import DIRECT
from sage_active.moments import parse_utc
from sage_active.resources.resource import ByDate, DirectResource, Member, Resource, Windowed

CREATION: Final = "creationDate"


class _Row(msgspec.Struct):
    date: str | None = None


class _Connection(msgspec.Struct):
    totalCount: int
    nodes: list[_Row] | None = None


DECODER: Final = msgspec.json.Decoder(_Connection)


class _Count(NamedTuple):
    """One count: the rows of a resource from `lower` on, if there is a lower end, and before `upper`.

    `newest`: with the date of the newest of them.
    """

    resource: Resource
    lower: datetime | None
    upper: datetime
    newest: bool = False


Counts = Mapping[_Count, Outcome[_Connection]]


def counting_of(contract: Contract, binding: DirectResource) -> Counting | None:
    """How rows are counted; None where they have no dates, or the server has no such filter."""
    read = strategy_of(contract, binding)
    if isinstance(read, Windowed):
        return Counting(binding.root)
    if isinstance(read, ByDate) and read.grammar == "full":
        return Counting(binding.root, read.overlap)
    return None


class Recounting:
    """Counts anew what the last run counted, in one round if nothing has come since, and in two if something has."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def recounts(self, last: Mapping[Resource, Existing | None], now: datetime) -> Inquiry[dict[Resource, Recount]]:
        """The counts of resources with different roots; those that cannot be counted are not among them."""
        spans = {
            resource: span
            for resource, existing in last.items()
            if (span := self._span(resource, existing, now)) is not None
        }
        first = yield from self._ask({span.whole for span in spans.values()})
        # What may have come since is counted apart from what was there.
        parts = {
            count
            for span in spans.values()
            if span.whole.newest and not span.is_settled(first[span.whole]) and _may_be_counted(first[span.whole])
            for count in span.parts
        }
        second: Counts = (yield from self._ask(parts)) if parts else {}
        recounts = {resource: span.recount(first, second) for resource, span in spans.items()}
        return {resource: recount for resource, recount in recounts.items() if recount is not None}

    def _span(self, resource: Resource, last: Existing | None, now: datetime) -> "_Span | None":
        counting = counting_of(self._contract, resource.on(DIRECT))
        return None if counting is None else _Span(resource, counting.bound(now), last.at if last else None)

    def _ask(self, counts: set[_Count]) -> Inquiry[Counts]:
        outcomes = yield {count: self._field(count) for count in sorted(counts, key=_position)}
        return {count: outcome_as(DECODER, outcome) for count, outcome in outcomes.items()}

    def _field(self, count: _Count) -> RootField:
        binding = count.resource.on(DIRECT)
        member = binding.read.order if isinstance(binding.read, ByDate) else CREATION
        bounds = {"lt": moment("before", count.upper)}
        if count.lower:
            bounds["gte"] = moment("from", count.lower)
        where: Where | None = {member: bounds}
        # Of a row without a creation date nobody knows when it came; without a day, it is read on every run.
        if member == CREATION and not count.lower:
            where = any_of(where, {member: {"eq": None}})
        order: Order = ({member: Member("DESC")},)
        arguments = {"first": 1, "where": where, "order": order if count.newest else None}
        return RootField(
            binding.root, arguments, f"totalCount nodes {{ date: {member} }}" if count.newest else "totalCount"
        )


@dataclass(frozen=True, slots=True)
class _Span:
    """What is counted of one resource: the rows before `at` and, for the comparison, those before `last`."""

    resource: Resource
    at: datetime
    last: datetime | None

    @property
    def whole(self) -> _Count:
        """The rows before both; with the newest one, where the two differ."""
        if self.last in (None, self.at):
            return _Count(self.resource, None, self.at)
        return _Count(self.resource, None, max(self.at, self.last or self.at), newest=True)

    @property
    def parts(self) -> tuple[_Count, _Count]:
        """The same rows, cut at the earlier of the two moments."""
        lower, upper = sorted((self.at, self.last or self.at))
        return _Count(self.resource, None, lower), _Count(self.resource, lower, upper)

    def is_settled(self, outcome: Outcome[_Connection]) -> bool:
        """Whether one count is enough: there is one moment only, or no row between the two."""
        if not isinstance(outcome, Ok):
            return False
        if not self.whole.newest or outcome.data.totalCount == 0:
            return True
        newest = next(iter(outcome.data.nodes or ()), None)
        return newest is not None and _is_before(newest.date, self.parts[0].upper)

    def recount(self, first: Counts, second: Counts) -> Recount | None:
        """What was counted; None where an answer is missing."""
        whole = first[self.whole]
        if isinstance(whole, Ok) and self.is_settled(whole):
            counted = whole.data.totalCount
            return Recount(Existing(self.at, counted), None if self.last is None else counted)
        earlier, later = (second.get(part) for part in self.parts)
        if self.last is None or not (isinstance(earlier, Ok) and isinstance(later, Ok)):
            return None
        before = {self.parts[0].upper: earlier.data.totalCount}
        before[self.parts[1].upper] = earlier.data.totalCount + later.data.totalCount
        return Recount(Existing(self.at, before[self.at]), before[self.last])


def _may_be_counted(outcome: Outcome[_Connection]) -> bool:
    """Whether another question may be answered: this one was, or only its order was refused."""
    return isinstance(outcome, Ok) or (
        isinstance(outcome, Refused) and outcome.error.fault.action is Action.CHANGE_FILTER
    )


def _is_before(date: str | None, bound: datetime) -> bool:
    try:
        return date is not None and parse_utc(date) < bound
    except ValueError:
        return False


def _position(count: _Count) -> tuple[str, datetime, bool]:
    """The same roots in the same order: the server may keep what it knows of a document."""
    return count.resource.name, count.upper, count.lower is not None
