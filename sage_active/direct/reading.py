"""One company's read of one object from Sage Active's own API, proved complete by the counts that the API states.

Closed windows of creation dates may be read side by side; the window without an end is read last, when nothing that
began before can still arrive in the others. A window is complete when every page stated the same count and the distinct
ids equal it; the windows together must add up to the count without windows (server notes, "cursors").
"""

import logging
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Protocol

from sage_active.client import Page, ReadRequest, Summary
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.contract import Contract, Field
from sage_active.direct.filters import Where, all_of, any_of, changed_since, moment
from sage_active.direct.query import Shape
from sage_active.direct.strategy import strategy_of
from sage_active.direct.windows import (
    EVERYTHING,
    UNDATED,
    CountedWindow,
    ImplausibleCountsError,
    Window,
    floor_second,
    plan,
)
from sage_active.errors import Errors
from sage_active.faults import CONTRADICTION, Action
from sage_active.first_pages import FirstPageCache
from sage_active.limits import MOST_ROWS
from sage_active.moments import format_utc
from sage_active.resources.resource import Windowed

LOGGER = logging.getLogger("airbyte")
# Windows of a few pages: enough rows to be worth a window, few enough to be read again without regret.
PAGES_PER_WINDOW: Final = 8
WINDOWS_AT_ONCE: Final = 16
COUNTS_PER_REQUEST: Final = 40
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page: its rows, the counts stated beside it, the cursor of the next page and the server's clock."""

    page: Page
    earliest: str | None
    stated: int
    guarded: tuple[int | None, ...]
    next: str | None
    more: bool
    date: datetime


class PageFetcher(Protocol):
    """What a reading needs of its client."""

    errors: Errors

    @property
    def contract(self) -> Contract:
        """The packaged contract."""

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        """What is selected of the object."""

    def shape(self, request: ReadRequest) -> Shape:
        """What the server turned out not to have."""

    def page_size(self, request: ReadRequest) -> int:
        """Rows that a page asks for at present."""

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
        """One page."""

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        """Counts of several filters."""


class Mode(Enum):
    """How much of the API's filters a read relies on; each is the fallback of the one before."""

    WINDOWS_OF_CHANGES = "windows of creation dates, filtered by change date"
    WINDOWS = "windows of creation dates, unfiltered"
    WHOLE = "one read without filter or order"


class _Moved(Exception):
    """The rows of a window did not stand still while it was read."""


class _Contradiction(_Moved):
    """The API went on where, by what it says itself, there is nothing more; rows that move do that once in a while."""


