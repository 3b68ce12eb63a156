"""The bounded queue between the workers and the one consumer, and the way of messages onto it.

Relies on what airbyte-cdk 7.39 does inside: its consumer takes `AirbyteMessage`s off the queue and hands them on.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import Full, Queue
from typing import Any

from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.message.repository import LogMessage
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem


class ReadStoppedError(Exception):
    """Nobody takes pages off the queue any longer."""


class PageQueue(Queue[QueueItem]):
    """A bounded queue that lets its producers go when the consumer stops."""

    def __init__(self, pages: int) -> None:
        super().__init__(maxsize=pages)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """From now on nothing can be put; producers that wait are told."""
        self._stopped.set()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Waits for a place. Raises `ReadStoppedError` once the read is over."""
        while not self._stopped.is_set():
            try:
                super().put(item, block, 0.2 if timeout is None else timeout)
            except Full:
                if not block or timeout is not None:
                    raise
            else:
                return
        raise ReadStoppedError


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
