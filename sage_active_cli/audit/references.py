"""What rows refer to exists; and what a credit note says of the invoice that it credits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sage_active_cli.audit.amounts import CENT, ZERO, text
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.documents import number_of
from sage_active_cli.audit.entry_checks import number_of as entry_number
from sage_active_cli.audit.made_since import was_made_since
from sage_active_cli.audit.rows import Bill, Document, Entry, Row

CREDITED_MOST: Final = 100_000


class ReferencesExist:
    """Implements `Examination`: customers, items, tax rates, suppliers and journals exist. One row of each is kept."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._first: dict[tuple[str, str], Finding] = {}

    def add(self, stream: str, row: Row) -> None:
        """Notes the first row that refers to each."""
        for target, key in _references(row):
            if key and (target, key) not in self._first:
                number = entry_number(row) if isinstance(row, Entry) else None
                number = number_of(row) if isinstance(row, Document | Bill) else number
                problem = f"refers to something that is not among `{target}`: {key}"
                self._first[(target, key)] = Finding(stream, problem, row.id, number)

    def findings(self) -> Iterator[Finding]:
        """References to nothing."""
        for (target, key), finding in self._first.items():
            if not self._books.has(target, key):
                yield finding


class CreditNotesFit:
    """Implements `Examination`: the invoice of a credit note is there and marked, and is not smaller."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._credited: dict[str, Decimal] = {}
        self._findings: list[Finding] = []

    def add(self, stream: str, row: Row) -> None:
        """Notes credited invoices, which come first, and judges credit notes."""
        if not isinstance(row, Document) or len(self._credited) > CREDITED_MOST:
            return
        if stream == "invoices":
            if row.has_credit_note:
                self._credited[row.id] = abs(row.total_liquid or ZERO)
            return
        source = row.source_sales_invoice_id
        if source in self._credited:
            total = abs(row.total_liquid or ZERO)
            if total > self._credited[source] + CENT:
                problem = "a credit note that is higher than its invoice"
                most = text(self._credited[source])
                self._findings.append(Finding(stream, problem, row.id, number_of(row), most, text(total)))
        elif not was_made_since(row, self._books, "invoices") and not self._books.since:
            problem = "the invoice of a credit note is missing, or not marked as credited"
            self._findings.append(Finding(stream, problem, row.id, number_of(row), source))

    def findings(self) -> Iterator[Finding]:
        """Credit notes that do not fit. Raises `NotComparableError` after them where there are too many to keep."""
        yield from self._findings
        if len(self._credited) > CREDITED_MOST:
            raise NotComparableError(f"more than {CREDITED_MOST} credited invoices: only as many are compared")


def _references(row: Row) -> Iterator[tuple[str, str | None]]:
    if isinstance(row, Document):
        yield "customers", row.customer_id
        for line in row.lines or ():
            yield "items", line.product_id
            yield "tax_rates", line.tax_id
    elif isinstance(row, Bill):
        yield "suppliers", row.supplier_id
    elif isinstance(row, Entry):
        yield "journals", row.journal_type_id
