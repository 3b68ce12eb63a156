"""Bounds what waits in memory: first pages of companies that are planned while another one is being read."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from sage_active.limits import MEGABYTE

Kept = TypeVar("Kept")
# A few full pages, or a great many small companies.
MOST_BYTES: Final = 6 * MEGABYTE


class FirstPageCache:
    """Keeps pages as long as their rows are few bytes; others are let go and asked for again when their turn comes.

    Nobody ever waits for a place, so that planning ahead cannot stop the reading that would make room. Safe for all
    threads.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._free = most_bytes
        self._lock = threading.Lock()

    def keep(self, page: Kept, size: int) -> Callable[[], Kept | None]:
        """A function that hands `page` out once; None if it was handed out before or there was no place for it."""
        with self._lock:
            if size > self._free:
                return _nothing
            self._free -= size
        kept = [page]

        def take() -> Kept | None:
            with self._lock:
                if not kept:
                    return None
                self._free += size
                return kept.pop()

        return take


def _nothing() -> None:
    return None
