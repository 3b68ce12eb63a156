"""One pass through a stream in which each row counts once, although the engine may deliver rows again.

The engine reads a window again when rows move meanwhile. So rows wait until their window is complete, each in its last
version, and in the end their number must be what the engine itself has counted.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec

from sage_active.client import Client, Company, Page, ReadRequest, every_page
from sage_active.odd_rows import UNREADABLE_ROW
from sage_active.resources.resource import Resource
from sage_active_cli.audit.check import NotComparableError
from sage_active_cli.audit.rows import Row

RowType = TypeVar("RowType", bound=Row)
# Rows wait in memory until their window is complete.
PAGES_OF_A_WINDOW: Final = 1


class RowsMovedError(Exception):
    """Rows have come and gone while they were read, so that what was counted is not what is there."""


class ExactPass(Generic[RowType]):
    """Reads one stream of one company; `take` receives each row once, never two at a time."""

    def __init__(
        self,
        client: Client,
        company: Company,
        resource: Resource,
        kind: type[RowType],
        take: Callable[[RowType], None],
    ) -> None:
        request = ReadRequest(resource, company, {}, window_pages=PAGES_OF_A_WINDOW)
        self._reading = client.open(request)
        self._decoder = msgspec.json.Decoder(kind)
        self._take = take
        self._lock = threading.Lock()
        self._taken = 0
        self.started_at: datetime = self._reading.started_at
        self.dropped: tuple[str, ...] = ()

    def run(self, workers: int, progress: Callable[[int], None]) -> int:
        """Reads everything, and returns the number of rows; `progress` receives how many rows have come.

        Raises `SageActiveError`, `RowsMovedError`, and `NotComparableError` for rows that cannot be understood.
        """
        pool = ThreadPoolExecutor(workers)
        try:
            parts = [
                pool.submit(self._part, self._reading.part(index), progress) for index in range(self._reading.parts)
            ]
            for part in parts:
                part.result()
            self._part(self._reading.rest(), progress)
        except KeyboardInterrupt:
            # The client is closed next, which ends whatever is under way.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        except BaseException:
            # Nothing may go on reading when the next stream begins.
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()
        summary = self._reading.summary()
        self.dropped = summary.dropped
        if self._taken != summary.delivered:
            raise RowsMovedError(f"{self._taken} rows were read, {summary.delivered} are there")
        return self._taken

    def _part(self, pages: Iterator[Page], progress: Callable[[int], None]) -> None:
        waiting: dict[str, RowType] = {}
        for page in pages:
            waiting.update((row.id, row) for row in decoded(self._decoder, page))
            progress(len(page.rows))
            # Its bytes must not wait for the next page.
            del page
        with self._lock:
            self._taken += len(waiting)
            for row in waiting.values():
                self._take(row)


def report_rows(
    client: Client, company: Company, resource: Resource, kind: type[RowType]
) -> tuple[list[RowType], tuple[str, ...]]:
    """The rows of reports, which come in one piece, and the fields that the server does not have.

    Raises `SageActiveError`, and `NotComparableError` for rows that cannot be understood.
    """
    reading = client.open(ReadRequest(resource, company, {}))
    decoder = msgspec.json.Decoder(kind)
    rows = [row for page in every_page(reading) for row in decoded(decoder, page)]
    return rows, reading.summary().dropped


def decoded(decoder: msgspec.json.Decoder[RowType], page: Page) -> Iterator[RowType]:
    """The rows of a page. Raises `NotComparableError` for one that cannot be understood."""
    for number, row in enumerate(page.rows, 1):
        try:
            yield decoder.decode(row)
        except UNREADABLE_ROW as problem:
            reason = f"row {number} of {page.label} is not as the contract promises: {problem}"
            raise NotComparableError(reason) from None
