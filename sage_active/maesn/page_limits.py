"""How many rows a page asks for, which an answer that is too large makes fewer."""

import logging
import threading
from typing import Final

LOGGER = logging.getLogger("airbyte")
ROWS_PER_PAGE: Final = 100


class PageLimits:
    """What has been learned of each object, in all companies. Safe for all threads."""

    def __init__(self) -> None:
        self._limits: dict[str, int] = {}
        self._lock = threading.Lock()

    def of(self, name: str) -> int:
        """The rows of a page of an object, from now on."""
        with self._lock:
            return self._limits.get(name, ROWS_PER_PAGE)

    def shrink(self, name: str, limit: int) -> bool:
        """Pages of `limit` rows are too large; False when they cannot be smaller."""
        if limit <= 1:
            return False
        with self._lock:
            if limit // 2 < self._limits.get(name, ROWS_PER_PAGE):
                self._limits[name] = limit // 2
                LOGGER.info("Stream %s: pages of %d rows are too large; asking for %d.", name, limit, limit // 2)
        return True
