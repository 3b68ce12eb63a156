"""Members that are days: how their midnight is shown, filtered and sorted (switch days)."""

from datetime import UTC, date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

Zone = Literal["utc", "local"]

LOCAL: Final = ZoneInfo("Europe/Berlin")
"""Germany, Spain and France share one time."""

MOMENTS: Final = frozenset(
    {
        "creationDate",
        "modificationDate",
        "uploadDate",
        "bankingLastSyncDate",
        "bankingLastTransactionsReceived",
        "statusConnectionDate",
        "termsAndConditionsAcceptedAt",
        "requestedAt",
    }
)
"""DateTime members that are moments; all others are days (docs/reference/objects.md, "Days and moments")."""


def shown_day(stored: datetime | None) -> datetime | None:
    """Local midnight of a day that is stored as midnight in UTC."""
    if stored is None or stored.utcoffset() is None:
        return stored
    midnight = stored.astimezone(UTC)
    return datetime(midnight.year, midnight.month, midnight.day, tzinfo=LOCAL).astimezone(UTC)


def day_of(moment: datetime, zone: Zone) -> date:
    """The day that a moment belongs to."""
    return moment.astimezone(LOCAL if zone == "local" else UTC).date()
