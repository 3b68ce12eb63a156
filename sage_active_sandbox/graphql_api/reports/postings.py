"""The lines of the ledger with their entries and accounts, as all reports read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.store import Row

CARRY_FORWARD = "TEMPORARY_CARRY_FORWARD"
CLOSING = frozenset({"CLOSURE_ACCOUNTING", "CLOSURE_EXERCISE", "CLOSURE_WORTH"})
"""Types of entries that reports leave out unless they are asked for (docs/reference/accounting.md, "Reports")."""
PREVIEW = "YEAR_END_PROCESS_PREVIEW"
CARRIED = frozenset({"OPENING", CARRY_FORWARD})
"""Types of entries that repeat balances of the exercise before."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry, with the entry, the account and the day of the booking."""

    entry: Row
    line: Row
    account: Row
    day: date

    @property
    def third_party(self) -> Row | None:
        """The third party of the line, if it has one."""
        found: Row | None = self.line.get("accountingEntryThirdParty")
        return found


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which entries a report counts: days (both included), exercise, and the two kinds that are shown on demand.

    A report without an exercise may cover several; then balances are taken over on its first day only.
    """

    first: date
    last: date
    exercise: Row | None = None
    carry_forward: bool = False
    closing: bool = False

    def holds(self, entry: Row, *, previews: bool) -> bool:
        """Is the entry among those that are counted."""
        booked: date = entry["date"].date()
        if not self.first <= booked <= self.last:
            return False
        if self.exercise is not None and entry.get("accountingExerciseId") not in (None, self.exercise["id"]):
            return False
        kind = entry.get("entryType")
        if self.exercise is None and kind in CARRIED and booked > self.first:
            return False
        if kind == CARRY_FORWARD:
            return self.carry_forward
        if kind in CLOSING:
            return self.closing
        return previews or entry.get("sourceType") != PREVIEW


def postings(call: Call, selection: Selection) -> Iterator[Posting]:
    """The lines of the entries that are counted; lines without an account belong to no report."""
    previews = call.switches.preview_entries == "counted"
    for entry in call.scope.rows("AccountingEntry"):
        if entry.get("date") is None or not selection.holds(entry, previews=previews):
            continue
        for line in entry.get("accountingEntryLines") or ():
            account = call.scope.find("AccountingAccount", line.get("subAccountId"))
            if account is not None:
                yield Posting(entry, line, account, entry["date"].date())


@dataclass(slots=True)
class Sums:
    """Debit and credit of several lines, exact."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    def add(self, line: Row) -> None:
        """Count a line."""
        self.debit = EXACT.add(self.debit, line.get("debitAmount") or ZERO)
        self.credit = EXACT.add(self.credit, line.get("creditAmount") or ZERO)

    @property
    def balance(self) -> Decimal:
        """Debit minus credit."""
        return EXACT.subtract(self.debit, self.credit)

    def members(self, *, accumulated: bool = False) -> Row:
        """The five amounts of a report's row; a balance stands on the side on which it is."""
        values = {
            "balance": self.balance,
            "creditAmount": self.credit,
            "creditBalance": max(EXACT.minus(self.balance), ZERO),
            "debitAmount": self.debit,
            "debitBalance": max(self.balance, ZERO),
        }
        if not accumulated:
            return values
        return {f"accumulated{name[0].upper()}{name[1:]}": value for name, value in values.items()}
