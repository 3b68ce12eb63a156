"""Reads the rows of one window of creation dates until they are proved complete.

A window is complete when every page stated the same count and the distinct ids equal it (docs/reference/queries.md,
"Cursors").
"""

import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from sage_active.client import Page, ReadRequest
from sage_active.direct.filters import Where, all_of
from sage_active.direct.modes import Mode, filter_of, guards_of
from sage_active.direct.page_fetcher import FetchedPage, PageFetcher
from sage_active.direct.paginator import CursorPaginator, PagesContradictError, PagesMovedError
from sage_active.direct.windows import EVERYTHING, Window, floor_second
from sage_active.faults import CONTRADICTION

LOGGER = logging.getLogger("airbyte")
COUNTS_PER_REQUEST: Final = 40
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first page of a read.

    `window`: whose first page it is; `is_all`: when it came, no row of the read was outside of that window.
    """

    window: Window
    page: FetchedPage
    is_all: bool

    @property
    def is_still(self) -> bool:
        """Whether the window can no longer gain rows; what enters a filter of changes, the guards tell."""
        return self.window.upper is not None and self.window.upper <= self.page.date


def nothing() -> None:
    """In place of a first page that is not there."""
    return


class WindowReader:
    """Asks for pages and counts of windows, with the filter of one read in one mode. Safe for all threads."""

    def __init__(self, fetcher: PageFetcher, request: ReadRequest, mode: Mode) -> None:
        self.fetcher = fetcher
        self.request = request
        self.mode = mode
        self._fields = fetcher.fields(request)

    def begin(self) -> Beginning:
        """Asks for the first page of what was created before the companies were listed, and how much there is besides.

        That window stands still from its first page on. Without windows, or where the server's clock is not known, it
        is the first page of everything.
        """
        listed_at = self.fetcher.listed_at
        if self.mode is Mode.WHOLE or listed_at is None:
            return Beginning(EVERYTHING, self.page(EVERYTHING, None, self._guards(EVERYTHING)), is_all=True)
        window = Window(None, floor_second(listed_at))
        guards = [*self._guards(window), self.where(EVERYTHING)]
        first = self.page(window, None, guards)
        *guarded, everything = first.guarded
        return Beginning(window, replace(first, guarded=tuple(guarded)), is_all=everything == first.stated)

    def where(self, window: Window) -> Where | None:
        """The filter that selects the rows of the read in a window."""
        return all_of(filter_of(self.fetcher.contract, self.request, self.mode), window.where())

    def counts(self, windows: Sequence[Window]) -> list[int]:
        """The rows that the API states for each window."""
        wheres = [self.where(window) for window in windows]
        chunks = [wheres[start : start + COUNTS_PER_REQUEST] for start in range(0, len(wheres), COUNTS_PER_REQUEST)]
        return [count for chunk in chunks for count in self.fetcher.count(self.request, chunk)]

    def page(self, window: Window, after: str | None = None, guards: Sequence[Where | None] = ()) -> FetchedPage:
        """One page of a window."""
        ordered = self.mode is not Mode.WHOLE
        where = self.where(window)
        return self.fetcher.fetch(self.request, self._fields, where, after=after, ordered=ordered, guards=guards)

    def read(
        self, window: Window, earliest: datetime, first: Callable[[], FetchedPage | None] = nothing
    ) -> Generator[Page, None, int]:
        """Reads a window until it stands still; one that keeps moving is read in halves.

        `earliest`: the earliest creation date known; `first`: hands out the first page, once, if that is there already.
        Returns the number of distinct rows.
        """
        moves = 0
        for _ in range(ATTEMPTS):
            try:
                return (yield from self._pages(window, first))
            except PagesMovedError as moved:
                reason = str(moved)
                moves += not isinstance(moved, PagesContradictError)
                LOGGER.info("The API has %s; reading these rows again.", reason)
        halves = window.pieces(2, earliest)
        if len(halves) == 1 or not moves:
            raise self.fetcher.errors.of(CONTRADICTION, detail=reason)
        delivered = 0
        for half in halves:
            delivered += yield from self.read(half, earliest)
        return delivered

    def _pages(self, window: Window, first: Callable[[], FetchedPage | None]) -> Generator[Page, None, int]:
        """All pages of a window; returns the number of distinct rows. Raises `PagesMovedError`."""
        fetch = partial(self.page, window, guards=self._guards(window))
        paginator = CursorPaginator(lambda after: (first() if after is None else None) or fetch(after))
        for page in paginator:
            pages = [page.page]
            # Nothing here may keep a page's bytes while it waits to be written, nor while the next one is asked for.
            del page
            if pages[0].oddities:
                pages[0] = replace(pages[0], label=f"page {paginator.pages}{window.label}")
            if pages[0].keys:
                yield pages.pop()
        return paginator.distinct

    def _guards(self, window: Window) -> list[Where | None]:
        guards = guards_of(self.fetcher.contract, self.request, self.mode)
        return [all_of(where, window.where()) for where in guards]
