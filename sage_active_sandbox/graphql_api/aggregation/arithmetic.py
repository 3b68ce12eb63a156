"""What every aggregation is made of: functions over values, and periods of days."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from graphql import GraphQLError

from sage_active_sandbox.data.totals import EXACT, ZERO


def total(values: Sequence[Decimal]) -> Decimal:
    """The exact sum."""
    result = ZERO
    for value in values:
        result = EXACT.add(result, value)
    return result


FUNCTIONS: Final[Mapping[str, Callable[[Sequence[Decimal]], Decimal | None]]] = {
    "SUM": total,
    "AVG": lambda values: EXACT.divide(total(values), Decimal(len(values))) if values else None,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
}
"""Functions over numbers; the first is the usual one."""

PERIODS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "Day": lambda moment: f"{moment:%Y-%m-%d}",
    "Week": lambda moment: f"{moment:%G-W%V}",
    "Month": lambda moment: f"{moment:%Y-%m}",
    "Quarter": lambda moment: f"{moment.year}-Q{(moment.month + 2) // 3}",
    "Year": lambda moment: f"{moment.year}",
}
"""How a day is named within each kind of period; how the vendor writes them is not published."""


def invalid(message: str) -> GraphQLError:
    """The refusal of parameters that make no sense (docs/reference/queries.md, "Aggregation")."""
    return GraphQLError(message, extensions={"code": "INVALID_INPUT"})


def numbers(values: Sequence[Any]) -> list[Decimal]:
    """The numbers among the values."""
    return [Decimal(value) for value in values if isinstance(value, (int, Decimal)) and not isinstance(value, bool)]
