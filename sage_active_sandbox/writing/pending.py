"""How much of a document's lines later documents have not taken over yet.

Source: docs/reference/documents.md, "Links between documents".
"""

from decimal import Decimal

from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.document_kinds import KINDS


def count_lines(type_name: str, row: Row, before: Row | None) -> None:
    """Set the pending quantities of a document's lines after a change; what was used stays used."""
    if not KINDS[type_name].counts_quantity:
        return
    known = {line["id"]: line for line in (before or {}).get("lines") or ()}
    for line in row["lines"]:
        earlier = known.get(line["id"])
        used = earlier["totalQuantity"] - earlier["pendingQuantity"] if earlier else ZERO
        _set(line, used, declined=row["status"] == "Declined")


def is_used_up(type_name: str, line: Row) -> bool:
    """Whether no further document can take the line over."""
    return line["status"] == "Completed" if KINDS[type_name].counts_quantity else bool(line.get("_used"))


def use(type_name: str, line: Row, quantity: Decimal) -> None:
    """Take over a quantity, which may exceed what is pending; a line that counts none is used up at once."""
    if KINDS[type_name].counts_quantity:
        _set(line, line["totalQuantity"] - line["pendingQuantity"] + quantity)
    else:
        line["_used"] = True


def give_back(line: Row, quantity: Decimal) -> None:
    """Make a quantity of a line pending again."""
    _set(line, max(line["totalQuantity"] - line["pendingQuantity"] - quantity, ZERO))


def is_complete(type_name: str, row: Row) -> bool:
    """Are all lines with a quantity used up."""
    counted = [line for line in row["lines"] if line["totalQuantity"]]
    return bool(counted) and all(is_used_up(type_name, line) for line in counted)


def _set(line: Row, used: Decimal, *, declined: bool = False) -> None:
    pending = max(line["totalQuantity"] - used, ZERO) if used else line["totalQuantity"]
    status = "Declined" if declined else "Pending" if not used else "Partial" if pending else "Completed"
    line.update(pendingQuantity=pending, status=status)
