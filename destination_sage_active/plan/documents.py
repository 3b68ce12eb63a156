"""Documents that cannot be written, by name (fact sheet, section 12: credit notes, advance invoices, deductions)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from destination_sage_active.record.rejection import Rejected
from sage_active.writing import Row, WriteModel

# Type of a sales invoice -> why it is rejected.
REFUSED_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CREDIT_NOTE": "is a credit note: Sage Active makes them from the invoice that they credit",
        "PAYMENT_IN_ADVANCE": "is an advance invoice: these cannot be written",
    }
)


def refused_document(model: WriteModel, data: Row) -> None:
    """Raises `Rejected` for a document that the API would turn into something else than it says it is."""
    if not model.resource.document or model.marker is None:
        return
    if reason := REFUSED_TYPES.get(str(data.get("type"))):
        raise Rejected("type", reason, "document-type")
    lines = data.get("lines")
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        if isinstance(line, Mapping) and line.get("originId") and not line.get("originType"):
            raise Rejected(
                f"lines[{index}].originId", "deducts an advance invoice: these cannot be written", "deduction"
            )
