"""Dates in the notation of HTTP headers, whoever wrote them."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Final

# Clocks outside these years are broken, and cannot be calculated with.
YEARS: Final = range(1970, 9000)


def http_date(text: str | None) -> datetime | None:
    """A header's date in UTC; None for one that is not a date, or of a year that no clock shows."""
    try:
        date = parsedate_to_datetime(text or "")
        moment = date.astimezone(timezone.utc) if date.tzinfo else date.replace(tzinfo=timezone.utc)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if moment.year in YEARS else None
