"""What the census has found of one stream: only that, and never a page, is kept while others are asked."""

from dataclasses import dataclass, field

from sage_active.client import Counted


@dataclass(frozen=True, slots=True)
class StreamFindings:
    """By share: `complete`, those that need no read of their own; `counted`, how many rows the others have.

    No two threads note the same share.
    """

    complete: set[str] = field(default_factory=set)
    counted: dict[str, Counted] = field(default_factory=dict)

    def note_complete(self, state_id: str) -> None:
        """Everything of the share (`Share.state_id`) is delivered."""
        self.complete.add(state_id)
        self.counted.pop(state_id, None)

    def note_counted(self, state_id: str, counted: Counted) -> None:
        """The share is read later, and has so many rows."""
        self.counted[state_id] = counted
