"""Amounts and days as each market writes them."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
CENT: Final = Decimal("0.01")
GROUP: Final = 3


@dataclass(frozen=True)
class Format:
    """`group` stands between thousands, from `first_grouped` digits on; `point` before the cents."""

    group: str
    point: str
    day: str
    first_grouped: int = 4

    def amount(self, value: Decimal, digits: int = 2) -> str:
        """An amount with so many digits behind the point, rounded half up."""
        rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        whole, _, cents = f"{abs(rounded):f}".partition(".")
        if len(whole) >= self.first_grouped:
            whole = f"{int(whole):,}".replace(",", self.group)
        return f"{MINUS if rounded < 0 else ''}{whole}{self.point if cents else ''}{cents}"

    def euro(self, value: Decimal) -> str:
        """An amount in euro, to the cent."""
        return f"{self.amount(value)}{NO_BREAK_SPACE}€"

    def percent(self, value: Decimal) -> str:
        """A rate, with digits behind the point only where it has some."""
        return f"{self.amount(value, 0 if value == value.to_integral_value() else 2)}{NO_BREAK_SPACE}%"

    def date(self, value: date) -> str:
        """A day."""
        return value.strftime(self.day)


# In Spain numbers of four digits are not grouped; in France a narrow space groups, and does not break.
FORMATS: Final = {
    "DE": Format(group=".", point=",", day="%d.%m.%Y"),
    "ES": Format(group=".", point=",", day="%d/%m/%Y", first_grouped=5),
    "FR": Format(group="\N{NARROW NO-BREAK SPACE}", point=",", day="%d/%m/%Y"),
}
