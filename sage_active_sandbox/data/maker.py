"""Deterministic material for invented rows: ids, dates, digits and choices that depend on the seed alone."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sage_active_sandbox.store import Row

T = TypeVar("T")

FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing invented is younger than this moment, so that the data does not depend on today."""

RANDOM_BITS = ~((0xC000 << 48) | (0xF000 << 64))
VERSION_4 = (0x8000 << 48) | (4 << 76)
"""Bits of a random UUID (RFC 9562); `uuid.UUID` would take three times as long."""

NEVER_MODIFIED = 0.3
SAME_MOMENT_EVERY = 10


class Maker:
    """A source of invented values; the same ``parts`` give the same values in the same order."""

    def __init__(self, *parts: object) -> None:
        self.rng = random.Random(":".join(str(part) for part in parts))

    def uuid(self) -> str:
        """The text of a random UUID."""
        digits = f"{self.rng.getrandbits(128) & RANDOM_BITS | VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def chance(self, probability: float) -> bool:
        """True with the probability (0..1)."""
        return self.rng.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self.rng.random() * len(choices))]

    def digits(self, pattern: str) -> str:
        """The pattern with every ``#`` replaced by a digit."""
        return "".join(str(int(self.rng.random() * 10)) if char == "#" else char for char in pattern)

    def decimal(self, low: int, high: int, places: int) -> Decimal:
        """A number from low to high with exactly this many decimal places."""
        return Decimal(self.rng.randint(low * 10**places, high * 10**places)).scaleb(-places)

    def between(self, first: datetime, last: datetime) -> datetime:
        """A moment between two others, at the resolution of a microsecond."""
        return first + timedelta(microseconds=int(self.rng.random() * ((last - first) // timedelta(microseconds=1))))

    def creation_dates(self, count: int) -> list[datetime]:
        """Ascending moments over the years 2021 to 2025; now and then one equals the one before it."""
        dates = sorted(self.between(FIRST_DAY, ANCHOR) for _ in range(count))
        for index in range(1, count, SAME_MOMENT_EVERY):
            dates[index] = dates[index - 1]
        return dates

    def modification_date(self, created: datetime) -> datetime | None:
        """A moment after the creation, or None for a record that was never changed."""
        return None if self.chance(NEVER_MODIFIED) else self.between(created, ANCHOR)

    def row(self, created: datetime, values: Mapping[str, Any]) -> Row:
        """A row with a new id and its dates in front of the values."""
        return {
            "id": self.uuid(),
            "creationDate": created,
            "modificationDate": self.modification_date(created),
            **values,
        }


def day(moment: datetime) -> datetime:
    """Midnight (UTC) of the moment's day, the form in which date-only values are kept."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
