"""The kinds of sales documents: their statuses and steps, what their lines may come from, how these are used up.

Source: docs/reference/documents.md, "Lifecycle" and "Links between documents".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sage_active_sandbox.data.orders import INVOICE_KINDS, NOTE, OPERATIONS, ORDER, PARENTS, QUOTE
from sage_active_sandbox.store import Row

INVOICE: Final = "SalesInvoice"


@dataclass(frozen=True)
class Step:
    """A value of updateDocumentStatus: the status that it needs, and the one that it gives.

    ``spelling`` is the setting of the switch quote_steps under which the value is known, None under every one.
    """

    start: str
    end: str
    spelling: str | None = None


@dataclass(frozen=True)
class DocumentKind:
    """One kind of sales document.

    ``series`` is the operation of its number series, ``parent`` the member in which a line has the document's id.
    ``origins`` are the values of originType from which its lines may come. With ``counts_quantity`` a line can be used
    several times, until no quantity of it is pending; a line of the others is used once.
    """

    series: str
    parent: str
    origins: tuple[str, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    counts_quantity: bool = False


CLOSE = Step("Pending", "Closed")

KINDS: Final[Mapping[str, DocumentKind]] = {
    QUOTE: DocumentKind(
        OPERATIONS[QUOTE],
        PARENTS[QUOTE],
        steps={
            "CLOSE": CLOSE,
            "DECLINE": Step("Pending", "Declined", "actions"),
            "CANCEL_DECLINE": Step("Declined", "Pending", "actions"),
            "DECLINED": Step("Pending", "Declined", "statuses"),
            "PENDING": Step("Declined", "Pending", "statuses"),
        },
        counts_quantity=True,
    ),
    ORDER: DocumentKind(
        OPERATIONS[ORDER], PARENTS[ORDER], origins=("QUOTE",), steps={"CLOSE": CLOSE}, counts_quantity=True
    ),
    NOTE: DocumentKind(OPERATIONS[NOTE], PARENTS[NOTE], origins=("QUOTE", "ORDER"), steps={"CLOSE": CLOSE}),
    INVOICE: DocumentKind("INVOICE", "salesInvoiceId", origins=("QUOTE", "ORDER", "DELIVERY_NOTE")),
}
"""By the name of their type."""

ORIGIN_TYPES: Final = {kind: type_name for type_name, kind in OPERATIONS.items()}
"""The type of the documents that a value of originType stands for."""


def link_kind(type_name: str, row: Row) -> str:
    """What links between documents call a document."""
    return INVOICE_KINDS.get(row.get("type") or "", "INVOICE") if type_name == INVOICE else OPERATIONS[type_name]
