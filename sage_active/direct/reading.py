"""One company's read of one object from Sage Active's own API, proved complete by the counts that the API states.

Planning asks for the first page of a closed window: of what was created before the companies were listed, which is
nearly always everything. Up to a few pages, that window is read in sequence. More is cut into closed windows that may
be read side by side. The tail, the window without an end, is read last, when nothing that began before can still arrive
in the others; with it come the rows without a creation date, and the check that all windows add up to the count without
windows. A sequence needs neither, where its first page said that there was nothing else.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from sage_active.attempts import Span
from sage_active.client import Counted, Page, ReadRequest, Summary
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.modes import Mode, lacks_dates, possible_modes
from sage_active.direct.page_fetcher import FetchedPage, PageFetcher
from sage_active.direct.window_reader import ATTEMPTS, Beginning, WindowReader, nothing
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
# Up to so many pages are read one after the other: windows would cost more requests than they save time.
PAGES_IN_SEQUENCE: Final = 20


@dataclass(frozen=True, slots=True)
class _Sequence:
    """A window that is read page by page, in place of many.

    `first`: hands out its first page, once, if that was kept; `is_all`: no row of the read was outside of the window
    when planning began, and what has come since then is the next run's.
    """

    window: Window
    is_all: bool
    first: Callable[[], FetchedPage | None] = nothing


class DirectReading:
    """Implements `Reading`. Parts may run in several threads; what they share is kept under a lock.

    What fits into a few pages is one sequence of them, and has no parts.
    """

    # How many pages a sequence has at most.
    longest_sequence = PAGES_IN_SEQUENCE

    def __init__(self, reader: WindowReader, counted: Counted) -> None:
        self._reader = reader
        self._request = reader.request
        self.started_at = counted.date
        yesterday = floor_second(counted.date - timedelta(days=1))
        self._earliest = datetime.fromisoformat(counted.earliest) if counted.earliest else yesterday
        self._stated = counted.stated
        # The end of the closed windows.
        self._until = floor_second(counted.date)
        self._sequence: _Sequence | None = None
        self._windows: list[CountedWindow] = []
        self._delivered: dict[Window, int] = {}
        self._lock = threading.Lock()

    @classmethod
    def plan(cls, fetcher: PageFetcher, request: ReadRequest, waiting: FirstPageCache) -> Self:
        """Asks for the first page, which may wait for its turn, and plans the rest by its count.

        Falls back to less filtering, with a warning, when the server refuses a filter or an order.
        """
        refused: GraphQLRefusal | None = None
        for mode in possible_modes(fetcher.contract, request):
            reader = WindowReader(fetcher, request, mode)
            try:
                beginning = reader.begin()
                if lacks_dates(fetcher.shape(request), request, mode):
                    LOGGER.warning(
                        "%s, stream %s: without these dates there are no %s.",
                        request.company.label,
                        request.resource.name,
                        mode.value,
                    )
                    continue
                first = beginning.page
                reading = cls(reader, Counted(first.stated, first.earliest, first.date))
                if reading._fits_into_sequence(first):
                    reading._plan_sequence(beginning, waiting)
                else:
                    # These rows come again in a window: they are not held while the others are counted.
                    del beginning, first
                    reading.plan_windows()
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
        """The sequence, if there is one; the tail, the rows without a creation date, and the check of the sum."""
        sequence = self._sequence
        if sequence:
            yield from self._window(sequence.window, sequence.first)
            if sequence.is_all:
                self._stated = self._delivered[sequence.window]
                return
        yield from self._after_windows()

    def summary(self) -> Summary:
        """What was stated and delivered, for the log."""
        filtered = self._request.since and self._reader.mode is Mode.WINDOWS_OF_CHANGES
        return Summary(
            stated=self._stated,
            delivered=sum(self._delivered.values()),
            changed_since=format_utc(self._request.since) if filtered and self._request.since else None,
            dropped=self._reader.fetcher.shape(self._request).dropped_names,
        )

    # --- a sequence ---

    def _fits_into_sequence(self, first: FetchedPage) -> bool:
        # An implausible count is not a reason for windows.
        if not first.more or self._reader.mode is Mode.WHOLE or first.stated > MOST_ROWS:
            return True
        pages = min(self._request.window_pages or self.longest_sequence, self.longest_sequence)
        return first.stated <= pages * self._reader.fetcher.page_size(self._request)

    def _plan_sequence(self, beginning: Beginning, waiting: FirstPageCache) -> None:
        first = beginning.page
        if first.more and self._reader.mode is not Mode.WHOLE and not beginning.is_still:
            # Rows could arrive in it between two pages while others leave, and the count would not tell.
            self._sequence = _Sequence(Window(None, self._until), is_all=False)
            return
        self._until = beginning.window.upper or self._until
        self._sequence = _Sequence(beginning.window, beginning.is_all, waiting.keep(first, first.page.size))

    # --- windows ---

    def plan_windows(self) -> None:
        """Cuts what does not fit into a sequence into windows of about the same number of rows."""
        size = self._reader.fetcher.page_size(self._request)
        pages = self._request.window_pages or PAGES_PER_WINDOW
        target = max(size, min(pages * size, self._stated // WINDOWS_AT_ONCE))
        try:
            windows = self._cut(self._stated, target)
        except ImplausibleCountsError:
            LOGGER.info("%s: the counts of windows contradict the whole; no windows.", self._request.company.label)
            self._sequence = _Sequence(EVERYTHING, is_all=True)
            return
        self._windows = [counted for counted in windows if counted.count]
        # Rows that change during the read may still enter a window that is empty now: the final check looks there too.
        self._delivered = {counted.window: 0 for counted in windows if not counted.count}

    def _cut(self, total: int, target: int) -> list[CountedWindow]:
        return plan(
            self._reader.counts,
            earliest=self._earliest,
            until=self._until,
            total=total,
            target=target,
            most=2 * target,
        )

    def _window(self, window: Window, first: Callable[[], FetchedPage | None] = nothing) -> Iterator[Page]:
        delivered = yield from self._reader.read(window, self._earliest, first)
        with self._lock:
            self._delivered[window] = delivered

    # --- after the windows ---

    def _after_windows(self) -> Iterator[Page]:
        """The tail, the rows without a creation date, and the check of the sum.

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
        lower = self._until
        whole = Window(lower)
        delivered = 0
        beside = [self._reader.where(UNDATED), self._reader.where(EVERYTHING)]
        for _ in range(ATTEMPTS):
            page = self._reader.page(Window(lower), None, beside)
            counts = page.guarded
            present, stated = floor_second(page.date), page.stated
            pages = [] if page.more or len(set(page.page.keys)) != stated else [page.page]
            del page
            if pages:
                if pages[0].keys:
                    yield replace(pages.pop(), label=f"page 1{Window(lower).label}")
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
        total = self._reader.counts([EVERYTHING])[0]
        if total == sum(self._delivered.values()):
            self._stated = total
            return
        windows = list(self._delivered)
        for _ in range(ATTEMPTS):
            *present, total = self._reader.counts([*windows, EVERYTHING])
            for window, count in zip(windows, present, strict=True):
                if count > self._delivered[window]:
                    yield from self._window(window)
            self._stated = total
            if sum(present) == total:
                return
        raise self._do_not_add_up(sum(present), total)

    def _do_not_add_up(self, present: int, total: int) -> SageActiveError:
        detail = f"its windows add up to {present} rows, without windows it states {total}"
        return self._reader.fetcher.errors.of(CONTRADICTION, detail=detail)
