"""Halves of surrogate pairs, which JSON text can carry as escapes and nothing that writes UTF-8 can take.

They appear where a text was cut in the middle of a character. One of them must not make everything around it
unreadable, and is not kept: it becomes U+FFFD, with a warning.
"""

import re
from codecs import utf_8_decode
from typing import Final, TypeVar

import msgspec

from sage_active.limited_warnings import LimitedWarnings
from sage_active.nesting import folded, with_deep_bytes

Decoded = TypeVar("Decoded")
# Every escape from left to right, so that an escaped backslash is not taken for the beginning of another one.
_ESCAPES: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_REPLACEMENT: Final = rb"\ufffd"
# Small enough for memory that is given back at once.
PIECE_BYTES: Final = 1 << 15


def without_half_characters(text: bytes | bytearray) -> bytes:
    """JSON text with U+FFFD for halves of surrogate pairs; everything else stays byte for byte."""
    return _ESCAPES.sub(lambda found: _REPLACEMENT if found[1] else found[0], text)


def _require_utf8(text: bytes | bytearray) -> None:
    """Raises `UnicodeDecodeError` for what is not UTF-8. In pieces: a page as text would be four times as large."""
    if text.isascii():
        return
    at = 0
    with memoryview(text) as view:
        while at < len(view):
            _, taken = utf_8_decode(view[at : at + PIECE_BYTES], "strict", at + PIECE_BYTES >= len(view))
            at += taken


def decoded(
    decoder: "msgspec.json.Decoder[Decoded]",
    text: bytes | bytearray,
    what: str,
    warnings: LimitedWarnings | None = None,
) -> Decoded:
    """What `text` says, halves of characters replaced; `what` names it in the warning.

    What lies too deep for a decoder is kept where it stays bytes. Raises `msgspec.DecodeError` or `UnicodeDecodeError`
    for what is not JSON, not UTF-8 throughout, or not of the decoder's type.
    """
    # The decoder does not look into what it leaves as bytes, and that goes to stdout as it is.
    _require_utf8(text)
    try:
        return decoder.decode(text)
    except RecursionError:
        shallow = folded(text)
        if shallow == text:
            raise msgspec.DecodeError("nested too deeply") from None
        found: Decoded = with_deep_bytes(decoded(decoder, shallow, what, warnings))
        return found
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        replaced = without_half_characters(text)
        if replaced == text:
            raise
        value = decoder.decode(replaced)
    (warnings or LimitedWarnings()).warn("half a character", what, "half a character becomes U+FFFD.")
    return value
