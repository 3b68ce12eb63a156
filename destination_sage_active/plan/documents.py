"""Documents that cannot be written; the table of resources says which (docs/reference/documents.md, "Lifecycle")."""

from destination_sage_active.plan.parts import with_lines
from destination_sage_active.record.rejection import Rejected
from sage_active.markets import DIRECT
from sage_active.writing import Row, WriteModel


def refused_document(model: WriteModel, data: Row) -> None:
    """Raises `Rejected` for a document that the API would turn into something else than it says it is."""
    place = model.resource.direct
    if place is None or model.connection != DIRECT:
        return
    for (member, value), reason in place.refused.items():
        if data.get(member) == value:
            raise Rejected(member, reason, "document-type")
    if place.deduction is None:
        return
    deducted, unless = place.deduction
    for path, line in with_lines(model, data):
        if path and line.get(deducted) and not line.get(unless):
            raise Rejected(f"{path}{deducted}", "deducts an advance invoice: these cannot be written", "deduction")
