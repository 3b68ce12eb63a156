"""Entries of bills: cost and tax against the supplier; reverse charge, cash VAT, withholding.

Source: docs/reference/purchases.md, "Bills".
"""

from collections.abc import Iterable
from decimal import Decimal

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import (
    Heading,
    Posting,
    Stamp,
    entry_row,
    invoice_part,
    open_item_part,
    tax_part,
    third_party_part,
)
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row


def purchase_entry(books: Books, stamp: Stamp, bill: Row, supplier: Row, heading: Heading, *, sign: int = 1) -> Row:
    """The balanced entry of a bill; with ``sign`` -1 that of a supplier's credit for the same amounts (ES journals)."""
    postings: list[Posting] = []
    taxes: list[Row] = []
    by_account: dict[str, Decimal] = {}
    for line in bill["vatLines"]:
        account = line["purchaseAccountingAccountId"] or books.roles["purchase"]
        by_account[account] = by_account.get(account, ZERO) + line["totalVatBase"]
    postings += [Posting(account, amount) for account, amount in by_account.items()]
    for line in bill["vatLines"]:
        taxes += _register(books, stamp, line)
        postings += _tax_postings(books, bill, line)
    withheld: Decimal = bill.get("_withheld") or ZERO
    if withheld:
        postings.append(Posting(books.roles[books.spec.withheld_from_suppliers or "suspense"], -withheld))
    part = invoice_part(
        books,
        stamp,
        {
            "number": bill["invoiceNumber"],
            "date": bill["invoiceDate"],
            "operationDate": bill["operationDate"],
            "register": "RECEIVED",
            "amends": sign < 0,
        },
        amount=bill["totalLiquid"],
        isCashVat=bool(bill["hasCashVat"]),
        openItems=[open_item_part(stamp, item) for item in bill["openItems"]],
        accountingEntryTaxes=taxes,
    )
    payable = supplier.get("defaultAccountingAccountId") or books.roles["supplier"]
    party = third_party_part(stamp, supplier, "SUPPLIER")
    postings.insert(0, Posting(payable, -bill["totalLiquid"], party, part))
    turned = [
        Posting(posting.account_id, posting.amount * sign, posting.third_party, posting.invoice) for posting in postings
    ]
    return entry_row(books, stamp, heading, turned)


def amount_due(books: Books, lines: Iterable[Row], withheld: Decimal) -> Decimal:
    """What the supplier gets: bases and taxes, without the tax of a reverse charge and without what is withheld."""
    due = -withheld
    for line in lines:
        due += line["totalVatBase"]
        if not _reverse_charge(books, line):
            due += line["totalVat"]
    return due


def pending_tax(books: Books, bill: Row) -> Decimal:
    """Input tax of a bill that becomes deductible with its payment (cash VAT)."""
    if not bill["hasCashVat"] or books.spec.pending_input_tax is None:
        return ZERO
    return sum((line["totalVat"] for line in bill["vatLines"] if not _reverse_charge(books, line)), ZERO)


def _tax_postings(books: Books, bill: Row, line: Row) -> list[Posting]:
    amount: Decimal = line["totalVat"]
    if not amount:
        return []
    account = books.input_tax(line["taxId"])
    if _reverse_charge(books, line):
        return [Posting(account, amount), Posting(books.output_tax(line["taxId"]), -amount)]
    if bill["hasCashVat"] and books.spec.pending_input_tax is not None:
        account = books.roles[books.spec.pending_input_tax]
    return [Posting(account, amount)]


def _register(books: Books, stamp: Stamp, line: Row) -> list[Row]:
    """The line in the tax register; with reverse charge once for each side."""
    treatment = next((row for row in books.treatments.values() if row["id"] == line["taxTreatmentId"]), None)
    amounts = {"base": line["totalVatBase"], "tax": line["totalVat"]}
    tax = books.taxes.get(line["taxId"] or "")
    sides = (True, False) if _reverse_charge(books, line) else (True,)
    return [tax_part(stamp, treatment, tax, amounts, deductible=deductible) for deductible in sides]


def _reverse_charge(books: Books, line: Row) -> bool:
    treatment_id = line["taxTreatmentId"]
    return any(row["id"] == treatment_id and row["isIntracomunity"] for row in books.treatments.values())
