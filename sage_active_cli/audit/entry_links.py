"""What entries must be to accounts, exercises and periods. Only what a finding needs is kept of each entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from sage_active.moments import normalize_utc, parse_utc
from sage_active_cli.audit.books import POSTABLE, Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.entry_checks import ENTRIES, number_of
from sage_active_cli.audit.rows import Entry, Exercise, Period, Row

A_DAY: Final = timedelta(days=1)


class AccountsExist:
    """Implements `Examination`: the accounts of lines exist, and can be booked on."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._first: dict[str | None, tuple[str, str | None]] = {}

    def add(self, stream: str, row: Row) -> None:
        """Notes the first entry on each account."""
        if isinstance(row, Entry):
            for line in row.lines:
                if line.sub_account_id not in self._first:
                    self._first[line.sub_account_id] = (row.id, number_of(row))

    def findings(self) -> Iterator[Finding]:
        """Accounts that are missing, or only head others."""
        for account_id, (entry_id, number) in self._first.items():
            account = self._books.account(account_id)
            if account is None:
                yield Finding(ENTRIES, f"an account that does not exist: {account_id}", entry_id, number)
            elif account.account_level not in (None, POSTABLE):
                problem = f"an account that cannot be booked on: {account.number}"
                yield Finding(ENTRIES, problem, entry_id, number, POSTABLE, account.account_level)


class _Span(NamedTuple):
    exercise: str | None
    period: str | None


@dataclass(slots=True)
class _Extremes:
    """The earliest and the latest entry of a period."""

    first: str
    last: str
    first_entry: Entry
    last_entry: Entry


class DatesFit:
    """Implements `Examination`: the day of an entry lies in its exercise and its period."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._spans: dict[_Span, _Extremes] = {}

    def add(self, stream: str, row: Row) -> None:
        """Notes the earliest and the latest day of each period."""
        if not isinstance(row, Entry) or not (day := normalize_utc(row.date)):
            return
        span = _Span(row.accounting_exercise_id, row.accounting_period_id)
        found = self._spans.get(span)
        if found is None:
            head = _head(row)
            self._spans[span] = _Extremes(day, day, head, head)
        elif day < found.first:
            found.first, found.first_entry = day, _head(row)
        elif day > found.last:
            found.last, found.last_entry = day, _head(row)

    def findings(self) -> Iterator[Finding]:
        """Entries outside of their exercise or period, and those of ones that do not exist."""
        for span, extremes in self._spans.items():
            if self._books.is_left_out(span.exercise):
                continue
            exercise = self._books.exercises.get(span.exercise or "")
            if exercise is None:
                yield _outside(extremes.first_entry, f"an exercise that does not exist: {span.exercise}", None)
                continue
            period = next((part for part in exercise.periods or () if part.id == span.period), None)
            if span.period and period is None:
                yield _outside(extremes.first_entry, f"a period that does not exist: {span.period}", None)
            for frame, name in ((exercise, "exercise"), (period, "period")):
                if frame is not None:
                    where = f"{name} of {self._books.exercise_name(exercise.id)}"
                    yield from _misfits(extremes, frame, where)


def _misfits(extremes: _Extremes, frame: Exercise | Period, where: str) -> Iterator[Finding]:
    start, end = normalize_utc(frame.start_date), normalize_utc(frame.end_date)
    if start and extremes.first < start:
        yield _outside(extremes.first_entry, f"a day before the {where}", frame.start_date)
    # The last day belongs to it, at whatever time.
    if end and parse_utc(extremes.last) >= parse_utc(end) + A_DAY:
        yield _outside(extremes.last_entry, f"a day after the {where}", frame.end_date)


def _outside(entry: Entry, problem: str, expected: str | None) -> Finding:
    return Finding(ENTRIES, problem, entry.id, number_of(entry), expected, entry.date)


def _head(entry: Entry) -> Entry:
    """What a finding shows of an entry, without its lines."""
    return Entry(id=entry.id, number=entry.number, date=entry.date)
