"""The statuses STARTED and RUNNING of a stream: before its first message and its first page, each once."""

import threading

from airbyte_cdk.models import AirbyteStreamStatus, StreamDescriptor
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message


class Announcement:
    """Tells the platform once that a stream has started, and that it runs. Safe for all threads."""

    def __init__(self, stream: str, repository: MessageRepository) -> None:
        self._stream = stream
        self._repository = repository
        self._lock = threading.Lock()
        self._is_running = False
        self._is_started = False

    @property
    def is_started(self) -> bool:
        """Whether the STARTED status was emitted here, before the engine got to the stream."""
        return self._is_started

    def started(self) -> None:
        """Emits the STARTED status before the stream's first message."""
        with self._lock:
            if not self._is_started:
                self._is_started = True
                self._emit(AirbyteStreamStatus.STARTED)

    def running(self) -> None:
        """Emits the RUNNING status before the stream's first page."""
        with self._lock:
            if not self._is_running:
                self._is_running = True
                self._emit(AirbyteStreamStatus.RUNNING)

    def _emit(self, status: AirbyteStreamStatus) -> None:
        self._repository.emit_message(as_airbyte_message(StreamDescriptor(name=self._stream), status))
