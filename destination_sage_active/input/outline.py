"""What can still be told of a line that no decoder takes: the type of the message, the stream of a record, its end.

Only structure is looked at: quotes, brackets, colons and commas. So numbers that JSON does not have, characters that
are not UTF-8, endless nesting and endless length do not matter.
"""

import json
import re
from functools import reduce
from typing import Final

# Longer texts are not names.
LONGEST_NAME: Final = 1 << 10
_OUTSIDE: Final = re.compile(rb'["{}\[\],:]')
_INSIDE: Final = re.compile(rb'["\\]')
_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+"'
# Whole texts and whole objects, some levels deep, in one step: what is below the names that matter.
_BELOW: Final = re.compile(
    reduce(
        lambda inner, _: rb"(?:[^\"{}\[\]]++|" + _TEXT + rb"|[{\[]" + inner + rb"[}\]])*+",
        range(3),
        rb"(?:[^\"{}\[\]]++|" + _TEXT + rb")*+",
    ),
    re.DOTALL,
)
_BOM: Final = b"\xef\xbb\xbf"
# Depths: the members of the message, and those of the object that one of them holds.
_MESSAGE: Final = 1
_PAYLOAD: Final = 2


class Outline:
    """Takes a line piece by piece, in memory that does not grow with it."""

    def __init__(self) -> None:
        self._members: dict[tuple[str, ...], str] = {}
        self._names: dict[int, str] = {}
        self._depth = 0
        self._text: bytearray | None = None
        self._is_escaped = False
        self._last: str | None = None
        self._is_begun = False
        self._is_odd = False

    @classmethod
    def of(cls, line: bytes) -> "Outline":
        """The outline of a whole line."""
        outline = cls()
        outline.feed(line.removeprefix(_BOM))
        return outline

    @property
    def type(self) -> str | None:
        """The type of the message, if it states one."""
        return self._members.get(("type",))

    @property
    def stream(self) -> tuple[str | None, str] | None:
        """Namespace and name of the stream of a record; None where the line is not one whole RECORD that names it."""
        name = self._members.get(("record", "stream"))
        if not self.is_whole or self.type != "RECORD" or not name:
            return None
        return self._members.get(("record", "namespace")) or None, name

    @property
    def is_whole(self) -> bool:
        """Whether the line is one object from its first bracket to the last, as opposed to half of one, or two."""
        return self._is_begun and not self._is_odd and self._depth == 0 and self._text is None

    @property
    def breaks_off(self) -> bool:
        """Whether an object has begun that does not end."""
        return self._is_begun and (self._depth > 0 or self._text is not None)

    def feed(self, piece: bytes) -> None:
        """Takes the next piece of the line."""
        at = 0
        while at < len(piece):
            at = self._outside(piece, at) if self._text is None else self._inside(piece, at, self._text)

    def _inside(self, piece: bytes, at: int, text: bytearray) -> int:
        """Goes on to the end of a text, or of the piece."""
        if self._is_escaped:
            self._is_escaped = False
            text += piece[at : at + 1]
            return at + 1
        found = _INSIDE.search(piece, at)
        end = found.start() if found else len(piece)
        if self._depth <= _PAYLOAD and len(text) < LONGEST_NAME:
            text += piece[at : min(end, at + LONGEST_NAME)]
        if found is None:
            return end
        if found[0] == b"\\":
            text += found[0]
            self._is_escaped = True
        else:
            self._last, self._text = (_name(text) if self._depth <= _PAYLOAD else None), None
        if len(text) > 2 * LONGEST_NAME:
            del text[LONGEST_NAME:]
        return end + 1

    def _outside(self, piece: bytes, at: int) -> int:
        """Goes on to the next sign, or to the end of the piece."""
        if self._depth > _PAYLOAD and (below := _BELOW.match(piece, at)):
            at = below.end()
        found = _OUTSIDE.search(piece, at)
        end = found.start() if found else len(piece)
        if self._depth == 0 and piece[at:end].strip():
            self._is_odd = True
        if found is None:
            return end
        match found[0]:
            case b'"':
                self._text = bytearray()
                self._is_odd = self._is_odd or self._depth == 0
            case b"{" | b"[":
                self._is_odd = self._is_odd or (self._depth == 0 and (self._is_begun or found[0] == b"["))
                self._is_begun = True
                self._depth += 1
            case b":" if self._depth <= _PAYLOAD:
                self._names[self._depth], self._last = self._last or "", None
            case b"," | b"}" | b"]":
                self._member_ends()
                if found[0] != b",":
                    self._names.pop(self._depth, None)
                    self._depth -= 1
                    self._is_odd = self._is_odd or self._depth < 0
        return end + 1

    def _member_ends(self) -> None:
        """Keeps a member of the message, or of its payload, whose value is a text."""
        if self._last is not None and 0 < self._depth <= _PAYLOAD:
            path = tuple(self._names.get(depth, "") for depth in range(_MESSAGE, self._depth + 1))
            if path in (("type",), ("record", "stream"), ("record", "namespace")):
                self._members[path] = self._last
        self._last = None


def _name(text: bytearray) -> str | None:
    """A short text without its escapes."""
    if len(text) >= LONGEST_NAME:
        return None
    try:
        return str(json.loads(b'"' + text + b'"'))
    except ValueError:
        return None
