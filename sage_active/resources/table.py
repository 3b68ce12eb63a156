"""The one table of resources. Source, destination, check, discover, docs and tests read it from here.

A further resource is one more `Resource`; the engines read everything else from the contract. Sources:
docs/reference/queries.md, "Changes"; docs/reference/objects.md, "What the schema cannot tell" and "Unified names";
docs/reference/maesn.md, "What it offers" and "Changes".
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from sage_active.markets import DIRECT, MAESN
from sage_active.resources import planned_at_maesn
from sage_active.resources.planned_at_maesn import READ_AT_MAESN
from sage_active.resources.resource import (
    CREATE,
    OPERATIONS,
    READ,
    UPDATE,
    At,
    Cell,
    DirectResource,
    MaesnResource,
    Member,
    Resource,
)

_THIRD_PARTY_KEYS: Final = ("code", "documentId", "vatNumber")
_CONTACT_KEYS: Final = ("number", "documentId", "vatId")
# Of the lists of contacts (docs/reference/maesn.md, "Customers and suppliers"); a list is asked whether Sage Active
# honours it.
_BY_NUMBER: Final = {"number": "number"}
_DIRECT_ALL: Final = frozenset((DIRECT, operation) for operation in OPERATIONS)
_EVERYWHERE: Final = _DIRECT_ALL | {(MAESN, READ), (MAESN, CREATE)}
_NOTHING: Final[frozenset[At]] = frozenset()
_PLANNED_AT_MAESN: Final = {(MAESN, operation): Cell.PLANNED for operation in OPERATIONS}
_NO_ENTITY: Final = {(DIRECT, operation): Cell.NO_ENTITY for operation in OPERATIONS}
# Maesn announces updates of what it has already.
_UPDATES_PLANNED: Final = {(MAESN, UPDATE): Cell.PLANNED}

RESOURCES: Final = (
    Resource(
        name="customers",
        direct=DirectResource(root="customers", type="Customer", keys=_THIRD_PARTY_KEYS, disabling="disabled"),
        maesn=MaesnResource(path="customers", record="Contact", keys=_CONTACT_KEYS, filters=_BY_NUMBER),
        cells=_UPDATES_PLANNED,
        built=_EVERYWHERE,
        suggested=True,
        personal=True,
    ),
    Resource(
        name="suppliers",
        direct=DirectResource(root="suppliers", type="Supplier", keys=_THIRD_PARTY_KEYS, disabling="disabled"),
        maesn=MaesnResource(path="suppliers", record="Contact", keys=_CONTACT_KEYS, filters=_BY_NUMBER),
        cells=_UPDATES_PLANNED,
        built=_EVERYWHERE,
        suggested=True,
        personal=True,
    ),
    Resource(
        name="items",
        direct=DirectResource(
            root="products",
            type="Product",
            keys=("code",),
            disabling="obsolete",
            unreferable={
                ("category", "CONCEPT"): "is the product of advance payments: advance invoices and their deductions "
                "cannot be written"
            },
        ),
        maesn=MaesnResource(
            path="items",
            record="Item",
            dates=("lastModifiedDate",),
            keys=("itemNumber",),
            # The only filter that is confirmed for Sage Active (docs/reference/maesn.md, "Items").
            filters={"itemNumber": "itemNumber"},
        ),
        cells=_UPDATES_PLANNED,
        built=_EVERYWHERE,
        suggested=True,
    ),
    Resource(
        name="invoices",
        direct=DirectResource(
            root="salesInvoices",
            type="SalesInvoice",
            # An `in` list would lose invoices whose type is NONE, null or new.
            where={"or": [{"type": {"neq": Member("CREDIT_NOTE")}}, {"type": {"eq": None}}]},
            open_documents={"or": [{"status": {"nin": ["Collected"]}}, {"status": {"eq": None}}]},
            document_keys=("externalReference", "salesOrderNumber"),
            marker="remarks",
            created_by_us=("sourceType", "PUBLIC_API"),
            refused={
                ("type", "CREDIT_NOTE"): "is a credit note: Sage Active makes them from the invoice that they credit",
                ("type", "PAYMENT_IN_ADVANCE"): "is an advance invoice: these cannot be written",
            },
            deduction=("originId", "originType"),
        ),
        maesn=MaesnResource(
            path="invoices",
            record="Invoice",
            key="invoiceId",
            dates=("updatedDate", "createdDate"),
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
        cells=_UPDATES_PLANNED,
        built=_EVERYWHERE,
        suggested=True,
        start_date=True,
        document=True,
    ),
    # Not built yet: what the APIs offer of them.
    Resource(
        name="accounts",
        direct=DirectResource(root="accountingAccounts", type="AccountingAccount"),
        maesn=planned_at_maesn.ACCOUNTS,
        cells=_PLANNED_AT_MAESN,
        built=READ_AT_MAESN,
    ),
    Resource(
        name="credit_notes",
        direct=DirectResource(root="salesInvoices", type="SalesInvoice"),
        maesn=planned_at_maesn.CREDIT_NOTES,
        # One is generated from the invoice that it credits, and never changed.
        cells={**_PLANNED_AT_MAESN, (DIRECT, UPDATE): Cell.NOT_OFFERED},
        built=READ_AT_MAESN,
    ),
    Resource(
        name="tracking_categories",
        direct=DirectResource(root="dimensions", type="Dimension"),
        maesn=planned_at_maesn.TRACKING_CATEGORIES,
        cells=_PLANNED_AT_MAESN,
        built=READ_AT_MAESN,
    ),
    Resource(
        name="journal_entries",
        direct=DirectResource(root="accountingEntries", type="AccountingEntry"),
        # Its mutations have names of their own.
        cells={**_PLANNED_AT_MAESN, (DIRECT, CREATE): Cell.OFFERED},
        built=_NOTHING,
    ),
    Resource(
        name="vendor_credits",
        maesn=planned_at_maesn.VENDOR_CREDITS,
        cells={**_PLANNED_AT_MAESN, **_NO_ENTITY},
        built=READ_AT_MAESN,
    ),
    Resource(
        name="bills",
        direct=DirectResource(root="purchaseInvoices", type="PurchaseInvoice"),
        built=_NOTHING,
    ),
    Resource(
        name="files",
        direct=DirectResource(root="files", type="EntityFile"),
        # Uploaded, with a mutation of another name.
        cells={(DIRECT, CREATE): Cell.OFFERED},
        built=_NOTHING,
    ),
    Resource(
        name="sales_orders",
        direct=DirectResource(root="salesOrders", type="SalesOrder"),
        built=_NOTHING,
    ),
    Resource(name="purchase_orders", cells=_NO_ENTITY, built=_NOTHING),
)
RESOURCE_BY_NAME: Final = MappingProxyType({resource.name: resource for resource in RESOURCES})


def offered(connection: str, operation: str = READ, resources: Sequence[Resource] = RESOURCES) -> list[Resource]:
    """The resources of which `operation` is built on `connection`, in the table's order."""
    return [resource for resource in resources if (connection, operation) in resource.built]
