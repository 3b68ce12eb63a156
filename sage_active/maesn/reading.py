"""One company's read of one object through Maesn: numbered pages side by side, proved complete by the total it states.

Sources: docs/reference/maesn.md, "Envelope", "Paging" and "Changes".
"""

import logging
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import compress
from typing import Final, Protocol

from sage_active.attempts import Span
from sage_active.client import NO_ROWS, Page, ReadRequest, Summary
from sage_active.distinct import DistinctKeys
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import COMPANY_REFUSED, CONTRADICTION, TOO_HEAVY
from sage_active.first_pages import FirstPageCache
from sage_active.limits import MOST_ROWS
from sage_active.maesn.created import CreatedBefore, knows_creation
from sage_active.maesn.page_limits import PageLimits
from sage_active.moments import whole_second
from sage_active.resources.resource import MaesnResource

LOGGER = logging.getLogger("airbyte")
SIDE_BY_SIDE: Final = 4
ROWS_OF_A_PROBE: Final = 5
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5
LONG_AGO: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page: its rows, the pagination stated beside it (None where Maesn gives none) and the server's clock."""

    page: Page
    total: int | None
    pages: int | None
    date: datetime


class PageFetcher(Protocol):
    """What a reading needs of its client."""

    errors: Errors

    def fetch(self, request: ReadRequest, number: int, filters: Mapping[str, str], limit: int) -> FetchedPage:
        """One page by its number, from 1."""


