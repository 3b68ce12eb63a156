"""A read gone through without its rows: the source's own planning and reading, over a client that knows counts only.

What a page would bring is made up from the count that the API states for its filter. So the number of requests comes
from the code that reads, and follows it when it changes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sage_active.client import Page, Reading, ReadRequest


@dataclass
class ReadEstimate:
    """One company's read of one object.

    `requests`: how many the read will make; `reading`: None if it failed, or where the `stated` rows need none.
    """

    request: ReadRequest
    requests: int = 0
    reading: Reading | None = None
    stated: int | None = None


@dataclass
class Meter:
    """Measures the requests that are really sent: the seconds that each request took."""

    seconds: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self.seconds)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measures one request."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds.append(time.perf_counter() - began)


def page_of(first: int, rows: int) -> Page:
    """A page that stands for `rows` rows, which have nothing but keys that differ, counted from `first`."""
    return Page(rows=(), keys=[str(number) for number in range(first, first + rows)], dates=(), clashing=())
