"""Checks that judge each row on its own."""

from collections.abc import Callable, Iterator
from typing import Final

from sage_active.moments import normalize_utc
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Examination, Finding
from sage_active_cli.audit.rows import Row

# More would only fill memory; they are counted.
MOST_FINDINGS: Final = 1000
Judge = Callable[[str, Row, Books], Iterator[Finding]]


class EachRow:
    """Implements `Examination`: what `judge` finds in each row."""

    def __init__(self, judge: Judge, books: Books) -> None:
        self._judge = judge
        self._books = books
        self._first_day = books.first_day
        self._findings: list[Finding] = []
        self._more = 0

    def add(self, stream: str, row: Row) -> None:
        """Judges a row of the days that are looked at."""
        first, day = self._first_day, row.day
        if first and day and (normalize_utc(day) or first) < first:
            return
        for finding in self._judge(stream, row, self._books):
            if len(self._findings) < MOST_FINDINGS:
                self._findings.append(finding)
            else:
                self._more += 1

    def findings(self) -> Iterator[Finding]:
        """What was found."""
        yield from self._findings
        if self._more:
            yield Finding(self._findings[-1].object, f"{self._more} more findings of this kind")


def each_row(judge: Judge) -> Callable[[Books], Examination]:
    """Makes the `examine` of a check out of what judges one row."""
    return lambda books: EachRow(judge, books)
