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
    place = _after(text, 0, "{")
    while not text.startswith("}", place):
        name, end = _decoded(text, place)
        if not isinstance(name, str):
            raise ValueError("an object has a name that is not a text")
        place = _after(text, end, ":")
        _, end = _decoded(text, place)
        found[name] = text[place:end]
        place = _next(text, end, "}")
    _expect_end(text, place + 1)
    return found


def elements(text: str) -> list[str]:
    """The raw texts of the elements of the list that `text` is. Raises `ValueError` for anything else."""
    found: list[str] = []
    place = _after(text, 0, "[")
    while not text.startswith("]", place):
        _, end = _decoded(text, place)
        found.append(text[place:end])
        place = _next(text, end, "]")
    _expect_end(text, place + 1)
    return found


def in_ascii(text: str) -> str:
    """The same JSON in one line, whoever reads it: characters beyond ASCII are escaped, and nothing else changes."""
    return NOT_ASCII.sub(_escaped, text.replace("\r", " ").replace("\n", " "))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _decoded(text: str, place: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, place)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _past_blanks(text: str, place: int) -> int:
    found = BLANKS.match(text, place)
    return found.end() if found else place


def _after(text: str, place: int, sign: str) -> int:
    """The place of what follows a sign."""
    place = _past_blanks(text, place)
    if not text.startswith(sign, place):
        raise ValueError(f"{sign} is missing at character {place}")
    return _past_blanks(text, place + 1)


def _next(text: str, place: int, closing: str) -> int:
    """The place of the next element, or of the closing sign."""
    place = _past_blanks(text, place)
    return place if text.startswith(closing, place) else _after(text, place, ",")


def _expect_end(text: str, place: int) -> None:
    if _past_blanks(text, place) != len(text):
        raise ValueError(f"something follows at character {place}")
