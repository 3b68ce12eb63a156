"""What of a company stays in memory for its checks: reference data, by stream and id."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sage_active.moments import format_utc, normalize_utc, parse_utc
from sage_active_cli.audit.rows import Account, Exercise, Journal, Period, Row, Treatment

CLOSED: Final = "CLOSED"
POSTABLE: Final = "SUB_ACCOUNT"


@dataclass
class Books:
    """The reference data of one company, and what the run was asked for.

    `since`: exercises that ended before are left out; `began`: by stream, the server's clock when it was begun to be
    read; `baseline`: what an earlier run has noted of the company, None where nobody asked for a comparison;
    `noted`: what the next run is compared with.
    """

    market: str
    since: datetime | None = None
    began: dict[str, datetime] = field(default_factory=dict)
    baseline: Mapping[str, Any] | None = None
    noted: dict[str, Any] = field(default_factory=dict)
    _rows: dict[str, dict[str, Row]] = field(default_factory=dict)

    def keep(self, stream: str, rows: Iterable[Row]) -> None:
        """Adds rows, or newer versions of them. What was there before stays: something may still refer to it."""
        self._rows.setdefault(stream, {}).update((row.id, row) for row in rows)

    def has(self, stream: str, row_id: str | None) -> bool:
        """Whether there is such a row."""
        return row_id in self._rows.get(stream, {})

    @property
    def exercises(self) -> Mapping[str, Exercise]:
        """The exercises that are looked at."""
        known = self._rows.get("fiscal_years", {})
        return {
            key: row
            for key, row in known.items()
            if isinstance(row, Exercise) and (self.since is None or _ends(row) >= self.since)
        }

    def is_left_out(self, exercise_id: str | None) -> bool:
        """Whether an exercise is there, but not looked at."""
        # Asked of every entry.
        return self.since is not None and self.has("fiscal_years", exercise_id) and exercise_id not in self.exercises

    @property
    def first_day(self) -> str | None:
        """The first day that is looked at, as text in the order of time; None for all days."""
        starts = [start for row in self.exercises.values() if (start := normalize_utc(row.start_date))]
        return min(starts, default=format_utc(self.since)) if self.since else None

    def account(self, account_id: str | None) -> Account | None:
        """An account."""
        found = self._rows.get("accounts", {}).get(account_id or "")
        return found if isinstance(found, Account) else None

    def accounts(self) -> Iterator[Account]:
        """All accounts."""
        return (row for row in self._rows.get("accounts", {}).values() if isinstance(row, Account))

    def journal(self, journal_id: str | None) -> Journal | None:
        """A journal."""
        found = self._rows.get("journals", {}).get(journal_id or "")
        return found if isinstance(found, Journal) else None

    def is_reverse_charge(self, treatment_id: str | None) -> bool:
        """Whether the tax of a treatment is owed by whoever receives the invoice."""
        found = self._rows.get("tax_treatments", {}).get(treatment_id or "")
        return isinstance(found, Treatment) and bool(found.is_intracomunity)

    def exercise_name(self, exercise_id: str | None) -> str:
        """How findings name an exercise."""
        found = self._rows.get("fiscal_years", {}).get(exercise_id or "")
        year = found.exercise if isinstance(found, Exercise) else None
        return f"exercise {year or exercise_id or 'unknown'}"

    def account_name(self, account_id: str | None) -> str:
        """How findings name an account."""
        found = self.account(account_id)
        return f"account {found.number if found else account_id or 'unknown'}"


def is_closed(exercise: Exercise, period: Period) -> bool:
    """Whether a period may no longer change."""
    return bool(period.is_closed) or exercise.status == CLOSED


def _ends(exercise: Exercise) -> datetime:
    end = normalize_utc(exercise.end_date)
    return parse_utc(end) if end else datetime.max.replace(tzinfo=parse_utc("2000-01-01").tzinfo)
