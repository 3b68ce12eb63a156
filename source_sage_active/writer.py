"""The one owner of stdout: records, states, control messages and logs pass through one lock and never mix."""

import logging
import threading
from collections import Counter
from typing import Any, BinaryIO

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, AirbyteStateStats, Type
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from source_sage_active.records import PageMessage

# Messages whose content is the user's own: masking would corrupt it.
UNMASKED = frozenset({Type.RECORD, Type.STATE, Type.CONTROL})


class Writer:
    """Writes messages as lines. Safe for all threads; each line is whole, states and control messages are flushed."""

    def __init__(self, stdout: BinaryIO) -> None:
        self._stdout = stdout
        self._lock = threading.RLock()
        self._records: Counter[str] = Counter()

    def message(self, message: AirbyteMessage) -> None:
        """Writes one message; a STATE receives the number of records since the last one of its stream."""
        with self._lock:
            if isinstance(message, PageMessage):
                self._records[message.stream] += message.count
                self._stdout.write(message.lines)
                return
            if message.type is Type.STATE:
                self._count(message)
            content = AirbyteMessageSerializer.dump(message)
            self._line(orjson.dumps(content if message.type in UNMASKED else _masked(content)))

    def log(self, text: str) -> None:
        """Writes a line that is already a message."""
        with self._lock:
            self._line(text.encode())

    def flush(self) -> None:
        """Hands everything to the operating system."""
        with self._lock:
            self._stdout.flush()

    def _line(self, line: bytes) -> None:
        self._stdout.write(line + b"\n")
        self._stdout.flush()

    def _count(self, message: AirbyteMessage) -> None:
        if message.state and message.state.stream:
            count = self._records.pop(message.state.stream.stream_descriptor.name, 0)
            message.state.sourceStats = AirbyteStateStats(recordCount=float(count))


def _masked(value: Any) -> Any:
    """`value` with secrets masked in its texts, before JSON escapes could hide them."""
    if isinstance(value, str):
        return filter_secrets(value)
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list) else value


class LogHandler(logging.Handler):
    """Sends log records through the writer."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one log message."""
        self._writer.log(self.format(record))
