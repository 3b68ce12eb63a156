"""Moments in the one notation that the connectors compare, store and emit: `2026-01-31T09:30:00.123456Z`."""

import re
from datetime import datetime, timezone
from typing import Final

# What .NET prints for a date that was never set.
NEVER: Final = "0001-01-01"
_USUAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def normalised(text: str | None) -> str | None:
    """`text` in UTC with six decimals; None for null and for the year 1.

    Moments without a zone are taken as UTC (the vendor does not state the zone). Raises `ValueError` for other text.
    """
    if not text or text.startswith(NEVER):
        return None
    if _USUAL.fullmatch(text):
        return f"{text[:19]}.{text[20:-1]:0<6}Z"
    return printed(datetime.fromisoformat(text))


def printed(moment: datetime) -> str:
    """A moment in the common notation."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parsed(text: str) -> datetime:
    """The moment that `text` names, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def whole_second(moment: datetime) -> str:
    """A moment cut to its second, as both APIs accept it: `2026-01-31T09:30:00Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
