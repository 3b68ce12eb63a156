"""What customers owe by their documents is what they owe by the books."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sage_active_cli.audit.amounts import CENT, EXACT, ZERO, text, total
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.documents import POSTED
from sage_active_cli.audit.entry_checks import amount_of
from sage_active_cli.audit.ledger_sums import REPEATING
from sage_active_cli.audit.rows import Document, Entry, Row

CUSTOMER: Final = "CUSTOMER"
CREDIT_NOTES: Final = "credit_notes"
COLLECTED: Final = "Collected"


class Receivables:
    """Implements `Examination`: a sum of open items, one of what is withheld, one of the lines of customers."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._open = self._withheld = self._booked = ZERO

    def add(self, stream: str, row: Row) -> None:
        """Counts what is open of a posted document, and what an entry books on customers."""
        if isinstance(row, Document) and row.status in POSTED:
            amount = total(item.amount for item in row.open_items or ())
            rest = EXACT.subtract(amount, total(item.paid_amount_accumulated for item in row.open_items or ()))
            # The sign of credit notes is not published.
            self._open = EXACT.add(self._open, -abs(rest) if stream == CREDIT_NOTES else rest)
            if row.status != COLLECTED and stream != CREDIT_NOTES:
                self._withheld = EXACT.add(self._withheld, EXACT.subtract(amount, row.total_liquid or ZERO))
        elif isinstance(row, Entry) and row.entry_type not in REPEATING:
            self._booked = EXACT.add(self._booked, total(_of_customers(row)))

    def findings(self) -> Iterator[Finding]:
        """The difference of all documents. Raises `NotComparableError` where earlier exercises are left out."""
        if self._books.since is not None:
            raise NotComparableError("with --since, what earlier exercises have left open is not known")
        # In ES, open items may contain what the customer withholds.
        rights = (self._open, EXACT.subtract(self._open, self._withheld))
        if all(abs(EXACT.subtract(self._booked, right)) > CENT for right in rights):
            problem = "the open items of posted documents are not the balance of the customers"
            difference = text(EXACT.subtract(self._booked, self._open))
            yield Finding("invoices", problem, None, None, text(self._open), text(self._booked), difference)


def _of_customers(entry: Entry) -> Iterator[Decimal]:
    for line in entry.lines:
        party = line.accounting_entry_third_party
        if party is not None and party.origin == CUSTOMER:
            yield amount_of(line)
