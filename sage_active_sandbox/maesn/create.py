"""What Maesn's POST bodies become: inputs of Sage Active's own writes (docs/reference/maesn.md).

Every builder takes the decoded body and gives the input of the create operation, which applies the rules that hold for
both APIs. A member of the body that no builder reads is named in `Draft.unused` and answered as a warning; a body that
cannot be read raises `RefusalError`.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.maesn.body import Draft, RefusalError
from sage_active_sandbox.maesn.mapping import CONTACT_TYPES, EMAIL_TYPES, PHONE_TYPES, SALUTATIONS
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problem, RefusedError
from sage_active_sandbox.writing.target import Target

Input = dict[str, Any]
Builder = Callable[[Draft, Target], Input]


def _reversed(table: Mapping[str, str]) -> dict[str, str]:
    return {label: stored for stored, label in table.items()}


UNIT_NAMES = {"PIECE": "UNIT", "STÜCK": "UNIT"}
"""Names of units at Maesn that Sage Active does not have."""
ITEM_CATEGORIES = {"PRODUCT": "PRODUCT", "SERVICE": "SERVICE"}
CUSTOMER_TYPES = _reversed(CONTACT_TYPES)
EMAIL_USAGES = _reversed(EMAIL_TYPES)
PHONE_KINDS = _reversed(PHONE_TYPES)
COURTESIES = _reversed(SALUTATIONS)

MEMBERS = {
    "code": "number",
    "socialName": "companyName",
    "vatNumber": "vatId",
    "contacts": "contactPersons",
    "name": "firstName",
    "surname": "lastName",
    "emails": "emailAddresses",
    "emailAddress": "email",
    "phones": "phoneNumbers",
    "firstLine": "addressLine1",
    "secondLine": "addressLine2",
    "zipCode": "postalCode",
    "countryIsoCodeAlpha2": "countryCode",
    "customerId": "contactId",
    "externalReference": "reference",
    "operationalNumber": "invoiceNumber",
    "operationDate": "shippingDate",
    "lines": "lineItems",
    "productId": "itemId",
    "productName": "name",
    "paymentTermLines": "paymentTermDuration",
}
"""Maesn's names of the members that a rule may complain about."""
ITEM_MEMBERS = {"code": "itemNumber", "salesAccountingAccountId": "incomeAccountId"}


def refusal(refused: RefusedError, type_name: str) -> RefusalError:
    """A business refusal in Maesn's words: HTTP 400 with one validation error for each problem."""
    names = ITEM_MEMBERS if type_name == "Product" else MEMBERS
    found = [_explained(problem, names) for problem in refused.problems]
    return RefusalError(400, found[0][1], validation=found)


def _explained(problem: Problem, names: Mapping[str, str]) -> tuple[str | None, str]:
    if problem.member is None:
        return None, problem.text
    member = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), problem.member)
    text = f"{member} exists already" if problem.name.endswith("Taken") else problem.text
    return member, text.replace(problem.member, member)


def contact(type_name: str) -> Builder:
    """The builder of customers or of suppliers."""

    def build(draft: Draft, target: Target) -> Input:
        customer_type = draft.choice("contactType", CUSTOMER_TYPES, required=True)
        persons = [_person(person) for person in draft.drafts("contactPersons")]
        emails, phones = _emails(draft), _phones(draft)
        if emails or phones:
            persons = persons or [{"emails": [], "phones": []}]
            persons[0]["emails"] += emails
            persons[0]["phones"] += phones
        name = draft.text("companyName") or next((_full_name(person) for person in persons if _full_name(person)), None)
        if name is None:
            raise RefusalError(400, "companyName is required", "companyName")
        addresses = [(address.text("type"), _address(address, target)) for address in draft.drafts("addresses")]
        addresses.sort(key=lambda typed: typed[0] == "DELIVERY")
        sent: Input = {
            "code": draft.text("number"),
            "socialName": name,
            "documentId": draft.text("documentId"),
            "vatNumber": draft.text("vatId"),
            "addresses": [address for _type, address in addresses],
            "contacts": persons,
        }
        return sent | ({"customerType": customer_type} if type_name == "Customer" else {})

    return build


