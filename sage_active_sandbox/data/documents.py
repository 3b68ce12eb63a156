"""What a sales document takes from its customer, its products and its payment terms; shared by all who make one."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.totals import ZERO, instalments, line_totals
from sage_active_sandbox.store import Row

ADDRESS_MEMBERS = (
    "countryId",
    "countryIsoCodeAlpha2",
    "countryName",
    "name",
    "firstLine",
    "secondLine",
    "city",
    "zipCode",
    "province",
)
WITHHOLDING = Decimal("15")
"""Percent of IRPF on products that are subject to it (ES)."""

NEW_DOCUMENT: Mapping[str, Any] = {
    "comments": None,
    "remarks": None,
    "externalReference": None,
    "discount": None,
    "hasCashVat": False,
    "operationDate": None,
    "salesOrderNumber": None,
    "salesInvoiceTemplateId": None,
    "hasCreditNote": False,
    "firstDueDate": None,
    "createdInSoftwareVersion": "2025.11",
    "printNameOnPdf": False,
    "specialMention": None,
    "canGeneratePaymentLink": False,
    "sourceSalesInvoiceId": None,
    "eInvoiceId": None,
    "eInvoicingStatus": None,
    "regulatoryBillingFramework": None,
    "shouldSendViaElectronicInvoicing": False,
}
"""Members of a sales invoice that nobody has set."""


def taken_from_customer(customer: Row) -> Row:
    """The members that a document copies from its customer.

    Source: docs/reference/documents.md, "Members taken from the customer".
    """
    addresses = [document_address(address) for address in customer.get("addresses") or []]
    contact: Row = next(iter(customer.get("contacts") or []), {})
    email = next((email.get("emailAddress") for email in contact.get("emails") or []), None)
    phone = next((phone.get("number") for phone in contact.get("phones") or []), None)
    return {
        "customerId": customer["id"],
        "socialName": customer["socialName"][:50],
        "contactName": " ".join(contact[name] for name in ("name", "surname") if contact.get(name)) or None,
        "contactPhone": phone and phone.replace(" ", ""),
        "contactEmail": email,
        "contactJobAreaId": contact.get("jobAreaId"),
        "countryAcronym": customer.get("countryAcronym"),
        "documentId": (customer.get("documentId") or "")[:20] or None,
        "documentLanguage": customer.get("documentLanguage"),
        "documentTypeId": customer.get("documentTypeId"),
        "vatNumber": customer.get("vatNumber"),
        "invoiceEmail": email,
        "hasEquivalenceSurcharge": customer.get("hasEquivalenceSurcharge"),
        "mainAddress": addresses[0] if addresses else None,
        "deliveryAddress": addresses[-1] if len(addresses) > 1 else None,
        "salesDiscountGroupId": customer.get("salesDiscountGroupId"),
        "salesTariffId": customer.get("salesTariffId"),
        "eInvoicingAddressTypeCustomer": customer.get("eInvoicingAddressType"),
        "eInvoicingAddressCustomer": customer.get("eInvoicingAddress"),
    }


def document_address(address: Row) -> Row:
    """An address as documents hold it: without id, dates and marks."""
    return {name: address.get(name) for name in ADDRESS_MEMBERS}


def line_text(product: Row) -> str | None:
    """Text of a line that sells the product."""
    return product.get("lineDescription") or product.get("name")


def line_amounts(document: Row, line: Row, product: Row, rate: Row) -> Row:
    """Tax, withholding and totals of a line from its quantity, price and discount.

    ``product`` may be empty, ``rate`` is the tax that applies. The equivalence surcharge follows the line's
    applyEquivalenceSurcharge, by default the document's hasEquivalenceSurcharge.
    """
    wanted = line.get("applyEquivalenceSurcharge")
    applies = document["hasEquivalenceSurcharge"] if wanted is None else wanted
    surcharge = rate["equivalenceSurchargePercentage"] if applies else None
    withholding = WITHHOLDING if product.get("useWithholding") else None
    return {
        "vatPercentage": rate["percentage"],
        "equivalenceSurchargePercentage": surcharge,
        "applyEquivalenceSurcharge": surcharge is not None,
        "taxId": rate["id"],
        **line_totals(
            line["totalQuantity"],
            line["unitPrice"],
            discount=line["firstDiscount"],
            customer_discount=document["discount"],
            vat=rate["percentage"],
            surcharge=surcharge,
            withholding=withholding,
        ),
        "withholdingPercentage": withholding,
    }


def price_line(document: Row, line: Row, product: Row, rate: Row) -> None:
    """Set what a line of an invoice has beyond its product, quantity, price and discount (`line_amounts`)."""
    line.update(
        {
            "salesInvoiceId": document["id"],
            **line_amounts(document, line, product, rate),
            "availableForCreditNoteQuantity": ZERO if document["status"] == "Pending" else line["totalQuantity"],
        }
    )


def open_amounts(document: Row) -> Iterator[Row]:
    """The instalments of a document, unpaid: one for each payment term line, or one that is due at once."""
    terms = document["paymentTermLines"] or [{}]
    for term, amount in zip(terms, instalments(document["totalLiquid"], terms), strict=True):
        yield {
            "amount": amount,
            "paidAmountAccumulated": ZERO,
            "dueDate": due_date(document["documentDate"], term),
            "status": "NOT_SPECIFIED",
            "paymentMeanId": term.get("paymentMeanId"),
            "isAdvanceInvoicePayment": False,
            "salesInvoiceId": document["id"],
        }


def due_date(document_date: datetime, term: Row) -> datetime:
    """Day on which the instalment of a payment term line is due."""
    due = document_date + timedelta(days=term.get("day") or 0)
    if term.get("condition") == "END_OF_MONTH":
        due = due.replace(day=calendar.monthrange(due.year, due.month)[1])
    return due
