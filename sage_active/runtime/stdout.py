"""The one owner of stdout: messages and logs pass through one lock and never mix."""

import logging
import threading
from typing import Any, BinaryIO, Final

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, FailureType, Type
from airbyte_cdk.utils import AirbyteTracedException

from sage_active import masking
from sage_active.runtime.lost_output import OutputLostError, writing

# Messages whose content is the user's own: masking would corrupt it.
UNMASKED: Final = frozenset({Type.RECORD, Type.STATE, Type.CONTROL})
# Members whose values are words of the protocol, whatever somebody's secret is.
PROTOCOL: Final = frozenset({"type", "level", "status", "failure_type"})


class Writer:
    """Writes messages as lines. Safe for all threads; each line is whole and flushed when the call returns."""

    def __init__(self, stdout: BinaryIO) -> None:
        self._stdout = stdout
        self._lock = threading.RLock()
        self.lost: OutputLostError | None = None
        """Why output can no longer be written; every further attempt raises it again."""

    def message(self, message: AirbyteMessage) -> None:
        """Writes one message, with secrets masked unless its content is the user's own."""
        content = AirbyteMessageSerializer.dump(message)
        self.line(orjson.dumps(content if message.type in UNMASKED else masked(content)))

    def line(self, content: bytes) -> None:
        """Writes what is already a message, without its line end."""
        self.write(content + b"\n", at_once=True)

    def write(self, content: bytes, *, at_once: bool = False) -> None:
        """Writes whole lines, and flushes them if `at_once`. Raises `OutputLostError` when they are not taken."""
        with self._lock:
            if self.lost:
                raise self.lost
            try:
                with writing():
                    if content:
                        self._stdout.write(content)
                    if at_once:
                        self._stdout.flush()
            except OutputLostError as lost:
                self.lost = lost
                raise

    def flush(self) -> None:
        """Hands everything to the operating system. Raises `OutputLostError`."""
        self.write(b"", at_once=True)


def masked(value: Any) -> Any:
    """`value` with secrets masked in its texts, before JSON escapes could hide them."""
    if isinstance(value, str):
        return masking.masked(value)
    if isinstance(value, dict):
        return {key: inner if _is_word(key, inner) else masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list) else value


def _is_word(key: Any, value: Any) -> bool:
    return key in PROTOCOL and isinstance(value, str)


class LogHandler(logging.Handler):
    """Sends log records through the writer, in the form that its formatter gives them (a masked LOG message)."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one log message. One that can no longer be received is left out, and the work goes on."""
        if self._writer.lost is None:
            self._writer.line(self.format(record).encode())

    def format(self, record: logging.LogRecord) -> str:
        """The line; secrets are masked before JSON escapes could hide them."""
        record.msg, record.args = masking.masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masking.masked(logging.Formatter().formatException(record.exc_info))
        return super().format(record)


def trace_message(error: AirbyteTracedException) -> AirbyteMessage:
    """The TRACE message of an error; what users can fix themselves carries no stack trace."""
    message = error.as_sanitized_airbyte_message()
    if error.failure_type is FailureType.config_error and message.trace and message.trace.error:
        message.trace.error.stack_trace = None
    return message
