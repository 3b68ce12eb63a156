"""Amounts that a record states, held against our own sum of its lines and against what Sage Active computed.

Everything is exact: numbers are `Decimal`. Which members state an amount is declared for each connection
(`sage_active.amount_members`). How the API rounds is not published (fact sheet, section 12), so our own sum has
several readings, and a record is right if one of them fits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, reduce
from typing import Any, Final

from destination_sage_active.plan.diff import Rules, pairs
from destination_sage_active.plan.validate import validate
from destination_sage_active.record.rejection import Rejected
from sage_active.amount_members import AmountMembers, Part, Total
from sage_active.writing import FieldKind, Row, Writable, WriteModel

CENT: Final = Decimal("0.01")
PERCENT: Final = Decimal(100)
ZERO: Final = Decimal(0)
# Enough for every product of two numbers that a record can hold.
EXACT: Final = Context(prec=200, rounding=ROUND_HALF_UP)
# No document may differ by more, however many lines it has.
LARGEST_TOLERANCE: Final = Decimal("0.10")
NET_EXPECTED: Final = "net price per unit expected"


@dataclass(frozen=True, slots=True)
class Stated:
    """The amounts of a record: each total under the name that the record gives it, and the VAT rate of each line."""

    totals: Mapping[Part, tuple[str, Decimal]]
    rates: tuple[Decimal | None, ...] = ()

    def amount(self, part: Part) -> Decimal:
        """The total of a part, 0 if it is not stated."""
        return self.totals[part][1] if part in self.totals else ZERO


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that Sage Active has otherwise. `has`: None where it does not give the member back."""

    member: str
    record: Decimal
    has: Decimal | None
    within: bool

    def __str__(self) -> str:
        has = "not given back by Sage Active" if self.has is None else f"{shown(self.has)} in Sage Active"
        return f"{self.member} is {shown(self.record)} in the record and {has}"


def stated_amounts(model: WriteModel, record: Row) -> Stated | None:
    """What `record` states; None where it states no amount. Raises `Rejected` for one that is not a number."""
    members = model.amounts
    if members is None:
        return None
    values = validate(_stated_fields(members), record, own_ids=False)
    lines: Sequence[Row] = values.get(members.lines) or ()
    totals = {total.part: found for total in members.totals if (found := _total(members, total, values, lines))}
    rates = tuple(_decimal(line.get(members.rate)) for line in lines)
    return Stated(totals, rates) if totals or any(rate is not None for rate in rates) else None


def contradiction(model: WriteModel, values: Row, stated: Stated, tolerance: Decimal) -> Rejected | None:
    """What is wrong with a record that contradicts itself, as far as that can be computed without the API.

    `values`: what is sent of it; `tolerance`: as configured, for one document.
    """
    members = model.amounts
    if members is None:
        return None
    allowed = allowance(tolerance, len(values.get(members.lines) or ()))
    try:
        nets = _nets(members, values)
        unlike_the_lines = _unlike_the_lines(members, values, stated, nets, allowed) if nets else None
        return unlike_the_lines or _unlike_each_other(members, stated, allowed)
    except ArithmeticError:
        return Rejected(members.lines, "has amounts that are too large to be added up")


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
    places = _places(model, members, stated, values, rows, rules)
    for index, rate in enumerate(stated.rates):
        if rate is not None:
            has = rows[places[index]].get(members.rate) if index in places else None
            found.append(_difference(f"{members.lines}[{index}].{members.rate}", rate, has, ZERO))
    return tuple(difference for difference in found if difference and (difference.has is not None or members.reads_all))


def unlike_the_items(
    model: WriteModel, values: Row, stated: Stated, referred: Mapping[str, Row], tolerance: Decimal
) -> Rejected | None:
    """Where the rates of the items, `referred` by path, would make other taxes than the record states.

    A rate or a tax of 0 is left to the API: a sale abroad has one whatever the item says.
    """
    members = model.amounts
    if members is None or members.item_rate is None:
        return None
    places = [f"{members.lines}[{index}]" for index in range(len(values.get(members.lines) or ()))]
    rates = tuple(_decimal(referred.get(f"{line}.{members.item}", {}).get(members.item_rate)) for line in places)
    for place, rate, of_item in zip(places, stated.rates, rates, strict=False):
        if rate and of_item is not None and rate != of_item:
            reason = f"is {shown(rate)} in the record and {shown(of_item)} by its item"
            return Rejected(f"{place}.{members.rate}", reason)
    by_items = Stated(stated.totals, rates)
    return contradiction(model, values, by_items, tolerance) if stated.amount(Part.TAX) else None


