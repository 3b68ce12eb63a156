"""Secrets in what is shown: masked as they are, and in every form in which programs pass texts on.

* percent-encoded, as forms and addresses have them; upper or lower case, every odd character or some of them
* escaped for JSON (also `\\/` and `\\u002B`) or HTML (`&#43;`, `&#x2B;`, `&amp;`)
* base64, plain or for addresses, alone or within a longer text, as `client_id:secret` is in an Authorization header

A secret shorter than 4 characters is not masked: nobody could read a message in which every `a` or `id` is.
One shorter than 8 is masked where it is not a part of a longer word.
"""

import base64
import html
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets, filter_secrets

MASK: Final = "****"
SHORTEST: Final = 4
SHORTEST_ANYWHERE: Final = 8
# Base64 packs 3 bytes into 4 characters; a secret within a text may begin at each of the three.
GROUP: Final = 3
_NAMES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}

# The two characters that differ between the alphabets, and their percent-encoded forms.
_BASE64: Final = {"+": "(?:[+-]|%2[bB])", "/": "(?:[/_]|%2[fF])"}


class Secrets:
    """What nobody may see. Safe for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str]) -> None:
        """Takes secrets as they are sent; blank and very short ones are left out."""
        with self._lock:
            new = {value for value in values if len(value.strip()) >= SHORTEST} - self._values
            if not new:
                return
            self._values |= new
            # The longest first: one secret may be a part of another one.
            forms = sorted({form for value in self._values for form in _forms(value)}, key=len, reverse=True)
            self._pattern = re.compile("|".join(forms))
        for value in new:
            if len(value) >= SHORTEST_ANYWHERE:
                # What the framework itself writes is masked by the framework.
                add_to_secrets(value)

    def clear(self) -> None:
        """Forgets all of them."""
        with self._lock:
            self._values.clear()
            self._pattern = None

    def masked(self, text: str) -> str:
        """`text` with `****` in place of every secret."""
        pattern = self._pattern
        return pattern.sub(MASK, text) if pattern else text


SECRETS: Final = Secrets()


def keep_secret(*values: str | None) -> None:
    """From now on these values are masked in everything that is shown."""
    SECRETS.add(value for value in values if value)


def masked(text: str) -> str:
    """`text` without secrets: ours, and those that the framework was given by others."""
    return filter_secrets(SECRETS.masked(text))


def secrets_of(schema: Mapping[str, Any], value: Any) -> Iterator[Any]:
    """What a configuration has where its `schema` has secrets, also in lists, which the framework passes over."""
    if schema.get("airbyte_secret"):
        yield value
    for choice in schema.get("oneOf", ()):
        yield from secrets_of(choice, value)
    if "items" in schema:
        # One element where a list belongs is a mistake that must not show a key.
        for element in value if isinstance(value, list) else [value]:
            yield from secrets_of(schema["items"], element)
    if isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                yield from secrets_of(member, value[name])


def texts_of(values: Iterable[Any]) -> list[str]:
    """The texts among what a configuration has where secrets belong, whatever was put there instead."""
    found: list[str] = []
    for value in values:
        if isinstance(value, dict):
            found += texts_of(value.values())
        elif isinstance(value, list):
            found += texts_of(value)
        elif value is not None and not isinstance(value, bool):
            found += [str(value), str(value).strip()]
    return found


def _forms(secret: str) -> list[str]:
    """Patterns of a secret and of its base64."""
    text = "".join(map(_character, secret))
    if len(secret) < SHORTEST_ANYWHERE:
        return [rf"(?<![^\W_]){text}(?![^\W_])"]
    return [text, *_base64(secret.encode(errors="surrogatepass"))]


def _character(character: str) -> str:
    """A pattern of one character in every form; letters and digits have only one."""
    if character.isascii() and character.isalnum():
        return character
    number = ord(character)
    percent = "".join(f"%(?:25)?{_hexadecimal(byte)}" for byte in character.encode(errors="surrogatepass"))
    units = character.encode("utf-16-be", errors="surrogatepass")
    unicode = "".join(
        rf"\\+u{_hexadecimal(units[position])}{_hexadecimal(units[position + 1])}"
        for position in range(0, len(units), 2)
    )
    forms = [rf"\\*{re.escape(character)}", percent, unicode, f"&#0*{number};", f"&#[xX]0*{_case_free(f'{number:x}')};"]
    if character == " ":
        forms.append(r"\+")
    name = _NAMES.get(character) or html.escape(character)
    if name != character:
        forms.append(name)
    return f"(?:{'|'.join(forms)})"


def _hexadecimal(byte: int) -> str:
    return _case_free(f"{byte:02x}")


def _case_free(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def _base64(secret: bytes) -> list[str]:
    """What base64 makes of a secret, at whichever place of a text it begins: the characters that depend on it alone."""
    patterns = []
    for before in range(GROUP):
        encoded = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        # The first characters carry bits of what stands before, the last one of what follows.
        begin = (before * 8 + 5) // 6
        end = (before + len(secret)) * 8 // 6
        core = encoded[begin:end]
        letters = "".join(_BASE64.get(letter, letter) for letter in core)
        patterns.append(f"{letters}[A-Za-z0-9+/_-]{{0,2}}(?:=|%3[dD]){{0,2}}")
    return patterns
