"""Whether a closed period has changed since an earlier run: its sums by account are compared with a baseline."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sage_active_cli.audit.amounts import EXACT, Sums, text
from sage_active_cli.audit.books import Books, is_closed
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.rows import Entry, Row

PERIODS: Final = "periods"
Accounts = Mapping[str, Sums]


class ClosedPeriods:
    """Implements `Examination`. What is closed now is noted for the next run."""

    def __init__(self, books: Books) -> None:
        self._books = books
        before = (books.baseline or {}).get(PERIODS)
        self._before: Mapping[str, Any] = before if isinstance(before, dict) else {}
        self._exercise_of = {
            period.id: exercise.id for exercise in books.exercises.values() for period in exercise.periods or ()
        }
        self._closed = {
            period.id
            for exercise in books.exercises.values()
            for period in exercise.periods or ()
            if is_closed(exercise, period)
        }
        # One that was opened again is looked at as well.
        self._sums: dict[str, dict[str, Sums]] = {key: {} for key in {*self._closed, *self._before}}

    def add(self, stream: str, row: Row) -> None:
        """Counts an entry of a period that is or was closed."""
        accounts = self._sums.get(row.accounting_period_id or "") if isinstance(row, Entry) else None
        if accounts is not None and isinstance(row, Entry):
            for line in row.lines:
                accounts.setdefault(line.sub_account_id or "", Sums()).add(line.debit_amount, line.credit_amount)

    def findings(self) -> Iterator[Finding]:
        """Accounts with a changed closed period. Raises `NotComparableError` where the baseline is damaged."""
        for period, noted in self._before.items():
            if period in self._exercise_of:
                yield from self._changes(period, _sums_of(noted), self._sums[period])
        unseen = {key: noted for key, noted in self._before.items() if key not in self._exercise_of}
        now = {key: _noted(self._sums[key]) for key in sorted(self._closed)}
        self._books.noted[PERIODS] = {**unseen, **now}

    def _changes(self, period: str, before: Accounts, after: Accounts) -> Iterator[Finding]:
        exercise = self._books.exercises[self._exercise_of[period]]
        start = next((part.start_date or "" for part in exercise.periods or () if part.id == period), "")
        for account_id in sorted(before.keys() | after.keys()):
            was, now = before.get(account_id, Sums()), after.get(account_id, Sums())
            for side, old, new in (("debit", was.debit, now.debit), ("credit", was.credit, now.credit)):
                if old != new:
                    account = self._books.account(account_id)
                    where = f"{self._books.account_name(account_id)}, {self._books.exercise_name(exercise.id)}"
                    problem = f"{where}, closed period from {start[:10]}: the {side} has changed since the baseline"
                    number = account.number if account else None
                    difference = text(EXACT.subtract(new, old))
                    yield Finding("accounts", problem, account_id, number, text(old), text(new), difference)


def _noted(accounts: Accounts) -> dict[str, list[str]]:
    return {key: [text(sums.debit), text(sums.credit)] for key, sums in sorted(accounts.items())}


def _sums_of(noted: Any) -> Accounts:
    try:
        return {key: Sums(Decimal(debit), Decimal(credit)) for key, (debit, credit) in noted.items()}
    except (AttributeError, TypeError, ValueError, InvalidOperation):
        raise NotComparableError("the baseline is damaged; name another file, and the run writes it") from None
