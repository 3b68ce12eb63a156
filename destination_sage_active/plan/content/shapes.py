"""The shapes in which warehouses deliver values: flags as 0 and 1, objects as JSON text, codes in any case."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

_JSON: Final = msgspec.json.Decoder(float_hook=Decimal)
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}
LENGTH_OF_A_CODE: Final = 2


def flag(value: Any) -> bool | None:
    """The flag that `value` is: true, false, 0, 1, or one of them as text; None for anything else."""
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    is_flag = isinstance(value, (bool, int, Decimal)) and value in (0, 1)
    return bool(value) if is_flag else None


def structure(text: str) -> Any:
    """The list or object that `text` holds as JSON; else the text itself."""
    if text.lstrip()[:1] not in ("[", "{"):
        return text
    with suppress(msgspec.DecodeError, RecursionError, InvalidOperation, UnicodeError):
        return _JSON.decode(text)
    return text


def choice(value: Any, values: Sequence[str]) -> Any:
    """The member of an enumeration that `value` is in another case; else the value itself."""
    if value in values or not isinstance(value, str):
        return value
    found = [candidate for candidate in values if candidate.casefold() == value.casefold()]
    return found[0] if len(found) == 1 else value


def upper_code(value: Any) -> Any:
    """A code of two letters in upper case; any other value as it is."""
    is_code = isinstance(value, str) and len(value.strip()) == LENGTH_OF_A_CODE and value.strip().isalpha()
    return value.strip().upper() if is_code else value
