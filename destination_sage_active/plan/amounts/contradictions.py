"""Amounts that a record states, held against our own sum of its lines.

How the API rounds is not published (docs/reference/documents.md, "Amounts"), so our own sum has several readings, and a
record is right if one of them fits.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from destination_sage_active.plan.amounts.exact import (
    EXACT,
    ZERO,
    allowance,
    decimal_of,
    format_amount,
    gap_between,
    in_cents,
    share_of,
    sum_of,
)
from destination_sage_active.plan.amounts.stated_amounts import NET_EXPECTED, Stated
from destination_sage_active.record.rejection import Rejected
from sage_active.amount_members import AmountMembers, Part
from sage_active.writing import Row, WriteModel


def contradiction(model: WriteModel, values: Row, stated: Stated, tolerance: Decimal) -> Rejected | None:
    """What is wrong with a record that contradicts itself, as far as that can be computed without the API.

    `values`: what is sent of it; `tolerance`: as configured, for one document.
    """
    members = model.amounts
    if members is None:
        return None
    allowed = allowance(tolerance, len(values.get(members.lines) or ()))
    try:
        nets = _nets(members, values) if members.takes_discounts else None
        unlike_the_lines = _unlike_the_lines(members, values, stated, nets, allowed) if nets else None
        return unlike_the_lines or _unlike_each_other(members, stated, allowed)
    except ArithmeticError:
        return Rejected(members.lines, "has amounts that are too large to be added up")


def unlike_the_items(
    model: WriteModel, values: Row, stated: Stated, referred: Mapping[str, Row], tolerance: Decimal
) -> Rejected | None:
    """Where the rates of the items, `referred` by path, would make other taxes than the record states.

    A rate or a tax of 0 is left to the API: a sale abroad has one whatever the item says.
    """
    members = model.amounts
    if members is None or members.item_rate is None:
        return None
    paths = [f"{members.lines}[{index}]" for index in range(len(values.get(members.lines) or ()))]
    rates = tuple(decimal_of(referred.get(f"{line}.{members.item}", {}).get(members.item_rate)) for line in paths)
    for path, rate, of_item in zip(paths, stated.rates, rates, strict=False):
        if rate and of_item is not None and rate != of_item:
            reason = f"is {format_amount(rate)} in the record and {format_amount(of_item)} by its item"
            return Rejected(f"{path}.{members.rate}", reason)
    by_items = Stated(stated.totals, rates)
    return contradiction(model, values, by_items, tolerance) if stated.amount(Part.TAX) else None


# --- our own sum ---


def _nets(members: AmountMembers, values: Row) -> list[tuple[Decimal, ...]] | None:
    """The nets of the lines in each reading; None where a line lacks quantity or price, or nothing is sent."""
    lines: Sequence[Row] = values.get(members.lines) or ()
    exact, stepwise = [], []
    for line in lines:
        quantity, price = decimal_of(line.get(members.quantity)), decimal_of(line.get(members.price))
        if quantity is None or price is None:
            return None
        discount = decimal_of(line.get(members.line_discount)) or ZERO
        gross = EXACT.multiply(quantity, price)
        exact.append(EXACT.subtract(gross, share_of(gross, discount)))
        stepwise.append(EXACT.subtract(in_cents(gross), in_cents(share_of(in_cents(gross), discount))))
    # Most prices need no rounding, and have one reading.
    return list(dict.fromkeys((tuple(exact), tuple(map(in_cents, exact)), tuple(stepwise)))) if lines else None


def _readings(members: AmountMembers, values: Row, nets: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """The nets that the document can have; its own discount may be a percentage or an amount."""
    discount = decimal_of(values.get(members.discount)) or ZERO
    for lines in nets:
        yield in_cents(sum_of(EXACT.subtract(net, share_of(net, discount)) for net in lines))
        yield sum_of(EXACT.subtract(in_cents(net), in_cents(share_of(in_cents(net), discount))) for net in lines)
        if discount:
            yield in_cents(EXACT.subtract(sum_of(lines), discount))


def _taxes(stated: Stated, nets: Sequence[Sequence[Decimal]]) -> Iterator[Decimal]:
    """The taxes that the document can have by the rates of its lines: rounded by line or by rate."""
    for lines in nets:
        by_rate: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for net, rate in zip(lines, stated.rates, strict=True):
            by_rate[rate or ZERO] = EXACT.add(by_rate[rate or ZERO], net)
        yield sum_of(in_cents(share_of(net, rate)) for rate, net in by_rate.items())
        yield sum_of(in_cents(share_of(net, rate or ZERO)) for net, rate in zip(lines, stated.rates, strict=True))


def _unlike_the_lines(
    members: AmountMembers, values: Row, stated: Stated, nets: Sequence[Sequence[Decimal]], allowed: Decimal
) -> Rejected | None:
    has_discount = bool(decimal_of(values.get(members.discount)))
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
    reason = f"{less_tax}is {format_amount(net)}, and the sum of the lines is {format_amount(readings[0])}"
    return Rejected(name, reason, "contradiction")


def _wrong_tax(stated: Stated, taxes: Sequence[Decimal], allowed: Decimal) -> Rejected | None:
    if Part.TAX not in stated.totals or not taxes:
        return None
    name, tax = stated.totals[Part.TAX]
    if _fits(tax, taxes, allowed):
        return None
    return Rejected(
        name, f"is {format_amount(tax)}, and by the rates of the lines {format_amount(taxes[0])}", "contradiction"
    )


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
    return Rejected(
        name, f"is {format_amount(total)}, and the lines come to {format_amount(full[0])} with tax", "contradiction"
    )


def _gross(members: AmountMembers, total: Decimal) -> Rejected:
    return Rejected(
        f"{members.lines}[].{members.price}",
        f"holds the tax: the sum of the lines is the total, {format_amount(total)}; {NET_EXPECTED}",
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
    return Rejected(
        name, f"is {format_amount(total)}, and {names} is {format_amount(expected)}{remedy}", "contradiction"
    )


def _beside_net(stated: Stated) -> Decimal:
    """What the total has beside the net."""
    added = EXACT.add(stated.amount(Part.TAX), stated.amount(Part.SURCHARGE))
    return EXACT.subtract(added, stated.amount(Part.WITHHELD))


def _fits(amount: Decimal, readings: Sequence[Decimal], allowed: Decimal) -> bool:
    return any(gap_between(amount, reading) <= allowed for reading in readings)
