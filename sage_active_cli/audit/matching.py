"""Matched lines settle one another (docs/reference/accounting.md, "Payments and matching")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sage_active_cli.audit.amounts import CENT, EXACT, ZERO, text
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.compact_ids import compact, readable
from sage_active_cli.audit.entry_checks import amount_of
from sage_active_cli.audit.ledger_sums import REPEATING
from sage_active_cli.audit.made_since import was_changed_since
from sage_active_cli.audit.rows import Entry, Row

FULL_MATCH: Final = "FULL_MATCH"
MOST_OPEN: Final = 100_000


class FullMatches:
    """Implements `Examination`: the lines of a full match add up to nothing.

    A match that adds up takes no memory: its next line begins at nothing again.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._open: dict[bytes, Decimal] = {}
        self._is_full = False
        self._has_changed = False

    def add(self, stream: str, row: Row) -> None:
        """Counts matched lines."""
        # Entries that repeat balances repeat matched lines as well.
        if not isinstance(row, Entry) or row.entry_type in REPEATING or self._is_full:
            return
        self._has_changed = self._has_changed or was_changed_since(row, self._books, stream)
        for line in row.lines:
            payment = line.accounting_entry_payment
            if payment is None or payment.matching != FULL_MATCH or not payment.match_id:
                continue
            key = compact(payment.match_id)
            amount = EXACT.add(self._open.pop(key, ZERO), amount_of(line))
            if amount:
                self._open[key] = amount
                self._is_full = len(self._open) > MOST_OPEN

    def findings(self) -> Iterator[Finding]:
        """Matches that leave something. Raises `NotComparableError` for too many, and where entries changed."""
        if self._is_full:
            raise NotComparableError(f"more than {MOST_OPEN} matches are open at a time")
        if self._has_changed and any(abs(amount) >= CENT for amount in self._open.values()):
            raise NotComparableError("entries were matched or changed while they were read")
        for key, amount in self._open.items():
            if abs(amount) >= CENT:
                problem = "a full match that leaves something"
                yield Finding(
                    "journal_entry_matchings", problem, readable(key), None, "0.00", text(amount), text(amount)
                )
