"""What a company's market does not have: nothing is asked for, and nothing is missing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from sage_active.attempts import Span
from sage_active.client import Page, Summary


class NotInMarket:
    """Implements `Reading` without a request; its clock is this machine's, of which no state is made."""

    parts = 0
    windows: Sequence[Span] = ()

    def __init__(self) -> None:
        self.started_at = datetime.now(timezone.utc)

    def part(self, index: int) -> Iterator[Page]:
        """Raises `IndexError`: there are no parts."""
        raise IndexError(index)

    def rest(self) -> Iterator[Page]:
        """No page."""
        return iter(())

    def summary(self) -> Summary:
        """Nothing."""
        return Summary(None, 0, None, ())
