"""The bounded queue between the workers and the one consumer, and the way of messages onto it.

Relies on what airbyte-cdk 7.39 does inside: its consumer takes `AirbyteMessage`s off the queue and hands them on.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import Full, Queue
from typing import Any, Final

from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.message.repository import LogMessage
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem

from sage_active.limits import MEGABYTE
from source_sage_active.records import PageMessage

# What may wait to be written, however many pages that are.
MOST_WAITING: Final = 16 * MEGABYTE


class ReadStoppedError(Exception):
    """Pages are no longer taken off the queue."""


class PageQueue(Queue[QueueItem]):
    """A queue that is bounded by the bytes of its pages, and lets its producers go when the consumer stops.

    A page waits until it fits in; one that finds no other page always does. Everything else (states, logs, partitions
    and their ends) has a place at once, so it may be put while a lock is held.
    """

    def __init__(self, most_bytes: int = MOST_WAITING) -> None:
        super().__init__()
        self._most_bytes = most_bytes
        self._bytes = 0
        self._stopped = False

    @property
    def page_bytes(self) -> int:
        """The bytes of all pages in the queue."""
        return self._bytes

    def stop(self) -> None:
        """From now on nothing can be put; producers that wait are told."""
        with self.mutex:
            self._stopped = True
            self.not_full.notify_all()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Waits for a place. Raises `ReadStoppedError` once the read is over, and `Full` as every queue does."""
        size = _page_bytes(item)
        with self.not_full:
            has_place = self.not_full.wait_for(
                lambda: self._stopped or not size or not self._bytes or self._bytes + size <= self._most_bytes,
                timeout if block else 0.0,
            )
            if self._stopped:
                raise ReadStoppedError
            if not has_place:
                raise Full
            self._put(item)
            self._bytes += size
            self.unfinished_tasks += 1
            self.not_empty.notify()

    def _get(self) -> QueueItem:
        item = super()._get()
        if size := _page_bytes(item):
            self._bytes -= size
            # Which of the pages that wait fits in now depends on their sizes.
            self.not_full.notify_all()
        return item


def _page_bytes(item: Any) -> int:
    return item.size if isinstance(item, PageMessage) else 0


class QueueRepository(MessageRepository):
    """Messages of workers go onto the queue, behind their pages; those of the consumer itself are next in line."""

    def __init__(self, queue: PageQueue) -> None:
        self._queue = queue
        self._consumer = threading.get_ident()
        self._next: deque[AirbyteMessage] = deque()

    def emit_message(self, message: AirbyteMessage) -> None:
        """Queues one message in the order of its thread."""
        if threading.get_ident() == self._consumer:
            self._next.append(message)
        else:
            self._queue.put(message)

    def log_message(self, level: Level, message_provider: Callable[[], LogMessage]) -> None:
        """Queues a log message."""
        log = AirbyteLogMessage(level=level, message=str(message_provider()))
        self.emit_message(AirbyteMessage(type=Type.LOG, log=log))

    def consume_queue(self) -> Iterable[AirbyteMessage]:
        """The consumer's own messages."""
        while self._next:
            yield self._next.popleft()
