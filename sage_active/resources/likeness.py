"""When two documents may be one and the same, although their keys differ."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`same`: members that are equal in both; `day`: the one of which they are at most `days` apart; `number`: the one
    in which they differ, or that one of them lacks.
    """

    same: tuple[str, ...]
    day: str
    days: int
    number: str
