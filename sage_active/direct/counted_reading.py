"""Opens a read whose rows a census has counted: planning it asks for no first page.

The first read of a stream in a run asks for one all the same: it shows how many rows a page may have, by which a read
is one sequence or has windows.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from sage_active.client import Counted, Page, Reading, ReadRequest, Summary, every_page
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.modes import Mode
from sage_active.direct.page_fetcher import PageFetcher
from sage_active.direct.reading import PAGES_IN_SEQUENCE, DirectReading
from sage_active.direct.strategies.without_parts import WithoutParts
from sage_active.direct.window_reader import WindowReader
from sage_active.faults import Action
from sage_active.first_pages import FirstPageCache


class PostponedReading(WithoutParts):
    """Implements `Reading`: planned by the worker that reads it, for whom the first page is the first of a sequence."""

    def __init__(self, counted: Counted, plan: Callable[[], Reading]) -> None:
        self.started_at = counted.date
        self._plan = plan
        self._reading: Reading | None = None

    def rest(self) -> Iterator[Page]:
        """Everything."""
        self._reading = self._plan()
        self.started_at = self._reading.started_at
        yield from every_page(self._reading)

    def summary(self) -> Summary:
        """What was stated and delivered. Raises `ValueError` before anything was read."""
        if self._reading is None:
            raise ValueError("nothing was read yet")
        return self._reading.summary()


class CountedFetcher(PageFetcher, Protocol):
    """A fetcher that knows what it has fetched."""

    def has_fetched(self, request: ReadRequest) -> bool:
        """Whether a page of the stream has come from this market, so that the size of its pages is known."""


def open_counted(fetcher: CountedFetcher, request: ReadRequest, counted: Counted, waiting: FirstPageCache) -> Reading:
    """Plans a read: at once where it has windows. Raises `SageActiveError`."""
    whole = replace(request, counted=None)

    def plan() -> DirectReading:
        return DirectReading.plan(fetcher, whole, waiting)

    if not fetcher.has_fetched(request):
        return plan()
    if counted.stated <= PAGES_IN_SEQUENCE * fetcher.page_size(request):
        return PostponedReading(counted, plan)
    reading = DirectReading(WindowReader(fetcher, whole, Mode.WINDOWS_OF_CHANGES), counted)
    try:
        reading.plan_windows()
    except GraphQLRefusal as refusal:
        if refusal.fault.action is not Action.CHANGE_FILTER:
            raise
        # The usual way finds out what to do without.
        return plan()
    return reading
