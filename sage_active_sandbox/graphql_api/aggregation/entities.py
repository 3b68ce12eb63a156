"""What the two catalogs offer (data only). The vendor's own catalog is not published: names are those of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One entity of the catalogs.

    ``rows`` is the type of its rows, ``date`` the member of its day, None without one. ``filters`` have a member and
    the values that match. ``groups``, ``scopes`` (of the search) and ``columns`` lead to members through loaders.
    """

    rows: str
    context: str
    date: str | None
    columns: Mapping[str, Path]
    filters: Mapping[str, tuple[str, frozenset[Any]] | None]
    groups: Mapping[str, Path] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    scopes: Mapping[str, Path] = field(default_factory=dict)


ALL: Final = "ALL"


def _paths(*names: str) -> dict[str, Path]:
    return {name: tuple(name.split(".")) for name in names}


ENTITIES: Final[Mapping[str, Entity]] = {
    "salesInvoices": Entity(
        rows="SalesInvoice",
        context="sales",
        date="documentDate",
        columns=_paths("id", "documentDate", "operationalNumber", "status", "socialName", "totalNet", "totalLiquid"),
        filters={ALL: None, "OPEN": ("status", frozenset({"Posted", "PartiallyCollected"}))},
        groups=_paths("customer.socialName", "status", "type"),
        values=("totalNet", "totalVat", "totalLiquid"),
        distinct=("customerId",),
        scopes=_paths("socialName", "operationalNumber"),
    ),
    "salesQuotes": Entity(
        rows="SalesQuote",
        context="sales",
        date="documentDate",
        columns=_paths("id", "documentDate", "operationalNumber", "status", "socialName", "totalNet", "totalLiquid"),
        filters={ALL: None, "OPEN": ("status", frozenset({"Pending"}))},
        groups=_paths("customer.socialName", "status"),
        values=("totalNet", "totalLiquid"),
        distinct=("customerId",),
        scopes=_paths("socialName", "operationalNumber"),
    ),
    "purchaseInvoices": Entity(
        rows="PurchaseInvoice",
        context="purchases",
        date="invoiceDate",
        columns=_paths("id", "invoiceDate", "invoiceNumber", "status", "supplier.socialName", "totalLiquid"),
        filters={ALL: None, "OPEN": ("status", frozenset({"Posted", "PartiallyPaid"}))},
        groups=_paths("supplier.socialName", "status"),
        values=("totalLiquid", "pendingAmount"),
        distinct=("supplierId",),
        scopes=_paths("invoiceNumber", "supplier.socialName"),
    ),
    "accountingEntryLines": Entity(
        rows="AccountingEntryLine",
        context="accounting",
        date="accountingEntry.date",
        columns=_paths("id", "accountingEntry.date", "accountingEntry.number", "subAccount.name", "debitAmount"),
        filters={ALL: None},
        groups=_paths("subAccount.name", "subAccount.accountType"),
        values=("debitAmount", "creditAmount"),
        distinct=("accountingEntryId",),
        scopes=_paths("description"),
    ),
    "customers": Entity(
        rows="Customer",
        context="sales",
        date=None,
        columns=_paths("id", "code", "socialName", "vatNumber", "status"),
        filters={ALL: None, "ACTIVE": ("disabled", frozenset({False, None}))},
        scopes=_paths("socialName", "code"),
    ),
    "products": Entity(
        rows="Product",
        context="sales",
        date=None,
        columns=_paths("id", "code", "name", "salesUnitPrice"),
        filters={ALL: None, "ACTIVE": ("obsolete", frozenset({False, None}))},
        scopes=_paths("name", "code"),
    ),
}
"""The entities by their key."""
