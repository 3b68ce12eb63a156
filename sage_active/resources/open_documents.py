"""Filters that select what may still change without a date moving (docs/reference/queries.md, "Changes")."""

from sage_active.resources.resource import Member, Where


def not_yet(member: str, *final: str | Member) -> Where:
    """Rows whose status is none of the final ones; a status that is null or new is not final."""
    return {"or": [{member: {"nin": [*final]}}, {member: {"eq": None}}]}
