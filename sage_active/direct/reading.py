"""One company's read of one object from Sage Active's own API, proved complete by the counts that the API states.

Closed windows of creation dates may be read side by side; the window without an end is read last, when nothing that
began before can still arrive in the others. A window is complete when every page stated the same count and the distinct
ids equal it; the windows together must add up to the count without windows (docs/reference/queries.md, "Cursors").
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Self

from sage_active.attempts import Span
from sage_active.client import NO_ROWS, Page, ReadRequest, Summary
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.filters import Where, all_of
from sage_active.direct.modes import Mode, filter_of, guards_of, lacks_dates, possible_modes
from sage_active.direct.page_fetcher import FetchedPage, PageFetcher
from sage_active.direct.paginator import CursorPaginator, PagesContradictError, PagesMovedError
from sage_active.direct.windows import (
    EVERYTHING,
    UNDATED,
    CountedWindow,
    ImplausibleCountsError,
    Window,
    floor_second,
    plan,
)
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION, Action
from sage_active.first_pages import FirstPageCache
from sage_active.limits import MOST_ROWS
from sage_active.moments import format_utc

LOGGER = logging.getLogger("airbyte")
# Windows of a few pages: enough rows to be worth a window, few enough to be read again without regret.
PAGES_PER_WINDOW: Final = 8
WINDOWS_AT_ONCE: Final = 16
COUNTS_PER_REQUEST: Final = 40
# Up to so many pages are read one after the other: windows would cost more requests than they save time.
PAGES_IN_SEQUENCE: Final = 20
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5
# A sequence that keeps moving is not read again and again: its rows are read in windows, which stand still.
SEQUENCE_ATTEMPTS: Final = 2


class DirectReading:
    """Implements `Reading`. Parts may run in several threads; what they share is kept under a lock.

    What fits into a few pages is one sequence of them, and has no parts.
    """

    # How many pages a sequence has at most.
    longest_sequence = PAGES_IN_SEQUENCE

    def __init__(
        self, fetcher: PageFetcher, request: ReadRequest, mode: Mode, first: FetchedPage, waiting: FirstPageCache
    ) -> None:
        self._fetcher = fetcher
        self._request = request
        self._mode = mode
        self._fields = fetcher.fields(request)
        # An implausible count is not a reason for windows.
        self._is_indivisible = not first.more or mode is Mode.WHOLE or first.stated > MOST_ROWS
        pages = min(request.window_pages or self.longest_sequence, self.longest_sequence)
        self._is_small = self._is_indivisible or first.stated <= pages * fetcher.page_size(request)
        # The first page of a large read is asked for again as part of a window; a census has only counted.
        is_used = self._is_small and (first.page.keys or not first.more)
        self._first = waiting.keep(first, first.page.size) if is_used else None
        self.started_at = first.date
        yesterday = floor_second(first.date - timedelta(days=1))
        self._earliest = datetime.fromisoformat(first.earliest) if first.earliest else yesterday
        self._stated = first.stated
        self._windows: list[CountedWindow] = []
        self._delivered: dict[Window, int] = {}
        self._lock = threading.Lock()

    @classmethod
    def planned(cls, fetcher: PageFetcher, request: ReadRequest, waiting: FirstPageCache) -> Self:
        """Asks for the first page, which may wait for its turn, and plans the rest by its count.

        Falls back to less filtering, with a warning, when the server refuses a filter or an order.
        """
        refused: GraphQLRefusal | None = None
        for mode in possible_modes(fetcher.contract, request):
            try:
                where, ordered = filter_of(fetcher.contract, request, mode), mode is not Mode.WHOLE
                guards = guards_of(fetcher.contract, request, mode)
                first = fetcher.fetch(
                    request, fetcher.fields(request), where, after=None, ordered=ordered, guards=guards
                )
                if lacks_dates(fetcher.shape(request), request, mode):
                    LOGGER.warning(
                        "%s, stream %s: without these dates there are no %s.",
                        request.company.label,
                        request.resource.name,
                        mode.value,
                    )
                    continue
                reading = cls(fetcher, request, mode, first, waiting)
                if not reading._is_small:
                    # These rows come again in a window.
                    first = replace(first, page=NO_ROWS)
                    reading.plan_windows(first)
            except GraphQLRefusal as refusal:
                if refusal.fault.action is not Action.CHANGE_FILTER:
                    raise
                refused = refusal
                LOGGER.warning(
                    "%s, stream %s: Sage Active refuses the filter of %s (%s).",
                    request.company.label,
                    request.resource.name,
                    mode.value,
                    refusal.context.detail,
                )
            else:
                return reading
        raise refused or fetcher.errors.of(CONTRADICTION, detail="the server no longer has the dates")

    @property
    def parts(self) -> int:
        """The number of windows that may be read side by side."""
        return len(self._windows)

    @property
    def windows(self) -> Sequence[Span]:
        """The creation dates of each part."""
        return [counted.window.span for counted in self._windows]

    def part(self, index: int) -> Iterator[Page]:
        """One window, complete when the iterator ends."""
        yield from self._window(self._windows[index].window)

    def rest(self) -> Iterator[Page]:
        """The rows without a creation date, the window without an end, and the check of the sum."""
        if self._is_small:
            yield from self._small()
            return
        yield from self._after_windows()

    def summary(self) -> Summary:
        """What was stated and delivered, for the log."""
        filtered = self._request.since and self._mode is Mode.WINDOWS_OF_CHANGES
        return Summary(
            stated=self._stated,
            delivered=sum(self._delivered.values()),
            changed_since=format_utc(self._request.since) if filtered and self._request.since else None,
            dropped=self._fetcher.shape(self._request).dropped_names,
        )

    # --- windows ---

    def plan_windows(self, first: FetchedPage) -> None:
        """Cuts what does not fit into a sequence into windows of about the same number of rows."""
        size = self._fetcher.page_size(self._request)
        pages = self._request.window_pages or PAGES_PER_WINDOW
        target = max(size, min(pages * size, first.stated // WINDOWS_AT_ONCE))
        try:
            windows = self._cut(first.stated, target)
        except ImplausibleCountsError:
            LOGGER.info("%s: the counts of windows contradict the whole; no windows.", self._request.company.label)
            self._is_small = self._is_indivisible = True
            return
        self._windows = [counted for counted in windows if counted.count]
        # Rows that change during the read may still enter a window that is empty now: the final check looks there too.
        self._delivered = {counted.window: 0 for counted in windows if not counted.count}

    def _cut(self, total: int, target: int) -> list[CountedWindow]:
        return plan(
            self._counts,
            earliest=self._earliest,
            until=floor_second(self.started_at),
            total=total,
            target=target,
            most=2 * target,
        )

    def _counts(self, windows: Sequence[Window]) -> list[int]:
        wheres = [self._where(window) for window in windows]
        chunks = [wheres[start : start + COUNTS_PER_REQUEST] for start in range(0, len(wheres), COUNTS_PER_REQUEST)]
        return [count for chunk in chunks for count in self._fetcher.count(self._request, chunk)]

    def _where(self, window: Window) -> Where | None:
        return all_of(filter_of(self._fetcher.contract, self._request, self._mode), window.where())

    def _window(self, window: Window, attempts: int = ATTEMPTS) -> Iterator[Page]:
        """Reads a window until it stands still; a window that keeps moving is read in halves."""
        moves = 0
        for _ in range(attempts):
            try:
                delivered = yield from self._pages(window)
            except PagesMovedError as moved:
                reason = str(moved)
                moves += not isinstance(moved, PagesContradictError)
                LOGGER.info("The API has %s; reading these rows again.", reason)
            else:
                with self._lock:
                    self._delivered[window] = delivered
                return
        halves = window.pieces(2, self._earliest)
        if len(halves) == 1 or not moves:
            raise self._fetcher.errors.of(CONTRADICTION, detail=reason)
        for half in halves:
            yield from self._window(half)
        with self._lock:
            self._delivered[window] = sum(self._delivered.pop(half) for half in halves)

    def _pages(self, window: Window, first: FetchedPage | None = None) -> Generator[Page, None, int]:
        """All pages of a window, `first` being there already; returns the number of distinct rows.

        Raises `PagesMovedError`.
        """
        guards = guards_of(self._fetcher.contract, self._request, self._mode)
        guards = [all_of(where, window.where()) for where in guards]
        fetch = partial(self._fetch, self._where(window), guards=guards)
        paginator = CursorPaginator(_beginning_with([first], fetch) if first else fetch)
        del first
        for fetched in paginator:
            pages = [fetched.page]
            # Nothing here may keep a page's bytes while it waits to be written, nor while the next one is asked for.
            del fetched
            if pages[0].oddities:
                pages[0] = replace(pages[0], place=f"page {paginator.pages}{window.label}")
            if pages[0].keys:
                yield pages.pop()
        return paginator.distinct

    def _fetch(self, where: Where | None, after: str | None, guards: Sequence[Where | None] = ()) -> FetchedPage:
        ordered = self._mode is not Mode.WHOLE
        return self._fetcher.fetch(self._request, self._fields, where, after=after, ordered=ordered, guards=guards)

    # --- the rest ---

    def _small(self) -> Iterator[Page]:
        """One page after the other; where rows keep moving, windows of those that were there before, and the rest."""
        first = [self._first() if self._first else None]
        attempts = ATTEMPTS if self._is_indivisible else SEQUENCE_ATTEMPTS
        reason = ""
        for _ in range(attempts):
            try:
                # The first page is held by nobody else while it is written.
                delivered = yield from self._pages(EVERYTHING, first.pop() if first else None)
            except PagesMovedError as moved:
                reason = str(moved)
                LOGGER.info("The API has %s; reading these rows again.", reason)
            else:
                self._stated = self._delivered[EVERYTHING] = delivered
                return
        if self._is_indivisible:
            raise self._fetcher.errors.of(CONTRADICTION, detail=reason)
        yield from self._window(Window(None, floor_second(self.started_at)), ATTEMPTS - attempts)
        yield from self._after_windows()

    def _after_windows(self) -> Iterator[Page]:
        """The window without an end, the rows without a creation date, and the check of the sum.

        Mostly the first page tells all of it, by the counts beside it.
        """
        undated, total = yield from self._tail()
        self._delivered[UNDATED] = 0
        if undated != 0:
            yield from self._window(UNDATED)
        if total == sum(self._delivered.values()):
            self._stated = total
        else:
            yield from self._verified()

    def _tail(self) -> Generator[Page, None, Sequence[int | None]]:
        """The window without an end: cut again at the server's present as long as it is longer than one page.

        Returns how many rows have no creation date, and how many there are at all, as stated beside its last page.
        """
        lower = floor_second(self.started_at)
        whole = Window(lower)
        delivered = 0
        beside = [self._where(UNDATED), self._where(EVERYTHING)]
        for _ in range(ATTEMPTS):
            fetched = self._fetch(self._where(Window(lower)), None, beside)
            counts = fetched.guarded
            present, stated = floor_second(fetched.date), fetched.stated
            pages = [] if fetched.more or len(set(fetched.page.keys)) != stated else [fetched.page]
            del fetched
            if pages:
                if pages[0].keys:
                    yield replace(pages.pop(), place=f"page 1{Window(lower).label}")
                break
            if present > lower:
                closed = Window(lower, present)
                yield from self._window(closed)
                delivered += self._delivered.pop(closed)
                lower = present
        else:
            yield from self._window(Window(lower))
            delivered += self._delivered.pop(Window(lower)) - stated
        self._delivered[whole] = delivered + stated
        return counts

    def _verified(self) -> Iterator[Page]:
        """Compares the sum of the windows with the count without windows; reads again what has grown meanwhile."""
        total = self._counts([EVERYTHING])[0]
        if total == sum(self._delivered.values()):
            self._stated = total
            return
        windows = list(self._delivered)
        for _ in range(ATTEMPTS):
            *present, total = self._counts([*windows, EVERYTHING])
            for window, count in zip(windows, present, strict=True):
                if count > self._delivered[window]:
                    yield from self._window(window)
            self._stated = total
            if sum(present) == total:
                return
        raise self._do_not_add_up(sum(present), total)

    def _do_not_add_up(self, present: int, total: int) -> SageActiveError:
        detail = f"its windows add up to {present} rows, without windows it states {total}"
        return self._fetcher.errors.of(CONTRADICTION, detail=detail)


def _beginning_with(
    first: list[FetchedPage], fetch: Callable[[str | None], FetchedPage]
) -> Callable[[str | None], FetchedPage]:
    """Hands out the first page once, and asks for all others."""
    return lambda after: first.pop() if first and after is None else fetch(after)
