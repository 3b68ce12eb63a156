"""Exact arithmetic of amounts: every number is a `Decimal`, and nothing is rounded but to cents."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from typing import Any, Final

CENT: Final = Decimal("0.01")
PERCENT: Final = Decimal(100)
ZERO: Final = Decimal(0)
# Enough for every product of two numbers that a record can hold.
EXACT: Final = Context(prec=200, rounding=ROUND_HALF_UP)
# No document may differ by more, however many lines it has.
LARGEST_TOLERANCE: Final = Decimal("0.10")


def decimal_of(value: Any) -> Decimal | None:
    """A number of a record or a row; None where there is none."""
    return None if value is None else Decimal(str(value))


def gap_between(one: Decimal, other: Decimal) -> Decimal:
    """By how much two amounts differ, without a sign."""
    return EXACT.subtract(one, other).copy_abs()


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, 0 of nothing."""
    return reduce(EXACT.add, amounts, ZERO)


def share_of(amount: Decimal, percentage: Decimal) -> Decimal:
    """So many percent of an amount."""
    return EXACT.divide(EXACT.multiply(amount, percentage), PERCENT)


def in_cents(amount: Decimal) -> Decimal:
    """An amount rounded to cents, halves away from zero."""
    return EXACT.quantize(amount, CENT)


def allowance(tolerance: Decimal, lines: int) -> Decimal:
    """By how much a document of so many lines may differ: at most a cent a line, and ten in all."""
    return min(tolerance, CENT * max(1, lines), LARGEST_TOLERANCE)


def format_amount(number: Decimal) -> str:
    """A number as messages show it: amounts in cents, anything finer as it is.

    >>> format_amount(Decimal("19")), format_amount(Decimal("0.125"))
    ('19.00', '0.125')
    """
    cents = in_cents(number)
    return f"{cents:f}" if cents == number else f"{number:f}"
