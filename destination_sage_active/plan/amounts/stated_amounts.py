"""The amounts that a record states. Which members do is declared for each connection (`sage_active.amount_members`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from destination_sage_active.plan.amounts.exact import ZERO, decimal_of, sum_of
from destination_sage_active.plan.content.validate import validate
from sage_active.amount_members import AmountMembers, Part, Total
from sage_active.unsigned import turned
from sage_active.writing import FieldKind, Row, Writable, WriteModel

NET_EXPECTED: Final = "net price per unit expected"


@dataclass(frozen=True, slots=True)
class Stated:
    """The amounts of a record: each total under the name that the record gives it, and the VAT rate of each line."""

    totals: Mapping[Part, tuple[str, Decimal]]
    rates: tuple[Decimal | None, ...] = ()

    def amount(self, part: Part) -> Decimal:
        """The total of a part, 0 if it is not stated."""
        return self.totals[part][1] if part in self.totals else ZERO


def stated_amounts(model: WriteModel, record: Row) -> Stated | None:
    """What `record` states; None where it states no amount. Raises `Rejected` for one that is not a number."""
    members = model.amounts
    if members is None:
        return None
    values = validate(_stated_fields(members), record, own_ids=False)
    lines: Sequence[Row] = values.get(members.lines) or ()
    totals = {total.part: found for total in members.totals if (found := _total(members, total, values, lines))}
    if members.unsigned:
        amounts = turned({part: amount for part, (_, amount) in totals.items()}, (Part.TOTAL, Part.NET))
        totals = {part: (name, amounts[part]) for part, (name, _) in totals.items()}
    rates = tuple(decimal_of(line.get(members.rate)) for line in lines)
    return Stated(totals, rates) if totals or any(rate is not None for rate in rates) else None


@cache
def _stated_fields(members: AmountMembers) -> tuple[Writable, ...]:
    of_lines = dict.fromkeys([members.rate, *(total.of_line for total in members.totals if total.of_line)])
    below = tuple(Writable(name, FieldKind.NUMBER) for name in of_lines)
    names = dict.fromkeys(name for total in members.totals for name in (total.member, *total.also))
    return (
        *(Writable(name, FieldKind.NUMBER) for name in names),
        Writable(members.lines, FieldKind.OBJECT, many=True, children=below),
    )


def _total(members: AmountMembers, total: Total, values: Row, lines: Sequence[Row]) -> tuple[str, Decimal] | None:
    """A total of the document; else the sum over its lines, where all of them state it."""
    for name in (total.member, *total.also):
        if (amount := decimal_of(values.get(name))) is not None:
            return name, amount
    of_lines = [decimal_of(line.get(total.of_line)) for line in lines] if total.of_line else []
    known = [amount for amount in of_lines if amount is not None]
    return (f"{members.lines}[].{total.of_line}", sum_of(known)) if known and len(known) == len(lines) else None
