"""The mark that finds a document without a number of its own again: a hash in the internal remarks."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from destination_sage_active.record.stream import Stream

DIGITS: Final = 24
_MARKER: Final = re.compile(rf"\[ref:[0-9a-f]{{{DIGITS}}}\]")


def marker_of(source_id: str, stream: Stream, key: Sequence[str]) -> str:
    """The marker of a row: the same for the same row of the same source, whenever it is written."""
    parts = (source_id, stream[0] or "", stream[1], *key)
    # With their lengths, no two lists of parts read alike.
    digest = hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
    return f"[ref:{digest[:DIGITS]}]"


def markers(text: str) -> list[str]:
    """All markers in a text."""
    return _MARKER.findall(text)


def without_markers(text: str | None) -> str | None:
    """What a human being wrote: a copied document must not carry the mark of its original."""
    return _MARKER.sub("", text).strip() if text else text


def marked(text: str | None, found: Sequence[str]) -> str:
    """The text with the markers that belong to it, each in a line of its own."""
    return "\n".join(part for part in (text, *found) if part)
