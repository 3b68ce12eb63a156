"""Room in memory for files, which are larger than anything else that is held."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sage_active.limits import MEGABYTE

# Bytes of files that are in memory at once, unless one alone has more.
MOST_IN_MEMORY: Final = 24 * MEGABYTE


class Room:
    """Lets in so many bytes at once, and one thing that has more when nothing else is there. Safe for all threads."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._used = 0
        self._changed = threading.Condition()

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        """Waits until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + size <= self._most)
            self._used += size
        try:
            yield
        finally:
            with self._changed:
                self._used -= size
                self._changed.notify_all()
