"""Forms in which members of keys compare, where what people write of one value differs."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sage_active.days import nearest_day

_GROUPS: Final = re.compile(r"[^\W_]+")
_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")


@dataclass(frozen=True, slots=True)
class KeyForm:
    """A form of a member: two values are the same one where `of` makes the same text of them, empty for no value.

    `bounds`: the first day of values with this form, and the first one after them; None: no filter finds all of them.
    `differ`: whether two values with one form may be different ones after all, so that a person must say.
    """

    of: Callable[[str], str]
    bounds: Callable[[str], tuple[str, str]] | None = None
    differ: Callable[[str, str], bool] | None = None


def document_number(text: str) -> str:
    """The number of somebody else's document: without blanks, case, separators, and zeros in front of digits.

    `re 2026/001`, `RE-2026-001` and `RE2026001` are one number, and so are `0045` and `45`. Leading zeros are those in
    front of a run of digits once the separators are gone.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _ZEROS.sub("", "".join(filter(str.isalnum, folded))).upper()


def grouped_otherwise(one: str, other: str) -> bool:
    """Whether the separators of two numbers with one form make other groups of them: `1-11` and `11-1`."""
    groups = [[document_number(group) for group in _GROUPS.findall(text)] for text in (one, other)]
    return groups[0] != groups[1] and len(groups[0]) == len(groups[1])


def year(text: str) -> str:
    """The year of a day, however the server shows that."""
    day = nearest_day(text)
    return str(day.year) if day else ""


def day_text(text: str) -> str:
    """A day as `2026-01-31`, however the server shows it."""
    day = nearest_day(text)
    return day.isoformat() if day else ""


def _around_day(text: str) -> tuple[str, str]:
    """What a filter must span to find a day, also where it is shown as local midnight in UTC."""
    day = date.fromisoformat(text)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return f"{before.isoformat()}T00:00:00Z", f"{after.isoformat()}T00:00:00Z"


def _days_of_year(text: str) -> tuple[str, str]:
    """What a filter must span to find the days of a year, also where they are shown as local midnights in UTC."""
    return f"{int(text) - 1}-12-31T00:00:00Z", f"{int(text) + 1}-01-01T00:00:00Z"


DOCUMENT_NUMBER: Final = KeyForm(document_number, differ=grouped_otherwise)
YEAR: Final = KeyForm(year, _days_of_year)
DAY: Final = KeyForm(day_text, _around_day)
