"""What arrives on stdin: records and states, each still the bytes that the source wrote."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from destination_sage_active.catalog import Stream, Target, label
from sage_active.errors import SageActiveError, configuration_error
from sage_active.half_characters import without_half_characters

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class Record:
    """One input record: `data` is its JSON object, `line` the whole RECORD message."""

    target: Target
    data: msgspec.Raw
    line: bytes


@dataclass(frozen=True, slots=True)
class State:
    """One STATE message, as its line; `stream` is None when it stands for all streams (GLOBAL and LEGACY)."""

    stream: Stream | None
    line: bytes


class _Message(msgspec.Struct):
    type: str
    record: msgspec.Raw = msgspec.Raw(b"null")
    state: msgspec.Raw = msgspec.Raw(b"null")
    trace: msgspec.Raw = msgspec.Raw(b"null")


class _Record(msgspec.Struct):
    stream: str
    data: msgspec.Raw
    namespace: str | None = None


class _Descriptor(msgspec.Struct):
    name: str
    namespace: str | None = None


class _StreamState(msgspec.Struct):
    stream_descriptor: _Descriptor


class _State(msgspec.Struct):
    type: str | None = None
    stream: _StreamState | None = None


class _Error(msgspec.Struct):
    message: str | None = None


class _Trace(msgspec.Struct):
    error: _Error | None = None


Shape = TypeVar("Shape", _Message, _Record, _State)
_MESSAGE = msgspec.json.Decoder(_Message)
_RECORD = msgspec.json.Decoder(_Record)
_STATE = msgspec.json.Decoder(_State)
_TRACE = msgspec.json.Decoder(_Trace)


def messages(lines: Iterable[bytes], targets: Mapping[Stream, Target]) -> Iterator[Record | State]:
    """The records and states among `lines`; other messages and blank lines are passed over.

    Raises a configuration error, without the content, for a line that is no message and for a record of a stream that
    the catalog does not have.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            message = _MESSAGE.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            line = without_half_characters(line)  # noqa: PLW2901 - the line in the only form that can be sent
            message = _decoded(_MESSAGE, line, number)
            LOGGER.warning("Line %d of the input has half a character, which becomes U+FFFD.", number)
        if message.type == "RECORD":
            record = _decoded(_RECORD, message.record, number)
            yield Record(_target(record, targets), _object(record.data, number), line)
        elif message.type == "STATE":
            yield State(_stream(_decoded(_STATE, message.state, number), number), line)
        elif message.type == "TRACE":
            _tell(message.trace)
        else:
            LOGGER.debug("Line %d of the input, a message of type %s, is passed over.", number, message.type)


def _tell(trace: msgspec.Raw) -> None:
    """Hands the source's errors on: in a pipe made by hand nobody else shows them."""
    try:
        error = _TRACE.decode(trace).error
    except msgspec.DecodeError:
        return
    if error is not None and error.message:
        LOGGER.warning("The source reports an error: %s", error.message)


def _decoded(decoder: "msgspec.json.Decoder[Shape]", content: bytes | msgspec.Raw, number: int) -> Shape:
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The reason names positions and members, never values.
        raise _unreadable(number, str(error)) from None


def _unreadable(number: int, reason: str) -> SageActiveError:
    return configuration_error(
        f"Line {number} of the input is no message of the Airbyte protocol: {reason}.",
        "Pipe in what a source's `read` writes to stdout, and nothing else.",
    )


def _object(data: msgspec.Raw, number: int) -> msgspec.Raw:
    if bytes(memoryview(data)[:1]) != b"{":
        raise _unreadable(number, "`data` of the record is no object")
    return data


def _target(record: _Record, targets: Mapping[Stream, Target]) -> Target:
    stream = (record.namespace, record.stream)
    target = targets.get(stream)
    if target is None:
        known = ", ".join(f"`{each.label}`" for each in targets.values())
        raise configuration_error(
            f"The input has records of a stream `{label(stream)}` that the catalog does not have.",
            f"Streams of the catalog: {known}. Pass the catalog that belongs to this input.",
        )
    return target


def _stream(state: _State, number: int) -> Stream | None:
    if state.stream is not None:
        descriptor = state.stream.stream_descriptor
        return (descriptor.namespace, descriptor.name)
    if state.type == "STREAM":
        raise _unreadable(number, "the STATE of a stream does not name it")
    return None
