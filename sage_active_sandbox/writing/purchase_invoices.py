"""Rules for bills: VAT lines, rates and treatments, due dates (docs/reference/purchases.md, "Bills")."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sage_active_sandbox.data.books import Books, open_books
from sage_active_sandbox.data.documents import due_date
from sage_active_sandbox.data.purchase_postings import amount_due
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.declarations import Declaration
from sage_active_sandbox.writing.target import Target

PURCHASE_INVOICE: Final = Declaration(
    lengths={"invoiceNumber": 50},
    references={"supplierId": "Supplier"},
    days=frozenset({"invoiceDate", "firstDueDate", "operationDate"}),
    children={
        "vatLines": Declaration(
            references={
                "taxId": "Tax",
                "taxTreatmentId": "TaxTreatment",
                "purchaseAccountingAccountId": "AccountingAccount",
            },
            days=frozenset({"invoiceDate"}),
            twins=(("taxId", "vatPercentage"),),
        )
    },
)
NEW: Final[Mapping[str, Any]] = {
    "invoiceNumber": None,
    "operationDate": None,
    "firstDueDate": None,
    "supplierId": None,
    "description": None,
    "fileId": None,
    "fileName": None,
    "eInvoiceId": None,
    "isEInvoice": False,
    "isEInvoiceCreditNote": False,
    "eInvoicingStatus": None,
}
"""Members of a bill that nobody has set."""

CHOSEN: Final = ("taxTreatmentId", "purchaseAccountingAccountId")
"""Members of a VAT line that follow from its rate."""


def complete(attempt: Attempt) -> None:
    """Fill what the server fills, and note the rules that are broken."""
    row, before, target, problems = attempt.row, attempt.before, attempt.target, attempt.problems
    if before is None:
        given = {name: value for name, value in row.items() if value is not None}
        row.update({**NEW, **given, **target.stamped({})})
        row.update(sourceType="PUBLIC_API", status="Pending", openItems=[])
    elif before["status"] != "Pending":
        problems.add("wrongStatus", "status", value=before["status"], allowed="Pending")
        return
    row["invoiceDate"] = row.get("invoiceDate") or target.today()
    row["hasCashVat"] = None if target.company.market == "ES" else bool(row.get("hasCashVat"))
    if row["operationDate"] is not None and row["operationDate"] > row["invoiceDate"]:
        problems.add("operationAfterInvoice", "operationDate")
    _complete_lines(attempt)
    if problems.found:
        return
    if row.get("totalLiquid") is None:
        row["totalLiquid"] = amount_due(_books(target), row["vatLines"], ZERO)
    row["pendingAmount"] = row["totalLiquid"]
    _set_due_date(attempt)
    if row["totalLiquid"] < 0 and target.switches.negative_bills == "refused":
        problems.add("negativeTotal", "totalLiquid", value=row["totalLiquid"])
    if target.switches.bill_numbers == "unique" and row["invoiceNumber"]:
        _check_number(attempt)


def instalment_dates(row: Row, target: Target) -> list[tuple[Row, datetime]]:
    """The payment terms of the bill's supplier with the days on which they are due; at once without any."""
    supplier = target.table("Supplier").get(row["supplierId"] or "", {})
    terms: list[Row] = supplier.get("paymentTermLines") or [{}]
    return [(term, due_date(row["invoiceDate"], term)) for term in terms]


def first_due_date(row: Row, target: Target) -> datetime:
    """The day on which the first instalment is due by the supplier's terms."""
    return min(due for _, due in instalment_dates(row, target))


def _complete_lines(attempt: Attempt) -> None:
    row, target, problems = attempt.row, attempt.target, attempt.problems
    if not row["vatLines"] and target.switches.empty_children == "refused":
        problems.add("required", "vatLines")
    books = _books(target)
    supplier = target.table("Supplier").get(row["supplierId"] or "", {})
    known = {line["id"]: line for line in (attempt.before or {}).get("vatLines") or ()}
    for position, line in enumerate(row["vatLines"]):
        path = f"vatLines[{position}]."
        for name in ("totalVat", "totalVatBase"):
            if line.get(name) is None:
                problems.add("required", path + name)
        percentage = line.pop("vatPercentage", None)
        if percentage is not None and line.get("taxId") is not None:
            problems.add("rateStatedTwice", f"{path}vatPercentage")
        elif percentage is not None:
            tax = next((row for row in _rates(books) if row["percentage"] == percentage), None)
            if tax is None:
                problems.add("unknownReference", f"{path}vatPercentage", value=percentage)
            line["taxId"] = tax and tax["id"]
        line.setdefault("taxId", None)
        line["invoiceDate"] = line.get("invoiceDate") or row["invoiceDate"]
        line["transactionCategoryId"] = supplier.get("transactionCategoryId")
        _choose(line, known.get(line["id"], {}), books, target)


def _choose(line: Row, before: Row, books: Books, target: Target) -> None:
    """Fill in treatment and account that fit the rate; those of an earlier rate are not kept."""
    for name in CHOSEN:
        if before and line["taxId"] != before["taxId"] and line[name] == before[name]:
            line[name] = None
    tax = books.taxes.get(line["taxId"] or "")
    fitting = [row for row in books.treatments.values() if tax and _fits(row, tax)]
    abroad = target.switches.bill_treatment == "intracommunity"
    fitting.sort(key=lambda row: row["isIntracomunity"] is not abroad)
    groups = dict(books.spec.bills)
    roles = groups.get(books.group_code(line["taxId"]) or "", ("purchase",))
    first = (fitting[0]["id"] if fitting else None, books.roles[roles[0]])
    for name, value in zip(CHOSEN, first, strict=True):
        line[name] = line.get(name) or value


def _fits(treatment: Row, tax: Row) -> bool:
    received = treatment["registerType"] in ("RECEIVED", "BOTH")
    return received and not treatment["inactive"] and treatment["taxGroupId"] == tax["groupId"]


def _rates(books: Books) -> list[Row]:
    """The rates that purchases can have."""
    return [
        row
        for row in books.taxes.values()
        if not row["inactive"] and books.groups[row["groupId"]] in books.spec.received
    ]


def _set_due_date(attempt: Attempt) -> None:
    row, before, target = attempt.row, attempt.before, attempt.target
    followed = before is not None and before["firstDueDate"] == first_due_date(before, target)
    if row["firstDueDate"] is None or (followed and "firstDueDate" not in attempt.sent):
        row["firstDueDate"] = first_due_date(row, target)


def _check_number(attempt: Attempt) -> None:
    key = (attempt.row["supplierId"], attempt.row["invoiceNumber"])
    if any((other["supplierId"], other["invoiceNumber"]) == key for other in attempt.others()):
        attempt.problems.add("codeTaken", "invoiceNumber", value=key[1])


def _books(target: Target) -> Books:
    return open_books(target.store, target.company.id)
