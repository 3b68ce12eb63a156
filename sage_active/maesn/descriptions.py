"""What the members of Maesn's records hold: a sentence for each, and a mark for personal data, in their JSON schemas.

Tables are written as `name` or `Record.name`. Source: docs/reference/maesn.md; the names of members.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel

from sage_active.maesn.planned_descriptions import PLANNED_DESCRIPTIONS, PLANNED_PERSONAL
from sage_active.resources.field_table import entry_of
from sage_active.resources.personal_data import MARK
from sage_active.resources.sentences import id_sentence

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "id": "Id of the record.",
    "addresses": "Addresses.",
    "createdDate": "When the record was created.",
    "updatedDate": "When the record was last modified.",
    "name": "Name.",
    "description": "Text of the line.",
    "taxCode": "Code of the tax.",
    "taxRatePercentage": "Percentage of the tax.",
    # Customers and suppliers.
    "accountNumber": "Number of the account.",
    "bankAccounts": "Bank accounts.",
    "companyName": "Name of the company.",
    "contactPersons": "Persons to contact, with e-mail addresses and phone numbers.",
    "contactType": "CONTACT_PERSON, COMPANY or UNDEFINED.",
    "documentId": "Identification number.",
    "emailAddresses": "E-mail addresses.",
    "Contact.number": "Code of the customer or supplier.",
    "phoneNumbers": "Phone numbers.",
    "role": "SUPPLIER, CUSTOMER or CONTACT.",
    "vatId": "VAT number.",
    "addressLine1": "First line of the address.",
    "addressLine2": "Second line of the address.",
    "city": "City.",
    "countryCode": "Country, as an ISO code of two letters.",
    "postalCode": "Postal code.",
    "Address.type": "What the address is for.",
    "email": "E-mail address.",
    "EmailAddress.type": "What the e-mail address is for.",
    "PhoneNumber.number": "Phone number.",
    "PhoneNumber.type": "Kind of phone.",
    "firstName": "First name.",
    "lastName": "Family name.",
    "salutation": "Form of address.",
    "bic": "BIC.",
    "iban": "IBAN.",
    "holder": "Holder of the account.",
    "isMainAccount": "Whether it is the main account.",
    "sepa": "Whether the account is for SEPA.",
    # Items.
    "inventoryStartDate": "Day on which the inventory starts.",
    "itemNumber": "Code of the item.",
    "lastModifiedDate": "When the item was last modified.",
    "Item.name": "Name of the item.",
    "priceIncludesTax": "Whether the price includes tax.",
    "stockCount": "Quantity in stock.",
    "Item.type": "PRODUCT or SERVICE.",
    "unitName": "Unit.",
    "unitPurchasePrice": "Purchase price of a unit.",
    "unitSalesPrice": "Sales price of a unit.",
    # Invoices.
    "invoiceId": "Id of the invoice.",
    "Invoice.id": "Id of the invoice; some rows have it beside or instead of invoiceId.",
    "currency": "Currency, as an ISO code.",
    "discountAmount": "Amount of the discount.",
    "dueDate": "Day on which it is due.",
    "invoiceDate": "Day of the invoice.",
    "invoiceNumber": "Number of the invoice.",
    "invoiceType": "STANDARD or BILL.",
    "journalCode": "Code of the journal.",
    "lineAmountTypes": "Whether lines include tax: EXCLUSIVE, INCLUSIVE or NOTAX.",
    "lineItems": "Lines.",
    "oneLineAddress": "Address in one line.",
    "paidDate": "Day on which it was paid.",
    "paymentStatus": "Status of the payment, such as NO_OPEN_ITEM, PENDING, PARTLY_PAID, PAID.",
    "paymentTermDuration": "Duration of the payment term.",
    "reference": "Reference.",
    "shippingDate": "Day of the shipping.",
    "status": "Status, such as DRAFT, OPEN, PARTIALLY_PAID, PAID, VOIDED.",
    "sumNetAmount": "Net amount.",
    "taxRule": "Rule of taxation, such as NET or GROSS.",
    "totalAmount": "Total amount.",
    "totalTaxAmount": "Amount of tax.",
    "lineItemId": "Id of the line.",
    "dimensions": "Tracking categories of the line.",
    "categoryName": "Name of the tracking category.",
    "Dimension.name": "Value of the tracking category.",
    "discountItemAmount": "Amount of the line's discount.",
    "discountItemPercentage": "Percentage of the line's discount.",
    "grossAmount": "Gross amount of the line.",
    "itemsAmount": "Amount of the items.",
    "quantity": "Quantity.",
    "unitAmount": "Price of a unit.",
    **PLANNED_DESCRIPTIONS,
}
PERSONAL: Final = frozenset(
    {
        # Names.
        "companyName",
        "firstName",
        "lastName",
        "salutation",
        "holder",
        "BankAccount.name",
        "Invoice.name",
        # How to reach somebody.
        "addressLine1",
        "addressLine2",
        "city",
        "postalCode",
        "oneLineAddress",
        "email",
        "PhoneNumber.number",
        # Numbers that identify.
        "documentId",
        "vatId",
        "bic",
        "iban",
        # Free text.
        "InvoiceLine.name",
        "InvoiceLine.description",
        *PLANNED_PERSONAL,
    }
)


def described(schema: Mapping[str, Any], record: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a record, with what each member holds."""
    properties = dict(schema["properties"])
    for name, field in record.model_fields.items():
        alias = field.alias or name
        properties[alias] = _member(properties[alias], record.__name__, alias, part_of(field.annotation))
    return {**schema, "properties": properties}


def description(record: str, name: str) -> str | None:
    """What a member of a record holds, in one line; None where nothing says so."""
    entry = entry_of(DESCRIPTIONS, record, name)
    return DESCRIPTIONS[entry] if entry else id_sentence(name)


def _member(schema: Mapping[str, Any], record: str, name: str, part: type[BaseModel] | None) -> dict[str, Any]:
    member = dict(schema)
    is_personal = entry_of(PERSONAL, record, name) is not None
    if part:
        member["items"] = described(member["items"], part)
        is_personal = any(MARK in below for below in member["items"]["properties"].values())
    sentence = description(record, name)
    return {**member, **({"description": sentence} if sentence else {}), **({MARK: True} if is_personal else {})}


def part_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a list's items; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for argument in get_args(annotation) if (part := part_of(argument))), None)
