"""One company's read of one object through Maesn: numbered pages side by side, proved complete by the total it states.

Sources: Maesn sheet, sections 3.1 to 3.3.
"""

import logging
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sage_active.client import Page, ReadRequest, Summary
from sage_active.distinct import DistinctKeys
from sage_active.errors import SageActiveError
from sage_active.faults import COMPANY_REFUSED, CONTRADICTION
from sage_active.moments import whole_second
from sage_active.register import MaesnPlace
from sage_active.transport import Transport
from sage_active.waiting import Waiting

LOGGER = logging.getLogger("airbyte")
SIDE_BY_SIDE: Final = 4
ROWS_PER_PAGE: Final = 100
ROWS_OF_A_PROBE: Final = 5
# More than three, so that three faults in a row cost nothing but time.
ATTEMPTS: Final = 5
LONG_AGO: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One page: its rows, the pagination stated beside it (None where Maesn gives none) and the server's clock."""

    page: Page
    total: int | None
    pages: int | None
    date: datetime


class Asker(Protocol):
    """What a reading needs of its client."""

    transport: Transport

    def fetch(self, request: ReadRequest, number: int, filters: Mapping[str, str], limit: int) -> Fetched:
        """One page by its number, from 1."""


class MaesnReading:
    """Implements `Reading`. Parts may run in several threads; what they share is kept under a lock."""

    def __init__(
        self,
        asker: Asker,
        request: ReadRequest,
        place: MaesnPlace,
        since: datetime | None,
        waiting: Waiting,
        *,
        ordered: bool = True,
    ) -> None:
        self._asker = asker
        self._request = request
        self._place = place
        self._since = since
        self._order = place.order if ordered else {}
        self._filters = {**self._order, **({"lastModifiedAt": whole_second(since)} if since else {})}
        self._lock = threading.Lock()
        self._keys = DistinctKeys()
        self._steady = True
        first = self._fetch(1)
        self._first = waiting.keep(first, len(first.page.keys))
        self._pages = first.pages or 1
        self.started_at = first.date
        self._total = first.total
        self.parts = min(SIDE_BY_SIDE, self._pages) if first.total is not None and self._pages > 1 else 0

    @classmethod
    def planned(cls, asker: Asker, request: ReadRequest, place: MaesnPlace, waiting: Waiting) -> "MaesnReading":
        """Decides whether the API's change filter can be trusted, and asks for the first page."""
        since = max((moment for moment in (request.since, request.not_before) if moment), default=None)
        if since and not _filter_is_trustworthy(asker, request):
            LOGGER.warning(
                "%s, stream %s: Maesn's `lastModifiedAt` would miss rows here; everything is read.",
                request.company.label,
                request.sage_object.name,
            )
            since = None
        try:
            return cls(asker, request, place, since, waiting)
        except SageActiveError as error:
            # Whether Sage Active's rows can be ordered through Maesn is unknown (Maesn sheet, section 8.4).
            if error.fault != COMPANY_REFUSED or not place.order:
                raise
            LOGGER.warning("%s: Maesn refuses the order of the rows; they are read without.", request.company.label)
            return cls(asker, request, place, since, waiting, ordered=False)

    def part(self, index: int) -> Iterator[Page]:
        """Every fourth page, beginning with page `index + 1`."""
        for number in range(index + 1, self._pages + 1, self.parts):
            fetched = self._first_again() if number == 1 else self._fetch(number)
            with self._lock:
                self._steady = self._steady and fetched.total == self._total
            yield self._noted(fetched.page)

    def rest(self) -> Iterator[Page]:
        """Checks the total and reads in sequence where it does not hold; then documents that are not final."""
        if self.parts == 0:
            self._total = yield from self._in_sequence(self._filters, self._first_again())
        elif not (self._steady and len(self._keys) == self._total):
            LOGGER.info("%s: pages moved while they were read; reading them one by one.", self._request.company.label)
            self._total = yield from self._in_sequence(self._filters)
        if self._since and self._request.since and self._request.open_documents:
            for chosen in self._place.open_documents:
                yield from self._open_documents(chosen)

    def summary(self) -> Summary:
        """What was stated and delivered, for the log."""
        return Summary(self._total, len(self._keys), whole_second(self._since) if self._since else None, ())

    def _first_again(self) -> Fetched:
        return self._first() or self._fetch(1)

    def _fetch(self, number: int, filters: Mapping[str, str] | None = None) -> Fetched:
        return self._asker.fetch(self._request, number, filters or self._filters, ROWS_PER_PAGE)

    def _noted(self, page: Page) -> Page:
        with self._lock:
            for key in page.keys:
                self._keys.add(key)
        return page

    def _in_sequence(
        self, filters: Mapping[str, str], first: Fetched | None = None
    ) -> Generator[Page, None, int | None]:
        """Reads all pages one after the other until the total holds still and is met; returns the total."""
        for _ in range(ATTEMPTS):
            keys, totals, number = DistinctKeys(), set(), 1
            asked_again = False
            fetched = first or self._fetch(number, filters)
            first = None
            while True:
                known = len(keys)
                for key in fetched.page.keys:
                    keys.add(key)
                totals.add(fetched.total)
                yield self._noted(fetched.page)
                if fetched.pages is not None:
                    is_last = number >= fetched.pages
                else:
                    is_last = len(keys) == fetched.total or (asked_again and len(keys) == known)
                if is_last:
                    break
                # Without a number of pages a short page proves nothing; one that twice brings nothing new is the end.
                asked_again = fetched.pages is None and len(keys) == known
                number += not asked_again
                fetched = self._fetch(number, filters)
            if totals in ({None}, {len(keys)}):
                return fetched.total
        detail = f"it states {fetched.total} rows and delivers {len(keys)} different ones"
        raise self._asker.transport.error(CONTRADICTION, detail=detail)

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


def _filter_is_trustworthy(asker: Asker, request: ReadRequest) -> bool:
    """Whether every row carries a date that the filter sees: all rows have changed since 1970 (Maesn sheet, 3.3)."""
    everything = asker.fetch(request, 1, {}, ROWS_OF_A_PROBE)
    since_long_ago = asker.fetch(request, 1, {"lastModifiedAt": LONG_AGO}, ROWS_OF_A_PROBE)
    dated = all(everything.page.dates)
    return everything.total is not None and everything.total == since_long_ago.total and dated
