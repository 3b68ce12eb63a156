"""What the schema cannot say about the members that a write accepts: lengths, defaults, what never changes.

Source: docs/reference/writing.md, "Marks of members"; the marks are R (required), DEF (defaulted), NM (fixed), d (day)
and the maximum length; `identification` (a VAT or identification number), `upper` (an ISO code) and `whole` (a list
that is the document itself) follow from what it says of them; `path` says where rows have what only a create calls so.
Only what all sources agree on is here: disputed rules are left to the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sage_active.writables import Identity, Reference, Sums


@dataclass(frozen=True, slots=True)
class Facts:
    """The marks of one member, as those of `Writable`."""

    length: int | None = None
    required: bool = False
    zero_counts: bool = False
    defaulted: bool = False
    fixed: bool = False
    day: bool = False
    identification: bool = False
    upper: bool = False
    whole: bool = False
    complete: bool = False
    initial: str | bool | None = None
    nameless: bool = False
    default: Any = None
    path: tuple[str, ...] = ()
    sums: Sums | None = None
    local: bool = False


def _text(length: int, **marks: Any) -> Facts:
    return Facts(length, **marks)


_DAY: Final = Facts(day=True)
_DEFAULTED: Final = Facts(defaulted=True)
_ADDRESS: Final = {
    "countryIsoCodeAlpha2": _text(2, upper=True),
    "name": _text(50),
    "firstLine": _text(35),
    "secondLine": _text(35),
    "city": _text(35),
    "zipCode": _text(9),
    "province": _text(25),
}
_CONTACT: Final = {"name": _text(35), "surname": _text(35), "jobName": _text(35)}
_THIRD_PARTY: Final = {
    "code": _text(17, defaulted=True, fixed=True),
    "socialName": _text(70),
    "tradeName": _text(70),
    "countryAcronym": _text(2, defaulted=True, fixed=True, upper=True),
    "documentTypeId": Facts(defaulted=True, fixed=True),
    "documentId": _text(25, identification=True),
    "vatNumber": _text(25, identification=True),
    "defaultAccountingAccountId": _DEFAULTED,
    "nafApeCode": _text(7),
    "comments": _text(2000),
    "gdprAppliedDate": _DAY,
    "disabledDate": _DAY,
}
_AMOUNT: Final = Facts(required=True, zero_counts=True)
_DAYS: Final = Facts(zero_counts=True)
# The other side of a line is sent as 0.
_SIDE: Final = Facts(zero_counts=True, default=0)
_PAYMENT_TERM_LINE: Final = {"order": Facts(required=True), "value": _AMOUNT, "day": _DAYS}
_SALES_DOCUMENT: Final = {
    "customerId": Facts(fixed=True),
    "documentDate": Facts(day=True, defaulted=True),
    "operationalNumber": _text(50, defaulted=True),
    "operationalNumberPresetTextId": _DEFAULTED,
    "socialName": _text(50, defaulted=True, fixed=True),
    "countryAcronym": _text(2, defaulted=True, upper=True),
    "comments": _text(1000),
    "remarks": _text(1000),
    "externalReference": _text(20),
    "documentId": _text(20, defaulted=True, identification=True),
    "documentTypeId": _DEFAULTED,
    "vatNumber": _text(20, defaulted=True, identification=True),
    "invoiceEmail": _text(50),
    "mainAddress": _DEFAULTED,
    "deliveryAddress": _DEFAULTED,
    "salesDiscountGroupId": _DEFAULTED,
    "salesTariffId": _DEFAULTED,
    "lines": Facts(whole=True),
}
_NAMELESS: Final = Facts(nameless=True)
_SALES_LINE: Final = {
    "productCode": _text(15, defaulted=True),
    "productName": _text(2500, defaulted=True),
    "unitOfMeasurementId": _DEFAULTED,
    # The API would store 0 for an omitted price (docs/reference/writing.md, "Defaults"); no source gives a default of
    # the quantity.
    "totalQuantity": _AMOUNT,
    "unitPrice": _AMOUNT,
    "originId": _NAMELESS,
    "originLineId": _NAMELESS,
}

# Output type -> member -> its marks.
FACTS: Final[Mapping[str, Mapping[str, Facts]]] = MappingProxyType(
    {
        "Customer": _THIRD_PARTY
        | {"customerType": _DEFAULTED, "specialMention": _text(250), "printNameOnPdf": _DEFAULTED},
        "Supplier": _THIRD_PARTY,
        "CustomerAddress": _ADDRESS,
        "SupplierAddress": _ADDRESS,
        "SalesDocumentAddress": _ADDRESS,
        "CustomerContact": _CONTACT,
        "SupplierContact": _CONTACT,
        "ContactEmail": {"emailAddress": _text(70)},
        "ContactPhone": {"number": _text(20)},
        "ContactSocialMedia": {"name": _text(30), "link": _text(100)},
        "CustomerPaymentTermLine": _PAYMENT_TERM_LINE,
        "SupplierPaymentTermLine": _PAYMENT_TERM_LINE,
        # A published example of an invoice leaves the order out.
        "SalesInvoicePaymentTermLine": {"value": _AMOUNT, "day": _DAYS},
        "Product": {
            "code": _text(15),
            "name": _text(50),
            "category": _DEFAULTED,
            "unitOfMeasurementId": _DEFAULTED,
            "lineDescription": _text(2500),
            "comments": _text(250),
            "taxGroupId": _DEFAULTED,
            "salesAccountingAccountId": _DEFAULTED,
            "salesUnitPrice": _DEFAULTED,
            "salesOrderBlockingEnabled": _DEFAULTED,
            "salesDeliveryNoteBlockingEnabled": _DEFAULTED,
            "salesInvoiceBlockingEnabled": _DEFAULTED,
        },
        "SalesInvoice": _SALES_DOCUMENT
        | {
            "operationDate": _DAY,
            "salesOrderNumber": _text(250),
            "specialMention": _text(1000),
            "eInvoicingAddressTypeCustomer": _DEFAULTED,
            "eInvoicingAddressCustomer": _DEFAULTED,
        },
        "SalesInvoiceLine": _SALES_LINE,
        "SalesOrder": _SALES_DOCUMENT,
        "SalesOrderLine": _SALES_LINE,
        "SalesQuote": _SALES_DOCUMENT
        | {
            "contactName": _text(50),
            "contactPhone": _text(15),
            "contactEmail": _text(50),
            # Rows have no area beside its id.
            "contactJobAreaId": Facts(local=True),
            "declinedReason": _text(100),
        },
        "SalesQuoteLine": _SALES_LINE,
        "SalesDeliveryNote": _SALES_DOCUMENT,
        "SalesDeliveryNoteLine": _SALES_LINE,
        "AccountingAccount": {
            "code": Facts(fixed=True),
            "name": _text(100, defaulted=True),
            # The level that entries need; which one the server takes by itself is not documented.
            "accountLevel": Facts(defaulted=True, fixed=True, initial="SUB_ACCOUNT"),
            "subAccountType": _DEFAULTED,
            "accountType": _DEFAULTED,
            "applyVat": _DEFAULTED,
            "datevAccountNumber": _DEFAULTED,
        },
        "JournalType": {
            "code": _text(20, fixed=True),
            "name": _text(50),
            # Listed as mandatory, and optional in the input (docs/reference/accounting.md, "Journals and exercises").
            "deactivated": Facts(defaulted=True, initial=False),
            "type": Facts(fixed=True),
            "isCreditNote": Facts(defaulted=True, fixed=True),
            "creditNoteReason": Facts(defaulted=True, fixed=True),
            "accountingAccountId": Facts(fixed=True),
        },
        "PaymentMean": {"description": _text(20)},
        "PaymentTerm": {"name": _text(50), "lines": Facts(complete=True)},
        "PaymentTermLine": _PAYMENT_TERM_LINE,
        "BusinessArea": {"name": _text(17)},
        "EntityFile": {"fileName": _text(100), "businessDate": Facts(day=True, defaulted=True), "comment": _text(255)},
        "PurchaseInvoice": {
            "invoiceNumber": _text(50),
            "invoiceDate": Facts(day=True, defaulted=True),
            "operationDate": _DAY,
            "firstDueDate": Facts(day=True, defaulted=True),
            "totalLiquid": Facts(defaulted=True, zero_counts=True),
            "hasCashVat": _DEFAULTED,
            "vatLines": Facts(whole=True),
        },
        "PurchaseInvoiceLine": {
            "totalVatBase": _AMOUNT,
            "totalVat": _AMOUNT,
            "invoiceDate": Facts(day=True, defaulted=True),
            "vatPercentage": Facts(defaulted=True, zero_counts=True),
            "taxId": _DEFAULTED,
            "taxTreatmentId": _DEFAULTED,
            "purchaseAccountingAccountId": _DEFAULTED,
        },
        "AccountingEntry": {
            "date": _DAY,
            "journalTypeCode": Facts(path=("journalType", "code")),
            "documentDate": Facts(day=True, defaulted=True),
            "documentNumber": _text(50),
            "description": _text(200),
            "accountingEntryLines": Facts(
                whole=True,
                # The server joins the lines of one third party.
                sums=Sums(("subAccountCode", "thirdCode"), added="debitAmount", subtracted="creditAmount"),
            ),
        },
        "AccountingEntryLine": {
            "subAccountCode": Facts(path=("subAccount", "code")),
            "thirdCode": Facts(path=("accountingEntryThirdParty", "code")),
            "description": _text(200, defaulted=True),
            "debitAmount": _SIDE,
            "creditAmount": _SIDE,
            "isGroupingInvoices": Facts(path=("accountingEntryInvoice", "isGroupingInvoices")),
            "startInvoiceNumber": Facts(path=("accountingEntryInvoice", "startInvoiceNumber")),
            "finishInvoiceNumber": Facts(path=("accountingEntryInvoice", "finishInvoiceNumber")),
        },
    }
)
NO_FACTS: Final = Facts()
# What is created by an input of its own has other marks than the others of its type: input -> output type -> member.
OWN_FACTS: Final[Mapping[str, Mapping[str, Mapping[str, Facts]]]] = MappingProxyType(
    {
        "GenerateCreditNoteGLDtoInput": {
            "SalesInvoice": {
                "sourceSalesInvoiceId": Facts(fixed=True),
                "documentDate": Facts(day=True, required=True, fixed=True),
                "operationalNumberPresetTextId": Facts(defaulted=True, fixed=True),
                "lines": Facts(whole=True, complete=True),
            },
            # The price is taken from the invoice, unless it is given.
            "SalesInvoiceLine": {"totalQuantity": _AMOUNT, "unitPrice": Facts(zero_counts=True)},
        }
    }
)

# Inputs that are accepted and ignored (docs/reference/writing.md, "Ignored inputs"), or that no example sends because
# the server decides.
_CONTACT_OF_QUOTES: Final = frozenset({"contactName", "contactPhone", "contactEmail", "contactJobAreaId"})
IGNORED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "SalesInvoice": _CONTACT_OF_QUOTES | {"type"},
        "SalesOrder": _CONTACT_OF_QUOTES,
        "SalesDeliveryNote": _CONTACT_OF_QUOTES,
        # Read-only, although the input has them.
        "AccountingAccount": frozenset({"accountingAccountDimensionTags"}),
    }
)

_SALES_LINES: Final = ("SalesInvoiceLine", "SalesOrderLine", "SalesQuoteLine", "SalesDeliveryNoteLine")
_PRODUCT: Final = Reference("Product", ("code",), ((("product", "code"),), (("productCode",),)))

# References whose natural key lies elsewhere than in the object beside the id.
REFERENCES: Final[Mapping[tuple[str, str], Reference]] = MappingProxyType(
    {
        ("Product", "taxGroupId"): Reference(
            "TaxGroup", ("taxGroupCode",), ((("taxes", 0, "group", "taxGroupCode"),),)
        ),
        **{(line, "productId"): _PRODUCT for line in _SALES_LINES},
        # A quote has no loader beside this id; a record may name the area as that of a contact.
        ("SalesQuote", "contactJobAreaId"): Reference("JobArea", ("name",), ((("contactJobArea", "name"),),)),
        ("AccountingEntry", "journalTypeCode"): Reference(
            "JournalType", ("code",), ((("journalTypeCode",),), (("journalType", "code"),)), is_code=True
        ),
        ("AccountingEntryLine", "subAccountCode"): Reference(
            "AccountingAccount", ("code",), ((("subAccountCode",),), (("subAccount", "code"),)), is_code=True
        ),
    }
)

# Members that rows have elsewhere: a rate that was sent is that of the tax which it led to.
FOUND_AT: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {("PurchaseInvoiceLine", "vatPercentage"): ("tax", "percentage")}
)

# Types whose natural key is an ISO code of two letters.
UPPER_KEYS: Final = frozenset({"Country"})

# A member -> the one that says the same and is preferred (docs/reference/objects.md, "Addresses").
PREFERRED: Final[Mapping[str, str]] = MappingProxyType({"countryId": "countryIsoCodeAlpha2"})

IDENTITIES: Final[Mapping[str, Identity]] = MappingProxyType(
    {
        "CustomerAddress": Identity(("name",)),
        "SupplierAddress": Identity(("name",)),
        "CustomerContact": Identity(("name", "surname")),
        "SupplierContact": Identity(("name", "surname")),
        "ContactEmail": Identity(("emailAddress",)),
        "ContactPhone": Identity(("number",)),
        "ContactSocialMedia": Identity(("name",)),
        "CustomerPaymentTermLine": Identity(("order",)),
        "SupplierPaymentTermLine": Identity(("order",)),
        "PaymentTermLine": Identity(("order",)),
        "SalesInvoicePaymentTermLine": Identity(("order",), by_position=True, is_place=True),
        # A record may name the product by its id or key alone; the API then fills in the code.
        **dict.fromkeys(_SALES_LINES, Identity(("productCode",), instead=("productId",), by_position=True)),
        "PurchaseInvoiceLine": Identity(("taxId",), instead=("vatPercentage",), by_position=True),
    }
)
