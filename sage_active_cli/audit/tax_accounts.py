"""Tax accounts are the tax register, in each exercise."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from sage_active_cli.audit.amounts import CENT, EXACT, ZERO, text
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.entry_checks import ENTRIES, amount_of
from sage_active_cli.audit.ledger_sums import REPEATING
from sage_active_cli.audit.rows import Entry, EntryLine, Row

OUTPUT: Final = "OUTPUT_TAX"
INPUT: Final = "INPUT_TAX"


class _Side(NamedTuple):
    exercise: str | None
    is_output: bool


class TaxAccounts:
    """Implements `Examination`: two sums for each exercise, output and input tax."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._booked: dict[_Side, Decimal] = {}
        self._registered: dict[_Side, Decimal] = {}

    def add(self, stream: str, row: Row) -> None:
        """Counts what is booked on tax accounts, and what the register says."""
        if not isinstance(row, Entry):
            return
        for line in row.lines:
            self._register(row, line)
            account = self._books.account(line.sub_account_id)
            kind = (account.sub_account_type if account else None) or ""
            if kind.endswith((OUTPUT, INPUT)) and row.entry_type not in REPEATING:
                side = _Side(row.accounting_exercise_id, kind.endswith(OUTPUT))
                self._booked[side] = EXACT.add(self._booked.get(side, ZERO), amount_of(line))

    def _register(self, entry: Entry, line: EntryLine) -> None:
        invoice = line.accounting_entry_invoice
        for tax in (invoice.accounting_entry_taxes or ()) if invoice else ():
            side = _Side(entry.accounting_exercise_id, not tax.deductible)
            amount = EXACT.add(tax.tax_amount or ZERO, tax.equivalence_surcharge_quota or ZERO)
            # The register has no sides: the tax stands opposite to the third party.
            if (amount_of(line) > 0) == (((invoice.amount if invoice else None) or ZERO) > 0):
                amount = -amount
            if self._books.is_reverse_charge(tax.tax_treatment_id) and not tax.deductible:
                amount = -amount
            self._registered[side] = EXACT.add(self._registered.get(side, ZERO), amount)

    def findings(self) -> Iterator[Finding]:
        """Exercises in which the two differ."""
        for side in sorted(self._booked.keys() | self._registered.keys(), key=str):
            booked, registered = self._booked.get(side, ZERO), self._registered.get(side, ZERO)
            if abs(booked - registered) > CENT:
                name = "output" if side.is_output else "input"
                where = self._books.exercise_name(side.exercise)
                problem = f"{where}: the {name} tax accounts are not the tax register"
                difference = text(EXACT.subtract(booked, registered))
                yield Finding(ENTRIES, problem, None, None, text(registered), text(booked), difference)
