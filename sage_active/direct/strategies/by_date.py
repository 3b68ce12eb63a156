"""Rows that are dated by days of their own, such as bank movements and files.

The pages, and the proof that they are all, are those of every read without windows (`DirectReading`); this module says
which rows are asked for, in which order, and what dates them.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Final

from sage_active.attempts import Span
from sage_active.client import Page, ReadRequest, Summary
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.contract import Field
from sage_active.direct.delegating_fetcher import DelegatingFetcher
from sage_active.direct.filters import Where, all_of, any_of, moment
from sage_active.direct.page_fetcher import FetchedPage, PageFetcher
from sage_active.direct.reading import DirectReading
from sage_active.faults import Action
from sage_active.first_pages import FirstPageCache
from sage_active.markets import DIRECT
from sage_active.moments import format_utc
from sage_active.resources.resource import ByDate
from sage_active.resources.resource import Where as DeclaredWhere

LOGGER = logging.getLogger("airbyte")
# What the server accepts where its filters are restricted (docs/reference/files.md, "List of files").
MOST_VALUES: Final = 10


class DatedReading:
    """Implements `Reading`: pages in the order of the rows' days."""

    def __init__(self, pages: "_DatedPages", reading: DirectReading) -> None:
        self._pages = pages
        self._reading = reading

    @classmethod
    def plan(cls, fetcher: PageFetcher, request: ReadRequest, read: ByDate, waiting: FirstPageCache) -> "DatedReading":
        """Asks for the first page. Raises `SageActiveError`."""
        pages = _DatedPages(fetcher, request, read)
        return cls(pages, DirectReading.plan(pages, request, waiting))

    @property
    def started_at(self) -> datetime:
        """The server's clock at the first page."""
        return self._reading.started_at

    @property
    def parts(self) -> int:
        """Always 0: days can move, so no windows can be read side by side."""
        return self._reading.parts

    @property
    def windows(self) -> Sequence[Span]:
        """None, for the same reason."""
        return self._reading.windows

    def part(self, index: int) -> Iterator[Page]:
        """Nothing to speak of: there are no parts."""
        return self._reading.part(index)

    def rest(self) -> Iterator[Page]:
        """All pages, proved by the count that each of them states."""
        return self._reading.rest()

    def summary(self) -> Summary:
        """What was stated and delivered."""
        return replace(self._reading.summary(), changed_since=self._pages.changed_since)


class _DatedPages(DelegatingFetcher):
    """Implements `PageFetcher`: pages of the rows that may have changed, by their own days.

    A filter that the server refuses is left out, with a warning; then its order as well.
    """

    def __init__(self, fetcher: PageFetcher, request: ReadRequest, read: ByDate) -> None:
        super().__init__(fetcher)
        self._request = request
        self._where = changed_by_date(read, request)
        self._is_ordered = True

    @property
    def changed_since(self) -> str | None:
        """From when on changes are asked for; None where everything is."""
        is_filtered = self._request.since and self._where != self._declared
        return format_utc(self._request.since) if is_filtered and self._request.since else None

    @property
    def _declared(self) -> Where | None:
        return self._request.resource.on(DIRECT).where or None

    def fetch(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | None,
        *,
        after: str | None,
        ordered: bool,
        guards: Sequence[Where | None] = (),
    ) -> FetchedPage:
        """One page; `where` and `ordered` are this strategy's own."""
        del where, ordered
        while True:
            try:
                return self._fetcher.fetch(
                    request, fields, self._where, after=after, ordered=self._is_ordered, guards=guards
                )
            except GraphQLRefusal as refused:
                # Later pages must be asked for like the first one.
                if refused.fault.action is not Action.CHANGE_FILTER or after is not None or not self._relaxed(refused):
                    raise

    def _relaxed(self, refused: GraphQLRefusal) -> bool:
        """Leaves out the filter of changes or, without one, the order; false where there is neither."""
        has_filter = self._where != self._declared
        if not has_filter and not self._is_ordered:
            return False
        LOGGER.warning(
            "%s, stream %s: Sage Active refuses the %s by days (%s); the rows are read without.",
            self._request.company.label,
            self._request.resource.name,
            "filter" if has_filter else "order",
            refused.context.detail,
        )
        if has_filter:
            self._where = self._declared
        else:
            self._is_ordered = False
        return True


def changed_by_date(read: ByDate, request: ReadRequest) -> Where | None:
    """The filter of a read. Raises `ValueError` for a declaration that the server's grammar has no words for."""
    binding = request.resource.on(DIRECT)
    if read.grammar == "restricted":
        return _restricted(read, binding.where, request)
    open_documents = binding.open_documents if request.open_documents and request.since else None
    bounded = _latest_from("not_before", read, request.not_before)
    return all_of(binding.where, bounded, any_of(_since(read, request.since, request.counted_before), open_documents))


def _since(read: ByDate, since: datetime | None, counted_before: datetime | None) -> Where | None:
    """Rows of late days, rows whose other dates have come since, and rows without a day.

    Only rows before `counted_before` were counted: those that lie between it and the overlap are read as well.
    """
    if since is None:
        return None
    late_from = min(filter(None, (since - read.overlap, counted_before)))
    others = [{name: {"gte": _bound("since", read, since)}} for name in read.changed if name != read.order]
    late = {read.order: {"gte": _bound("late", read, late_from)}}
    return any_of(late, *others, {read.order: {"eq": None}})


def _latest_from(name: str, read: ByDate, start: datetime | None) -> Where | None:
    """Rows with a date at or after `start`, and rows without a day."""
    if start is None:
        return None
    dates = [{date: {"gte": _bound(name, read, start)}} for date in read.changed]
    return any_of(*dates, {read.order: {"eq": None}})


def _restricted(read: ByDate, declared: DeclaredWhere, request: ReadRequest) -> Where | None:
    """A filter of one object that names each member once: all that the server knows."""
    require_restricted(declared)
    starts = (request.since - read.overlap if request.since else None, request.not_before)
    start = max(filter(None, starts), default=None)
    (changed,) = read.changed
    bound: Where = {changed: {"gte": _bound("since", read, start)}} if start else {}
    return {**declared, **bound} or None


def require_restricted(where: DeclaredWhere) -> None:
    """Raises `ValueError` for what a restricted grammar does not have (docs/reference/files.md, "List of files")."""
    for name, condition in where.items():
        if name in ("and", "or"):
            raise ValueError(f"a restricted filter has no `{name}`")
        if isinstance(condition, Mapping) and len(condition.get("in", ())) > MOST_VALUES:
            raise ValueError(f"a restricted filter has at most {MOST_VALUES} values for `{name}`")


def _bound(name: str, read: ByDate, value: datetime) -> Any:
    """A moment; of dates that are days, the beginning of its day."""
    start = value.astimezone(timezone.utc)
    return moment(name, start.replace(hour=0, minute=0, second=0) if read.day else start)
