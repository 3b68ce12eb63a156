"""What Maesn's POST bodies become in the store (facts about Maesn, sections 6 to 8; rules of the fact sheet, 10 to 12).

Every function takes the decoded body and gives the row to insert; a member of the body that no rule uses is named in
`Draft.unused` and answered as a warning. A body that cannot be accepted raises `RefusalError`.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.invoices import ADDRESS_MEMBERS
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.data.totals import ZERO, document_totals, line_totals
from sage_active_sandbox.maesn.body import Draft, RefusalError
from sage_active_sandbox.store import Company, Row, Store, Table

UNIT_NAMES = {"PIECE": "UNIT", "STÜCK": "UNIT"}
"""Names of units at Maesn that Sage Active does not have."""

ITEM_CATEGORIES = {"PRODUCT": "PRODUCT", "SERVICE": "SERVICE"}
CUSTOMER_TYPES = {"COMPANY": "BUSINESS", "CONTACT_PERSON": "INDIVIDUAL"}

GERMAN_CODES = {"Customer": r"[1-6]\d{4}", "Supplier": r"[7-9]\d{4}"}
"""Codes that may be forced in DE (fact sheet, section 10)."""

UNIQUE = {"number": "code", "documentId": "documentId", "vatId": "vatNumber"}


@dataclass(frozen=True)
class Target:
    """The company in which a record is created."""

    store: Store
    company: Company

    def table(self, type_name: str) -> Table:
        """Rows of one type of the company."""
        return self.store.table(self.company.id, type_name)

    def stamped(self, values: Mapping[str, Any]) -> Row:
        """An owned child with id and dates."""
        return {
            "id": str(uuid.uuid4()),
            "creationDate": self.store.clock.now(),
            "modificationDate": None,
            **values,
        }

    def first(self, type_name: str, **members: Any) -> Row | None:
        """The first row with these members."""
        rows = self.table(type_name).values()
        return next((row for row in rows if all(row.get(name) == value for name, value in members.items())), None)

    def required(self, draft: Draft, member: str, type_name: str, **members: Any) -> Row:
        """Like `first`; refuses the member of the draft when there is no such row."""
        row = self.first(type_name, **members)
        if row is None:
            raise RefusalError(400, f"{draft.path}{member} is not known in this company", f"{draft.path}{member}")
        return row


def contact(type_name: str) -> Callable[[Draft, Target], Row]:
    """The builder of customers or of suppliers."""

    def build(draft: Draft, target: Target) -> Row:
        customer_type = draft.choice("contactType", CUSTOMER_TYPES, required=True)
        persons = [_person(person, target) for person in draft.drafts("contactPersons")]
        emails, phones = draft.channels("emailAddresses", "email"), draft.channels("phoneNumbers", "number")
        if emails or phones:
            persons = persons or [_contact_person(target, None, None, [], [])]
            persons[0]["emails"] += _emails(target, emails)
            persons[0]["phones"] += _phones(target, phones)
        name = draft.text("companyName") or next((_full_name(person) for person in persons if _full_name(person)), None)
        if name is None:
            raise RefusalError(400, "companyName is required", "companyName")
        addresses = [
            _address(address, target, main=position == 0) for position, address in enumerate(draft.drafts("addresses"))
        ]
        _refuse_duplicates(draft, target, type_name)
        market = MARKETS[target.company.market]
        number = draft.text("number")
        german = GERMAN_CODES[type_name] if market.code == "DE" else None
        if number and german and not re.fullmatch(german, number):
            raise RefusalError(400, f"number is outside the numeric range of DE ({german})", "number")
        pattern, first, role = {
            "Customer": (market.customer_code, market.first_customer, "CUSTOMER"),
            "Supplier": (market.supplier_code, market.first_supplier, "PROVIDER"),
        }[type_name]
        country = addresses[0]["countryIsoCodeAlpha2"] if addresses else market.code
        account = target.first("AccountingAccount", subAccountType=role)
        row: Row = {
            "sourceType": "PUBLIC_API",
            "code": number or _free_code(pattern, first, target.table(type_name)),
            "socialName": name,
            "tradeName": None,
            "countryAcronym": country,
            "viesCode": (target.first("Country", isoCodeAlpha2=country) or {}).get("viesCode"),
            "documentTypeId": (target.first("DocumentType", code="01") or {}).get("id"),
            "documentId": draft.text("documentId"),
            "vatNumber": draft.text("vatId"),
            "defaultAccountingAccountId": account["id"] if account else None,
            "comments": None,
            "status": "ENABLED",
            "gdprApplied": False,
            "disabled": False,
            "addresses": addresses,
            "contacts": persons,
            "paymentTermLines": [],
        }
        if type_name == "Customer":
            row |= {
                "customerType": customer_type,
                "hasEquivalenceSurcharge": False,
                "documentLanguage": market.language,
                "discount": None,
                "nonIdentifiedCustomer": False,
                "printNameOnPdf": False,
            }
        return row

    return build


def item(draft: Draft, target: Target) -> Row:
    """A product; a name is needed in practice."""
    name = draft.text("name", required=True)
    number = draft.text("itemNumber")
    if number and target.first("Product", code=number):
        raise RefusalError(400, "itemNumber exists already", "itemNumber")
    unit = draft.text("unitName") or "UNIT"
    account_id = draft.text("incomeAccountId")
    if account_id:
        target.required(draft, "incomeAccountId", "AccountingAccount", id=account_id)
    rate = _rate(draft, target)
    return {
        "category": draft.choice("type", ITEM_CATEGORIES) or "PRODUCT",
        "code": number or _free_code("ART{n:05}", 1, target.table("Product")),
        "name": name,
        "registrationDate": target.store.clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
        "obsolete": False,
        "unitOfMeasurementId": target.required(draft, "unitName", "UnitOfMeasurement", name=UNIT_NAMES.get(unit, unit))[
            "id"
        ],
        "taxGroupId": rate["groupId"],
        "salesAccountingAccountId": account_id
        or (target.first("AccountingAccount", subAccountType="REVENUE") or {}).get("id"),
        "salesUnitPrice": draft.number("unitSalesPrice"),
        "salesVatPercentage": rate["percentage"],
    }


def invoice(draft: Draft, target: Target) -> Row:
    """A sales invoice as a draft (Pending); the price of a line is not taken from its product."""
    invoice_date = draft.day("invoiceDate", required=True)
    lines = draft.drafts("lineItems", required=True)
    if not lines:
        raise RefusalError(400, "lineItems is required", "lineItems")
    customer_id = draft.text("contactId", required=True)
    customer = target.required(draft, "contactId", "Customer", id=customer_id)
    draft.choice("currency", {"EUR": "EUR"})
    discount = draft.number("discountPercentage")
    given = {
        address.text("type") or "BILLING": _address(address, target, main=True) for address in draft.drafts("addresses")
    }
    own = next(iter(customer.get("addresses") or []), None)
    duration = draft.number("paymentTermDuration")
    row = target.stamped(
        {
            "sourceType": "PUBLIC_API",
            "customerId": customer["id"],
            "documentDate": invoice_date,
            "operationalNumber": None,
            "status": "Pending",
            "socialName": customer["socialName"][:50],
            "countryAcronym": customer.get("countryAcronym"),
            "discount": discount,
            "comments": None,
            "remarks": None,
            "externalReference": draft.text("reference"),
            "documentId": customer.get("documentId"),
            "documentLanguage": customer.get("documentLanguage"),
            "documentTypeId": customer.get("documentTypeId"),
            "vatNumber": customer.get("vatNumber"),
            "hasEquivalenceSurcharge": customer.get("hasEquivalenceSurcharge"),
            "hasCashVat": False,
            "mainAddress": _document_address(given.get("BILLING") or own),
            "deliveryAddress": _document_address(given.get("DELIVERY")),
            "operationDate": draft.day("shippingDate"),
            "type": "NORMAL",
            "hasCreditNote": False,
            "firstDueDate": None,
            "openItems": [],
            "printNameOnPdf": False,
            "paymentTermLines": _terms(target, customer, duration),
            "eInvoice": [],
        }
    )
    row["lines"] = [_line(line, target, row, position) for position, line in enumerate(lines, start=1)]
    row |= document_totals(row["lines"])
    return row


def _line(draft: Draft, target: Target, document: Row, order: int) -> Row:
    product_id = draft.text("itemId")
    product = target.required(draft, "itemId", "Product", id=product_id) if product_id else {}
    rate = _rate(draft, target, product.get("taxGroupId"))
    quantity = draft.number("quantity", required=True) or ZERO
    price = draft.number("unitAmount") or ZERO
    discount = draft.number("discountItemPercentage")
    surcharge = rate.get("equivalenceSurchargePercentage") if document["hasEquivalenceSurcharge"] else None
    return target.stamped(
        {
            "salesInvoiceId": document["id"],
            "productId": product_id,
            "productCode": product.get("code"),
            "productName": draft.text("name") or draft.text("description") or product.get("name"),
            "order": order,
            "unitOfMeasurementId": product.get("unitOfMeasurementId"),
            "totalQuantity": quantity,
            "unitPrice": price,
            "vatPercentage": rate["percentage"],
            "equivalenceSurchargePercentage": surcharge,
            "applyEquivalenceSurcharge": surcharge is not None,
            "taxId": rate["id"],
            **line_totals(
                quantity,
                price,
                discount=discount,
                customer_discount=document["discount"],
                vat=rate["percentage"],
                surcharge=surcharge,
                withholding=None,
            ),
            "firstDiscount": discount,
            "availableForCreditNoteQuantity": ZERO,
        }
    )


def _rate(draft: Draft, target: Target, group_id: str | None = None) -> Row:
    code, percentage = draft.text("taxCode"), draft.number("taxRatePercentage")
    if code is not None:
        group_id = target.required(draft, "taxCode", "TaxGroup", taxGroupCode=code)["id"]
    elif percentage is not None:
        return target.required(draft, "taxRatePercentage", "Tax", inactive=False, percentage=percentage)
    wanted = {"groupId": group_id} if group_id else {}
    return target.required(draft, "taxCode", "Tax", inactive=False, **wanted)


def _address(draft: Draft, target: Target, *, main: bool) -> Row:
    code = draft.text("countryCode") or target.company.market
    country = target.required(draft, "countryCode", "Country", isoCodeAlpha2=code)
    draft.text("type")
    return target.stamped(
        {
            "countryId": country["id"],
            "countryIsoCodeAlpha2": code,
            "countryName": country["name"],
            "name": None,
            "firstLine": draft.text("addressLine1"),
            "secondLine": draft.text("addressLine2"),
            "city": draft.text("city"),
            "zipCode": draft.text("postalCode"),
            "province": None,
            "isMainAddress": main,
        }
    )


def _document_address(address: Row | None) -> Row | None:
    return None if address is None else {name: address.get(name) for name in ADDRESS_MEMBERS}


def _terms(target: Target, customer: Row, duration: Decimal | None) -> list[Row]:
    if duration is None:
        members = ("order", "paymentMeanId", "type", "value", "condition", "day", "payDays")
        lines = [{name: line.get(name) for name in members} for line in customer.get("paymentTermLines") or []]
    else:
        rest = {"order": 9999, "type": "REMAINING_AMOUNT", "value": ZERO, "condition": "DAY_OF_PAYMENT"}
        lines = [{**rest, "day": int(duration), "payDays": []}]
    return [target.stamped(line) for line in lines]


def _person(draft: Draft, target: Target) -> Row:
    emails, phones = draft.channels("emailAddresses", "email"), draft.channels("phoneNumbers", "number")
    return _contact_person(target, draft.text("firstName"), draft.text("lastName"), emails, phones)


def _contact_person(
    target: Target, first: str | None, last: str | None, emails: Iterable[str], phones: Iterable[str]
) -> Row:
    return target.stamped(
        {
            "isDefault": True,
            "courtesy": "NONE",
            "name": first,
            "surname": last,
            "emails": _emails(target, emails),
            "phones": _phones(target, phones),
            "socialMedias": [],
        }
    )


def _emails(target: Target, emails: Iterable[str]) -> list[Row]:
    return [target.stamped({"emailAddress": text, "usage": "NOT_SET", "isDefault": False}) for text in emails]


def _phones(target: Target, phones: Iterable[str]) -> list[Row]:
    return [target.stamped({"number": text, "type": "NOT_SET", "isDefault": False}) for text in phones]


def _full_name(person: Row) -> str | None:
    return " ".join(part for part in (person["name"], person["surname"]) if part) or None


def _refuse_duplicates(draft: Draft, target: Target, type_name: str) -> None:
    for member, column in UNIQUE.items():
        value = draft.text(member)
        if value is not None and target.first(type_name, **{column: value}):
            raise RefusalError(400, f"{member} exists already", member)


def _free_code(pattern: str, first: int, table: Table) -> str:
    taken = {row.get("code") for row in table.values()}
    number = first + len(table)
    while pattern.format(n=number) in taken:
        number += 1
    return pattern.format(n=number)
