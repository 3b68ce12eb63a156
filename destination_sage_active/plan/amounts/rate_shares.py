"""What a document adds up to at each VAT rate: for the table of what a run makes final."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from destination_sage_active.plan.amounts.exact import EXACT, ZERO, decimal_of, in_cents, share_of
from destination_sage_active.plan.item import Item
from sage_active.amount_members import AmountMembers, Part
from sage_active.writing import Row, WriteModel


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a document at one rate, in percent; None: its rate is not known before the server computes it."""

    rate: Decimal | None
    net: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO


# The parts of a document in the order in which a share has them.
PARTS: Final = (Part.NET, Part.TAX, Part.TOTAL)


def rate_shares(model: WriteModel, document: Row, referred: Mapping[str, Row] | None = None) -> tuple[Share, ...]:
    """The shares of a record or a row, the largest first.

    Its totals are those that it states: what its lines do not explain, such as rounding and what lies between net and
    total, belongs to the largest share. `referred`: the items of a record's lines, by path, for rates that it does not
    say.
    """
    members = model.amounts
    if members is None:
        return ()
    lines: Sequence[Row] = document.get(members.lines) or ()
    nets: defaultdict[Decimal | None, Decimal] = defaultdict(Decimal)
    taxes: defaultdict[Decimal | None, Decimal] = defaultdict(Decimal)
    for index, line in enumerate(lines):
        rate = _rate(members, line, (referred or {}).get(f"{members.lines}[{index}].{members.item}", {}))
        net = _net(members, line)
        nets[rate] = EXACT.add(nets[rate], net)
        taxes[rate] = EXACT.add(taxes[rate], _tax(members, line, net, rate))
    by_size = sorted(nets.items(), key=lambda share: (-abs(share[1]), share[0] or ZERO))
    parts = [(rate, in_cents(net), in_cents(taxes[rate])) for rate, net in by_size] or [(None, ZERO, ZERO)]
    shares = [[net, tax, EXACT.add(net, tax)] for _, net, tax in parts]
    for position, part in enumerate(PARTS):
        stated = _stated(members, document, part)
        if stated is not None:
            rest = [share[position] for share in shares[1:]]
            shares[0][position] = EXACT.subtract(stated, sum(rest, ZERO))
    if _stated(members, document, Part.TOTAL) is None:
        shares[0][2] = EXACT.add(shares[0][0], shares[0][1])
    return tuple(Share(rate, *share) for (rate, _, _), share in zip(parts, shares, strict=True))


def record_shares(model: WriteModel, item: Item) -> tuple[Share, ...]:
    """The shares of a record, by what it states and, where it says no rates, by its items."""
    members, stated = model.amounts, item.stated
    if members is None or stated is None:
        return rate_shares(model, item.values, item.referred)
    lines = item.values.get(members.lines) or ()
    rated = [
        line if rate is None else {**line, members.rate: rate} for line, rate in zip(lines, stated.rates, strict=False)
    ]
    totals = {total.member: stated.totals[total.part][1] for total in members.totals if total.part in stated.totals}
    return rate_shares(model, {**item.values, members.lines: rated or lines, **totals}, item.referred)


def _rate(members: AmountMembers, line: Row, item: Row) -> Decimal | None:
    rate = decimal_of(line.get(members.rate))
    if rate is None and members.item_rate:
        rate = decimal_of(item.get(members.item_rate))
    return None if rate is None else rate.normalize()


def _tax(members: AmountMembers, line: Row, net: Decimal, rate: Decimal | None) -> Decimal:
    stated = decimal_of(line.get(members.tax)) if members.tax else None
    return share_of(net, rate or ZERO) if stated is None else stated


def _net(members: AmountMembers, line: Row) -> Decimal:
    if members.net:
        return decimal_of(line.get(members.net)) or ZERO
    quantity, price = (decimal_of(line.get(name)) or ZERO for name in (members.quantity, members.price))
    gross = EXACT.multiply(quantity, price)
    return EXACT.subtract(gross, share_of(gross, decimal_of(line.get(members.line_discount)) or ZERO))


def _stated(members: AmountMembers, document: Row, part: Part) -> Decimal | None:
    """A total of the document under any of its names."""
    for total in members.totals:
        if total.part is part:
            names = (total.member, *total.also)
            return next((amount for name in names if (amount := decimal_of(document.get(name))) is not None), None)
    return None
