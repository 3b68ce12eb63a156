"""Moments in the one notation that the connectors compare, store and emit: `2026-01-31T09:30:00.123456Z`."""

import re
from datetime import datetime, timezone
from typing import Final

# What .NET prints for a date that was never set.
NEVER: Final = "0001-01-01"
_USUAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def normalize_utc(text: str | None) -> str | None:
    """`text` in UTC with six decimals; None for null and for the year 1.

    Moments without a zone are taken as UTC (the vendor does not state the zone). Raises `ValueError` for other text.

    >>> normalize_utc("2026-01-31T10:30:00+01:00")
    '2026-01-31T09:30:00.000000Z'
    """
    if not text:
        return None
    # Both APIs write `2026-01-31T09:30:00.123Z`; these places tell it from whatever else is ISO 8601.
    if (
        len(text) == 24
        and text[23] == "Z"
        and text[19] == "."
        and text[10] == "T"
        and text[7] == "-"
        and text[0] != "0"
    ):
        datetime.fromisoformat(text)
        return f"{text[:23]}000Z"
    if text.startswith(NEVER):
        return None
    moment = datetime.fromisoformat(text)
    if _USUAL.fullmatch(text):
        return f"{text[:19]}.{text[20:-1]:0<6}Z"
    result = format_utc(moment)
    return None if result.startswith(NEVER) else result


def format_utc(moment: datetime) -> str:
    """A moment in the common notation. Raises `ValueError` for one that lies outside the calendar in UTC."""
    return f"{_in_utc(moment).isoformat(timespec='microseconds')[:-6]}Z"


def parse_utc(text: str) -> datetime:
    """The moment that `text` names, in UTC. Raises `ValueError` when it names none."""
    return _in_utc(datetime.fromisoformat(text))


def whole_second(moment: datetime) -> str:
    """A moment cut to its second, as both APIs accept it: `2026-01-31T09:30:00Z`."""
    return f"{_in_utc(moment).isoformat(timespec='seconds')[:-6]}Z"


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as exception:
        raise ValueError(f"{moment} lies outside the calendar in UTC") from exception
