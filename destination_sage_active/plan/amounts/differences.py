"""Where Sage Active has other amounts than the record that was written states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from destination_sage_active.plan.amounts.exact import CENT, ZERO, allowance, decimal_of, format_amount, gap_between
from destination_sage_active.plan.amounts.stated_amounts import Stated
from destination_sage_active.plan.diff import Rules, pairs
from sage_active.amount_members import AmountMembers, Part
from sage_active.writing import FieldKind, Row, Writable, WriteModel


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that Sage Active has otherwise. `has`: None where it does not give the member back."""

    member: str
    record: Decimal
    has: Decimal | None
    within: bool

    def __str__(self) -> str:
        has = "not given back by Sage Active" if self.has is None else f"{format_amount(self.has)} in Sage Active"
        return f"{self.member} is {format_amount(self.record)} in the record and {has}"


def differences(
    model: WriteModel, stated: Stated, values: Row, row: Row, tolerance: Decimal, rules: Rules
) -> tuple[Difference, ...]:
    """Where the amounts of `row`, as the API has it, are not those of the record that was written.

    Amounts that the API may not give back are not a difference where only the first document is read back.
    """
    members = model.amounts
    if members is None:
        return ()
    allowed = allowance(tolerance, len(row.get(members.lines) or ()))
    by_part = {total.part: total.member for total in members.totals}
    found = [
        _difference(name, record, row.get(by_part[part]), allowed) for part, (name, record) in stated.totals.items()
    ]
    rows: Sequence[Row] = row.get(members.lines) or ()
    row_indices = _row_indices(model, members, stated, values, rows, rules)
    for index, rate in enumerate(stated.rates):
        if rate is not None:
            has = rows[row_indices[index]].get(members.rate) if index in row_indices else None
            found.append(_difference(f"{members.lines}[{index}].{members.rate}", rate, has, ZERO))
    return tuple(difference for difference in found if difference and (difference.has is not None or members.reads_all))


def reads_as_gross(model: WriteModel, stated: Stated, row: Row) -> bool:
    """Whether Sage Active took for net what the record means with tax: its net is the record's total."""
    members = model.amounts
    net = next((total.member for total in members.totals if total.part is Part.NET), "") if members else ""
    has, total = decimal_of(row.get(net)), stated.totals.get(Part.TOTAL)
    is_net_unlike = Part.NET not in stated.totals or stated.amount(Part.NET) != has
    return has is not None and total is not None and is_net_unlike and gap_between(has, total[1]) <= CENT


def _row_indices(
    model: WriteModel, members: AmountMembers, stated: Stated, values: Row, rows: Sequence[Row], rules: Rules
) -> Mapping[int, int]:
    """Which line of the record is which in Sage Active; of lines that are otherwise equal the rate tells."""
    lines = next(writable for writable in model.fields if writable.name == members.lines)
    below = {writable.name: writable for writable in (Writable(members.rate, FieldKind.NUMBER), *lines.children)}
    rated = [
        line if rate is None else {**line, members.rate: rate}
        for line, rate in zip(values.get(members.lines) or (), stated.rates, strict=False)
    ]
    return pairs(replace(lines, children=tuple(below.values())), rated, rows, rules)


def _difference(member: str, record: Decimal, value: Any, allowed: Decimal) -> Difference | None:
    has = decimal_of(value)
    if has is None:
        return Difference(member, record, None, within=False)
    gap = gap_between(record, has)
    return Difference(member, record, has, within=gap <= allowed) if gap else None