def item(draft: Draft, target: Target) -> Input:
    """A product; a name is needed in practice, and a number is assigned where none is given."""
    name = draft.text("name", required=True)
    number = draft.text("itemNumber")
    if number is None:
        taken = {row.get("code") for row in target.table("Product").values()}
        number = target.next_number("Product", taken, "ART{n:05}", 1)
    tax = _tax(draft, target)
    return {
        "category": draft.choice("type", ITEM_CATEGORIES),
        "code": number,
        "name": name,
        "unitOfMeasurementId": _unit(draft, target),
        "taxGroupId": tax["groupId"] if tax else None,
        "salesAccountingAccountId": draft.text("incomeAccountId"),
        "salesUnitPrice": draft.number("unitSalesPrice"),
    }


def invoice(draft: Draft, target: Target) -> Input:
    """A sales invoice, as a draft unless the switch maesn_invoice_number keeps a number that was sent."""
    invoice_date = draft.day("invoiceDate", required=True)
    lines = draft.drafts("lineItems", required=True)
    if not lines:
        raise RefusalError(400, "lineItems is required", "lineItems")
    draft.choice("currency", {"EUR": "EUR"})
    addresses = {address.text("type") or "BILLING": _address(address, target) for address in draft.drafts("addresses")}
    duration = draft.number("paymentTermDuration")
    kept = target.switches.maesn_invoice_number == "kept"
    sent: Input = {
        "customerId": draft.text("contactId", required=True),
        "documentDate": invoice_date,
        "operationalNumber": draft.text("invoiceNumber") if kept else None,
        "discount": draft.number("discountPercentage"),
        "externalReference": draft.text("reference"),
        "operationDate": draft.day("shippingDate"),
        "mainAddress": addresses.get("BILLING"),
        "deliveryAddress": addresses.get("DELIVERY"),
        "lines": [_line(line, target) for line in lines],
    }
    return sent if duration is None else {**sent, "paymentTermLines": [_term(duration)]}


def _line(draft: Draft, target: Target) -> Input:
    tax = _tax(draft, target)
    return {
        "productId": draft.text("itemId"),
        "productName": draft.text("name") or draft.text("description"),
        "unitOfMeasurementId": _unit(draft, target),
        "totalQuantity": draft.number("quantity", required=True),
        "unitPrice": draft.number("unitAmount"),
        "firstDiscount": draft.number("discountItemPercentage"),
        "_taxId": tax["id"] if tax else None,
    }


def _term(days: Decimal) -> Input:
    return {"type": "REMAINING_AMOUNT", "value": ZERO, "condition": "DAY_OF_PAYMENT", "day": int(days)}


def _tax(draft: Draft, target: Target) -> Row | None:
    code, percentage = draft.text("taxCode"), draft.number("taxRatePercentage")
    if percentage is None:
        percentage = draft.number("TaxRatePercentage")
    if code is not None:
        group = _known(draft, target, "taxCode", "TaxGroup", taxGroupCode=code)
        return _known(draft, target, "taxCode", "Tax", inactive=False, groupId=group["id"])
    if percentage is not None:
        return _known(draft, target, "taxRatePercentage", "Tax", inactive=False, percentage=percentage)
    return None


def _unit(draft: Draft, target: Target) -> str | None:
    name = draft.text("unitName")
    if name is None:
        return None
    found: str = _known(draft, target, "unitName", "UnitOfMeasurement", name=UNIT_NAMES.get(name, name))["id"]
    return found


def _known(draft: Draft, target: Target, member: str, type_name: str, **members: Any) -> Row:
    row = target.first(type_name, **members)
    if row is None:
        raise RefusalError(400, f"{draft.path}{member} is not known in this company", f"{draft.path}{member}")
    return row


def _address(draft: Draft, target: Target) -> Input:
    return {
        "countryIsoCodeAlpha2": draft.text("countryCode") or target.company.market,
        "firstLine": draft.text("addressLine1"),
        "secondLine": draft.text("addressLine2"),
        "city": draft.text("city"),
        "zipCode": draft.text("postalCode"),
    }


def _person(draft: Draft) -> Input:
    return {
        "courtesy": COURTESIES.get(draft.text("salutation") or ""),
        "name": draft.text("firstName"),
        "surname": draft.text("lastName"),
        "emails": _emails(draft),
        "phones": _phones(draft),
    }


def _emails(draft: Draft) -> list[Input]:
    return [
        {"emailAddress": address, "usage": EMAIL_USAGES.get(kind or "")}
        for address, kind in draft.channels("emailAddresses", "email")
    ]


def _phones(draft: Draft) -> list[Input]:
    return [
        {"number": number, "type": PHONE_KINDS.get(kind or "")}
        for number, kind in draft.channels("phoneNumbers", "number")
    ]


def _full_name(person: Input) -> str | None:
    return " ".join(part for part in (person.get("name"), person.get("surname")) if part) or None
