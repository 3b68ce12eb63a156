"""Rules for sales documents: what the four kinds share, and the life of quotes, orders and delivery notes.

Source: docs/reference/documents.md.
"""

from collections.abc import Mapping
from typing import Any, Final

from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.data.documents import NEW_DOCUMENT, line_amounts, line_text, taken_from_customer
from sage_active_sandbox.data.orders import INVOICE_MEMBERS, ORDER, QUOTE
from sage_active_sandbox.data.totals import ZERO, document_totals, round_by_rate
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.addresses import set_country
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.document_kinds import INVOICE, KINDS, Step
from sage_active_sandbox.writing.numbers import check_number, default_series, next_number
from sage_active_sandbox.writing.origins import use_origins
from sage_active_sandbox.writing.pending import count_lines
from sage_active_sandbox.writing.target import Target

NEW: Final[Mapping[str, Any]] = {name: value for name, value in NEW_DOCUMENT.items() if name not in INVOICE_MEMBERS}
"""Members of a quote, order or delivery note that nobody has set."""


def complete(attempt: Attempt) -> None:
    """Complete a quote, order or delivery note: its number, its lines, its step to another status."""
    row, before, problems, target = attempt.row, attempt.before, attempt.problems, attempt.target
    step = _step(attempt)
    if problems.found:
        return
    if before is None:
        begin(attempt, NEW)
    elif step is None and before["status"] != "Pending":
        problems.add("wrongStatus", "status", value=before["status"], allowed="Pending")
        return
    complete_header(attempt)
    complete_lines(attempt)
    _check_number(attempt)
    if problems.found:
        return
    price(attempt.type_name, row, target)
    if step is not None:
        row["status"] = step.end
    count_lines(attempt.type_name, row, before)
    row["operationalNumber"] = row.get("operationalNumber") or next_number(attempt.type_name, row, target)
    use_origins(attempt)


def begin(attempt: Attempt, blank: Mapping[str, Any]) -> None:
    """Start a document with its blank members and what it takes from its customer."""
    row, target = attempt.row, attempt.target
    customer = customer_of(row, target)
    taken = taken_from_customer(customer) if customer is not None else {"hasEquivalenceSurcharge": False}
    if attempt.type_name != INVOICE:
        taken = {name: value for name, value in taken.items() if name not in INVOICE_MEMBERS}
    given = {name: value for name, value in row.items() if value is not None}
    row.update({**blank, **taken, **given, **target.stamped({})})
    row.update(sourceType="PUBLIC_API", status="Pending", operationalNumber=given.get("operationalNumber") or None)


def complete_header(attempt: Attempt) -> None:
    """Fill the day, the number series and the countries of addresses, and check who the document is for."""
    row, target = attempt.row, attempt.target
    row["documentDate"] = row.get("documentDate") or target.today()
    series = KINDS[attempt.type_name].series
    row["operationalNumberPresetTextId"] = row.get("operationalNumberPresetTextId") or default_series(target, series)
    for name in ("mainAddress", "deliveryAddress"):
        if row.get(name) is not None:
            set_country(row[name], target, attempt.problems, f"{name}.")
    _check_identification(attempt)


def complete_lines(attempt: Attempt) -> None:
    """Bring the lines in their order and find products by their codes."""
    row, target, problems = attempt.row, attempt.target, attempt.problems
    if not row["lines"] and target.switches.empty_children == "refused":
        problems.add("required", "lines")
    for position, line in enumerate(row["lines"]):
        line["order"] = position + 1
        if line.get("productId") is None and line.get("productCode"):
            line["productId"] = target.first_id("Product", code=line["productCode"])
            if line["productId"] is None:
                problems.add("unknownReference", f"lines[{position}].productCode", value=line["productCode"])


