"""Bounds what waits in memory: first pages of companies that are planned while another one is being read."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

Kept = TypeVar("Kept")
# A few full pages, or a great many small companies.
MOST_ROWS: Final = 4000


class FirstPageCache:
    """Keeps pages as long as they have few rows together; others are let go and asked for again when their turn comes.

    Nobody ever waits for a place, so that planning ahead cannot stop the reading that would make room. Safe for all
    threads.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._free = most_rows
        self._lock = threading.Lock()

    def keep(self, page: Kept, rows: int) -> Callable[[], Kept | None]:
        """A function that hands `page` out once; None if it was handed out before or there was no place for it."""
        with self._lock:
            if rows > self._free:
                return _nothing
            self._free -= rows
        kept = [page]

        def take() -> Kept | None:
            with self._lock:
                if not kept:
                    return None
                self._free += rows
                return kept.pop()

        return take


def _nothing() -> None:
    return None
