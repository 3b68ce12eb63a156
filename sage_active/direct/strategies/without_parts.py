"""Readings in one piece: they have no parts that could be read side by side."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sage_active.attempts import Span
from sage_active.client import Page, Summary


class WithoutParts:
    """Implements of `Reading` what is about parts."""

    parts = 0
    windows: Sequence[Span] = ()

    def part(self, index: int) -> Iterator[Page]:
        """Raises `IndexError`: there are no parts."""
        raise IndexError(index)


class NoRows(WithoutParts):
    """Implements `Reading` where nothing is asked for, and nothing is missing. No state is made of its clock."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at

    def rest(self) -> Iterator[Page]:
        """No page."""
        return iter(())

    def summary(self) -> Summary:
        """Nothing."""
        return Summary(None, 0, None, ())
