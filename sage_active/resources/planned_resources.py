"""Objects that Sage Active's own API does not have (docs/reference/purchases.md, "Vendor credits")."""

from typing import Final

from sage_active.markets import MAESN
from sage_active.resources import planned_at_maesn
from sage_active.resources.offers import NO_ENTITY, PLANNED_AT_MAESN
from sage_active.resources.resource import READ, At, Resource

_NOTHING: Final[frozenset[At]] = frozenset()

PLANNED: Final = (
    Resource(
        name="vendor_credits",
        maesn=planned_at_maesn.VENDOR_CREDITS,
        cells={**PLANNED_AT_MAESN, **NO_ENTITY},
        built=frozenset({(MAESN, READ)}),
    ),
    Resource(name="purchase_orders", cells=NO_ENTITY, built=_NOTHING),
)
