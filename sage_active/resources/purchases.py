"""Purchases: bills and what is still to be paid of them (docs/reference/purchases.md, "Lifecycle of bills")."""

from typing import Final

from sage_active.resources.open_documents import not_yet
from sage_active.resources.resource import DirectResource, Resource
from sage_active.resources.sales import SETTLED

PURCHASES: Final = (
    Resource(
        name="bills",
        direct=DirectResource(
            root="purchaseInvoices",
            type="PurchaseInvoice",
            open_documents=not_yet("status", "Paid", "Refused", "SbdRejected"),
        ),
        suggested=True,
        start_date=True,
    ),
    Resource(
        name="bill_open_items",
        direct=DirectResource(
            root="purchaseInvoiceOpenItems",
            type="PurchaseInvoiceOpenItem",
            open_documents=not_yet("status", *SETTLED),
        ),
        suggested=True,
        start_date=True,
    ),
)
