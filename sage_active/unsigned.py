"""Documents whose amounts may come with either sign: turned around where they add up to less than nothing.

Which sign credit notes have is not published (docs/reference/documents.md, "Credit notes and advance invoices"), so
that only what their amounts and lines are to each other counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from sage_active.amount_members import AmountMembers, Part

Row = Mapping[str, Any]
Key = TypeVar("Key")
Document = TypeVar("Document", dict[str, Any], Mapping[str, Any])


def turned(amounts: Mapping[Key, Decimal], order: Iterable[Key]) -> Mapping[Key, Decimal]:
    """Amounts that belong together, signed so that the first in this order that is there and not 0 is positive."""
    first = next((amounts[key] for key in order if amounts.get(key)), None)
    return {key: -amount for key, amount in amounts.items()} if first is not None and first < 0 else amounts


def unsigned(members: AmountMembers | None, document: Document) -> Document:
    """A document, of a record or of the API, without the sign of its totals and of its quantities."""
    if members is None or not members.unsigned:
        return document
    by_part = {total.part: total.member for total in members.totals}
    totals = {name: Decimal(str(document[name])) for name in by_part.values() if document.get(name) is not None}
    changed: dict[str, Any] = dict(turned(totals, (by_part[part] for part in (Part.TOTAL, Part.NET))))
    lines: Sequence[Row] = document.get(members.lines) or ()
    if sum(_amount(members, line) for line in lines) < 0:
        changed[members.lines] = [_turned_line(members, line) for line in lines]
    return cast("Document", {**document, **changed})


def _amount(members: AmountMembers, line: Row) -> Decimal:
    """What a line comes to; where it has no price, what speaks for its sign."""
    quantity, price = (line.get(name) for name in (members.quantity, members.price))
    return Decimal(str(quantity or 0)) * (1 if price is None else Decimal(str(price)))


def _turned_line(members: AmountMembers, line: Row) -> Row:
    quantity = line.get(members.quantity)
    return line if quantity is None else {**line, members.quantity: -Decimal(str(quantity))}
