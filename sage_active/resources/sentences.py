"""Sentences that follow from the name of a field in camel case."""

import re
from collections.abc import Sequence
from typing import Final

_ID: Final = re.compile(r"(.+)Id")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def id_sentence(name: str) -> str | None:
    """What a member like `customerId` is; None for another one."""
    found = _ID.fullmatch(name)
    return f"Id of the {split_name(found[1])}." if found else None


def reference_sentence(name: str, members: Sequence[str]) -> str:
    """What an object with these members of another record is."""
    text = split_name(name)
    *others, last = map(split_name, members)
    listing = f"{', '.join(others)} and {last}" if others else last
    return f"{text[:1].upper()}{text[1:]}: {listing}."


def split_name(name: str) -> str:
    """The words of a name; those that are all capitals stay.

    >>> split_name("openItems")
    'open items'
    """
    parts: list[str] = _WORDS.findall(name)
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in parts)
