"""Parts of a JSON text as they were written: whoever hands a number on keeps its digits (`19.990000`)."""

import json
import re
from typing import Final

# Numbers are only passed over, however long they are.
DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
# Texts alone have such characters. Some of them end a line for some readers.
NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
BLANKS: Final = re.compile(r"[ \t\r\n]*")


def members(text: str) -> dict[str, str]:
    """Name -> raw text of the value, of the object that `text` is. Raises `ValueError` for anything else."""
    found: dict[str, str] = {}
    position = _after(text, 0, "{")
    while not text.startswith("}", position):
        name, end = _decoded(text, position)
        if not isinstance(name, str):
            raise ValueError("an object has a name that is not a text")
        position = _after(text, end, ":")
        _, end = _decoded(text, position)
        found[name] = text[position:end]
        position = _next(text, end, "}")
    _expect_end(text, position + 1)
    return found


def elements(text: str) -> list[str]:
    """The raw texts of the elements of the list that `text` is. Raises `ValueError` for anything else."""
    found: list[str] = []
    position = _after(text, 0, "[")
    while not text.startswith("]", position):
        _, end = _decoded(text, position)
        found.append(text[position:end])
        position = _next(text, end, "]")
    _expect_end(text, position + 1)
    return found


def in_ascii(text: str) -> str:
    """The same JSON in one line, whoever reads it: characters beyond ASCII are escaped, and nothing else changes."""
    return NOT_ASCII.sub(_escaped, text.replace("\r", " ").replace("\n", " "))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _decoded(text: str, position: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, position)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _past_blanks(text: str, position: int) -> int:
    found = BLANKS.match(text, position)
    return found.end() if found else position


def _after(text: str, position: int, sign: str) -> int:
    """The place of what follows a sign."""
    position = _past_blanks(text, position)
    if not text.startswith(sign, position):
        raise ValueError(f"{sign} is missing at character {position}")
    return _past_blanks(text, position + 1)


def _next(text: str, position: int, closing: str) -> int:
    """The place of the next element, or of the closing sign."""
    position = _past_blanks(text, position)
    return position if text.startswith(closing, position) else _after(text, position, ",")


def _expect_end(text: str, position: int) -> None:
    if _past_blanks(text, position) != len(text):
        raise ValueError(f"something follows at character {position}")
