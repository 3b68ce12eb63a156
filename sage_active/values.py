"""The one form of values that are written in many ways: numbers where text is wanted, and identification numbers.

Keys, marks, look-ups, comparisons and what is sent go through here, so that no two of them read a value differently.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

# More digits than any code has; beyond that an exponent would fill the memory with zeros.
MOST_DIGITS: Final = 100
# What a JSON number may look like as text, without needless zeros in front.
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(E[+-]?[0-9]{1,3})?")
# A whole number that passed through a floating point column: no group of an identification number is so short.
_FLOAT: Final = re.compile(r"([0-9]+)\.0{1,2}")
# Hyphens and dashes of every script, and characters without a width of their own.
_SEPARATORS: Final = frozenset({"Pd", "Cf"})
_MARKS: Final = frozenset("./")
Entity = TypeVar("Entity")


def is_number(value: Any) -> bool:
    """Whether a decoded JSON value is a number."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def digits(number: int | Decimal) -> str:
    """A JSON number where text is wanted: its digits, without an exponent and without zeros that say nothing.

    `9001`, `9001.0` and `9.001e3` are `9001`, `9001.50` is `9001.5`. Raises `ValueError` for one of more than
    `MOST_DIGITS` digits.
    """
    if number == 0:
        return "0"
    if isinstance(number, int):
        if abs(number) >= 10**MOST_DIGITS:
            raise _too_long()
        return str(number)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() >= MOST_DIGITS or exponent < -MOST_DIGITS:
        raise _too_long()
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(value: Any) -> str:
    """A scalar as text; nothing is blank. Raises `ValueError` for a number that is too long for text."""
    if value is None:
        return ""
    return digits(value) if is_number(value) else str(value)


def identification(text: str) -> str:
    """A VAT or identification number: upper case, without blanks, dots, hyphens and slashes.

    >>> identification("de 123.456-789")
    'DE123456789'
    """
    whole = _FLOAT.fullmatch(text.strip())
    # Some letters are two in upper case, and marks come together where what parted them is left out.
    upper = unicodedata.normalize("NFC", whole[1] if whole else text).upper()
    return unicodedata.normalize("NFC", "".join(filter(_counts, upper)))


def former_spellings(value: Any) -> tuple[str, ...]:
    """The other texts under which version 0.1 may have written a value: it kept a JSON number as it came.

    `value`: as a record has it, or in its one form. Of `100000` these are `100000.0`, `1E+5` and `1.0E+5`; a text that
    is not a number has none.
    """
    text = text_of(value).strip()
    if _one_form(text) != text:
        return ()
    as_it_came = [str(value)] if isinstance(value, Decimal) else []
    return tuple(dict.fromkeys(spelling for spelling in (*as_it_came, *_spellings(text)) if spelling != text))


def is_former_spelling(text: str) -> bool:
    """Whether a text may be what version 0.1 wrote for a number whose one form is another text."""
    return _one_form(text) not in (None, text)


def with_former(keys: Collection[str]) -> list[str]:
    """The keys and their former spellings, each once."""
    return list(dict.fromkeys([*keys, *(spelling for key in keys for spelling in former_spellings(key))]))


def by_spelling(keys: Collection[str], found: Mapping[str, Entity]) -> dict[str, Entity]:
    """What was found under each key, else under the only one of its former spellings that is not a key itself."""
    matched: dict[str, Entity] = {}
    for key in keys:
        former = [found[spelling] for spelling in former_spellings(key) if spelling in found and spelling not in keys]
        if key in found:
            matched[key] = found[key]
        elif len(former) == 1:
            matched[key] = former[0]
    return matched


def _one_form(text: str) -> str | None:
    """The digits of a text that is a number; None for any other text."""
    try:
        return digits(Decimal(text)) if _NUMBER.fullmatch(text) else None
    except ValueError:
        return None


def _spellings(text: str) -> Iterator[str]:
    """What programs print for a number: with one decimal place or two, or as a power of ten."""
    if "." in text:
        whole, _, fraction = text.partition(".")
        if len(fraction) == 1:
            yield f"{whole}.{fraction}0"
        return
    yield f"{text}.0"
    significant = text.rstrip("0")
    if significant in ("", "-") or significant == text:
        return
    power = str(Decimal(f"{significant}e{len(text) - len(significant)}"))
    yield power
    if "." not in power:
        yield power.replace("E", ".0E")


def _counts(character: str) -> bool:
    is_separator = character in _MARKS or unicodedata.category(character) in _SEPARATORS
    return not (is_separator or character.isspace())


def _too_long() -> ValueError:
    return ValueError(f"is a number of more than {MOST_DIGITS} digits; correct it, or send it as text")
