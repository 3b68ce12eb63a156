"""Numbers of invoices and credit notes, which may share a series: each once, without gaps."""

import re
from collections.abc import Iterator
from typing import Final

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.number_set import NumberSet
from sage_active_cli.audit.rows import Document, Row

INVOICES: Final = "invoices"
PENDING: Final = "Pending"
# A series is what stands before the last digits.
_NUMBER: Final = re.compile(r"(?P<series>.*?)(?P<digits>\d{1,15})", re.DOTALL)
MOST_SERIES: Final = 5000
MOST_NAMED: Final = 100


class DocumentNumbers:
    """Implements `Examination`."""

    def __init__(self, books: Books) -> None:
        self._series: dict[tuple[str, int], NumberSet] = {}
        self._without: list[Finding] = []

    def add(self, stream: str, row: Row) -> None:
        """Notes the number of a document that is not a draft."""
        if not isinstance(row, Document) or row.status == PENDING:
            return
        if not row.operational_number:
            if len(self._without) < MOST_NAMED:
                self._without.append(Finding(stream, f"no number, with the status {row.status}", row.id))
            return
        found = _NUMBER.fullmatch(row.operational_number)
        if found and len(self._series) <= MOST_SERIES:
            # A number that grows longer when its digits run out stays in its series; one with zeros before it does not.
            width = len(found["digits"]) if found["digits"].startswith("0") else 0
            self._series.setdefault((found["series"], width), NumberSet()).add(int(found["digits"]))

    def findings(self) -> Iterator[Finding]:
        """Missing and repeated numbers, and how many each series lacks. Raises `NotComparableError`."""
        yield from self._without
        if len(self._series) > MOST_SERIES:
            raise NotComparableError(f"more than {MOST_SERIES} series of numbers")
        for (series, width), numbers in self._series.items():
            for number in sorted(numbers.repeated)[:MOST_NAMED]:
                yield Finding(
                    INVOICES, "a number that comes twice", None, f"{series}{number:0{width}d}", "1", "2 or more"
                )
            if gaps := 0 if numbers.is_too_wide else numbers.bits.missing_count:
                yield Finding(
                    INVOICES, f"numbers that are missing in the series {series!r}", None, None, "0", str(gaps)
                )
