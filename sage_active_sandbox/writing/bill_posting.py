"""Posting of bills: the accounting entry and the open items (docs/reference/purchases.md, "Lifecycle of bills")."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.acts import Act
from sage_active_sandbox.data.books import Books, open_books
from sage_active_sandbox.data.documents import WITHHOLDING
from sage_active_sandbox.data.entries import Heading
from sage_active_sandbox.data.purchase_postings import amount_due, purchase_entry
from sage_active_sandbox.data.totals import ZERO, instalments, percent
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.posting import check_posting, open_entry
from sage_active_sandbox.writing.purchase_invoices import instalment_dates
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target

POSTABLE: Final = ("Pending", "Closed")


def post(bill: Row, sent: Mapping[str, Any], target: Target) -> Row:
    """Give the bill its open items, and return the balanced entry; RefusedError if it cannot be posted."""
    books, problems = open_books(target.store, target.company.id), Problems()
    check_posting(sent, "PURCHASE_INVOICE", target, problems)
    if bill["status"] not in POSTABLE:
        problems.add("wrongStatus", "status", value=bill["status"], allowed=" or ".join(POSTABLE))
    supplier = target.table("Supplier").get(bill["supplierId"] or "")
    if supplier is None:
        problems.add("required", "supplierId")
    elif not problems.found:
        bill["_withheld"] = _withheld(books, bill, supplier, problems)
    if target.company.market == "DE" and not bill["invoiceNumber"]:
        problems.add("required", "invoiceNumber")
    problems.raise_if_any()
    assert supplier is not None
    bill.update(status="Posted", openItems=[target.stamped(item) for item in _open_items(bill, target)])
    heading = Heading(
        date=target.day(sent.get("postingDate") or bill["invoiceDate"]),
        journal=sent["journalTypeId"],
        description=sent["accountingEntryDescription"],
        document_number=bill["invoiceNumber"],
        source="AP_AUTOMATION" if bill["fileId"] else "ACCOUNTING",
        document_date=bill["invoiceDate"],
        source_entity_id=bill["id"],
    )
    entry = purchase_entry(books, target.stamped, bill, supplier, heading)
    open_entry(entry, target)
    number, date = bill["invoiceNumber"] or "", bill["invoiceDate"]
    target.store.acts.append(Act("posting", target.company.id, bill["id"], None, number, date))
    return entry


def _withheld(books: Books, bill: Row, supplier: Row, problems: Problems) -> Decimal:
    """What is withheld from a supplier with income tax (ES), if the stated total leaves it out."""
    due = amount_due(books, bill["vatLines"], ZERO)
    difference: Decimal = due - bill["totalLiquid"]
    base = sum((line["totalVatBase"] for line in bill["vatLines"]), ZERO)
    if difference and not (supplier.get("personalIncomeTax") and difference == percent(base, WITHHOLDING)):
        problems.add("totalsDiffer", "totalLiquid", value=bill["totalLiquid"], allowed=due)
    return difference


def _open_items(bill: Row, target: Target) -> list[Row]:
    """The instalments by the supplier's terms; a single one on a first due date that was stated otherwise."""
    dates = instalment_dates(bill, target)
    if bill["firstDueDate"] != min(due for _, due in dates):
        dates = [(dates[0][0], bill["firstDueDate"])]
    amounts = instalments(bill["totalLiquid"], [term for term, _ in dates])
    return [
        {
            "amount": amount,
            "paidAmountAccumulated": ZERO,
            "dueDate": due,
            "status": "NOT_SPECIFIED",
            "paymentMeanId": term.get("paymentMeanId"),
        }
        for (term, due), amount in zip(dates, amounts, strict=True)
    ]
