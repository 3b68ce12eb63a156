"""The register of objects: one declaration for each, and the table of what each connection can do.

A further object is one more `Resource`; the engines read everything else from the contract. Sources: fact sheet,
sections 7, 12 and 17; Maesn sheet, sections 1.1 and 3.3; the server notes (exceptions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sage_active.errors import SageActiveError, configuration_error
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN


@dataclass(frozen=True, slots=True)
class Member:
    """A bare enum member in a filter, as opposed to a quoted string."""

    name: str


@dataclass(frozen=True, slots=True)
class DirectResource:
    """Where an object lives in Sage Active's own API.

    `query`: the root field; `type`: its node type; `where`: a filter that belongs to the object itself;
    `open_documents`: the filter that selects documents which may still change without their date
    moving (fact sheet, section 7, "Unknown").
    For writing (fact sheet, section 8, "repeatable"): `keys`: members that are unique in a company, by preference;
    `document_keys`: members that may carry the user's own number; `marker`: the member that can carry a marker;
    `disabling`: the flag that takes a row out of use (fact sheet, section 7, "Deletions"); `created_by_us`: a member
    and its value in documents that were created through the API (fact sheet, section 8).
    """

    query: str
    type: str
    where: Mapping[str, Any] = field(default_factory=dict, hash=False)
    open_documents: Mapping[str, Any] | None = field(default=None, hash=False)
    page_size: int = 500
    keys: tuple[str, ...] = ()
    document_keys: tuple[str, ...] = ()
    marker: str | None = None
    disabling: str | None = None
    created_by_us: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MaesnResource:
    """Where an object lives in Maesn's API: path below /accounting, key, date members by preference, row order.

    `other_key`: a member that may come beside the key or in its place (Maesn sheet, section 8.2, `invoiceId`).
    `open_documents`: filters that together select documents which may still change without their date moving.
    `keys` and `document_keys`: as for the direct connection.
    """

    path: str
    key: str
    dates: tuple[str, ...]
    other_key: str | None = None
    order: Mapping[str, str] = field(default_factory=dict, hash=False)
    open_documents: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    keys: tuple[str, ...] = ()
    document_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """One object: its stream name and its place on each connection. `document`: `start_date` bounds its change date."""

    name: str
    document: bool
    direct: DirectResource | None
    maesn: MaesnResource | None

    def key(self, connection: str) -> str:
        """The member that identifies a row in its company."""
        return self.maesn.key if connection == MAESN and self.maesn else "id"


_THIRD_PARTY_KEYS: Final = ("code", "documentId", "vatNumber")
_CONTACT_KEYS: Final = ("number", "documentId", "vatId")

RESOURCES: Final = (
    Resource(
        "customers",
        False,
        DirectResource("customers", "Customer", keys=_THIRD_PARTY_KEYS, disabling="disabled"),
        MaesnResource("customers", "id", ("updatedDate",), keys=_CONTACT_KEYS),
    ),
    Resource(
        "suppliers",
        False,
        DirectResource("suppliers", "Supplier", keys=_THIRD_PARTY_KEYS, disabling="disabled"),
        MaesnResource("suppliers", "id", ("updatedDate",), keys=_CONTACT_KEYS),
    ),
    Resource(
        "items",
        False,
        DirectResource("products", "Product", keys=("code",), disabling="obsolete"),
        MaesnResource("items", "id", ("lastModifiedDate",), keys=("itemNumber",)),
    ),
    Resource(
        "invoices",
        True,
        DirectResource(
            "salesInvoices",
            "SalesInvoice",
            # An `in` list would lose invoices whose type is NONE, null or new.
            where={"or": [{"type": {"neq": Member("CREDIT_NOTE")}}, {"type": {"eq": None}}]},
            open_documents={"or": [{"status": {"nin": ["Collected"]}}, {"status": {"eq": None}}]},
            document_keys=("externalReference", "salesOrderNumber"),
            marker="remarks",
            created_by_us=("sourceType", "PUBLIC_API"),
        ),
        MaesnResource(
            "invoices",
            "invoiceId",
            ("updatedDate", "createdDate"),
            other_key="id",
            order={"orderField": "createdDate", "orderDir": "ASC"},
            open_documents=(
                {"paymentStatus": "NO_OPEN_ITEM"},
                {"paymentStatus": "PENDING"},
                {"paymentStatus": "PARTLY_PAID"},
                {"paymentStatus": "UNKNOWN"},
            ),
            document_keys=("reference", "invoiceNumber"),
        ),
    ),
)
RESOURCE_BY_NAME: Final = MappingProxyType({resource.name: resource for resource in RESOURCES})

YES: Final = "yes"
PLANNED: Final = "planned"
NOT_OFFERED: Final = "not offered"
NO_ENTITY: Final = "no such entity"
READ: Final = "read"
CREATE: Final = "create"
UPDATE: Final = "update"
OPERATIONS: Final = (READ, CREATE, UPDATE)

# object -> connection -> (read, create, update); "yes" is what the API offers, not what this version has built.
CAPABILITIES: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = MappingProxyType(
    {
        "customers": {MAESN: (YES, YES, PLANNED), DIRECT: (YES, YES, YES)},
        "suppliers": {MAESN: (YES, YES, PLANNED), DIRECT: (YES, YES, YES)},
        "items": {MAESN: (YES, YES, PLANNED), DIRECT: (YES, YES, YES)},
        "invoices": {MAESN: (YES, YES, PLANNED), DIRECT: (YES, YES, YES)},
        "accounts": {MAESN: (PLANNED, PLANNED, PLANNED), DIRECT: (YES, YES, YES)},
        "credit notes": {MAESN: (PLANNED, PLANNED, PLANNED), DIRECT: (YES, YES, NOT_OFFERED)},
        "tracking categories": {MAESN: (PLANNED, PLANNED, PLANNED), DIRECT: (YES, NOT_OFFERED, NOT_OFFERED)},
        "transactions": {MAESN: (PLANNED, PLANNED, PLANNED), DIRECT: (YES, YES, NOT_OFFERED)},
        "vendor credits": {MAESN: (PLANNED, PLANNED, PLANNED), DIRECT: (NO_ENTITY, NO_ENTITY, NO_ENTITY)},
        "bills": {MAESN: (NOT_OFFERED, NOT_OFFERED, NOT_OFFERED), DIRECT: (YES, YES, YES)},
        "files": {MAESN: (NOT_OFFERED, NOT_OFFERED, NOT_OFFERED), DIRECT: (YES, YES, NOT_OFFERED)},
        "sales orders": {MAESN: (NOT_OFFERED, NOT_OFFERED, NOT_OFFERED), DIRECT: (YES, YES, YES)},
        "purchase orders": {MAESN: (NOT_OFFERED, NOT_OFFERED, NOT_OFFERED), DIRECT: (NO_ENTITY, NO_ENTITY, NO_ENTITY)},
    }
)


def offered(connection: str, operation: str = READ) -> list[Resource]:
    """The registered objects for which `connection` offers `operation`, in the register's order."""
    column = OPERATIONS.index(operation)
    return [resource for resource in RESOURCES if CAPABILITIES[resource.name][connection][column] == YES]


def not_offered(connection: str, name: str, operation: str = READ, *, also: Sequence[str] = ()) -> SageActiveError:
    """The configuration error for asking a connection for a cell of the table that is not "yes".

    `also`: what can be had beside the objects.
    """
    offer = CAPABILITIES.get(name, {}).get(connection, (NOT_OFFERED,) * len(OPERATIONS))[OPERATIONS.index(operation)]
    names = [resource.name for resource in offered(connection, operation)]
    instead = ", ".join((*names, *also)) or "nothing"
    return configuration_error(
        f"The connection {CONNECTION_LABELS[connection]} does not {operation} `{name}` "
        f"({'offered by the API, not yet by this connector' if offer == YES else offer}).",
        f"What it can {operation}: {instead}. Run discover again and choose among these.",
    )


# --- What the contract cannot tell by itself (server notes, "Exceptions that the register of objects declares") ---

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
# (fact sheet, section 18): AccountingAccount.code is `code { value }` or a plain `code`.
TWO_SHAPES: Final = frozenset({("AccountingAccount", "code")})
