"""What each accounting entry must be in itself (docs/reference/accounting.md, "Entries")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sage_active_cli.audit.amounts import CENT, EXACT, HALF_CENT, ZERO, text, total
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.rows import Entry, EntryInvoice, EntryLine, RegisteredTax, Row

ENTRIES: Final = "journal_entries"
FEWEST_LINES: Final = 2


def balances(_: str, row: Row, books: Books) -> Iterator[Finding]:
    """Debit is credit."""
    if isinstance(row, Entry):
        debit = total(line.debit_amount for line in row.lines)
        credit = total(line.credit_amount for line in row.lines)
        if abs(debit - credit) >= HALF_CENT:
            problem = f"debit is not credit, {books.exercise_name(row.accounting_exercise_id)}"
            yield entry_finding(row, problem, debit, credit)


def one_side(_: str, row: Row, books: Books) -> Iterator[Finding]:
    """A line stands on one side; an entry has two lines."""
    if isinstance(row, Entry):
        if len(row.lines) < FEWEST_LINES:
            yield Finding(ENTRIES, "fewer than two lines", row.id, number_of(row), "2 or more", str(len(row.lines)))
        for line in row.lines:
            if line.debit_amount and line.credit_amount:
                problem = f"a line on both sides, {books.account_name(line.sub_account_id)}"
                yield entry_finding(row, problem, line.debit_amount, line.credit_amount)


def tax_part(_: str, row: Row, books: Books) -> Iterator[Finding]:
    """The tax register of an invoice is its amount, whole or without what is withheld."""
    if not isinstance(row, Entry):
        return
    for invoice in invoices_of(row):
        taxes = invoice.accounting_entry_taxes or ()
        if not taxes or invoice.amount is None:
            continue
        registered = total(amount for tax in taxes for amount in _of_the_amount(tax, books))
        tolerance = CENT * len(taxes)
        if abs(registered - invoice.amount) <= tolerance:
            continue
        withheld = _withheld(row, books).copy_sign(registered)
        if abs(EXACT.subtract(registered, withheld) - invoice.amount) > tolerance:
            yield entry_finding(row, "the tax register is not the amount of the invoice", invoice.amount, registered)


def open_items(_: str, row: Row, books: Books) -> Iterator[Finding]:
    """The open items of an invoice are its amount, with or without what is withheld."""
    if not isinstance(row, Entry):
        return
    for invoice in invoices_of(row):
        if invoice.open_items and invoice.amount is not None:
            items = total(item.amount for item in invoice.open_items)
            difference = abs(abs(items) - abs(invoice.amount))
            if difference > CENT and abs(difference - _withheld(row, books)) > CENT:
                yield entry_finding(row, "the open items are not the amount of the invoice", invoice.amount, items)


def dimensions(_: str, row: Row, books: Books) -> Iterator[Finding]:
    """What of a line stands on a tracking category is not more than the line."""
    if not isinstance(row, Entry):
        return
    for line in row.lines:
        tagged: dict[str | None, Decimal] = {}
        for tag in line.accounting_entry_dimension_tags or ():
            tagged[tag.dimension_id] = EXACT.add(tagged.get(tag.dimension_id, ZERO), tag.amount or ZERO)
        amount = abs(amount_of(line))
        for dimension, part in tagged.items():
            if part > amount + HALF_CENT:
                problem = (
                    f"more on tracking category {dimension} than on the line, {books.account_name(line.sub_account_id)}"
                )
                yield entry_finding(row, problem, amount, part)


def amount_of(line: EntryLine) -> Decimal:
    """Debit minus credit."""
    return EXACT.subtract(line.debit_amount or ZERO, line.credit_amount or ZERO)


def invoices_of(entry: Entry) -> Iterator[EntryInvoice]:
    """The invoices of the lines."""
    return (line.accounting_entry_invoice for line in entry.lines if line.accounting_entry_invoice)


def number_of(entry: Entry) -> str | None:
    """The number as findings show it."""
    return None if entry.number is None else str(entry.number)


def entry_finding(entry: Entry, problem: str, expected: Decimal, actual: Decimal) -> Finding:
    """A finding about amounts of an entry."""
    difference = EXACT.subtract(actual, expected)
    return Finding(ENTRIES, problem, entry.id, number_of(entry), text(expected), text(actual), text(difference))


def _of_the_amount(tax: RegisteredTax, books: Books) -> Iterator[Decimal | None]:
    """What of a registered rate is part of the invoice's amount."""
    # Whoever receives the invoice owes the tax of a reverse charge: it is registered twice, and in no amount.
    is_reverse_charge = books.is_reverse_charge(tax.tax_treatment_id)
    if not is_reverse_charge or tax.deductible:
        yield tax.tax_base
    if not is_reverse_charge:
        yield tax.tax_amount
        yield tax.equivalence_surcharge_quota


def _withheld(entry: Entry, books: Books) -> Decimal:
    """What is withheld for the income tax of whoever sells (ES): it stands on accounts of their own."""
    if books.market != "ES":
        return ZERO
    lines = (line for line in entry.lines if _is_withholding(books, line.sub_account_id))
    return abs(total(amount_of(line) for line in lines))


def _is_withholding(books: Books, account_id: str | None) -> bool:
    """Whether an account is one of the Spanish chart's for withheld income tax."""
    account = books.account(account_id)
    return account is not None and account.number.startswith(("473", "4751"))
