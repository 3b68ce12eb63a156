"""Documents and entries: a posted document is booked with its amount, and what is booked has its document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from sage_active.moments import format_utc, normalize_utc, parse_utc
from sage_active_cli.audit.amounts import CENT, EXACT, ZERO, text, total
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.compact_ids import compact
from sage_active_cli.audit.documents import POSTED, number_of
from sage_active_cli.audit.entry_checks import amount_of
from sage_active_cli.audit.entry_checks import number_of as entry_number
from sage_active_cli.audit.made_since import was_made_since
from sage_active_cli.audit.rows import Bill, Document, Entry, Row

SALES_JOURNAL: Final = "SALES_INVOICE"
SALES: Final = "SALES"
OF_A_BILL: Final = "AP_AUTOMATION"
MOST_KEPT: Final = 200_000
# A document of the first days that are looked at may be booked before them.
LATE: Final = timedelta(days=31)


@dataclass(slots=True)
class _Due:
    """A posted document that no entry of its amount has been seen of yet."""

    stream: str
    number: str | None
    due: Decimal
    withheld: Decimal
    booked: Decimal | None = None


class PostedIsBooked:
    """Implements `Examination`: a posted invoice has an entry, whose third-party lines are its amount due."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._due: dict[bytes, tuple[str, _Due]] = {}
        self._is_full = False
        first = books.first_day
        self._first_day = format_utc(parse_utc(first) + LATE) if first else ""

    def add(self, stream: str, row: Row) -> None:
        """Notes posted invoices, which come first; an entry of the right amount lets one go."""
        if isinstance(row, Document):
            if row.status in POSTED and (normalize_utc(row.document_date) or "") >= self._first_day:
                self._is_full = self._is_full or len(self._due) >= MOST_KEPT
                if not self._is_full:
                    due = _Due(stream, number_of(row), row.total_liquid or ZERO, row.total_withholding or ZERO)
                    self._due[compact(row.id)] = (row.id, due)
            return
        if not isinstance(row, Entry) or not row.sales_invoice_id:
            return
        journal, found = self._books.journal(row.journal_type_id), self._due.get(compact(row.sales_invoice_id))
        if found is None or (journal and journal.type != SALES_JOURNAL):
            return
        amount = total(amount_of(line) for line in row.lines if line.accounting_entry_third_party)
        due = found[1]
        due.booked = EXACT.add(due.booked or ZERO, amount)
        if any(abs(abs(due.booked) - abs(right)) <= CENT for right in (due.due, due.due + due.withheld)):
            del self._due[compact(row.sales_invoice_id)]

    def findings(self) -> Iterator[Finding]:
        """Posted invoices that are not booked so. Raises `NotComparableError` where there are too many to keep."""
        for document_id, due in self._due.values():
            expected = text(abs(due.due))
            if due.booked is None:
                yield Finding(due.stream, "posted, and without an entry", document_id, due.number, expected)
            else:
                booked = abs(due.booked)
                problem = "the third-party lines of its entries are not the amount due"
                difference = text(EXACT.subtract(booked, abs(due.due)))
                yield Finding(due.stream, problem, document_id, due.number, expected, text(booked), difference)
        if self._is_full:
            raise NotComparableError(f"more than {MOST_KEPT} posted documents: only as many are compared")


class BookedHasDocument:
    """Implements `Examination`: an entry of sales has its invoice, an entry of a bill its bill."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._documents: set[bytes] = set()
        self._findings: list[Finding] = []

    def add(self, stream: str, row: Row) -> None:
        """Notes documents, which come first, and judges entries."""
        if isinstance(row, Document | Bill):
            if len(self._documents) <= MOST_KEPT:
                self._documents.add(compact(row.id))
            return
        if not isinstance(row, Entry) or len(self._documents) > MOST_KEPT:
            return
        for source, key, documents in (
            (SALES, row.sales_invoice_id, "invoices"),
            (OF_A_BILL, row.source_entity_id, "bills"),
        ):
            if row.source_type != source or was_made_since(row, self._books, documents):
                continue
            if not key or compact(key) not in self._documents:
                problem = f"an entry of something that is not among `{documents}`"
                self._findings.append(Finding("journal_entries", problem, row.id, entry_number(row), key))

    def findings(self) -> Iterator[Finding]:
        """Entries without a document. Raises `NotComparableError` where there are too many documents to keep."""
        if len(self._documents) > MOST_KEPT:
            raise NotComparableError(f"more than {MOST_KEPT} documents: their ids are not kept")
        yield from self._findings
