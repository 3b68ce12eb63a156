"""What Maesn answers to a create: done, refused, or nobody knows (Maesn sheet, sections 3.1, 3.4 and 4).

The members of an error body are not published: every text of it is read, wherever it stands. Values of the record are
blotted out of all words, because they end up in logs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION, CUT_SHORT, RECORD_REFUSED, classify
from sage_active.half_characters import decoded
from sage_active.http.transport import UNREADABLE, Response, Transport
from sage_active.masking import masked
from sage_active.writing import FieldKind, Refused, Row, Unknown, Writable

LONGEST_DETAIL: Final = 300
# Shorter values, such as country codes, tell nothing about anybody and would tear words apart.
SHORTEST_SECRET: Final = 3
BLOT: Final = "…"
OPEN_TEXT: Final = frozenset({FieldKind.TEXT, FieldKind.IDENTIFICATION})
CREATED: Final = 201
TIMED_OUT: Final = 408
TOO_MANY: Final = 429
# The credentials or the whole object are refused, not one record.
OF_THE_WHOLE: Final = frozenset({401, 403, 405, TOO_MANY})


class _Meta(msgspec.Struct, frozen=True):
    warnings: list[str] | None = None


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    meta: _Meta | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The record as the API answers it, and its warnings, without values of the input."""

    row: bytes
    warnings: tuple[str, ...]


Outcome = Created | Refused | Unknown
ENVELOPES: Final = msgspec.json.Decoder(_Envelope)


def outcome(transport: Transport, answer: Response, fields: Sequence[Writable], sent: Row) -> Outcome:
    """What became of a create. Raises `SageActiveError` for what concerns no single record and had no effect."""
    status = answer.status
    if 200 <= status < 300:
        return _created(transport, answer, fields, sent)
    if status in OF_THE_WHOLE or status < 400 or (status == 404 and not _refers(fields, sent)):
        raise _error(transport, answer)
    if status >= 500 or status == TIMED_OUT:
        # Sage Active may go on with what Maesn no longer waits for.
        return Unknown(_error(transport, answer), may_still=True)
    texts = list(dict.fromkeys(body_texts(answer.body)))
    detail = _blotted("; ".join(texts), fields, sent)[:LONGEST_DETAIL].rstrip(". ")
    return Refused(transport.error(RECORD_REFUSED, status=status, detail=detail), _named(texts, fields))


def _created(transport: Transport, answer: Response, fields: Sequence[Writable], sent: Row) -> Created | Unknown:
    try:
        envelope = decoded(ENVELOPES, answer.body, f"An answer of {transport.api.value}", transport.warnings)
    except UNREADABLE as exception:
        return Unknown(transport.error(CUT_SHORT, detail=str(exception)), may_still=answer.status != CREATED)
    row = bytes(envelope.data)
    if not row.startswith(b"{"):
        error = transport.error(CONTRADICTION, detail=f"HTTP {answer.status} without a record")
        return Unknown(error, may_still=answer.status != CREATED)
    warnings = (envelope.meta and envelope.meta.warnings) or ()
    return Created(row, tuple(_blotted(warning, fields, sent) for warning in warnings))


def _error(transport: Transport, answer: Response) -> SageActiveError:
    text = answer.body[:LONGEST_DETAIL].decode(errors="replace")
    fault = classify(transport.api, answer.status, text=text)
    return transport.error(fault, status=answer.status, detail=answer.outline)


def _refers(fields: Sequence[Writable], sent: Row) -> bool:
    """Whether the input names another entity, which may be what was not found."""
    return any(field.reference and sent.get(field.name) for field in fields)


def body_texts(body: bytes | bytearray) -> Iterator[str]:
    """Every text of an error's body, whatever its shape is."""
    try:
        decoded = msgspec.json.decode(body)
    except UNREADABLE:
        decoded = body.decode(errors="replace")
    yield from _strings(decoded)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _named(texts: Sequence[str], fields: Sequence[Writable]) -> str | None:
    """The member that an error names: a text that is its path, else a word of a text."""
    names = set(_names(fields))
    tokens = [word.strip("`'\".,:;()") for text in texts for word in text.split()]
    return next((word for word in (*texts, *tokens) if _last_step(word) in names and " " not in word), None)


def _last_step(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _names(fields: Sequence[Writable]) -> Iterator[str]:
    for field in fields:
        yield field.name
        yield from _names(field.children)


def _blotted(text: str, fields: Sequence[Writable], sent: Row) -> str:
    """`text` without the texts of the input, and without secrets, of which such a text could be a part."""
    text = masked(text)
    for value in sorted(set(_values(fields, sent)), key=len, reverse=True):
        text = text.replace(value, BLOT)
    return text


def _values(fields: Sequence[Writable], sent: Row) -> Iterator[str]:
    for field in fields:
        value = sent.get(field.name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from _values(field.children, inner)
            elif field.kind in OPEN_TEXT and isinstance(inner, str) and len(inner) >= SHORTEST_SECRET:
                yield inner
