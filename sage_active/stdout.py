"""The one owner of stdout: messages and logs pass through one lock and never mix."""

import logging
import threading
from typing import Any, BinaryIO, Final

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, FailureType, Type
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

# Messages whose content is the user's own: masking would corrupt it.
UNMASKED: Final = frozenset({Type.RECORD, Type.STATE, Type.CONTROL})


class Writer:
    """Writes messages as lines. Safe for all threads; each line is whole and flushed when the call returns."""

    def __init__(self, stdout: BinaryIO) -> None:
        self._stdout = stdout
        self._lock = threading.RLock()

    def message(self, message: AirbyteMessage) -> None:
        """Writes one message, with secrets masked unless its content is the user's own."""
        content = AirbyteMessageSerializer.dump(message)
        self.line(orjson.dumps(content if message.type in UNMASKED else masked(content)))

    def line(self, content: bytes) -> None:
        """Writes what is already a message, without its line end."""
        with self._lock:
            self._stdout.write(content + b"\n")
            self._stdout.flush()

    def flush(self) -> None:
        """Hands everything to the operating system."""
        with self._lock:
            self._stdout.flush()


def masked(value: Any) -> Any:
    """`value` with secrets masked in its texts, before JSON escapes could hide them."""
    if isinstance(value, str):
        return filter_secrets(value)
    if isinstance(value, dict):
        return {key: masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list) else value


class LogHandler(logging.Handler):
    """Sends log records through the writer, in the form that its formatter gives them (a masked LOG message)."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one log message."""
        self._writer.line(self.format(record).encode())


def trace_message(error: AirbyteTracedException) -> AirbyteMessage:
    """The TRACE message of an error; what users can mend themselves carries no stack trace."""
    message = error.as_sanitized_airbyte_message()
    if error.failure_type is FailureType.config_error and message.trace and message.trace.error:
        message.trace.error.stack_trace = None
    return message
