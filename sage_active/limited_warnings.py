"""Warnings that a server can cause again and again: of one kind, a run shows a few."""

import logging
import threading
from collections import Counter
from typing import Final

from sage_active.limits import MOST_WARNINGS

LOGGER: Final = logging.getLogger("airbyte")


class LimitedWarnings:
    """Counts warnings by their kind. Safe for all threads."""

    def __init__(self, most: int = MOST_WARNINGS) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def warn(self, kind: str, about: str, text: str, *, subject: str = "") -> None:
        """Logs `text`, as long as there were not too many of its `kind`.

        `about`: what all warnings of the kind are about; `subject`: what this one is about.
        """
        with self._lock:
            self._counts[kind] += 1
            count = self._counts[kind]
        if count <= self._most:
            LOGGER.warning("%s%s: %s", about, f", {subject}" if subject else "", text)
        if count == self._most:
            LOGGER.warning("%s: further warnings are not shown.", about)
