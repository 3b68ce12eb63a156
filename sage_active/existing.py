"""How many rows there were at the last run, which tells how many of them are gone.

Source: docs/reference/objects.md, "Deletions".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Existing:
    """A company's rows that are dated before `at`, a whole second in UTC: `count` of them."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Counting:
    """How the rows of a resource are counted, whatever its own filter is.

    `root`: resources with one root share its counts; `late_by`: None where rows are counted by their creation dates,
    and those without one too. Otherwise they are counted by their days, up to a day that lies so far back: an
    incremental read asks for the days after it, and nothing but the count tells of rows that arrive before it.
    """

    root: str
    late_by: timedelta | None = None

    def bound(self, now: datetime) -> datetime:
        """The moment before which rows are counted in a run that begins at `now`."""
        if self.late_by is None:
            return now.replace(microsecond=0)
        return (now - self.late_by).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Recount:
    """What a run counts.

    `existing`: for the next run to compare with; `left`: how many of the rows that the last run counted, or that are
    dated like them, there are now; None where it counted none.
    """

    existing: Existing
    left: int | None = None
