"""What the threads of a process wait for, for those who look at how far it is."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Shorter waits are not worth a word.
SHORTEST_SECONDS: Final = 1.0


class Waits:
    """The waits of all threads. A thread waits for one thing at a time."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[str, float]] = {}

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Notes that this thread waits inside, and for `what`."""
        thread = threading.get_ident()
        self._since[thread] = (what, time.monotonic())
        try:
            yield
        finally:
            self._since.pop(thread, None)

    def most(self) -> str:
        """What most threads have waited for during the last second at least; empty if none has."""
        now = time.monotonic()
        found = Counter(what for what, since in list(self._since.values()) if now - since >= SHORTEST_SECONDS)
        return found.most_common(1)[0][0] if found else ""


WAITS: Final = Waits()