class MaesnReading:
    """Implements `Reading`. Parts may run in several threads; what they share is kept under a lock."""

    windows: Sequence[Span] = ()

    def __init__(
        self,
        fetcher: PageFetcher,
        request: ReadRequest,
        binding: MaesnResource,
        since: datetime | None,
        waiting: FirstPageCache,
        limits: PageLimits,
        limit: int,
        *,
        ordered: bool = True,
    ) -> None:
        self._fetcher = fetcher
        self._request = request
        self._binding = binding
        self._since = since
        self._order = binding.order if ordered else {}
        self._filters = {**self._order, **({"lastModifiedAt": whole_second(since)} if since else {})}
        self._limits = limits
        # The rows of a page, which change between passes over the list only, and how many the next pass may have.
        self._limit = self._most = limit
        self._lock = threading.Lock()
        self._keys = DistinctKeys()
        # Only who reads everything knows how many rows there are.
        counts = request.count_before and since is None and knows_creation(binding)
        self._created = CreatedBefore(request.count_before) if counts else None
        self._steady = True
        first = self._fetch(1)
        self._first = waiting.keep(first, first.page.size)
        self._pages = first.pages or 1
        self.started_at = first.date
        self._total = first.total
        is_large = first.total is not None and self._pages > 1 and not _is_beyond_belief(first)
        self.parts = min(SIDE_BY_SIDE, self._pages) if is_large else 0

    @classmethod
    def plan(
        cls,
        fetcher: PageFetcher,
        request: ReadRequest,
        binding: MaesnResource,
        waiting: FirstPageCache,
        limits: PageLimits,
    ) -> "MaesnReading":
        """Decides whether the API's change filter can be trusted, and asks for the first page."""
        since = max((moment for moment in (request.since, request.not_before) if moment), default=None)
        if since and not _filter_is_trustworthy(fetcher, request):
            LOGGER.warning(
                "%s, stream %s: Maesn's `lastModifiedAt` would miss rows here; everything is read.",
                request.company.label,
                request.resource.name,
            )
            since = None
        ordered, limit = True, limits.of(request)
        while True:
            try:
                reading = cls(fetcher, request, binding, since, waiting, limits, limit, ordered=ordered)
            except SageActiveError as error:
                if error.fault is TOO_HEAVY:
                    limit = limits.smaller(request, limit, error)
                    continue
                # Whether Sage Active's rows can be ordered through Maesn is unknown (docs/reference/maesn.md,
                # "Paging").
                if error.fault != COMPANY_REFUSED or not binding.order or not ordered:
                    raise
                LOGGER.warning("%s: Maesn refuses the order of the rows; they are read without.", request.company.label)
                ordered = False
            else:
                if not reading.parts or limits.of(request) >= limit:
                    return reading
                # Nothing was handed out yet; the room of the first page is given back.
                reading._first()
                limit = limits.of(request)

    def part(self, index: int) -> Iterator[Page]:
        """Every fourth page, beginning with page `index + 1`, as long as they bring something new."""
        for number in range(index + 1, self._pages + 1, self.parts):
            try:
                page = self._first_again() if number == 1 else self._fetch(number)
            except SageActiveError as error:
                self._most = self._limits.smaller(self._request, self._limit, error)
                # The rest reads anew, with fewer rows on a page.
                self._steady = False
                return
            with self._lock:
                self._steady = self._steady and page.total == self._total
                known = len(self._keys)
            pages = [self._noted(page.page)]
            # Nothing here holds a page's bytes while it waits to be written, nor while the next one is asked for.
            del page
            yield pages.pop()
            if not self._steady or not known < len(self._keys) <= (self._total or 0):
                # Whether that was all shows when the total is checked.
                return

    def rest(self) -> Iterator[Page]:
        """Checks the total and reads in sequence where it does not hold; then documents that are not final."""
        if self.parts == 0:
            self._total = yield from self._in_sequence(self._filters, [self._first_again()])
        elif not (self._steady and len(self._keys) == self._total):
            LOGGER.info("%s: pages moved while they were read; reading them one by one.", self._request.company.label)
            self._total = yield from self._in_sequence(self._filters)
        if self._since and self._request.since and self._request.open_documents:
            for chosen in self._binding.open_documents:
                yield from self._open_documents(chosen)

    def summary(self) -> Summary:
        """What was stated and delivered, for the log."""
        since = whole_second(self._since) if self._since else None
        # From a list without rows nothing follows: Maesn may answer so where it has not finished one.
        before = self._created.counts if self._created and self._keys else None
        return Summary(self._total, len(self._keys), since, (), before)

    def _first_again(self) -> FetchedPage:
        return self._first() or self._fetch(1)

    def _fetch(self, number: int, filters: Mapping[str, str] | None = None) -> FetchedPage:
        page = self._fetcher.fetch(self._request, number, filters or self._filters, self._limit)
        self._limits.weigh(self._request, page.page, self._limit)
        return page

    def _noted(self, page: Page) -> Page:
        with self._lock:
            are_new = [self._keys.add(key) for key in page.keys]
            if self._created:
                self._created.add(compress(page.rows, are_new))
        return page

    def _in_sequence(
        self, filters: Mapping[str, str], first: Sequence[FetchedPage] = ()
    ) -> Generator[Page, None, int | None]:
        """Reads all pages one after the other until the total holds still and is met; returns the total.

        `first`: the first page, where it is there already. When a page is too large, all are asked for again, with
        fewer rows each.
        """
        waiting = list(first)
        del first
        tries = 0
        while tries < ATTEMPTS:
            self._limit = self._limit if waiting else min(self._most, self._limits.of(self._request))
            keys = DistinctKeys()
            try:
                total, is_steady = yield from self._once(filters, keys, waiting)
            except SageActiveError as error:
                self._most = self._limits.smaller(self._request, self._limit, error)
                continue
            tries += 1
            if is_steady and total in (None, len(keys)):
                return total
        stated = f"{total:,} rows" if total is not None else "further pages"
        detail = f"it states {stated} and delivers {len(keys):,} different rows"
        raise self._fetcher.errors.of(CONTRADICTION, detail=detail)

    def _once(
        self, filters: Mapping[str, str], keys: DistinctKeys, waiting: list[FetchedPage]
    ) -> Generator[Page, None, tuple[int | None, bool]]:
        """All pages once, as far as they can still add up; returns the last total, and whether all pages stated it.

        What goes on although it has more rows than its total, or brings nothing new, is not followed.
        """
        page, number, asked_again = waiting.pop() if waiting else self._fetch(1, filters), 1, False
        total = page.total
        while True:
            known = len(keys)
            for key in page.page.keys:
                keys.add(key)
            pages = [self._noted(page.page)]
            page = replace(page, page=NO_ROWS)
            yield pages.pop()
            is_new = len(keys) > known
            is_over = page.total is not None and len(keys) > page.total
            if page.total != total or is_over or _is_beyond_belief(page):
                return page.total, False
            is_last = len(keys) == total if page.pages is None else number >= page.pages
            if is_last or (asked_again and not is_new):
                # Pages that are still to come, without a total to compare with, prove nothing.
                return total, is_last or total is not None or page.pages is None
            # A short page proves nothing; one that twice brings nothing new is the end.
            asked_again = not is_new
            number += is_new
            page = self._fetch(number, filters)

    def _open_documents(self, chosen: Mapping[str, str]) -> Iterator[Page]:
        try:
            bound = self._request.not_before
            bounded = {"lastModifiedAt": whole_second(bound)} if bound else {}
            yield from self._in_sequence({**self._order, **chosen, **bounded})
        except SageActiveError as error:
            if error.fault != COMPANY_REFUSED:
                raise
            LOGGER.warning(
                "%s: Maesn refuses the filter %s; such documents are not read again.",
                self._request.company.label,
                dict(chosen),
            )


def _is_beyond_belief(page: FetchedPage) -> bool:
    """Whether a page states more rows, or more pages, than any company has."""
    return max(page.total or 0, page.pages or 0) > MOST_ROWS


def _filter_is_trustworthy(fetcher: PageFetcher, request: ReadRequest) -> bool:
    """Whether every row carries a date that the filter sees: all rows have changed since 1970.

    Source: docs/reference/maesn.md, "Changes".
    """
    everything = fetcher.fetch(request, 1, {}, ROWS_OF_A_PROBE)
    since_long_ago = fetcher.fetch(request, 1, {"lastModifiedAt": LONG_AGO}, ROWS_OF_A_PROBE)
    dated = all(everything.page.dates)
    return everything.total is not None and everything.total == since_long_ago.total and dated
