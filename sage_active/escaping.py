"""Text for a terminal: what would move its cursor, colour it, turn its text round or be invisible is shown escaped."""

import unicodedata
from typing import Final

# Control and format characters (among them those that turn the direction of text, and the invisible ones), halves of
# characters, and the separators of lines and paragraphs.
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escaped(text: str) -> str:
    """`text` in one line, as Python would write its odd characters: `\\x1b`, `\\n`, `\\u202e`. Twice is the same."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) if unicodedata.category(character) in HIDDEN else character for character in text)


def printable(name: str, longest: int) -> str:
    """The beginning of a name that somebody else has chosen, in ASCII where not all of it can be printed."""
    return (name if name.isprintable() else ascii(name)[1:-1])[:longest]


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
