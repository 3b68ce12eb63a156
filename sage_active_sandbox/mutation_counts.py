"""Counts of writes, with which a client proves what it did and what it did not do."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class MutationCounts:
    """Writes by name: mutations of GraphQL ("createCustomer") and creations through Maesn ("POST customers")."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight = 0
        self.clear()

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._received: Counter[str] = Counter()
            self._committed: Counter[str] = Counter()
            self._refused: Counter[str] = Counter()
            self._requests = 0
            self._most_in_flight = self._in_flight

    def received(self, names: list[str]) -> None:
        """A request with these writes has arrived."""
        with self._lock:
            self._received.update(names)
            self._requests += bool(names)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """A request that writes is answered inside."""
        with self._lock:
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def committed(self, name: str) -> None:
        """A write is stored."""
        with self._lock:
            self._committed[name] += 1

    def refused(self, name: str) -> None:
        """A write is refused and left nothing."""
        with self._lock:
            self._refused[name] += 1

    def as_dict(self) -> dict[str, Any]:
        """The counts, JSON-able; ``mostInFlight`` is the largest number of write requests at one time."""
        with self._lock:
            return {
                "requests": self._requests,
                "mostInFlight": self._most_in_flight,
                "received": dict(self._received),
                "committed": dict(self._committed),
                "refused": dict(self._refused),
            }
