"""The one table of resources. Source, destination, check, discover, docs and tests read it from here.

A further resource is one more `Resource` in the module of its subject; the engines read everything else from the
contract. Sources: docs/reference/queries.md, "Changes"; docs/reference/objects.md, "What the schema cannot tell" and
"Unified names"; docs/reference/maesn.md, "What it offers" and "Changes".
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from sage_active.resources.bank import BANK
from sage_active.resources.company import COMPANY
from sage_active.resources.ledger import LEDGER
from sage_active.resources.master_data import MASTER_DATA
from sage_active.resources.payments import PAYMENTS
from sage_active.resources.planned_resources import PLANNED
from sage_active.resources.purchases import PURCHASES
from sage_active.resources.reference_data import REFERENCE_DATA
from sage_active.resources.reports import REPORTS
from sage_active.resources.resource import READ, Resource
from sage_active.resources.sales import SALES

RESOURCES: Final = (
    *MASTER_DATA,
    *SALES,
    *PURCHASES,
    *LEDGER,
    *PAYMENTS,
    *BANK,
    *REFERENCE_DATA,
    *REPORTS,
    *COMPANY,
    *PLANNED,
)
RESOURCE_BY_NAME: Final = MappingProxyType({resource.name: resource for resource in RESOURCES})


def offered(connection: str, operation: str = READ, resources: Sequence[Resource] = RESOURCES) -> list[Resource]:
    """The resources whose `operation` is built on `connection`, in the table's order."""
    return [resource for resource in resources if (connection, operation) in resource.built]
