"""Halves of surrogate pairs in JSON text."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.half_characters import decoded, without_half_characters

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


def test_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert decoded(ANY, rb'"a\ud83d"', "A text") == "a\ufffd"
    assert [entry.getMessage() for entry in caplog.records] == ["A text has half a character, which becomes U+FFFD."]


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
