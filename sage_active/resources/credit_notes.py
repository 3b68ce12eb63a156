"""How credit notes are written: made from the invoice that they credit, and of a draft only its texts change.

Source: docs/reference/documents.md, "Credit notes and advance invoices".
"""

from collections.abc import Mapping
from typing import Final

from sage_active.resources.external_effects import ExternalEffect
from sage_active.resources.generation import Generation
from sage_active.resources.lifecycle import Mutation, Operation
from sage_active.resources.rules import Rule

TEXTS: Final = frozenset({"comments", "specialMention", "remarks"})
GENERATION: Final = Generation(
    source="sourceSalesInvoiceId",
    type="SalesInvoice",
    called="invoice",
    status="status",
    unfinished=frozenset({"Pending"}),
    not_of=("type", "CREDIT_NOTE"),
    day="documentDate",
    lines="lines",
    product="productId",
    quantity="totalQuantity",
    price="unitPrice",
    left="availableForCreditNoteQuantity",
)
# Nothing in the list of series tells which of them are for credit notes: whether the one that is named is, the server
# decides.
RULES: Final = (
    Rule(
        path="operationalNumberPresetTextId",
        test="required",
        reason="is required in Spain: credit notes have a number series of their own; name one for rectifying invoices",
        code="required",
        markets=frozenset({"ES"}),
    ),
)


def operations(effects: tuple[ExternalEffect, ...]) -> Mapping[Operation, Mutation]:
    """The mutations. `effects`: what a draft takes from its invoice, and must not do unless that is allowed."""
    members = {"operationalNumber", *(effect.member for effect in effects)}
    return {
        Operation.CREATE: Mutation(
            "generateCreditNote",
            names={
                "sourceSalesInvoiceId": "id",
                "documentDate": "outputDocumentDate",
                "totalQuantity": "quantity",
            },
        ),
        Operation.UPDATE: Mutation("updateSalesInvoice", members=TEXTS | members),
    }
