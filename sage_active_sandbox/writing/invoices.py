"""Rules for sales invoices: drafts, totals, numbers, statuses, open items, credit notes.

Source: docs/reference/documents.md.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.documents import NEW_DOCUMENT, open_amounts
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing import credited_lines
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.numbers import check_number, give_number, note, number_by_update
from sage_active_sandbox.writing.origins import use_origins
from sage_active_sandbox.writing.payment_terms import complete_terms
from sage_active_sandbox.writing.refusals import refused
from sage_active_sandbox.writing.sales_documents import begin, complete_header, complete_lines, customer_of, price
from sage_active_sandbox.writing.target import Target

TERM_MEMBERS = ("order", "paymentMeanId", "type", "value", "condition", "day", "payDays")


def complete(attempt: Attempt) -> None:
    """Fill what the server fills, compute the totals, and note the rules that are broken."""
    row, before, target, problems = attempt.row, attempt.before, attempt.target, attempt.problems
    if before is None:
        _begin(attempt)
    elif before["status"] != "Pending":
        problems.add("wrongStatus", "status", value=before["status"], allowed="Pending")
        return
    complete_header(attempt)
    complete_terms(row["paymentTermLines"], problems)
    if row.get("operationDate") is not None and row["operationDate"] > row["documentDate"]:
        problems.add("operationAfterDocument", "operationDate")
    if row.get("canGeneratePaymentLink") and not row.get("invoiceEmail"):
        problems.add("emailMissing", "invoiceEmail")
    complete_lines(attempt)
    if not problems.found:
        row["type"] = _type(row, target)
        _price(row, target)
    is_closed = bool(row["operationalNumber"]) if before is None else number_by_update(row, before, target, problems)
    if problems.found:
        return
    if is_closed:
        _lock(row, target)
    use_origins(attempt)


def close(row: Row, target: Target) -> None:
    """Give a draft its number and open items; RefusedError in any other status."""
    if row["status"] != "Pending":
        raise refused("wrongStatus", "status", value=row["status"], allowed="Pending")
    give_number(row, target)
    _lock(row, target)


def credit_note(source: Row, sent: Mapping[str, Any], target: Target) -> Row:
    """A credit note as a draft for some or all lines of a closed invoice, whose quantities it uses up.

    Amounts have the sign of the source's (docs/reference/documents.md, "Credit notes and advance invoices", leaves it
    open).
    """
    if source["status"] == "Pending" or source.get("type") == "CREDIT_NOTE":
        raise refused("wrongStatus", "status", value=source["status"], allowed="Closed or Posted")
    row = target.stamped({name: value for name, value in source.items() if name not in ("id", "creationDate")})
    row.update(
        sourceType="PUBLIC_API",
        type="CREDIT_NOTE",
        status="Pending",
        operationalNumber=None,
        operationalNumberPresetTextId=sent.get("operationalNumberPresetTextId")
        or source["operationalNumberPresetTextId"],
        modificationDate=None,
        sourceSalesInvoiceId=source["id"],
        hasCreditNote=False,
        documentDate=sent.get("outputDocumentDate") or target.today(),
        firstDueDate=None,
        openItems=[],
        eInvoice=[],
        paymentTermLines=[target.stamped(_term(term)) for term in source["paymentTermLines"]],
        lines=[],
    )
    for line, quantity, unit_price in _credited(source, sent):
        copied = {name: value for name, value in line.items() if name not in ("id", "creationDate", "_origin")}
        credited = target.stamped(copied)
        credited.update(
            modificationDate=None, totalQuantity=quantity, unitPrice=unit_price, order=len(row["lines"]) + 1
        )
        credited_lines.take(line, credited, target)
        row["lines"].append(credited)
    _price(row, target)
    source["hasCreditNote"] = True
    return row


def _begin(attempt: Attempt) -> None:
    row, target, problems = attempt.row, attempt.target, attempt.problems
    has_terms = row.get("paymentTermLines") is not None
    begin(attempt, NEW_DOCUMENT)
    row.update(openItems=[], eInvoice=[])
    if not has_terms:
        terms = (customer_of(row, target) or {}).get("paymentTermLines") or []
        row["paymentTermLines"] = [target.stamped(_term(term)) for term in terms]
    if attempt.sent.get("type") == "CREDIT_NOTE":
        problems.add("creditNoteType", "type")
    if row["operationalNumber"]:
        check_number("SalesInvoice", row, target, problems)


def _term(term: Row) -> Row:
    return {name: term.get(name) for name in TERM_MEMBERS}


def _type(row: Row, target: Target) -> str:
    if row.get("type") == "CREDIT_NOTE":
        return "CREDIT_NOTE"
    products = [target.table("Product").get(line.get("productId") or "", {}) for line in row["lines"]]
    advance = [product.get("category") for product in products] == ["CONCEPT"]
    return "PAYMENT_IN_ADVANCE" if advance and row["lines"][0].get("totalQuantity") == 1 else "NORMAL"


def _price(row: Row, target: Target) -> None:
    price("SalesInvoice", row, target)
    for line in row["lines"]:
        line["availableForCreditNoteQuantity"] = ZERO


def _lock(row: Row, target: Target) -> None:
    credited_lines.use_up(row, target)
    row["status"] = "Closed"
    row["openItems"] = [target.stamped(item) for item in open_amounts(row)]
    row["firstDueDate"] = min(item["dueDate"] for item in row["openItems"])
    for line in row["lines"]:
        line["availableForCreditNoteQuantity"] = line["totalQuantity"]
    note("number", row, target)


def _credited(source: Row, sent: Mapping[str, Any]) -> list[tuple[Row, Decimal, Decimal]]:
    available = [line for line in source["lines"] if line["availableForCreditNoteQuantity"] > 0]
    if not sent.get("lines"):
        if not available:
            raise refused("quantityNotAvailable", "lines", value="any")
        return [(line, line["availableForCreditNoteQuantity"], line["unitPrice"]) for line in available]
    found = []
    for position, wanted in enumerate(sent["lines"]):
        quantity = wanted["quantity"]
        line = next(
            (
                line
                for line in available
                if line["productId"] == wanted["productId"] and line["availableForCreditNoteQuantity"] >= quantity
            ),
            None,
        )
        if line is None:
            raise refused("quantityNotAvailable", f"lines[{position}].quantity", value=quantity)
        price = wanted.get("unitPrice")
        found.append((line, quantity, line["unitPrice"] if price is None else price))
    return found
