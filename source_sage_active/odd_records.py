"""Warnings about records that are not as the contract promises: each once, few of one kind, the others counted."""

import logging
import threading
from collections import Counter
from typing import Final

from sage_active.client import Company, Oddity, Page

LOGGER = logging.getLogger("airbyte")
MOST_OF_A_KIND: Final = 20
# Beyond this many, the exact number says no more.
MOST_COUNTED: Final = 10_000
LONGEST_KEY: Final = 60


class OddRecords:
    """What is odd about the records of one stream. Safe for all threads."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str, str]] = set()
        self._counts: Counter[str] = Counter()
        self._hidden: Counter[tuple[str, str]] = Counter()

    def note(self, company: Company, page: Page) -> None:
        """Warns of the odd records of a page, unless a page has shown them before."""
        for oddity in page.oddities:
            with self._lock:
                is_shown = self._is_to_be_shown(company, page, oddity)
            if is_shown:
                LOGGER.warning("%s, stream %s, %s", company.label, self._stream, _sentence(page, oddity))

    def company_complete(self, company: Company) -> None:
        """Says how many records of the company have the same trouble as those that were shown."""
        with self._lock:
            counts = {field: count for (company_id, field), count in self._hidden.items() if company_id == company.id}
        for field, count in counts.items():
            LOGGER.warning(
                "%s, stream %s: %s%d more records whose %s; they are delivered as they came.",
                company.label,
                self._stream,
                "at least " if len(self._seen) >= MOST_COUNTED else "",
                count,
                f"`{field}` cannot be read" if field else "content is not as it should be",
            )

    def _is_to_be_shown(self, company: Company, page: Page, oddity: Oddity) -> bool:
        key = company.id, oddity.key or f"\0{page.label}, row {oddity.row}", oddity.field
        if key in self._seen or len(self._seen) >= MOST_COUNTED:
            return False
        self._seen.add(key)
        self._counts[oddity.field] += 1
        if self._counts[oddity.field] <= MOST_OF_A_KIND:
            return True
        self._hidden[company.id, oddity.field] += 1
        return False


def _sentence(page: Page, oddity: Oddity) -> str:
    """Where the record is, what is odd about it, and what becomes of it."""
    if oddity.key is None:
        where = f"{page.label}, row {oddity.row}"
    else:
        key = oddity.key if oddity.key.isprintable() else ascii(oddity.key)[1:-1]
        where = f"record {key[:LONGEST_KEY]}"
    subject = f"`{oddity.field}` {oddity.problem}" if oddity.field else oddity.problem
    return f"{where}: {subject}; {oddity.consequence}."
