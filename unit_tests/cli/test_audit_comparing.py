"""Comparing sums with a report that changes meanwhile: what moves is read again, and only what stays wrong is found."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import NotComparableError
from sage_active_cli.audit.comparing import ROUNDS, Compared, compared
from sage_active_cli.audit.comparison import Figures, Subject, Turnover
from sage_active_cli.audit.ledger_sums import LedgerSums
from sage_active_cli.audit.rows import Entry
from sage_active_cli.audit.server_balances import TrialBalance
from unit_tests.cli.test_audit_entries import books_of, entry, line

BANK, SALES = Subject("y1", "1800"), Subject("y1", "8400")


def sums(*entries: Entry) -> LedgerSums:
    """The sums of entries."""
    result = LedgerSums()
    for row in entries:
        result.add(row)
    return result


def sale(amount: int, **members: object) -> Entry:
    """An entry of this amount."""
    return entry(line("bank", amount), line("sales", credit=amount), **members)


def report(amount: int) -> Figures:
    """The trial balance of one sale."""
    return {BANK: Turnover(Decimal(amount), Decimal(0)), SALES: Turnover(Decimal(0), Decimal(amount))}


def run(read: LedgerSums, reports: Iterable[Figures], again: Iterable[LedgerSums]) -> Compared:
    """Compares, with the answers in their order."""
    answers, entries = iter(reports), iter(again)
    return compared(TrialBalance(), books_of(), read, next(answers), lambda: next(answers), lambda _: next(entries))


def test_what_is_equal_is_asked_for_once() -> None:
    result = run(sums(sale(5)), [report(5), report(5)], [])
    assert (result.lines, result.findings, result.moved) == (2, [], [])


def test_what_has_moved_is_read_again() -> None:
    result = run(sums(sale(5)), [report(5), report(6), report(6)], [sums(sale(6))])
    assert (result.findings, result.moved) == ([], [])


def test_what_stays_wrong_is_found_with_account_and_exercise() -> None:
    read = sums(entry(line("bank", 5), line("sales", credit=4)))
    result = run(read, [report(5)] * 3, [read])
    (finding,) = result.findings
    assert (finding.number, finding.expected, finding.actual, finding.difference) == ("8400", "5.00", "4.00", "-1.00")
    assert "account 8400, exercise 2025: the credit" in finding.problem


def test_what_moves_each_time_is_not_comparable() -> None:
    reports = [report(amount) for amount in range(ROUNDS + 2)]
    result = run(sums(sale(100)), reports, [sums(sale(100))] * ROUNDS)
    assert (result.findings, result.moved) == ([], [BANK, SALES])
    with pytest.raises(NotComparableError, match="1800"):
        result.raise_moved(books_of())


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=ROUNDS + 2))
def test_books_that_are_read_as_they_are_never_give_an_error(changes: list[tuple[int, bool]]) -> None:
    """The books change before any report and before the entries: what was really read is never called wrong."""
    state = 1
    left = iter(changes)

    def after(growth_first: bool) -> int:
        nonlocal state
        amount, is_first = next(left, (0, False))
        state += amount if is_first is growth_first else 0
        return state

    read = sums(sale(after(True)))
    result = compared(
        TrialBalance(),
        books_of(),
        read,
        report(state),
        lambda: report(after(False)),
        lambda _: sums(sale(after(True))),
    )
    assert result.findings == []


@pytest.mark.parametrize(
    ("others", "note"),
    [
        ({"sourceType": "YEAR_END_PROCESS_PREVIEW"}, "not final"),
        ({"entryType": "TEMPORARY_CARRY_FORWARD"}, "carry-forward"),
        ({"entryType": "CLOSURE_WORTH"}, "closing"),
    ],
)
def test_kinds_of_entries_that_a_report_leaves_out(others: dict[str, str], note: str) -> None:
    result = run(sums(sale(5), sale(3, **others)), [report(5)] * 2, [])
    assert result.findings == []
    assert [note in text for text in result.variant.notes] == [True]


def test_a_report_of_balances() -> None:
    read = sums(sale(5), entry(line("bank", credit=2), line("sales", 2)))
    result = run(read, [report(3)] * 2, [])
    assert (result.findings, result.variant.notes) == ([], ["the report shows balances, not turnovers"])


def test_a_report_without_balanced_accounts() -> None:
    read = sums(sale(5), entry(line("vat", 2), line("vat", credit=2)))
    result = run(read, [report(5)] * 2, [])
    assert (result.findings, result.variant.notes) == ([], ["the report leaves out what has no balance"])


def test_the_filter_of_what_is_read_again() -> None:
    filters: list[object] = []

    def again(where: object) -> LedgerSums:
        filters.append(where)
        return sums(sale(6))

    answers: Iterator[Figures] = iter([report(6), report(6)])
    compared(TrialBalance(), books_of(), sums(sale(5)), report(5), lambda: next(answers), again)
    lines = {"accountingEntryLines": {"some": {"subAccountId": {"in": ["bank", "sales"]}}}}
    assert filters == [{"and": [{"accountingExerciseId": {"in": ["y1"]}}, lines]}]


def test_exercises_that_are_left_out_are_not_compared() -> None:
    books = Books("DE")
    result = compared(TrialBalance(), books, sums(sale(5)), {}, dict, lambda _: LedgerSums())
    assert result.lines == 0
