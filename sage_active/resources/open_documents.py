"""Filters that select what may still change without a date moving (docs/reference/queries.md, "Changes")."""

from collections.abc import Mapping
from typing import Final

from sage_active.resources.resource import Member, Where

# Maesn's filters take one value each: together these select what is not paid.
UNPAID_AT_MAESN: Final[tuple[Mapping[str, str], ...]] = tuple(
    {"paymentStatus": status} for status in ("NO_OPEN_ITEM", "PENDING", "PARTLY_PAID", "UNKNOWN")
)


def not_yet(member: str, *final: str | Member) -> Where:
    """Rows whose status is none of the final ones; a status that is null or new is not final."""
    return {"or": [{member: {"nin": [*final]}}, {member: {"eq": None}}]}
