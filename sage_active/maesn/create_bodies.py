"""The bodies of the creates of Maesn's contract (docs/reference/maesn.md, column "create"). It states no lengths.

What Sage Active keeps of a body and gives back is not published: a member is compared only where reading has it too and
nothing speaks against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BaseModel

from sage_active.writing import FieldKind, Identity, Reference


@dataclass(frozen=True, slots=True)
class Fact:
    """What the type of a member does not tell; the words are those of `Writable`.

    `compared`: whether what is read back can be held against what was sent; `required`: more than the contract asks.
    """

    compared: bool = True
    required: bool = False
    kind: FieldKind | None = None
    reference: Reference | None = None
    identity: Identity | None = None
    preferred: str | None = None
    upper: bool = False
    text: str | None = None
    whole: bool = False


Text = str | None
Number = Decimal | None
Flag = bool | None
# Days are plain strings in the contract; a time of day means nothing on an invoice (docs/reference/maesn.md, "Values").
Day = Annotated[str | None, Fact(kind=FieldKind.DAY)]
Id = Annotated[str | None, Fact(kind=FieldKind.ID)]
Identification = Annotated[str | None, Fact(kind=FieldKind.IDENTIFICATION)]
Country = Annotated[str | None, Fact(upper=True)]
# Sage Active keeps e-mail addresses and phone numbers with contact persons only: how Maesn spreads them is unknown.
SPREAD: Final = Fact(compared=False)
# Computed, translated or chosen by Maesn or Sage Active on the way.
CONVERTED: Final = Fact(compared=False)

ContactAddressType = Literal["BILLING", "DELIVERY", "EMPTY", "PRIVATE", "WORK", "PICKUP"]
EmailType = Literal["BUSINESS", "PRIVATE", "OFFICE", "INVOICE", "PAYMENT", "OTHER"]
PhoneType = Literal["BUSINESS", "MOBILE", "OFFICE", "FAX", "PRIVATE", "LANDLINE", "SKYPE", "WHATSAPP", "OTHER"]
Unit = Literal[
    "PIECE", "STÜCK", "NOT_UNIT", "CUBIC_METRE", "DAY", "GRAM", "HOUR", "KILOGRAM", "KILOMETRE", "LITRE", "METRE",
    "MILLIGRAM", "MILLILITRE", "MONTH", "NIGHT", "PACK", "PERCENTAGE", "SQUARE_METRE", "TONNE", "UNIT",
]  # fmt: skip
TaxRule = Literal[
    "NET", "TAXFREE", "INTRACOMMUNITY_GOODS", "INTRACOMMUNITY_SERVICE", "EXPORT_SERVICE", "EXPORT_GOODS",
    "REVERSE_CHARGE", "GROSS", "CONSTRUCTION_SERVICE", "PHOTOVOLTAIC_EQUIPMENT", "SMALL_BUSINESS_EXEMPTION",
    "NON_DOMESTIC_SERVICE", "OSS_GOODS", "OSS_ELECTRONIC_SERVICES", "OSS_SERVICES",
]  # fmt: skip


class ContactAddress(BaseModel):
    """A postal address of a customer or supplier."""

    addressLine1: Text = None
    addressLine2: Text = None
    city: Text = None
    countryCode: Country = None
    postalCode: Text = None
    type: Annotated[ContactAddressType | None, CONVERTED] = None


class EmailAddress(BaseModel):
    """An e-mail address with its use."""

    email: str
    type: EmailType


class PhoneNumber(BaseModel):
    """A phone number with its use."""

    number: str
    type: PhoneType


class PersonEmailAddress(BaseModel):
    """An e-mail address of a contact person; what is sent may be its text alone.

    Source: docs/reference/maesn.md, "Contact persons".
    """

    email: str
    type: EmailType | None = None


class PersonPhoneNumber(BaseModel):
    """A phone number of a contact person, likewise."""

    number: str
    type: PhoneType | None = None


class ContactPerson(BaseModel):
    """A person at a customer or supplier.

    The contract requires both names and the list of e-mail addresses, Sage Active's own API does not: the server is
    asked.
    """

    emailAddresses: Annotated[list[PersonEmailAddress] | None, Fact(text="email")] = None
    firstName: Text = None
    lastName: Text = None
    phoneNumbers: Annotated[list[PersonPhoneNumber] | None, Fact(text="number")] = None
    salutation: Text = None


class BankAccount(BaseModel):
    """A bank account of a customer or supplier."""

    bic: Text = None
    holder: Text = None
    isMainAccount: Flag = None
    iban: Text = None
    name: Text = None
    sepa: Flag = None


class Contact(BaseModel):
    """A customer or a supplier (docs/reference/maesn.md, "Customers and suppliers").

    `bankAccounts` is the plural of reading: exactly one becomes `bankAccount`, the only one that the contract takes.
    """

    addresses: list[ContactAddress] | None = None
    bankAccount: BankAccount | None = None
    bankAccounts: Annotated[list[BankAccount] | None, Fact(identity=Identity(("iban",)), preferred="bankAccount")] = (
        None
    )
    companyName: Text = None
    contactPersons: Annotated[list[ContactPerson] | None, SPREAD] = None
    # Reading also has UNDEFINED; Sage Active's suppliers have no such member.
    contactType: Annotated[Literal["CONTACT_PERSON", "COMPANY"], CONVERTED]
    documentId: Identification = None
    emailAddresses: Annotated[list[EmailAddress] | None, SPREAD] = None
    number: Text = None
    phoneNumbers: Annotated[list[PhoneNumber] | None, SPREAD] = None
    projectId: Text = None
    role: Annotated[Literal["SUPPLIER", "CUSTOMER", "CONTACT"] | None, CONVERTED] = None
    vatId: Identification = None


class Item(BaseModel):
    """An item. The contract requires nothing; the pages of the documentation require `name`.

    Source: docs/reference/maesn.md, "Items".
    """

    assetAccountId: Id = None
    expenseAccountId: Id = None
    incomeAccountId: Id = None
    inventoryStartDate: Day = None
    itemNumber: Text = None
    name: Text = None
    priceIncludesTax: Annotated[Flag, CONVERTED] = None
    stockCount: Number = None
    taxCode: Text = None
    taxRatePercentage: Number = None
    type: Literal["PRODUCT", "SERVICE"] | None = None
    # Maesn resolves units by itself: PIECE may come back as UNIT (docs/reference/maesn.md, "Items").
    unitName: Annotated[Unit | None, CONVERTED] = None
    unitPurchasePrice: Number = None
    unitSalesPrice: Number = None


class Dimension(BaseModel):
    """A tracking category of an invoice line."""

    id: Id = None
    categoryName: Text = None
    name: Text = None


class InvoiceAddress(BaseModel):
    """A postal address on an invoice; on create its type is a free text (docs/reference/maesn.md, "Values")."""

    addressLine1: Text = None
    addressLine2: Text = None
    city: Text = None
    countryCode: Country = None
    postalCode: Text = None
    type: Annotated[Text, CONVERTED] = None


class InvoiceLine(BaseModel):
    """A line of an invoice, with the contract's spelling of `taxRatePercentage`.

    Source: docs/reference/maesn.md, "Invoices".
    """

    accountCode: Text = None
    accountId: Id = None
    description: Text = None
    dimensions: list[Dimension] | None = None
    discountItemPercentage: Number = None
    grossAmount: Annotated[Number, CONVERTED] = None
    itemId: Annotated[
        Text,
        Fact(kind=FieldKind.ID, reference=Reference("items", ("itemNumber",), ((("item", "itemNumber"),),))),
    ] = None
    name: Text = None
    quantity: Decimal
    taxCode: Text = None
    taxRatePercentage: Number = None
    taxType: Text = None
    type: Text = None
    # The contract does without; Sage Active would store 0 for an omitted price.
    unitAmount: Annotated[Number, Fact(required=True)] = None
    unitName: Text = None


class Invoice(BaseModel):
    """A sales invoice with its lines (docs/reference/maesn.md, "Invoices").

    Left out of the contract's members: `invoiceId`, which the API assigns, and `status`, which would let a record
    choose more than a draft (which statuses Sage Active takes is unknown, and none can be taken back).
    """

    addresses: Annotated[list[InvoiceAddress] | None, Fact(identity=Identity(("type",), by_position=True))] = None
    contactId: Annotated[
        Text,
        Fact(kind=FieldKind.ID, reference=Reference("customers", ("number",), ((("contact", "number"),),))),
    ] = None
    currency: Text = None
    discountPercentage: Number = None
    dueDate: Annotated[Day, CONVERTED] = None
    fileId: Id = None
    grossTotalAmount: Number = None
    invoiceDate: Annotated[str, Fact(kind=FieldKind.DAY)]
    invoiceNumber: Text = None
    invoiceType: Annotated[Literal["STANDARD", "BILL"] | None, CONVERTED] = None
    journalCode: Text = None
    lineAmountTypes: Annotated[Text, CONVERTED] = None
    lineItems: Annotated[list[InvoiceLine], Fact(whole=True)]
    name: Annotated[Text, CONVERTED] = None
    oneLineAddress: Annotated[Text, CONVERTED] = None
    paidDate: Day = None
    paymentTermDuration: Number = None
    paymentTermId: Id = None
    reference: Text = None
    shippingDate: Day = None
    shippingEndDate: Day = None
    shippingType: Literal["SERVICE", "SERVICEPERIOD", "DELIVERY", "DELIVERYPERIOD", "NONE"] | None = None
    taxRule: Annotated[TaxRule | None, CONVERTED] = None
    taxText: Text = None


BODIES: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {"customers": Contact, "suppliers": Contact, "items": Item, "invoices": Invoice}
)
