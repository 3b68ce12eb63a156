"""What credit notes take from the lines of an invoice: as drafts, or once they are closed (switch credit_note_drafts).

Source: docs/reference/documents.md, "Credit notes and advance invoices".
"""

import copy
from typing import Final

from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused
from sage_active_sandbox.writing.target import Target

LEFT: Final = "availableForCreditNoteQuantity"
OPEN: Final = "_creditedLineId"
"""Of a line that has not taken its quantity yet: the line that it will take it from."""


def take(line: Row, credited: Row, target: Target) -> None:
    """Let a draft's line take its quantity from a line of the invoice, now or later."""
    if target.switches.credit_note_drafts == "reserve":
        line[LEFT] -= credited["totalQuantity"]
    else:
        credited[OPEN] = line["id"]


def use_up(row: Row, target: Target) -> None:
    """Take what a credit note's draft has not taken; RefusedError where it is no longer there."""
    taken = {line.pop(OPEN): line["totalQuantity"] for line in row["lines"] if line.get(OPEN)}
    if not taken:
        return
    invoice = copy.deepcopy(target.found("SalesInvoice", row["sourceSalesInvoiceId"]))
    for line in invoice["lines"]:
        quantity = taken.get(line["id"], ZERO)
        if quantity > line[LEFT]:
            raise refused("quantityNotAvailable", "lines", value=quantity)
        line[LEFT] -= quantity
    target.store.replace(target.company.id, "SalesInvoice", invoice)
