"""Days: what a record or an API gives as a day or as a moment, in the one form `2026-01-31`.

The APIs ignore the time of a day (docs/reference/objects.md, "Days and moments"), and with it the zone. A day with an
offset is the day as written. Only a moment in UTC leaves the day open: at midnight it is how both APIs print a day, at
another time it is local.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from sage_active.moments import NEVER, format_utc

_WRITTEN: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d|\d{8})"
    r"(?:(?:[Tt]|\s+)(?P<time>\d\d(?::\d\d){0,2}|\d{6}|\d{4})(?:[.,](?P<fraction>\d+))?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_UTC: Final = frozenset({"Z", "UTC", "GMT"})
_OFFSET: Final = re.compile(r"[+-](\d\d):?(\d\d)?", re.ASCII)
_FURTHEST_OFFSET: Final = 14
_MINUTES: Final = 60
# Turns local midnight, shown in UTC, into the day that it begins, and leaves midnight in UTC in its day.
_HALF_A_DAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Day:
    """A day. `moment`: the moment in UTC that it was found from; None where the day was written itself."""

    day: date
    moment: datetime | None = None

    @property
    def text(self) -> str:
        """`2026-01-31`."""
        return self.day.isoformat()

    @property
    def is_in_another_month(self) -> bool:
        """Whether the moment lies in another month in UTC than the day."""
        return self.moment is not None and self.moment.strftime("%Y-%m") != self.text[:7]


def day_of(text: str, zone: tzinfo) -> Day | None:
    """The day that `text` names; None for a date that was never set. A moment in UTC that is not midnight is in `zone`.

    Raises `ValueError` for a text that is neither a day nor a moment.
    """
    written = text.strip()
    if written.startswith(NEVER):
        return None
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError("is not a day")
    day = date.fromisoformat(found["day"])
    microsecond = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    at = time.fromisoformat(found["time"] or "00").replace(microsecond=microsecond)
    if not _is_utc((found["zone"] or "").upper()) or at == time.min:
        return Day(day)
    moment = datetime.combine(day, at, timezone.utc)
    try:
        return Day(moment.astimezone(zone).date(), moment)
    except OverflowError:
        raise ValueError("is outside the calendar") from None


def nearest_day(text: str) -> date | None:
    """The day that a server shows as midnight in UTC, or as local midnight in UTC; None for no day.

    Raises `ValueError` as `day_of` does.
    """
    day = day_of(text, timezone.utc) if text else None
    if day is None:
        return None
    return (day.moment + _HALF_A_DAY).date() if day.moment else day.day


def day_or_moment(text: str) -> str | None:
    """The day that `text` names where no zone is needed to tell it, else the moment in UTC in the common notation.

    None for a date that was never set. Raises `ValueError` as `day_of` does.
    """
    day = day_of(text, timezone.utc)
    if day is None or day.moment is None:
        return day.text if day else None
    return format_utc(day.moment)


def _is_utc(offset: str) -> bool:
    """Whether a moment is in UTC. Raises `ValueError` for an offset that no place on earth has."""
    found = _OFFSET.fullmatch(offset)
    if found is None:
        return offset in _UTC
    hours, minutes = int(found[1]), int(found[2] or 0)
    if hours > _FURTHEST_OFFSET or minutes >= _MINUTES:
        raise ValueError("has an offset that is not one")
    return not hours and not minutes
