"""The part of a comparison with a report that goes through the entries. Comparing itself is the engine's."""

from collections.abc import Iterator

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.ledger_sums import LedgerSums
from sage_active_cli.audit.rows import Entry, Row


class SumsOfEntries:
    """Implements `Examination`; finds nothing itself. Several comparisons share one."""

    def __init__(self, books: Books) -> None:
        self.sums = LedgerSums()

    def add(self, stream: str, row: Row) -> None:
        """Counts an entry."""
        if isinstance(row, Entry):
            self.sums.add(row)

    def findings(self) -> Iterator[Finding]:
        """Nothing."""
        return iter(())
