"""Halves of surrogate pairs in JSON text."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.half_characters import PIECE_BYTES, decoded, without_half_characters

# Texts in which everything that an escape can be mistaken for is frequent.
PIECES = st.sampled_from(
    ["\ud83d", "\ude00", "\U0001f600", "\\", "u", "d83d", "\\ud83d", '"', "\n", "x", "\ufffd", "é"]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
ANY = msgspec.json.Decoder(str)


@given(text=TEXTS)
def test_only_halves_change(text: str) -> None:
    written = json.dumps(text).encode()
    # Halves that stand side by side make a whole character.
    joined = text.encode("utf-16", "surrogatepass")
    without_halves = joined.decode("utf-16", "replace")
    assert json.loads(without_half_characters(written)) == without_halves
    if without_halves == joined.decode("utf-16", "surrogatepass"):
        assert without_half_characters(written) == written


def test_it_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    assert decoded(ANY, rb'"a\ud83d"', "A text") == "a\ufffd"
    assert [entry.getMessage() for entry in caplog.records] == ["A text: half a character becomes U+FFFD."]


@pytest.mark.parametrize("text", [b'["\xff"]', b'["\xed\xa0\xbd"]', b'["\xc3"]'])
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_what_stays_bytes_is_utf_8_as_well(text: bytes, kind: type[bytes | bytearray]) -> None:
    rows = msgspec.json.Decoder(list[msgspec.Raw])
    with pytest.raises(UnicodeDecodeError):
        decoded(rows, kind(text), "A text")
    assert decoded(rows, kind('["\U0001f600é"]'.encode()), "A text") == [msgspec.Raw('"\U0001f600é"'.encode())]


@pytest.mark.parametrize("text", [b'"cut', rb'"\x"', b"5", rb'["\ud83d"]', b'"\xff"'])
def test_what_is_wrong_otherwise_stays_so(text: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decoded(ANY, text, "A text")
    assert caplog.records == []


@pytest.mark.parametrize("before", range(PIECE_BYTES - 5, PIECE_BYTES + 2))
@pytest.mark.parametrize("text", [b"\xc3\xa9", b"\xe2\x80\x9c", b"\xf0\x9f\xa7\xbe"])
def test_bytes_are_utf8_or_refused_wherever_the_pieces_meet(before: int, text: bytes) -> None:
    decoder = msgspec.json.Decoder(msgspec.Raw)
    whole = b'"' + b"x" * before + text + b"x" * 10 + b'"'
    assert bytes(decoded(decoder, bytearray(whole), "A text")) == whole
    for broken in (whole.replace(text, text[:-1]), whole.replace(text, text[1:]), whole[:-11] + b"\xc3"):
        with pytest.raises(UnicodeDecodeError):
            decoded(decoder, broken, "A text")
