"""The stated total of a document, held against lines that state base and tax.

What is not paid to the other side is not part of its total: the tax of a reverse charge, and what is withheld
(docs/reference/purchases.md, "Bills").
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from destination_sage_active.plan.amounts.exact import (
    EXACT,
    ZERO,
    allowance,
    decimal_of,
    format_amount,
    gap_between,
    sum_of,
)
from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Rejected
from sage_active.amount_members import AmountMembers, Part
from sage_active.resources.tax_choice import TaxChoice
from sage_active.writing import Row, WriteModel

# No rate of a withholding takes so large a share of the base.
LEAST_KEPT: Final = Decimal("0.5")


def implied_total(model: WriteModel, values: Row) -> Mapping[str, Any]:
    """The total of a record under its name; bases and taxes where it does not state one, nothing where it cannot be."""
    members = model.amounts
    total = _total_member(members) if members else None
    if members is None or total is None or values.get(total) is not None or not values.get(members.lines):
        return {}
    return {total: sum_of(_amounts(values[members.lines], members.net, members.tax))}


def unlike_the_tax_lines(model: WriteModel, item: Item, market: str, tolerance: Decimal) -> Rejected | None:
    """What is wrong with a record whose lines do not come to its total, as far as it says both."""
    members, choice = model.amounts, model.tax_choice
    total = _total_member(members) if members else None
    if members is None or choice is None or total is None:
        return None
    lines, stated = item.values.get(members.lines), decimal_of(item.values.get(total))
    if not lines or stated is None:
        return None
    bases = sum_of(_amounts(lines, members.net))
    allowed = allowance(tolerance, len(lines))
    readings = list(dict.fromkeys(_readings(members, choice, item, market, lines)))
    party = item.referred.get(choice.party, {})
    withholds = market in choice.withholds and bool(party.get(choice.withholds[market], True))
    for reading in readings:
        shortfall = EXACT.subtract(reading, stated)
        is_withheld = withholds and shortfall * bases > 0 and abs(shortfall) < abs(bases) * LEAST_KEPT
        if gap_between(reading, stated) <= allowed or is_withheld:
            return None
    return Rejected(
        total,
        f"is {format_amount(stated)}, and the lines come to {format_amount(readings[0])} "
        f"({members.net} and {members.tax}); correct the lines or the total",
        "contradiction",
    )


def _readings(
    members: AmountMembers, choice: TaxChoice, item: Item, market: str, lines: Sequence[Row]
) -> Iterator[Decimal]:
    """What the lines can come to: of some it may be open whether their tax is paid to the other side."""
    charged = [_is_reverse(choice, item, market, index, line) for index, line in enumerate(lines)]
    for is_open_reverse in (False, True):
        yield sum_of(
            amount
            for line, is_reverse in zip(lines, charged, strict=True)
            for amount in _amounts(
                [line],
                members.net,
                *(() if (is_open_reverse if is_reverse is None else is_reverse) else (members.tax,)),
            )
        )


def _is_reverse(choice: TaxChoice, item: Item, market: str, index: int, line: Row) -> bool | None:
    """Whether the tax of a line is a reverse charge; None where the server decides, or alone knows."""
    treatment = item.referred.get(f"{choice.lines}[{index}].{choice.treatment}", {})
    if line.get(choice.treatment):
        flag = treatment.get(choice.reverse_charge)
        return bool(flag) if flag is not None else None
    return False if item.referred.get(choice.party, {}).get(choice.country) == market else None


def _amounts(lines: Sequence[Row], *names: str) -> Iterator[Decimal]:
    return (decimal_of(line.get(name)) or ZERO for line in lines for name in names)


def _total_member(members: AmountMembers) -> str | None:
    if not members.net:
        return None
    return next((total.member for total in members.totals if total.part is Part.TOTAL), None)
