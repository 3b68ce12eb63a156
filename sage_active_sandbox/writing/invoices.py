"""Rules for sales invoices: drafts, totals, numbers, statuses, open items, credit notes.

Source: docs/reference/documents.md.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.data.documents import (
    NEW_DOCUMENT,
    line_text,
    open_amounts,
    price_line,
    taken_from_customer,
)
from sage_active_sandbox.data.totals import ZERO, document_totals
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.addresses import set_country
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.numbers import check_number, default_series, give_number, note, number_by_update
from sage_active_sandbox.writing.payment_terms import complete_terms
from sage_active_sandbox.writing.refusals import Problems, refused
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
    row["documentDate"] = row.get("documentDate") or target.today()
    row["operationalNumberPresetTextId"] = row.get("operationalNumberPresetTextId") or default_series(target)
    for name in ("mainAddress", "deliveryAddress"):
        if row.get(name) is not None:
            set_country(row[name], target, problems, f"{name}.")
    complete_terms(row["paymentTermLines"], problems)
    if row.get("operationDate") is not None and row["operationDate"] > row["documentDate"]:
        problems.add("operationAfterDocument", "operationDate")
    if row.get("canGeneratePaymentLink") and not row.get("invoiceEmail"):
        problems.add("emailMissing", "invoiceEmail")
    _check_identification(row, target, problems)
    _complete_lines(row, target, problems)
    is_closed = bool(row["operationalNumber"]) if before is None else number_by_update(row, before, target, problems)
    if is_closed and not problems.found:
        _lock(row, target)


def close(row: Row, target: Target) -> None:
    """Give a draft its number and open items; RefusedError in any other status."""
    if row["status"] != "Pending":
        raise refused("wrongStatus", "status", value=row["status"], allowed="Pending")
    give_number(row, target)
    _lock(row, target)


def credit_note(source: Row, sent: Mapping[str, Any], target: Target) -> Row:
    """A credit note as a draft for some or all lines of a closed invoice; the source's quantities are used up.

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
    for line, quantity, price in _credited(source, sent):
        copied = {name: value for name, value in line.items() if name not in ("id", "creationDate")}
        credited = target.stamped(copied)
        credited.update(modificationDate=None, totalQuantity=quantity, unitPrice=price, order=len(row["lines"]) + 1)
        line["availableForCreditNoteQuantity"] -= quantity
        row["lines"].append(credited)
    _price(row, target)
    source["hasCreditNote"] = True
    return row


def _begin(attempt: Attempt) -> None:
    row, target, problems = attempt.row, attempt.target, attempt.problems
    customer = target.table("Customer").get(row.get("customerId") or "")
    taken = taken_from_customer(customer) if customer is not None else {"hasEquivalenceSurcharge": False}
    given = {name: value for name, value in row.items() if value is not None}
    row.update({**NEW_DOCUMENT, **taken, **given, **target.stamped({})})
    row.update(
        sourceType="PUBLIC_API",
        status="Pending",
        openItems=[],
        eInvoice=[],
        operationalNumber=given.get("operationalNumber") or None,
    )
    if "paymentTermLines" not in given:
        terms = (customer or {}).get("paymentTermLines") or []
        row["paymentTermLines"] = [target.stamped(_term(term)) for term in terms]
    if attempt.sent.get("type") == "CREDIT_NOTE":
        problems.add("creditNoteType", "type")
    if row["operationalNumber"]:
        check_number(row, target, problems)


def _term(term: Row) -> Row:
    return {name: term.get(name) for name in TERM_MEMBERS}


def _check_identification(row: Row, target: Target, problems: Problems) -> None:
    customer = target.table("Customer").get(row.get("customerId") or "")
    simplified = bool(customer and customer.get("nonIdentifiedCustomer"))
    needed = target.company.market == "ES" and target.switches.es_document_id == "mandatory"
    if needed and not simplified and not row.get("documentId"):
        problems.add("documentIdMissing", "documentId")
    if target.company.market == "FR" and not row.get("socialName"):
        problems.add("required", "socialName")
    abroad_in_vies = customer is not None and customer.get("viesCode") not in (None, target.company.market)
    if (
        abroad_in_vies
        and target.company.market == "FR"
        and target.switches.vies_vat_number == "mandatory"
        and not row.get("vatNumber")
    ):
        problems.add("vatNumberMissing", "vatNumber", country=row.get("countryAcronym"))


def _complete_lines(row: Row, target: Target, problems: Problems) -> None:
    if not row["lines"] and target.switches.empty_children == "refused":
        problems.add("required", "lines")
    for position, line in enumerate(row["lines"]):
        line["order"] = position + 1
        if line.get("productId") is None and line.get("productCode"):
            line["productId"] = target.first_id("Product", code=line["productCode"])
            if line["productId"] is None:
                problems.add("unknownReference", f"lines[{position}].productCode", value=line["productCode"])
    if not problems.found:
        row["type"] = _type(row, target)
        _price(row, target)


def _type(row: Row, target: Target) -> str:
    products = [target.table("Product").get(line.get("productId") or "", {}) for line in row["lines"]]
    advance = [product.get("category") for product in products] == ["CONCEPT"]
    return "PAYMENT_IN_ADVANCE" if advance and row["lines"][0].get("totalQuantity") == 1 else "NORMAL"


def _price(row: Row, target: Target) -> None:
    usual = next(iter(target.table("TaxGroup")), None)
    unit = target.first_id("UnitOfMeasurement", name="UNIT")
    for line in row["lines"]:
        product = target.table("Product").get(line.get("productId") or "", {})
        line["productCode"] = product.get("code") or line.get("productCode")
        line["productName"] = line.get("productName") or line_text(product)
        line["unitOfMeasurementId"] = line.get("unitOfMeasurementId") or product.get("unitOfMeasurementId") or unit
        for name in ("totalQuantity", "unitPrice"):
            line[name] = ZERO if line.get(name) is None else line[name]
        line.setdefault("firstDiscount", None)
        group = product.get("taxGroupId") or usual
        chosen = line.get("taxId") if row["type"] == "CREDIT_NOTE" else line.get("_taxId")
        rate = target.table("Tax").get(chosen or "") or target.first("Tax", groupId=group, inactive=False)
        assert rate is not None, "every company is delivered with its taxes"
        line["taxTreatmentId"] = line.get("taxTreatmentId") or _treatment(rate, target)
        price_line(row, line, product, rate)
    row.update(document_totals(row["lines"]))


def _treatment(rate: Row, target: Target) -> str | None:
    """The treatment with which sales at the rate are posted."""
    group = target.table("TaxGroup").get(rate["groupId"], {}).get("taxGroupCode")
    return target.first_id("TaxTreatment", taxCode=BOOKS[target.company.market].issued.get(group or ""))


def _lock(row: Row, target: Target) -> None:
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
