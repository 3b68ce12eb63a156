"""What must hold before a document is made of another one, and when two such documents are the same.

`sage_active/resources/generation.py` says what they are. Numbers of rows and records come without a sign.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Final

from destination_sage_active.plan.amounts.exact import ZERO, decimal_of, format_amount, sum_of
from destination_sage_active.plan.content.days import day_in
from destination_sage_active.record.rejection import Rejected
from sage_active.resources.generation import Generation
from sage_active.writing import Row

CODE: Final = "origin"


def require_origin(generation: Generation, values: Row, origin: Row | None, zone: tzinfo) -> Row:
    """The other document. Raises `Rejected` where nothing can be made of it on the day of the record."""
    member, called = generation.source, generation.called
    if origin is None:
        raise Rejected(member, f"names no {called} of the company; name the one that the record belongs to", CODE)
    kind, value = generation.not_of
    if origin.get(kind) == value:
        raise Rejected(member, f"names no {called}, but a document that is {value}; name the {called} itself", CODE)
    if (status := origin.get(generation.status)) in generation.unfinished:
        reason = f"names a draft: the {called} is {status}; close it, and send the record again"
        raise Rejected(member, reason, CODE)
    day, first = (day_in(document.get(generation.day), zone) for document in (values, origin))
    if day < first:
        reason = f"{day} is before {first}, the day of the {called}; date it {first} or later"
        raise Rejected(generation.day, reason, CODE)
    return origin


def lines_to_name(generation: Generation, values: Row, origin: Row, earlier: Iterable[Row]) -> list[Row] | None:
    """The lines of a record, with their prices; None where it takes all of the other document, so that none is named.

    `earlier`: what was made of that before. Raises `Rejected` where the record takes more than is left, or what cannot
    be named: the server is told a product, not a line.
    """
    lines: Sequence[Row] = origin.get(generation.lines) or ()
    wanted: Sequence[Row] | None = values.get(generation.lines)
    taken = [line for document in earlier for line in document.get(generation.lines) or ()]
    is_untouched = not taken and all(
        _left_by_server(generation, line) in (None, _quantity(generation, line)) for line in lines
    )
    if is_untouched and (wanted is None or same_lines(generation, wanted, lines)):
        return None
    if wanted is None:
        reason = f"is missing, and not all of the {generation.called} is left; send the lines that are meant"
        raise Rejected(generation.lines, reason, CODE)
    for product, lines_of_product in _by_product(generation, wanted).items():
        _require_left(generation, lines_of_product, _of(generation, lines, product), _of(generation, taken, product))
    # What the server makes of a line without a price is not published.
    prices = {_product(generation, line): line.get(generation.price) for line in lines}
    return [{generation.price: prices[_product(generation, line)], **line} for line in wanted]


def is_same(generation: Generation, values: Row, row: Row, origin: Row, zone: tzinfo, also: Iterable[str]) -> bool:
    """Whether a document is as a record says: its day, its lines, and the members `also` as far as it states them."""
    wanted: Sequence[Row] | None = values.get(generation.lines)
    days = {day_in(document.get(generation.day), zone) for document in (values, row)}
    others = [(str(values[name]).lower(), str(row.get(name)).lower()) for name in also if values.get(name)]
    expected = (origin.get(generation.lines) or ()) if wanted is None else wanted
    lines = row.get(generation.lines) or ()
    return len(days) == 1 and all(one == other for one, other in others) and same_lines(generation, expected, lines)


def same_lines(generation: Generation, wanted: Sequence[Row], lines: Sequence[Row]) -> bool:
    """Whether lines have the products, the quantities and, where they are stated, the prices of others."""
    rest = list(lines)
    # Who says most chooses first.
    for line in sorted(wanted, key=lambda line: line.get(generation.price) is None):
        position = next((index for index, other in enumerate(rest) if _is_line(generation, line, other)), None)
        if position is None:
            return False
        del rest[position]
    return not rest


def _require_left(generation: Generation, named: Mapping[int, Row], lines: Sequence[Row], taken: Sequence[Row]) -> None:
    """Raises `Rejected` unless so much of a product is left. `named`: the record's lines of it, by their places."""
    called, path = generation.called, f"{generation.lines}[{next(iter(named))}]."
    if not lines:
        raise Rejected(f"{path}{generation.product}", f"is not on the {called}; leave the line out", CODE)
    if len(lines) > 1:
        reason = (
            f"stands on several lines of the {called}, and Sage Active is told an item, not a line: take all of the "
            f"{called} as long as nothing of it was taken, or do it in Sage Active"
        )
        raise Rejected(f"{path}{generation.product}", reason, CODE)
    quantities = [_quantity(generation, line) for line in named.values()]
    before = _quantity(generation, lines[0]) - sum_of(_quantity(generation, line) for line in taken)
    by_server = _left_by_server(generation, lines[0])
    left = max(before if by_server is None else min(before, by_server), ZERO)
    if min(quantities) <= ZERO:
        raise Rejected(f"{path}{generation.quantity}", "must be more than 0", CODE)
    if (wanted := sum_of(quantities)) > left:
        amounts = f"is {format_amount(wanted)}, and {format_amount(left)} of the {called} is left"
        reason = f"{amounts}; lower it, or leave the line out"
        raise Rejected(f"{path}{generation.quantity}", reason, CODE)


def _by_product(generation: Generation, lines: Sequence[Row]) -> Mapping[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = {}
    for index, line in enumerate(lines):
        found.setdefault(_product(generation, line), {})[index] = line
    return found


def _of(generation: Generation, lines: Iterable[Row], product: str) -> list[Row]:
    return [line for line in lines if _product(generation, line) == product]


def _is_line(generation: Generation, wanted: Row, line: Row) -> bool:
    price, has = (decimal_of(side.get(generation.price)) for side in (wanted, line))
    is_product = _product(generation, wanted) == _product(generation, line)
    return is_product and _quantity(generation, wanted) == _quantity(generation, line) and price in (None, has)


def _product(generation: Generation, line: Row) -> str:
    return str(line.get(generation.product) or "").lower()


def _quantity(generation: Generation, line: Row) -> Decimal:
    return decimal_of(line.get(generation.quantity)) or ZERO


def _left_by_server(generation: Generation, line: Row) -> Decimal | None:
    return decimal_of(line.get(generation.left))
