"""Quotes, orders and delivery notes: their statuses, and what their lines and those of invoices may come from.

Sources: docs/reference/documents.md, "Lifecycle", "Actions" and "Links between documents".
"""

from collections.abc import Mapping
from typing import Final

from sage_active.resources.lifecycle import Lifecycle, Operation, RecordValue, Step
from sage_active.resources.line_origins import LineOrigins
from sage_active.resources.numbering import Numbering
from sage_active.resources.rules import Rule

# An invoice gets its number when it is closed. The others have one from the start, which can be replaced until then.
NUMBERS: Final[Mapping[str, Numbering]] = {
    operation: Numbering(
        day="documentDate", series="operationalNumberPresetTextId", number="operationalNumber", operation=operation
    )
    for operation in ("QUOTE", "ORDER", "DELIVERY_NOTE", "INVOICE")
}
_CLOSE: Final = Step(
    act=Operation.CLOSE,
    source="Pending",
    target="Closed",
    via_update={"updateDocumentStatus": "CLOSE"},
    final=True,
)
OPEN_OR_CLOSED: Final = Lifecycle(
    member="status",
    initial="Pending",
    editable=frozenset({"Pending"}),
    deletable=frozenset({"Pending"}),
    steps=(_CLOSE,),
    states={"open": "Pending", "closed": "Closed"},
)
QUOTE: Final = Lifecycle(
    member="status",
    initial="Pending",
    editable=frozenset({"Pending"}),
    deletable=frozenset({"Pending"}),
    steps=(
        _CLOSE,
        # It can be taken back, but that is for people: a quote that one of them has declined stays so.
        Step(
            act=Operation.DECLINE,
            source="Pending",
            target="Declined",
            inputs={"declinedReason": RecordValue("declinedReason")},
            via_update={"updateDocumentStatus": "DECLINE"},
            instead={"updateDocumentStatus": "DECLINED"},
        ),
    ),
    states={"open": "Pending", "closed": "Closed", "declined": "Declined"},
)

_OBJECTS: Final = {"QUOTE": "quotes", "ORDER": "sales_orders", "DELIVERY_NOTE": "delivery_notes"}


def origins(*kinds: str) -> LineOrigins:
    """The origins that lines of a document may have."""
    return LineOrigins(
        lines="lines",
        kind="originType",
        document="originId",
        line="originLineId",
        status="status",
        used_up="Completed",
        objects={kind: _OBJECTS[kind] for kind in kinds},
    )


def origin_rules(*kinds: str) -> tuple[Rule, ...]:
    """What lines must say of their origins; these kinds are possible."""
    possible = Rule(
        path="lines.originType",
        test="one_of",
        value=kinds,
        reason=f"is not where lines of this document may come from: {' or '.join(kinds)}",
        code="origin",
    )
    both = (
        Rule(
            path=f"lines.{member}",
            test="required",
            reason="is required where the line has an `originType`; add it, or leave `originType` out",
            code="origin",
            when={"originType": kinds},
        )
        for member in ("originId", "originLineId")
    )
    return possible, *both


_COMES_FROM_NOTHING: Final = "names another document, and a quote comes from none; leave it out"
# Of an invoice, an id without a kind is the advance invoice that the line deducts.
WITHOUT_KIND: Final = Rule(
    path="lines.originId",
    test="forbidden",
    reason="needs an `originType` and an `originLineId` beside it; add them, or leave it out",
    code="origin",
    when={"originType": None},
)
OF_QUOTES: Final = (
    *(
        Rule(path=f"lines.{member}", test="forbidden", reason=_COMES_FROM_NOTHING, code="origin")
        for member in ("originType", "originId", "originLineId")
    ),
    Rule(
        path="socialName",
        test="required",
        reason="is required in France where the quote has no customer",
        code="required",
        markets=frozenset({"FR"}),
        when={"customerId": None},
    ),
)
