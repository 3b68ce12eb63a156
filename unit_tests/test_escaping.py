"""Text for a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.escaping import HIDDEN, escaped


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Bärwald & Söhne", "Bärwald & Söhne"),
        ("no-break\u00a0space, 株式会社, 😀", "no-break\u00a0space, 株式会社, 😀"),
        ("\x1b[2J\x1b]0;pwn\x07", r"\x1b[2J\x1b]0;pwn\x07"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("\u202egnp.exe\u2066\u200b\ufeff\u00ad", r"\u202egnp.exe\u2066\u200b\ufeff\xad"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\udcff\U000e0041", r"\udcff\U000e0041"),
        ("C:\\new", "C:\\new"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, line: str) -> None:
    assert escaped(text) == line


@given(st.text())
def test_nothing_hidden_is_left_and_nothing_else_is_changed(text: str) -> None:
    line = escaped(text)
    assert not {unicodedata.category(character) for character in line} & HIDDEN
    assert escaped(line) == line
    if not {unicodedata.category(character) for character in text} & HIDDEN:
        assert line == text
