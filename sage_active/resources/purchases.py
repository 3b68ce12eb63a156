"""Purchases: bills and what is still to be paid of them (docs/reference/purchases.md, "Lifecycle of bills")."""

from typing import Final

from sage_active.resources import bill_rules
from sage_active.resources.offers import DIRECT_ALL
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
            keys=(bill_rules.NUMBER_OF_SUPPLIER,),
            created_by_us=("sourceType", "PUBLIC_API"),
            only_own=True,
            lifecycle=bill_rules.LIFECYCLE,
            numbering=bill_rules.NUMBERING,
            likeness=bill_rules.LIKENESS,
            tax_choice=bill_rules.TAX_CHOICE,
            rules=bill_rules.RULES,
        ),
        built=DIRECT_ALL,
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
