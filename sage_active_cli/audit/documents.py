"""What a sales document must be in itself (docs/reference/documents.md, "Lifecycle" and "Open items")."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sage_active.moments import normalize_utc
from sage_active_cli.audit.amounts import CENT, EXACT, HALF_CENT, ZERO, text, total
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.rows import Bill, Document, OpenItem, Row

# The totals that documents and their lines have in common, by member of the row and name in the API.
TOTALS: Final = {
    "total_gross": "totalGross",
    "total_discount": "totalDiscount",
    "total_customer_discount": "totalCustomerDiscount",
    "total_net": "totalNet",
    "total_vat_base": "totalVatBase",
    "total_vat": "totalVat",
    "total_fee_surcharge": "totalFeeSurcharge",
    "total_vat_fee": "totalVatFee",
    "total_liquid_no_withholding": "totalLiquidNoWithholding",
    "total_withholding": "totalWithholding",
    "total_liquid": "totalLiquid",
}
POSTED: Final = frozenset({"Posted", "PartiallyCollected", "Collected", "PartiallyPaid", "Paid"})
SETTLED: Final = frozenset({"Collected", "Paid"})
IN_PART: Final = frozenset({"PartiallyCollected", "PartiallyPaid"})
SETTLED_ITEM: Final = frozenset({"COLLECTED", "PAID"})
PERCENT: Final = Decimal(100)


def header_totals(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """The totals of a document are the sums of its lines."""
    if isinstance(row, Document):
        lines = row.lines or ()
        tolerance = max(HALF_CENT, CENT * len(lines))
        for member, name in TOTALS.items():
            stated: Decimal = getattr(row, member) or ZERO
            summed = total(getattr(line, member) for line in lines)
            if abs(stated - summed) > tolerance:
                yield document_finding(stream, row, f"{name} is not the sum of the lines", summed, stated)


def identities(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """Gross, discounts, net, tax, surcharge, withholding and amount due agree."""
    if not isinstance(row, Document):
        return
    tolerance = CENT * max(1, len(row.lines or ()))

    def of(*members: Decimal | None) -> Decimal:
        return total(members)

    net = EXACT.subtract(row.total_gross or ZERO, of(row.total_discount, row.total_customer_discount))
    if abs(net - (row.total_net or ZERO)) > tolerance:
        yield document_finding(stream, row, "totalNet is not gross less discounts", net, row.total_net or ZERO)
    # Which of the two is the surcharge is not published.
    due = [of(row.total_net, row.total_vat, surcharge) for surcharge in (row.total_fee_surcharge, row.total_vat_fee)]
    stated = row.total_liquid_no_withholding or ZERO
    if all(abs(amount - stated) > tolerance for amount in due):
        problem = "totalLiquidNoWithholding is not net, tax and surcharge"
        yield document_finding(stream, row, problem, due[0], stated)
    liquid = EXACT.subtract(stated, row.total_withholding or ZERO)
    if abs(liquid - (row.total_liquid or ZERO)) > tolerance:
        problem = "totalLiquid is not the amount less what is withheld"
        yield document_finding(stream, row, problem, liquid, row.total_liquid or ZERO)


def line_arithmetic(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """Quantity times price is gross, base times rate is tax."""
    if not isinstance(row, Document):
        return
    for number, line in enumerate(row.lines or (), 1):
        quantity = line.total_quantity or ZERO
        gross = EXACT.multiply(quantity, line.unit_price or ZERO)
        if abs(gross - (line.total_gross or ZERO)) > max(CENT, HALF_CENT * abs(quantity)):
            problem = f"line {number}: totalGross is not quantity times price"
            yield document_finding(stream, row, problem, gross, line.total_gross or ZERO)
        tax = _tax(line.total_vat_base, line.vat_percentage)
        if abs(tax - (line.total_vat or ZERO)) > CENT:
            problem = f"line {number}: totalVat is not base times rate"
            yield document_finding(stream, row, problem, tax, line.total_vat or ZERO)


def tax_by_rate(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """The tax of a document is that of its rates, or of its lines."""
    if not isinstance(row, Document) or not row.lines:
        return
    bases: dict[Decimal, Decimal] = {}
    for line in row.lines:
        rate = line.vat_percentage or ZERO
        bases[rate] = EXACT.add(bases.get(rate, ZERO), line.total_vat_base or ZERO)
    by_rate = total(_cents(_tax(base, rate)) for rate, base in bases.items())
    by_line = total(line.total_vat for line in row.lines)
    stated = row.total_vat or ZERO
    if min(abs(by_rate - stated), abs(by_line - stated)) > CENT * len(row.lines):
        yield document_finding(
            stream, row, "totalVat is neither the tax of the rates nor of the lines", by_rate, stated
        )


def items_are_due(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """The open items of a posted document are its amount due, with or without what is withheld."""
    items = _posted_items(row)
    if items is None or not isinstance(row, Document | Bill):
        return
    summed, due = abs(total(item.amount for item in items)), row.total_liquid or ZERO
    withheld = row.total_withholding or ZERO if isinstance(row, Document) else ZERO
    if abs(summed - abs(due)) > CENT and abs(summed - abs(due + withheld)) > CENT:
        yield document_finding(stream, row, "the open items are not the amount due", abs(due), summed)


def items_are_paid(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """What is paid of an item lies between nothing and its amount, as its status says."""
    if isinstance(row, Document | Bill):
        for item in row.open_items or ():
            amount, paid = item.amount or ZERO, item.paid_amount_accumulated or ZERO
            if paid * amount < 0 or abs(paid) > abs(amount):
                yield document_finding(stream, row, "more is paid of an open item than its amount", amount, paid)
            elif amount and item.status != _status_of(amount, paid) and not _is_settled(item, amount, paid):
                problem = f"an open item has the status {item.status}"
                yield document_finding(stream, row, problem, amount, paid)


def status_fits(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """The status of a document is that of its items."""
    items = _posted_items(row)
    if not items or not isinstance(row, Document | Bill):
        return
    amount = total(abs(item.amount or ZERO) for item in items)
    paid = total(abs(item.paid_amount_accumulated or ZERO) for item in items)
    if not amount:
        return
    fits = SETTLED if paid >= amount else IN_PART if paid else frozenset({"Posted"})
    if row.status not in fits:
        yield document_finding(stream, row, f"the status {row.status} is not that of the open items", amount, paid)


def first_due(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """The first due date is the earliest of the items."""
    items = _posted_items(row)
    if items and isinstance(row, Document | Bill):
        due = [day for item in items if (day := normalize_utc(item.due_date))]
        stated = normalize_utc(row.first_due_date)
        if due and stated != min(due):
            problem = "firstDueDate is not the earliest due date of the open items"
            yield Finding(stream, problem, row.id, number_of(row), min(due), stated)


def closed_and_not_posted(stream: str, row: Row, _: Books) -> Iterator[Finding]:
    """A document that is closed is not in accounting yet."""
    if isinstance(row, Document) and row.status == "Closed":
        yield Finding(stream, "closed, and not posted", row.id, number_of(row))


def number_of(row: Document | Bill) -> str | None:
    """The number that people know it by."""
    return row.operational_number if isinstance(row, Document) else row.invoice_number


def document_finding(stream: str, row: Document | Bill, problem: str, expected: Decimal, actual: Decimal) -> Finding:
    """A finding about amounts of a document."""
    difference = EXACT.subtract(actual, expected)
    return Finding(stream, problem, row.id, number_of(row), text(expected), text(actual), text(difference))


def _posted_items(row: Row) -> tuple[OpenItem, ...] | None:
    return (row.open_items or ()) if isinstance(row, Document | Bill) and row.status in POSTED else None


def _status_of(amount: Decimal, paid: Decimal) -> str:
    return "NOT_SPECIFIED" if not paid else "PARTIAL" if abs(paid) < abs(amount) else "COLLECTED"


def _is_settled(item: OpenItem, amount: Decimal, paid: Decimal) -> bool:
    return item.status in SETTLED_ITEM and paid == amount


def _tax(base: Decimal | None, rate: Decimal | None) -> Decimal:
    return EXACT.divide(EXACT.multiply(base or ZERO, rate or ZERO), PERCENT)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP, EXACT)
