"""What the schema cannot tell by itself about its types (docs/reference/server-behaviour.md, "Schema at run time")."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# The fields that identify an entity of a type for a human being; a type that is not named has `code`.
NATURAL_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "AccountingAccount": ("code",),
        "Country": ("isoCodeAlpha2",),
        "TaxGroup": ("taxGroupCode",),
        "TaxTreatment": ("taxCode",),
        "Tax": ("name", "percentage", "taxType"),
        "UnitOfMeasurement": ("name",),
        "BusinessArea": ("name",),
        "JobArea": ("name",),
        "AccountingEntrySession": ("name",),
        "BankingRule": ("name",),
        "PaymentMean": ("description",),
        "TransactionCategory": ("reason", "type"),
        "OperationalNumberPresetText": ("presetText", "operation"),
        "AccountingExercise": ("exercise",),
        "AccountingPeriod": ("startDate",),
        "InvoiceType": ("invoiceTypesCode",),
        "PurchaseInvoice": ("invoiceNumber", "supplierId"),
        "SalesQuote": ("operationalNumber",),
        "SalesOrder": ("operationalNumber",),
        "SalesDeliveryNote": ("operationalNumber",),
        "SalesInvoice": ("operationalNumber",),
        "SalesInvoiceHeader": ("operationalNumber",),
        "SalesQuoteLine": (),
        "AccountingEntryInvoice": (),
        "AccountingEntry": ("number",),
        "AccountingEntryLine": (),
    }
)
DEFAULT_NATURAL_KEY: Final = ("code",)

# Lists of entities that are references although they have no sibling id: field -> what is taken of each entity.
REFERENCE_LISTS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("Product", "taxes"): ("id", "name", "percentage", "group"),
        ("TaxTreatment", "inputAccountingAccount"): ("id", "code"),
        ("TaxTreatment", "outputAccountingAccount"): ("id", "code"),
    }
)

# Fields of a child that lead back to its parent (or to the document it came from): left out below a parent.
BACK_REFERENCES: Final = frozenset(
    {
        ("SalesQuoteLine", "salesQuote"),
        ("SalesOrderLine", "salesOrder"),
        ("SalesDeliveryNoteLine", "salesDeliveryNote"),
        ("SalesInvoiceLine", "salesInvoice"),
        ("SalesInvoiceOpenItem", "salesInvoice"),
        ("EInvoice", "salesInvoice"),
        ("AccountingEntryLine", "accountingEntry"),
        ("AccountingEntryPayment", "accountingEntryLine"),
        ("AccountingEntryDimensionTag", "accountingEntryLine"),
    }
)

# Fields whose shape the sources dispute: both are known, the other one is tried when the first is refused
# (docs/reference/objects.md, "Disputed shapes"): AccountingAccount.code is `code { value }` or a plain `code`.
TWO_SHAPES: Final = frozenset({("AccountingAccount", "code")})
