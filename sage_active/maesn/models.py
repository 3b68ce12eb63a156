"""The records of Maesn's unified API, as far as its contract describes them (docs/reference/maesn.md)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sage_active.json_schema import plain_schema
from sage_active.maesn.descriptions import described
from sage_active.maesn.planned_models import PLANNED_MODELS
from sage_active.maesn.record import Address, Flag, Number, Record, Text


class EmailAddress(Record):
    """An e-mail address with its use."""

    email: Text = None
    type: Text = None


class PhoneNumber(Record):
    """A phone number with its use."""

    number: Text = None
    type: Text = None


class ContactPerson(Record):
    """A person at a customer or supplier."""

    emailAddresses: list[EmailAddress] | None = None
    firstName: Text = None
    lastName: Text = None
    phoneNumbers: list[PhoneNumber] | None = None
    salutation: Text = None


class BankAccount(Record):
    """A bank account of a customer or supplier."""

    bic: Text = None
    holder: Text = None
    isMainAccount: Flag = None
    iban: Text = None
    name: Text = None
    sepa: Flag = None


class Contact(Record):
    """A customer or a supplier (docs/reference/maesn.md, "Customers and suppliers")."""

    id: Text = None
    addresses: list[Address] | None = None
    accountNumber: Number = None
    bankAccounts: list[BankAccount] | None = None
    companyName: Text = None
    contactPersons: list[ContactPerson] | None = None
    contactType: Text = None
    documentId: Text = None
    emailAddresses: list[EmailAddress] | None = None
    number: Text = None
    phoneNumbers: list[PhoneNumber] | None = None
    projectId: Text = None
    role: Text = None
    updatedDate: Text = None
    vatId: Text = None


class Item(Record):
    """An item (docs/reference/maesn.md, "Items")."""

    id: Text = None
    assetAccountId: Text = None
    expenseAccountId: Text = None
    incomeAccountId: Text = None
    inventoryStartDate: Text = None
    itemNumber: Text = None
    lastModifiedDate: Text = None
    name: Text = None
    priceIncludesTax: Flag = None
    stockCount: Number = None
    taxCode: Text = None
    taxRatePercentage: Number = None
    type: Text = None
    unitName: Text = None
    unitPurchasePrice: Number = None
    unitSalesPrice: Number = None


class Dimension(Record):
    """A tracking category of an invoice line."""

    id: Text = None
    categoryName: Text = None
    name: Text = None


class InvoiceLine(Record):
    """A line of an invoice (docs/reference/maesn.md, "Invoices")."""

    lineItemId: Text = None
    accountId: Text = None
    createdDate: Text = None
    description: Text = None
    dimensions: list[Dimension] | None = None
    discountItemAmount: Number = None
    discountItemPercentage: Number = None
    grossAmount: Number = None
    itemsAmount: Number = None
    itemId: Text = None
    name: Text = None
    quantity: Number = None
    taxCode: Text = None
    taxRatePercentage: Number = None
    unitAmount: Number = None
    updatedDate: Text = None


class Invoice(Record):
    """A sales invoice with its lines; newer pages of the documentation show `id` for `invoiceId`.

    Source: docs/reference/maesn.md, "Invoices".
    """

    invoiceId: Text = None
    id: Text = None
    addresses: list[Address] | None = None
    contactId: Text = None
    createdDate: Text = None
    currency: Text = None
    discountAmount: Number = None
    dueDate: Text = None
    fileId: Text = None
    invoiceDate: Text = None
    invoiceNumber: Text = None
    invoiceType: Text = None
    journalCode: Text = None
    lineAmountTypes: Text = None
    lineItems: list[InvoiceLine] | None = None
    name: Text = None
    oneLineAddress: Text = None
    paidDate: Text = None
    paymentStatus: Text = None
    paymentTermDuration: Number = None
    paymentTermId: Text = None
    reference: Text = None
    shippingDate: Text = None
    status: Text = None
    sumNetAmount: Number = None
    taxRule: Text = None
    totalAmount: Number = None
    totalTaxAmount: Number = None
    updatedDate: Text = None


_ROWS: Final[tuple[type[Record], ...]] = (Contact, Item, Invoice, *PLANNED_MODELS)
MODELS: Final[Mapping[str, type[Record]]] = MappingProxyType({model.__name__: model for model in _ROWS})


def record_schema(record: str) -> dict[str, Any]:
    """The JSON schema of the rows that the contract calls `record`; every value may be null."""
    return described(_row_schema(plain_schema(MODELS[record], nullable=True)), MODELS[record])


def _row_schema(node: Any) -> Any:
    """Drops what the form of a configuration needs and a row's schema does not."""
    if isinstance(node, list):
        return [_row_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _row_schema(value)
        for key, value in node.items()
        if key not in ("description", "default", "title") or isinstance(value, dict)
    }
    return kept | ({"type": ["null", "object"]} if kept.get("type") == "object" else {})
