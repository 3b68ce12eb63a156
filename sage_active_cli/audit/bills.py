"""What a bill must be in itself (docs/reference/purchases.md, "Lifecycle of bills")."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from sage_active.moments import normalize_utc
from sage_active_cli.audit.amounts import CENT, EXACT, ZERO, total
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.documents import document_finding
from sage_active_cli.audit.rows import Bill, Row

BILLS: Final = "bills"
# Rates at which income tax is withheld from bills in Spain.
WITHHELD: Final = (Decimal("0.07"), Decimal("0.15"), Decimal("0.19"))
DAYS_APART: Final = 400
MOST_BILLS: Final = 300_000


def tax_lines(stream: str, row: Row, books: Books) -> Iterator[Finding]:
    """The tax lines of a bill are its amount due."""
    if not isinstance(row, Bill) or not row.vat_lines:
        return
    base = total(line.total_vat_base for line in row.vat_lines)
    tax = total(line.total_vat for line in row.vat_lines if not books.is_reverse_charge(line.tax_treatment_id))
    due, tolerance = row.total_liquid or ZERO, CENT * len(row.vat_lines)
    rates = (ZERO, *WITHHELD) if books.market == "ES" else (ZERO,)
    possible = [EXACT.subtract(EXACT.add(base, tax), EXACT.multiply(base, rate)) for rate in rates]
    if all(abs(amount - due) > tolerance for amount in possible):
        yield document_finding(stream, row, "totalLiquid is not the sum of the tax lines", possible[0], due)


def pending(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """What is pending of a bill is its amount less what is paid."""
    if isinstance(row, Bill) and row.pending_amount is not None:
        paid = total(item.paid_amount_accumulated for item in row.open_items or ())
        left = EXACT.subtract(row.total_liquid or ZERO, paid)
        if abs(left - row.pending_amount) > CENT:
            problem = "pendingAmount is not the amount less what is paid"
            yield document_finding(stream, row, problem, left, row.pending_amount)


class EnteredTwice:
    """Implements `Examination`: a supplier's number comes once in 400 days. Of each bill one number is kept."""

    def __init__(self, books: Books) -> None:
        self._days: dict[int, list[int]] = {}
        self._kept = 0
        self._findings: list[Finding] = []

    def add(self, stream: str, row: Row) -> None:
        """Compares a bill with those before it."""
        if not isinstance(row, Bill) or not row.supplier_id or self._kept > MOST_BILLS:
            return
        number = "".join(filter(str.isalnum, (row.invoice_number or "").upper()))
        day = normalize_utc(row.invoice_date)
        if not number or not day:
            return
        self._kept += 1
        when = datetime.fromisoformat(day).toordinal()
        days = self._days.setdefault(hash((row.supplier_id, number)), [])
        near = [other for other in days if abs(other - when) <= DAYS_APART]
        if near:
            other = datetime.fromordinal(near[0]).date().isoformat()
            problem = f"the supplier's number is on another bill, of {other}: paid twice?"
            self._findings.append(Finding(stream, problem, row.id, row.invoice_number))
        days.append(when)

    def findings(self) -> Iterator[Finding]:
        """Bills that may be there twice. Raises `NotComparableError` after them where there are too many to keep."""
        yield from self._findings
        if self._kept > MOST_BILLS:
            raise NotComparableError(f"more than {MOST_BILLS} bills: only as many are compared")