class DirectReading:
    """Implements `Reading`. Parts may run in several threads; what they share is kept under a lock."""

    def __init__(
        self, fetcher: PageFetcher, request: ReadRequest, mode: Mode, first: FetchedPage, waiting: FirstPageCache
    ) -> None:
        self._fetcher = fetcher
        self._request = request
        self._mode = mode
        self._fields = fetcher.fields(request)
        # An implausible count is not a reason for windows.
        self._is_small = not first.more or mode is Mode.WHOLE or first.stated > MOST_ROWS
        # The first page of a large read is asked for again as part of a window.
        self._first = waiting.keep(first, len(first.page.keys)) if self._is_small else None
        self.started_at = first.date
        self._stated = first.stated
        self._windows: list[CountedWindow] = []
        self._delivered: dict[Window, int] = {}
        self._earliest = first.date
        self._lock = threading.Lock()

    @classmethod
    def planned(cls, fetcher: PageFetcher, request: ReadRequest, waiting: FirstPageCache) -> "DirectReading":
        """Asks for the first page, which may wait for its turn, and plans the rest by its count.

        Falls back to less filtering, with a warning, when the server refuses a filter or an order.
        """
        refused: GraphQLRefusal | None = None
        for mode in _modes(fetcher.contract, request):
            try:
                first = _first_page(fetcher, request, mode)
                if _lacks_dates(fetcher, request, mode):
                    LOGGER.warning(
                        "%s, stream %s: without these dates there are no %s.",
                        request.company.label,
                        request.resource.name,
                        mode.value,
                    )
                    continue
                reading = cls(fetcher, request, mode, first, waiting)
                if not reading._is_small:
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

    def part(self, index: int) -> Iterator[Page]:
        """One window, complete when the iterator ends."""
        yield from self._window(self._windows[index].window)

    def rest(self) -> Iterator[Page]:
        """The rows without a creation date, the window without an end, and the check of the sum."""
        if self._is_small:
            yield from self._small()
            return
        yield from self._window(UNDATED)
        yield from self._tail()
        yield from self._verified()

    def summary(self) -> Summary:
        """What was stated and delivered, for the log."""
        filtered = self._request.since and self._mode is Mode.WINDOWS_OF_CHANGES
        return Summary(
            stated=self._stated,
            delivered=sum(self._delivered.values()),
            changed_since=format_utc(self._request.since) if filtered and self._request.since else None,
            dropped=tuple(sorted(f"{owner}.{name}" for owner, name in self._fetcher.shape(self._request).dropped)),
        )

    # --- windows ---

    def plan_windows(self, first: FetchedPage) -> None:
        """Cuts what does not fit into one page into windows of about the same number of rows."""
        size = self._fetcher.page_size(self._request)
        until = floor_second(self.started_at)
        self._earliest = datetime.fromisoformat(first.earliest) if first.earliest else until - timedelta(days=1)
        target = max(size, min(PAGES_PER_WINDOW * size, first.stated // WINDOWS_AT_ONCE))
        try:
            windows = plan(
                self._counts, earliest=self._earliest, until=until, total=first.stated, target=target, most=2 * target
            )
        except ImplausibleCountsError:
            LOGGER.info("%s: the counts of windows contradict the whole; no windows.", self._request.company.label)
            self._is_small = True
            return
        self._windows = [counted for counted in windows if counted.count]
        # Rows that change during the read may still enter a window that is empty now: the final check looks there too.
        self._delivered = {counted.window: 0 for counted in windows if not counted.count}

    def _counts(self, windows: Sequence[Window]) -> list[int]:
        wheres = [self._where(window) for window in windows]
        chunks = [wheres[start : start + COUNTS_PER_REQUEST] for start in range(0, len(wheres), COUNTS_PER_REQUEST)]
        return [count for chunk in chunks for count in self._fetcher.count(self._request, chunk)]

    def _where(self, window: Window) -> Where | None:
        return all_of(_filter(self._fetcher, self._request, self._mode), window.where())

    def _window(self, window: Window) -> Iterator[Page]:
        """Reads a window until it stands still; a window that keeps moving is read in halves."""
        moves = 0
        for _ in range(ATTEMPTS):
            try:
                delivered = yield from self._pages(window)
            except _Moved as moved:
                reason = str(moved)
                moves += not isinstance(moved, _Contradiction)
                LOGGER.info("%s; reading these rows again.", reason)
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

    def _guards(self, window: Window) -> list[Where | None]:
        """Filters whose counts tell when a row leaves the window's filter while another one enters it.

        All rows of the window: they only leave by being deleted. Where open documents are read, the changed ones alone:
        they only leave by being deleted, while an open document leaves by being settled.
        """
        if self._mode is not Mode.WINDOWS_OF_CHANGES or not (self._request.since or self._request.not_before):
            return []
        filters = [_place_filter(self._request)]
        if _open_documents(self._request):
            filters.append(_filter(self._fetcher, replace(self._request, open_documents=False), self._mode))
        return [all_of(where, window.where()) for where in filters]

    def _pages(self, window: Window) -> Generator[Page, None, int]:
        """All pages of a window; returns the number of distinct rows. Raises `_Moved` when the counts disagree."""
        where, guards = self._where(window), self._guards(window)
        keys: set[str] = set()
        cursors: set[str | None] = {None}
        after: str | None = None
        before: tuple[int, tuple[int | None, ...]] | None = None
        more, number = True, 0
        while more:
            number += 1
            fetched = self._fetch(where, after, guards)
            page, more, after = fetched.page, fetched.more, fetched.next
            stated, guarded = fetched.stated, fetched.guarded
            # A page's bytes are let go before the next page is asked for.
            del fetched
            before = before or (stated, guarded)
            if stated != before[0]:
                raise _Moved(f"the API stated {before[0]} rows on one page and {stated} on the next")
            if guarded != before[1]:
                raise _Moved("rows left and others came between two pages")
            known = len(keys)
            keys.update(page.keys)
            if page.oddities:
                page = replace(page, place=f"page {number}{window.label}")
            if page.keys:
                yield page
            del page
            if more and after in cursors:
                raise _Contradiction("the API's cursor does not move on")
            _require_progress(known, len(keys), stated, more=more)
            cursors.add(after)
        if len(keys) != stated:
            raise _Moved(f"the API stated {stated} rows and delivered {len(keys)} different ones")
        return len(keys)

    def _fetch(self, where: Where | None, after: str | None, guards: Sequence[Where | None] = ()) -> FetchedPage:
        ordered = self._mode is not Mode.WHOLE
        try:
            return self._fetcher.fetch(self._request, self._fields, where, after=after, ordered=ordered, guards=guards)
        except GraphQLRefusal as refused:
            if refused.fault.action is not Action.START_OVER:
                raise
            raise _Moved("the API refuses its own cursor") from None

    # --- the rest ---

    def _small(self) -> Iterator[Page]:
        """Everything came in one page, which cannot have moved; or the read has no windows."""
        first = self._first() if self._first else None
        if first and not first.more and len(set(first.page.keys)) == first.stated:
            self._delivered[EVERYTHING] = first.stated
            if first.page.keys:
                yield first.page
            return
        yield from self._window(EVERYTHING)

    def _tail(self) -> Iterator[Page]:
        """The window without an end: cut again at the server's present as long as it is longer than one page."""
        lower = floor_second(self.started_at)
        whole = Window(lower)
        delivered = 0
        for _ in range(ATTEMPTS):
            fetched = self._fetch(self._where(Window(lower)), None)
            present = floor_second(fetched.date)
            if not fetched.more and len(set(fetched.page.keys)) == fetched.stated:
                if fetched.page.keys:
                    yield replace(fetched.page, place=f"page 1{Window(lower).label}")
                break
            if present > lower:
                closed = Window(lower, present)
                yield from self._window(closed)
                delivered += self._delivered.pop(closed)
                lower = present
        else:
            yield from self._window(Window(lower))
            delivered += self._delivered.pop(Window(lower)) - fetched.stated
        self._delivered[whole] = delivered + fetched.stated

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
        detail = f"its windows add up to {sum(present)} rows, without windows it states {total}"
        raise self._fetcher.errors.of(CONTRADICTION, detail=detail)


def _require_progress(before: int, now: int, stated: int, *, more: bool) -> None:
    """Raises `_Contradiction` where a page that made `before` different rows `now` cannot be followed by another."""
    if stated > MOST_ROWS:
        raise _Contradiction(f"the API states {stated} rows, more than any company has")
    if now > stated:
        raise _Contradiction(f"the API stated {stated} rows and went on after {now} different ones")
    if more and now == before:
        raise _Contradiction(f"the API announced more than {now} rows and sent a page with nothing new")


def _own_type(request: ReadRequest) -> str:
    place = request.resource.direct
    return place.type if place else ""


def _lacks_dates(fetcher: PageFetcher, request: ReadRequest, mode: Mode) -> bool:
    """Whether the server no longer has the date that a mode relies on."""
    missing = {name for owner, name in fetcher.shape(request).dropped if owner == _own_type(request)}
    needed = {
        Mode.WINDOWS_OF_CHANGES: {"creationDate", "modificationDate"} if request.since else {"creationDate"},
        Mode.WINDOWS: {"creationDate"},
        Mode.WHOLE: set(),
    }
    return not needed[mode].isdisjoint(missing)


def _modes(contract: Contract, request: ReadRequest) -> Sequence[Mode]:
    """What may be tried: where the contract has no dates, there is nothing to filter or to cut windows by."""
    place = request.resource.direct
    return list(Mode) if place and isinstance(strategy_of(contract, place), Windowed) else [Mode.WHOLE]


def _first_page(fetcher: PageFetcher, request: ReadRequest, mode: Mode) -> FetchedPage:
    where = _filter(fetcher, request, mode)
    return fetcher.fetch(request, fetcher.fields(request), where, after=None, ordered=mode is not Mode.WHOLE)


def _place_filter(request: ReadRequest) -> Where | None:
    return request.resource.direct.where if request.resource.direct else None


def _filter(fetcher: PageFetcher, request: ReadRequest, mode: Mode) -> Where | None:
    """The filter of a read, without its window."""
    place = request.resource.direct
    if place is None or mode is not Mode.WINDOWS_OF_CHANGES:
        return _place_filter(request)

    def changed(name: str, since: datetime | None) -> Where | None:
        if since is None:
            return None
        return changed_since(fetcher.contract, place.root, fetcher.contract.fields(place.type), moment(name, since))

    return all_of(
        place.where,
        changed("not_before", request.not_before),
        any_of(changed("since", request.since), _open_documents(request)),
    )


def _open_documents(request: ReadRequest) -> Where | None:
    """The filter for documents that are not final, where they are to be read although they have not changed."""
    place = request.resource.direct
    return place.open_documents if place and request.open_documents and request.since else None
