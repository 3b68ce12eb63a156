"""A read whose pages are rewritten on their way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sage_active.attempts import Span
from sage_active.client import Page, Reading, Summary


@dataclass(frozen=True, slots=True)
class RewrittenReading:
    """Implements `Reading`: another one, of whose pages `rewrite` makes others."""

    reading: Reading
    rewrite: Callable[[Iterator[Page]], Iterator[Page]]

    @property
    def started_at(self) -> datetime:
        """The server's clock."""
        return self.reading.started_at

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return self.reading.parts

    @property
    def windows(self) -> Sequence[Span]:
        """The creation dates of the parts."""
        return self.reading.windows

    def part(self, index: int) -> Iterator[Page]:
        """The pages of one part."""
        return self.rewrite(self.reading.part(index))

    def rest(self) -> Iterator[Page]:
        """The pages that are read last."""
        return self.rewrite(self.reading.rest())

    def summary(self) -> Summary:
        """What was stated and delivered."""
        return self.reading.summary()
