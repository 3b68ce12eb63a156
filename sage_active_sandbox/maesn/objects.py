"""The objects that Maesn offers or plans for Sage Active: type in the store, shape, filters, order, creation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sage_active_sandbox.maesn import create as creation
from sage_active_sandbox.maesn.body import parsed_moment
from sage_active_sandbox.maesn.mapping import CUSTOMER, INVOICE, ITEM, SUPPLIER, Columns, Lookup, changed, record
from sage_active_sandbox.maesn.planned_objects import (
    ACCOUNT,
    CREDIT_NOTE,
    DIMENSION,
    VENDOR_CREDIT,
    dimension_tags,
    is_vendor_credit,
)
from sage_active_sandbox.store import Company, Row, Store

DOCUMENT_STATUSES = (
    "DRAFT",
    "CORRECTIVE",
    "SUBMITTED",
    "DOCUMENT_CREATED",
    "OPEN",
    "PARTIALLY_PAID",
    "PAID",
    "PARTIALLY_OVERDUE",
    "OVERDUE",
    "VOIDED",
)
PAYMENT_STATUSES = (
    "NO_OPEN_ITEM",
    "PENDING",
    "PARTLY_PAID",
    "PAID",
    "DEBITED",
    "CREDIT_NOTE_CLEARED",
    "CLEARED_WITH_CREDIT_NOTE",
    "BAD_DEBT",
    "PARTIAL_CANCELLATION",
    "CANCELED",
    "UNKNOWN",
)


@dataclass(frozen=True)
class Criterion:
    """A query parameter that filters a list; ``choices`` are its only values, if it has any."""

    matches: Callable[[Row, str, Lookup], bool]
    choices: tuple[str, ...] = ()
    moment: bool = False


@dataclass(frozen=True)
class ObjectView:
    """One object: which rows of the store it shows, and how they are listed and created.

    ``build`` is None where nothing can be created, ``single`` tells whether one record can be read by its id, and
    ``rows`` replaces the table of the type where the records are parts of its rows.
    """

    type_name: str
    mapping: Columns
    build: creation.Builder | None
    filters: Mapping[str, Criterion] = field(default_factory=dict)
    belongs: Callable[[Row], bool] = lambda _: True
    orders: Mapping[str, Callable[[Row], Any]] = field(default_factory=dict)
    single: bool = True
    rows: Callable[[Store, Company], Iterable[Row]] | None = None

    def rows_of(self, store: Store, company: Company) -> Iterable[Row]:
        """The rows of a company, before `belongs`."""
        return self.rows(store, company) if self.rows else store.table(company.id, self.type_name).values()


def _equals(name: str) -> Criterion:
    return Criterion(lambda row, wanted, _: row.get(name) == wanted)


def _equals_any_case(name: str) -> Criterion:
    return Criterion(lambda row, wanted, _: (row.get(name) or "").casefold() == wanted.casefold())


def _by_value(mapping: Columns, name: str, choices: tuple[str, ...]) -> Criterion:
    column = {name: mapping[name]}
    return Criterion(lambda row, wanted, lookup: record(row, column, lookup)[name] == wanted, choices)


def _has_email(row: Row, wanted: str, _: Lookup) -> bool:
    emails = [email for contact in row.get("contacts") or [] for email in contact.get("emails") or []]
    return any((email.get("emailAddress") or "").casefold() == wanted.casefold() for email in emails)


def _due_from(row: Row, wanted: str, _: Lookup) -> bool:
    due: datetime | None = row.get("firstDueDate")
    first = parsed_moment(wanted)
    return due is not None and first is not None and due >= first


CONTACT_FILTERS = {
    "email": Criterion(_has_email),
    "name": _equals_any_case("socialName"),
    "number": _equals("code"),
}

OBJECTS = {
    "customers": ObjectView("Customer", CUSTOMER, creation.contact("Customer"), CONTACT_FILTERS),
    "suppliers": ObjectView("Supplier", SUPPLIER, creation.contact("Supplier"), CONTACT_FILTERS),
    "items": ObjectView(
        "Product",
        ITEM,
        creation.item,
        {"itemNumber": _equals("code"), "type": _by_value(ITEM, "type", ("PRODUCT", "SERVICE"))},
    ),
    "invoices": ObjectView(
        "SalesInvoice",
        INVOICE,
        creation.invoice,
        {
            "status": _by_value(INVOICE, "status", DOCUMENT_STATUSES),
            "paymentStatus": _by_value(INVOICE, "paymentStatus", PAYMENT_STATUSES),
            "dueDateFrom": Criterion(_due_from, moment=True),
        },
        belongs=lambda row: row.get("type") != "CREDIT_NOTE",
        orders={
            "invoiceDate": lambda row: row.get("documentDate"),
            "invoiceNumber": lambda row: row.get("operationalNumber"),
            "createdDate": lambda row: row.get("creationDate"),
            "updatedDate": changed,
        },
    ),
}

PLANNED = {
    "accounts": ObjectView(
        "AccountingAccount",
        ACCOUNT,
        None,
        {
            "debitCreditIndicator": _by_value(ACCOUNT, "debitCreditIndicator", ("DEBIT", "CREDIT")),
            "classFilter": _by_value(ACCOUNT, "class", ("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE")),
            "isActive": Criterion(
                lambda row, wanted, _: (not row.get("deactivated")) is (wanted == "true"), ("true", "false")
            ),
        },
        belongs=lambda row: row.get("accountLevel") == "SUB_ACCOUNT",
    ),
    "creditNotes": ObjectView("SalesInvoice", CREDIT_NOTE, None, belongs=lambda row: row.get("type") == "CREDIT_NOTE"),
    "dimensions": ObjectView("Dimension", DIMENSION, None, single=False, rows=dimension_tags),
    "vendorCredits": ObjectView(
        "PurchaseInvoice",
        VENDOR_CREDIT,
        None,
        {
            "status": _by_value(VENDOR_CREDIT, "status", DOCUMENT_STATUSES),
            "paymentStatus": _by_value(VENDOR_CREDIT, "paymentStatus", PAYMENT_STATUSES),
        },
        belongs=is_vendor_credit,
        single=False,
    ),
}
"""What Maesn plans; nothing of it can be created yet.

Source: docs/reference/maesn.md, "What it offers" and "Planned objects"; switch maesn_planned.
"""
