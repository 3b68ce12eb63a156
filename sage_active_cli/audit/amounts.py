"""Amounts: exact sums, however many digits they take."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Final

ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")
# The least difference that is not made by rounding to cents.
HALF_CENT: Final = Decimal("0.005")
# Wide enough that no sum of amounts is ever rounded.
EXACT: Final = Context(prec=100, traps=[InvalidOperation])


@dataclass(slots=True)
class Sums:
    """Debit and credit of several lines."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    def add(self, debit: Decimal | None, credit: Decimal | None) -> None:
        """Counts a line."""
        if debit:
            self.debit = EXACT.add(self.debit, debit)
        if credit:
            self.credit = EXACT.add(self.credit, credit)

    def add_sums(self, other: "Sums") -> None:
        """Counts the lines of other sums."""
        self.add(other.debit, other.credit)

    @property
    def balance(self) -> Decimal:
        """Debit minus credit."""
        return EXACT.subtract(self.debit, self.credit)


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The exact sum; null counts as nothing."""
    result = ZERO
    for amount in amounts:
        if amount:
            result = EXACT.add(result, amount)
    return result


def text(amount: Decimal) -> str:
    """How findings show an amount: all its digits, at least two decimals, never an exponent."""
    plain = format(EXACT.normalize(amount), "f")
    whole, _, decimals = plain.partition(".")
    return f"{whole}.{decimals:0<2}"
