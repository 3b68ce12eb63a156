"""The status RUNNING of a stream: before its first page, and once."""

import threading

from airbyte_cdk.models import AirbyteStreamStatus, StreamDescriptor
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message


class Announcement:
    """Tells the platform once that a stream runs. Safe for all threads."""

    def __init__(self, stream: str, repository: MessageRepository) -> None:
        self._stream = stream
        self._repository = repository
        self._lock = threading.Lock()
        self._is_running = False

    def running(self) -> None:
        """Emits the RUNNING status before the stream's first page."""
        with self._lock:
            if not self._is_running:
                self._is_running = True
                status = as_airbyte_message(StreamDescriptor(name=self._stream), AirbyteStreamStatus.RUNNING)
                self._repository.emit_message(status)
