"""Whom a company deals with, and what it sells."""

from typing import Final

from sage_active.resources.keys import single_keys
from sage_active.resources.offers import EVERYWHERE, UPDATES_PLANNED
from sage_active.resources.resource import DirectResource, MaesnResource, Resource

_THIRD_PARTY_KEYS: Final = single_keys("code", "documentId", "vatNumber")
_CONTACT_KEYS: Final = ("number", "documentId", "vatId")
# Of the lists of contacts (docs/reference/maesn.md, "Customers and suppliers"); a list is asked whether Sage Active
# honours it.
_BY_NUMBER: Final = {"number": "number"}

MASTER_DATA: Final = (
    Resource(
        name="customers",
        direct=DirectResource(
            root="customers", type="Customer", keys=_THIRD_PARTY_KEYS, disabling="disabled", lookup="by_key"
        ),
        maesn=MaesnResource(path="customers", record="Contact", keys=_CONTACT_KEYS, filters=_BY_NUMBER),
        cells=UPDATES_PLANNED,
        built=EVERYWHERE,
        suggested=True,
        personal=True,
    ),
    Resource(
        name="suppliers",
        direct=DirectResource(
            root="suppliers", type="Supplier", keys=_THIRD_PARTY_KEYS, disabling="disabled", lookup="by_key"
        ),
        maesn=MaesnResource(path="suppliers", record="Contact", keys=_CONTACT_KEYS, filters=_BY_NUMBER),
        cells=UPDATES_PLANNED,
        built=EVERYWHERE,
        suggested=True,
        personal=True,
    ),
    Resource(
        name="items",
        direct=DirectResource(
            root="products",
            type="Product",
            keys=single_keys("code"),
            lookup="by_key",
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
        cells=UPDATES_PLANNED,
        built=EVERYWHERE,
        suggested=True,
    ),
    Resource(name="employees", direct=DirectResource(root="employees", type="Employee"), personal=True),
)
