"""JSON that is nested deeper than decoders go: the deep values become texts, from which they come back byte for byte.

A decoder calls itself for every level, so one row can make a whole page unreadable.
"""

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

Value = TypeVar("Value")
# Far more than any record has, and few enough for every decoder.
DEEPEST: Final = 200
# What no server can know, so that none of its texts is taken for a folded value.
_MARK: Final = secrets.token_hex(16).encode()
_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}]', re.DOTALL)
_FOLDED: Final = re.compile(rb'"' + _MARK + rb'([A-Za-z0-9+/=]*)"')


def _folded(value: bytes) -> bytes:
    return b'"' + _MARK + b64encode(value) + b'"'


def folded(text: bytes | bytearray, text_of: Callable[[bytes], bytes] = _folded) -> bytes:
    """`text` with a JSON text for every value below the deepest level; `text_of` makes it of the value."""
    pieces: list[bytes] = []
    depth = at = begin = 0
    for token in _TOKENS.finditer(text):
        mark = token[0][:1]
        if mark in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                begin = token.start()
        elif mark in b"]}":
            if depth == DEEPEST + 1:
                pieces += (bytes(text[at:begin]), text_of(bytes(text[begin : token.end()])))
                at = token.end()
            depth -= 1
    return b"".join((*pieces, bytes(text[at:])))


def unfolded(text: bytes) -> bytes:
    """`text` with the values that `folded` has made texts of."""
    return _FOLDED.sub(lambda found: b64decode(found[1]), text)


def with_deep_bytes(value: Any) -> Any:
    """What was decoded of folded text, with all that was left as bytes as it came."""
    if isinstance(value, msgspec.Raw):
        return msgspec.Raw(unfolded(bytes(value)))
    if isinstance(value, list):
        return [with_deep_bytes(inner) for inner in value]
    if isinstance(value, dict):
        return {name: with_deep_bytes(inner) for name, inner in value.items()}
    if isinstance(value, msgspec.Struct):
        return type(value)(*map(with_deep_bytes, msgspec.structs.astuple(value)))
    return value
