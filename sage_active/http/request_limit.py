"""How many requests a command may send in all."""

import threading

from sage_active.errors import configuration_error


class RequestLimit:
    """Counts requests, each try and each renewal of a token included, and allows no more than `most`.

    Shared by everything that one command sends. Safe for all threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._sent = 0

    @property
    def sent(self) -> int:
        """How many requests there were."""
        return self._sent

    def take(self) -> None:
        """Counts a request that is about to be sent. Raises a configuration error in place of one too many."""
        with self._lock:
            if self._sent >= self.most:
                raise configuration_error(
                    f"The command has sent {self.most} requests, which is all it may send.",
                    "Run it for fewer configurations at a time.",
                )
            self._sent += 1
