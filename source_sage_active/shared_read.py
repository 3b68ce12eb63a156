"""The read of rows that several companies share: through one of them, and through the next one if that fails."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from sage_active.client import Company, every_page
from sage_active.errors import SageActiveError
from source_sage_active.announcement import Announcement
from source_sage_active.company_opening import OpenedRead
from source_sage_active.completion import log_completion
from source_sage_active.cursor import CompanyCursor
from source_sage_active.deletions import NOT_COUNTED, StreamExisting
from source_sage_active.located import located
from source_sage_active.odd_records import OddRecords
from source_sage_active.records import PageMessage
from source_sage_active.shares import Share

LOGGER = logging.getLogger("airbyte")


class SharedRead:
    """One share of one stream, read by one worker: such tables are small, and what fails is read again elsewhere."""

    def __init__(
        self,
        share: Share,
        opened: Callable[[Company], OpenedRead],
        cursor: CompanyCursor,
        announcement: Announcement,
        odd_records: OddRecords,
        existing: StreamExisting = NOT_COUNTED,
        label: str = "",
    ) -> None:
        self._share = share
        self._opened = opened
        self._cursor = cursor
        self._announcement = announcement
        self._odd_records = odd_records
        self._existing = existing
        self._label = label

    def pages(self, stream: str) -> Iterator[PageMessage]:
        """All pages. Raises the error of the last company when none can be read."""
        *others, last = self._share.companies
        for company in others:
            try:
                yield from self.through(company, self._opened(company), stream)
            except SageActiveError as error:
                LOGGER.warning(
                    "%s, stream %s: not readable through this company (%s); the next one is asked.",
                    company.label,
                    self._label or stream,
                    error,
                )
            else:
                return
        try:
            yield from self.through(last, self._opened(last), stream)
        except SageActiveError as error:
            raise located(error, stream, self._label, last.label) from None

    def through(self, company: Company, opened: OpenedRead, stream: str) -> Iterator[PageMessage]:
        """All pages of a read through one company. Raises `SageActiveError`."""
        began = datetime.now()
        reading = opened.reading
        for page in every_page(reading):
            self._announcement.running()
            if page.oddities:
                self._odd_records.note(company, page)
            finished = [PageMessage(stream, self._share.owner, page)]
            # The page is not held while its lines wait to be written.
            del page
            yield finished.pop()
        self._odd_records.company_complete(company)
        summary = reading.summary()
        existing = self._existing.after(self._share.state_id, self._share.label, summary)
        self._cursor.company_complete(self._share.state_id, reading.started_at, existing)
        log_completion(f"{self._share.label} (through {company.label})", self._label or stream, summary, began)
