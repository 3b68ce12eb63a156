"""What the body of a refusal says, and which member of the input it is about.

The members of an error body are not published: every text of it is read, wherever it stands.

Source: docs/reference/maesn.md, "Creates" and "Errors".
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from sage_active.http.response import UNREADABLE
from sage_active.writing import Row, Writable


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


def named_member(texts: Sequence[str], fields: Sequence[Writable]) -> str | None:
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


def refers(fields: Sequence[Writable], sent: Row) -> bool:
    """Whether the input names another entity, which may be what was not found."""
    return any(field.reference and sent.get(field.name) for field in fields)