def price(type_name: str, row: Row, target: Target) -> None:
    """Fill each line from its product, and compute the totals."""
    usual = next(iter(target.table("TaxGroup")), None)
    unit = target.first_id("UnitOfMeasurement", name="UNIT")
    exempt = _rate_abroad(row, target)
    for line in row["lines"]:
        product = target.table("Product").get(line.get("productId") or "", {})
        line["productCode"] = product.get("code") or line.get("productCode")
        line["productName"] = line.get("productName") or line_text(product)
        line["unitOfMeasurementId"] = line.get("unitOfMeasurementId") or product.get("unitOfMeasurementId") or unit
        for name in ("totalQuantity", "unitPrice"):
            line[name] = ZERO if line.get(name) is None else line[name]
        line.setdefault("firstDiscount", None)
        if type_name == ORDER:
            line.setdefault("salesQuoteLineId", None)
        group = product.get("taxGroupId") or usual
        chosen = line.get("taxId") if row.get("type") == "CREDIT_NOTE" else line.get("_taxId")
        rate = target.table("Tax").get(chosen or "") or exempt or target.first("Tax", groupId=group, inactive=False)
        assert rate is not None, "every company is delivered with its taxes"
        line["taxTreatmentId"] = line.get("taxTreatmentId") or _treatment(rate, target)
        line.update({KINDS[type_name].parent: row["id"], **line_amounts(row, line, product, rate)})
    if target.switches.vat_rounding == "rate":
        round_by_rate(row["lines"])
    row.update(document_totals(row["lines"]))


def customer_of(row: Row, target: Target) -> Row | None:
    """The document's customer."""
    return target.table("Customer").get(row.get("customerId") or "")


def _step(attempt: Attempt) -> Step | None:
    """The step that an update asks for; what is wrong with it is noted."""
    name = attempt.sent.get("updateDocumentStatus")
    if name is None or attempt.before is None:
        return None
    spelling, status = attempt.target.switches.quote_steps, attempt.before["status"]
    steps = {known: step for known, step in KINDS[attempt.type_name].steps.items() if step.spelling in (None, spelling)}
    step = steps.get(name)
    if step is None:
        attempt.problems.add("wrongReference", "updateDocumentStatus", value=name, allowed=" or ".join(steps))
    elif status != step.start:
        attempt.problems.add("wrongStatus", "updateDocumentStatus", value=status, allowed=step.start)
    return step


def _check_number(attempt: Attempt) -> None:
    number, before = attempt.row.get("operationalNumber"), attempt.before
    if not number and before is not None:
        attempt.row["operationalNumber"] = before["operationalNumber"]
    elif number and (before is None or number != before["operationalNumber"]):
        check_number(attempt.type_name, attempt.row, attempt.target, attempt.problems)


def _check_identification(attempt: Attempt) -> None:
    row, target, problems = attempt.row, attempt.target, attempt.problems
    market, switches = target.company.market, target.switches
    customer = customer_of(row, target)
    if market == "FR" and not row.get("socialName"):
        problems.add("required", "socialName")
    if attempt.type_name == QUOTE:
        return
    simplified = bool(customer and customer.get("nonIdentifiedCustomer"))
    needed = market == "ES" and switches.es_document_id == "mandatory"
    if needed and not simplified and not row.get("documentId"):
        problems.add("documentIdMissing", "documentId")
    abroad_in_vies = customer is not None and customer.get("viesCode") not in (None, market)
    if abroad_in_vies and market == "FR" and switches.vies_vat_number == "mandatory" and not row.get("vatNumber"):
        problems.add("vatNumberMissing", "vatNumber", country=row.get("countryAcronym"))


def _rate_abroad(row: Row, target: Target) -> Row | None:
    """The rate of 0 of a sale to another VIES country (switch sales_abroad); None where the items' rates apply."""
    is_abroad = (customer_of(row, target) or {}).get("viesCode") not in (None, target.company.market)
    if not is_abroad or target.switches.sales_abroad == "home":
        return None
    return target.first("Tax", percentage=0, inactive=False)


def _treatment(rate: Row, target: Target) -> str | None:
    """The treatment with which sales at the rate are posted."""
    group = target.table("TaxGroup").get(rate["groupId"], {}).get("taxGroupCode")
    return target.first_id("TaxTreatment", taxCode=BOOKS[target.company.market].issued.get(group or ""))
