"""How many mutations one request carries: few to begin with, more while the server is quick, few again after trouble.

The server runs the mutations of a request one after the other and gives up after 30 s
(docs/reference/server-behaviour.md, "Several mutations in one request"); what travels with a failure is looked up
again. So a request is kept short against that limit.
"""

from collections.abc import Collection
from typing import Final

from sage_active.errors import SageActiveError
from sage_active.writing import Done, Reply

# Times the first size: latency is hidden well enough then.
MOST_TIMES: Final = 4
# A request that took longer is long enough.
QUICK_SECONDS: Final = 2.0


class BatchSize:
    """The size of requests. Used by one thread."""

    def __init__(self, first: int) -> None:
        self.size = first
        self._first = first
        # Where a request takes one command, there is nothing to grow.
        self._most = first * MOST_TIMES if first > 1 else 1

    def observe(self, replies: "Collection[Reply | SageActiveError]", seconds: float) -> None:
        """Learns from one request and the seconds that it took."""
        if not all(isinstance(reply, Done) for reply in replies):
            self.size = self._first
        elif seconds < QUICK_SECONDS and len(replies) >= self.size:
            self.size = min(self._most, self.size * 2)
