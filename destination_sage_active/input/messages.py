"""What arrives on stdin: records and states, each still the bytes that the source wrote."""

import logging
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from destination_sage_active.input.catalog import Target, stream_of
from destination_sage_active.input.lines import LONGEST_LINE, Line, LongLine
from destination_sage_active.input.outline import Outline
from destination_sage_active.record.stream import Stream, label
from sage_active.errors import SageActiveError, configuration_error
from sage_active.half_characters import without_half_characters

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class Record:
    """One input record: `data` is its JSON object, `line` the whole RECORD message.

    `fault`: why nothing can be read of it, although its stream is known; `line` is then what came, or its beginning.
    """

    target: Target
    data: msgspec.Raw
    line: bytes
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One STATE message, as its line; `stream` is None when it stands for all streams (GLOBAL and LEGACY)."""

    stream: Stream | None
    line: bytes


class BrokenInput(SageActiveError):
    """The input ends here: what comes next is not a message, or belongs to another catalog."""


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
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NO_DATA: Final = msgspec.Raw(b"null")
# What `rejected.jsonl` has for a line that is not JSON.
KEPT_LINE: Final = "UNREADABLE"
_OTHER_ENCODINGS: Final = (BOM_UTF16_LE, BOM_UTF16_BE, b"\0\0\xfe\xff")
_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
# As the JSON libraries of several languages write what is not a number.
_NOT_A_NUMBER: Final = re.compile(rb"(?<![\w.])[+-]?(nan|inf(inity)?)\b", re.IGNORECASE)


def messages(lines: Iterable[Line], targets: Mapping[Stream, Target]) -> Iterator[Record | State]:
    """The records and states among `lines`; other messages and blank lines are passed over.

    A RECORD that cannot be read is one with a `fault`, if its stream can be told. Raises `BrokenInput`, without the
    content, for a line that is not a message and for a record of a stream that the catalog does not have.
    """
    for number, line in enumerate(lines, 1):
        if isinstance(line, LongLine) or len(line) > LONGEST_LINE:
            long = line if isinstance(line, LongLine) else LongLine.of(line)
            reason = f"it has {long.length} bytes, and a line may have {LONGEST_LINE}"
            yield from _unreadable(long.outline, targets, number, long.head, reason)
            continue
        if not line.strip():
            continue
        try:
            message = _MESSAGE.decode(line)
        except _UNREADABLE as error:
            again = _second_look(line, number)
            if again is None:
                yield from _unreadable(Outline.of(line), targets, number, line, _reason(line, error))
                continue
            message, line = again  # noqa: PLW2901 - the line in the only form that can be sent
        if message.type == "RECORD":
            yield _record(message.record, line, targets, number)
        elif message.type == "STATE":
            yield State(_stream(_decoded(_STATE, message.state, number), number), line)
        elif message.type == "TRACE":
            _tell(message.trace)
        elif message.type == KEPT_LINE:
            LOGGER.warning("Line %d of the input is a record that an earlier run could not read; passed over.", number)
        else:
            LOGGER.debug("Line %d of the input, a message of type %s, is passed over.", number, message.type)


def _second_look(line: bytes, number: int) -> tuple[_Message, bytes] | None:
    """The message without a byte order mark and halves of characters; None if it cannot be read even so."""
    whole = line.removeprefix(BOM_UTF8)
    if not whole.strip():
        return _Message(type="BLANK"), whole
    for is_cut in (False, True):
        text = without_half_characters(whole) if is_cut else whole
        try:
            message = _MESSAGE.decode(text)
        except _UNREADABLE:
            continue
        if is_cut:
            LOGGER.warning("Line %d of the input has half a character, which becomes U+FFFD.", number)
        return message, text
    return None


def _record(content: msgspec.Raw, line: bytes, targets: Mapping[Stream, Target], number: int) -> Record:
    try:
        record = _RECORD.decode(content)
    except _UNREADABLE as error:
        return _faulty(Outline.of(line), targets, number, line, str(error))
    target = _target(stream_of(record.namespace, record.stream), targets)
    if bytes(memoryview(record.data)[:1]) != b"{":
        return Record(target, _NO_DATA, line, "cannot be read: `data` is not an object")
    return Record(target, record.data, line)


def _unreadable(
    outline: Outline, targets: Mapping[Stream, Target], number: int, line: bytes, reason: str
) -> Iterator[Record]:
    """One record whose stream can be told; nothing for a message that would be passed over anyway."""
    if outline.is_whole and outline.type not in (None, "RECORD", "STATE"):
        LOGGER.warning("Line %d of the input, a message of type %s, cannot be read.", number, outline.type)
        return
    yield _faulty(outline, targets, number, line, reason)


def _faulty(outline: Outline, targets: Mapping[Stream, Target], number: int, line: bytes, reason: str) -> Record:
    """A record without content, if its stream can be told. Raises `BrokenInput` if not."""
    stream = outline.stream
    if stream is None:
        raise _broken(number, "it breaks off before its end" if outline.breaks_off else reason)
    return Record(_target(stream, targets), _NO_DATA, line, f"cannot be read: {reason}")


def _reason(line: bytes, error: Exception) -> str:
    """Why a line cannot be read, without its content."""
    if line.startswith(_OTHER_ENCODINGS) or b"\0" in line[:8]:
        return "it is in UTF-16 or UTF-32, and UTF-8 is expected (redirect in a shell that writes UTF-8)"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8"
    if _NOT_A_NUMBER.search(_TEXT.sub(b'""', line)):
        return f"NaN and Infinity are not JSON; the source must write null instead ({error})"
    return str(error)


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
    except _UNREADABLE as error:
        # The reason names positions and members, never values.
        raise _broken(number, str(error)) from None


def _broken(number: int, reason: str) -> BrokenInput:
    return _ended(
        f"Line {number} of the input is not a message of the Airbyte protocol: {reason}.",
        "Pipe in what a source's `read` writes to stdout, and nothing else. What came before this line was written.",
    )


def _ended(cause: str, remedy: str) -> BrokenInput:
    error = configuration_error(cause, remedy)
    return BrokenInput(error.fault, error.context)


def _target(stream: Stream, targets: Mapping[Stream, Target]) -> Target:
    target = targets.get(stream)
    if target is None:
        known = ", ".join(f"`{candidate.label}`" for candidate in targets.values())
        raise _ended(
            f"The input has records of a stream `{label(stream)}` that the catalog does not have.",
            f"Streams of the catalog: {known}. Pass the catalog that belongs to this input.",
        )
    return target


def _stream(state: _State, number: int) -> Stream | None:
    if state.stream is not None:
        descriptor = state.stream.stream_descriptor
        return stream_of(descriptor.namespace, descriptor.name)
    if state.type == "STREAM":
        raise _broken(number, "the STATE of a stream does not name it")
    return None
