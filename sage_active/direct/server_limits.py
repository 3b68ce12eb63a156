"""What a server turned out not to know, or to find too much, while many root fields were asked for at once."""

import threading
from typing import Final

from sage_active.errors import SageActiveError

MOST_ALIASES: Final = 40


class ServerLimits:
    """Counts for the rest of a run. Root fields go by the text that asks for them. Safe for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._most = MOST_ALIASES
        self._refused: dict[tuple[str, str], SageActiveError] = {}
        self._heavy: set[str] = set()

    @property
    def most(self) -> int:
        """How many root fields a request has at present."""
        return self._most

    def refused(self, market: str, text: str) -> SageActiveError | None:
        """The error with which the market has refused it."""
        return self._refused.get((market, text))

    def refuse(self, market: str, text: str, error: SageActiveError) -> None:
        """The market will never know it."""
        with self._lock:
            self._refused[market, text] = error

    def is_heavy(self, text: str) -> bool:
        """Whether it is asked for in a request of its own."""
        return text in self._heavy

    def isolate(self, text: str) -> None:
        """It was too much on its own."""
        with self._lock:
            self._heavy.add(text)

    def halve(self, number: int) -> None:
        """So many root fields were too many."""
        with self._lock:
            self._most = min(self._most, (number + 1) // 2)