def reads_as_gross(model: WriteModel, stated: Stated, row: Row) -> bool:
    """Whether Sage Active took for net what the record means with tax: its net is the record's total."""
    members = model.amounts
    net = next((total.member for total in members.totals if total.part is Part.NET), "") if members else ""
    has, total = _decimal(row.get(net)), stated.totals.get(Part.TOTAL)
    is_net_unlike = Part.NET not in stated.totals or stated.amount(Part.NET) != has
    return has is not None and total is not None and is_net_unlike and _gap(has, total[1]) <= CENT


def allowance(tolerance: Decimal, lines: int) -> Decimal:
    """By how much a document of so many lines may differ: at most a cent a line, and ten in all."""
    return min(tolerance, CENT * max(1, lines), LARGEST_TOLERANCE)


def shown(number: Decimal) -> str:
    """A number as messages show it: amounts in cents, anything finer as it is."""
    cents = _cents(number)
    return f"{cents:f}" if cents == number else f"{number:f}"


def _places(
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


# --- what a record states ---


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
        if (amount := _decimal(values.get(name))) is not None:
            return name, amount
    of_lines = [_decimal(line.get(total.of_line)) for line in lines] if total.of_line else []
    known = [amount for amount in of_lines if amount is not None]
    return (f"{members.lines}[].{total.of_line}", _sum(known)) if known and len(known) == len(lines) else None


# --- our own sum ---


def _nets(members: AmountMembers, values: Row) -> list[tuple[Decimal, ...]] | None:
    """The nets of the lines in each reading; None where a line lacks quantity or price, or nothing is sent."""
    lines: Sequence[Row] = values.get(members.lines) or ()
    exact, stepwise = [], []
    for line in lines:
        quantity, price = _decimal(line.get(members.quantity)), _decimal(line.get(members.price))
        if quantity is None or price is None:
            return None
        discount = _decimal(line.get(members.line_discount)) or ZERO
        gross = EXACT.multiply(quantity, price)
        exact.append(EXACT.subtract(gross, _share(gross, discount)))
        stepwise.append(EXACT.subtract(_cents(gross), _cents(_share(_cents(gross), discount))))
    # Most prices need no rounding, and have one reading.
    return list(dict.fromkeys((tuple(exact), tuple(map(_cents, exact)), tuple(stepwise)))) if lines else None


def _readings(members: AmountMembers, values: Row, nets: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """The nets that the document can have; its own discount may be a percentage or an amount."""
    discount = _decimal(values.get(members.discount)) or ZERO
    for lines in nets:
        yield _cents(_sum(EXACT.subtract(net, _share(net, discount)) for net in lines))
        yield _sum(EXACT.subtract(_cents(net), _cents(_share(_cents(net), discount))) for net in lines)
        if discount:
            yield _cents(EXACT.subtract(_sum(lines), discount))


def _taxes(stated: Stated, nets: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """The taxes that the document can have by the rates of its lines: rounded by line or by rate."""
    for lines in nets:
        by_rate: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for net, rate in zip(lines, stated.rates, strict=True):
            by_rate[rate or ZERO] = EXACT.add(by_rate[rate or ZERO], net)
        yield _sum(_cents(_share(net, rate)) for rate, net in by_rate.items())
        yield _sum(_cents(_share(net, rate or ZERO)) for net, rate in zip(lines, stated.rates, strict=True))


def _unlike_the_lines(
    members: AmountMembers, values: Row, stated: Stated, nets: Sequence[Sequence[Decimal]], allowed: Decimal
) -> Rejected | None:
    has_discount = bool(_decimal(values.get(members.discount)))
    has_rates = len(stated.rates) == len(nets[0]) and all(rate is not None for rate in stated.rates)
    readings = list(_readings(members, values, nets))
    taxes = list(_taxes(stated, nets)) if has_rates and not has_discount else []
    if {Part.NET, Part.TAX} & stated.totals.keys():
        return _wrong_net(members, stated, readings, allowed) or _wrong_tax(stated, taxes, allowed)
    return _wrong_total(members, stated, readings, taxes, allowed)


def _wrong_net(
    members: AmountMembers, stated: Stated, readings: Sequence[Decimal], allowed: Decimal
) -> Rejected | None:
    """Why the net, or the total less tax, is not the sum of the lines."""
    beside, whole = _beside_net(stated), stated.totals.get(Part.TOTAL)
    if Part.NET in stated.totals:
        name, net, less_tax = *stated.totals[Part.NET], ""
    elif whole:
        name, net, less_tax = whole[0], EXACT.subtract(whole[1], beside), "less tax "
    else:
        return None
    if _fits(net, readings, allowed):
        return None
    with_tax = whole[1] if whole else EXACT.add(net, beside)
    if 0 < net.copy_abs() < with_tax.copy_abs() and _fits(with_tax, readings, allowed):
        return _gross(members, with_tax)
    reason = f"{less_tax}is {shown(net)}, and the sum of the lines is {shown(readings[0])}"
    return Rejected(name, reason, "contradiction")


def _wrong_tax(stated: Stated, taxes: Sequence[Decimal], allowed: Decimal) -> Rejected | None:
    if Part.TAX not in stated.totals or not taxes:
        return None
    name, tax = stated.totals[Part.TAX]
    if _fits(tax, taxes, allowed):
        return None
    return Rejected(name, f"is {shown(tax)}, and by the rates of the lines {shown(taxes[0])}", "contradiction")


def _wrong_total(
    members: AmountMembers, stated: Stated, readings: Sequence[Decimal], taxes: Sequence[Decimal], allowed: Decimal
) -> Rejected | None:
    """Why the total, which stands alone, is not what the lines come to with their tax."""
    if Part.TOTAL not in stated.totals or not taxes:
        return None
    name, total = stated.totals[Part.TOTAL]
    expected = EXACT.subtract(total, _beside_net(stated))
    full = [EXACT.add(reading, tax) for reading in readings for tax in taxes]
    if _fits(expected, full, allowed):
        return None
    if _fits(expected, readings, allowed):
        return _gross(members, total)
    return Rejected(name, f"is {shown(total)}, and the lines come to {shown(full[0])} with tax", "contradiction")


def _gross(members: AmountMembers, total: Decimal) -> Rejected:
    return Rejected(
        f"{members.lines}[].{members.price}",
        f"holds the tax: the sum of the lines is the total, {shown(total)}; {NET_EXPECTED}",
        "gross-price",
    )


def _unlike_each_other(members: AmountMembers, stated: Stated, allowed: Decimal) -> Rejected | None:
    if not {Part.NET, Part.TAX, Part.TOTAL} <= stated.totals.keys():
        return None
    name, total = stated.totals[Part.TOTAL]
    expected = EXACT.add(stated.amount(Part.NET), _beside_net(stated))
    if _fits(total, [expected], allowed):
        return None
    names = " + ".join(stated.totals[part][0] for part in (Part.NET, Part.TAX))
    between = [amount.member for amount in members.totals if amount.part in (Part.SURCHARGE, Part.WITHHELD)]
    remedy = f"; what lies between belongs into {' or '.join(between)}" if between else ""
    return Rejected(name, f"is {shown(total)}, and {names} is {shown(expected)}{remedy}", "contradiction")


def _beside_net(stated: Stated) -> Decimal:
    """What the total has beside the net."""
    added = EXACT.add(stated.amount(Part.TAX), stated.amount(Part.SURCHARGE))
    return EXACT.subtract(added, stated.amount(Part.WITHHELD))


def _fits(amount: Decimal, readings: Sequence[Decimal], allowed: Decimal) -> bool:
    return any(_gap(amount, reading) <= allowed for reading in readings)


# --- numbers ---


def _difference(member: str, record: Decimal, value: Any, allowed: Decimal) -> Difference | None:
    has = _decimal(value)
    if has is None:
        return Difference(member, record, None, within=False)
    gap = _gap(record, has)
    return Difference(member, record, has, within=gap <= allowed) if gap else None


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _gap(one: Decimal, other: Decimal) -> Decimal:
    return EXACT.subtract(one, other).copy_abs()


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(EXACT.add, amounts, ZERO)


def _share(amount: Decimal, percentage: Decimal) -> Decimal:
    return EXACT.divide(EXACT.multiply(amount, percentage), PERCENT)


def _cents(amount: Decimal) -> Decimal:
    return EXACT.quantize(amount, CENT)
