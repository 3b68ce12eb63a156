"""Holds the entries against a report of the server while the books may change: a difference counts only if it persists.

The report is asked for before and after the entries are read. Lines that differ are read again, up to a few times: a
line that is equal then has moved, one that differs while its own report stood still is wrong, and one that moves each
time cannot be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sage_active.resources.resource import Where
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.comparison import (
    NOTHING,
    PLAIN,
    Comparison,
    Figures,
    Subject,
    Variant,
    best_variant,
    differing,
    expected_figures,
)
from sage_active_cli.audit.ledger_sums import LedgerSums

ROUNDS: Final = 3
MOST_NAMED: Final = 5
# Reads entries again, with a filter if one can tell which; and the report.
ReadEntries = Callable[[Where | None], LedgerSums]
AskReport = Callable[[], Figures]


@dataclass
class Compared:
    """What a comparison came to. `moved`: lines that changed each time they were read."""

    variant: Variant = PLAIN
    lines: int = 0
    findings: list[Finding] = field(default_factory=list)
    moved: list[Subject] = field(default_factory=list)

    def raise_moved(self, books: Books) -> None:
        """Raises `NotComparableError` where something changed each time."""
        names = [f"{subject.name} ({books.exercise_name(subject.exercise)})" for subject in self.moved]
        if names:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            raise NotComparableError(f"changed each time it was read: {', '.join(names[:MOST_NAMED])}{more}")


def compared(
    comparison: Comparison,
    books: Books,
    sums: LedgerSums,
    before: Figures,
    ask_report: AskReport,
    read_entries: ReadEntries,
) -> Compared:
    """Compares, and reads again what differs. Raises what the two functions raise."""
    after = ask_report()
    variant = best_variant(comparison, sums, after, books)
    figures = expected_figures(comparison, sums, books, variant)
    result = Compared(variant, len(figures.keys() | after.keys()))
    suspects = differing(figures, after)
    for _ in range(ROUNDS):
        if not suspects:
            break
        before = after
        figures = expected_figures(
            comparison, read_entries(_filter(comparison, suspects, books, variant)), books, variant
        )
        after = ask_report()
        moving = set(differing(before, after))
        different = set(differing(figures, after))
        for subject in suspects:
            if subject in different and subject not in moving:
                expected, actual = after.get(subject, NOTHING), figures.get(subject, NOTHING)
                result.findings.extend(comparison.finding(subject, expected, actual, books))
        suspects = [subject for subject in suspects if subject in different and subject in moving]
    result.moved = suspects
    return result


def _filter(comparison: Comparison, suspects: list[Subject], books: Books, variant: Variant) -> Where:
    exercises: Where = {"accountingExerciseId": {"in": sorted({subject.exercise for subject in suspects})}}
    lines = comparison.again(suspects, books, variant)
    return {"and": [exercises, lines]} if lines else exercises
