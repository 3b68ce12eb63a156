"""Checks of entries, over rows made for them: what is sound passes, and one broken row is found by its check."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.rows import REFERENCES, Entry
from sage_active_cli.audit.table import CHECKS

CHECK_BY_NAME = {check.name: check for check in CHECKS}
REFERENCE_ROWS: dict[str, list[dict[str, Any]]] = {
    "fiscal_years": [
        {
            "id": "y1",
            "exercise": 2025,
            "startDate": "2025-01-01T00:00:00Z",
            "endDate": "2025-12-31T00:00:00Z",
            "status": "OPEN",
            "periods": [
                {"id": "p1", "startDate": "2025-01-01T00:00:00Z", "endDate": "2025-01-31T00:00:00Z", "isClosed": True},
                {"id": "p2", "startDate": "2025-02-01T00:00:00Z", "endDate": "2025-02-28T00:00:00Z", "isClosed": False},
            ],
        }
    ],
    "accounts": [
        {"id": "bank", "code": {"value": "1800"}, "accountLevel": "SUB_ACCOUNT"},
        {"id": "sales", "code": "8400", "accountLevel": "SUB_ACCOUNT"},
        {"id": "vat", "code": "3806", "accountLevel": "SUB_ACCOUNT", "subAccountType": "OUTPUT_TAX"},
        {"id": "irpf", "code": "4751000", "accountLevel": "SUB_ACCOUNT"},
        {"id": "heading", "code": "8", "accountLevel": "ACCOUNT"},
    ],
    "tax_treatments": [{"id": "usual"}, {"id": "reverse", "isIntracomunity": True}],
    "journals": [{"id": "j1", "type": "SALES_INVOICE"}, {"id": "j2", "type": "FINANCIAL"}],
}


def books_of(market: str = "DE", **options: Any) -> Books:
    """The reference data above."""
    books = Books(market, **options)
    for stream, rows in REFERENCE_ROWS.items():
        kind = REFERENCES[stream]
        books.keep(stream, [msgspec.convert(row, kind) for row in rows])
    return books


def line(account: str, debit: object = 0, credit: object = 0, **members: Any) -> dict[str, Any]:
    """A line."""
    return {"subAccountId": account, "debitAmount": str(debit), "creditAmount": str(credit), **members}


def entry(*lines: dict[str, Any], **members: Any) -> Entry:
    """An entry of January."""
    usual = {
        "id": "e1",
        "number": 1,
        "date": "2025-01-15T00:00:00Z",
        "accountingExerciseId": "y1",
        "accountingPeriodId": "p1",
        "journalTypeId": "j1",
        "entryType": "GENERAL",
    }
    return msgspec.convert({**usual, **members, "accountingEntryLines": list(lines)}, Entry)


def found(name: str, rows: Sequence[Entry], books: Books | None = None) -> list[Finding]:
    """What a check finds."""
    examination = CHECK_BY_NAME[name].examine(books or books_of())
    for row in rows:
        examination.add("journal_entries", row)
    return list(examination.findings())


def invoice(amount: object, *taxes: tuple[object, object], **members: Any) -> dict[str, Any]:
    """The invoice of a line, with taxes as base and amount."""
    register = [
        {"taxTreatmentId": "usual", "taxBase": str(base), "taxAmount": str(tax), "deductible": False}
        for base, tax in taxes
    ]
    return {"amount": str(amount), "accountingEntryTaxes": register, "openItems": [{"amount": str(amount)}], **members}


SALE = (
    line("bank", 119, accountingEntryInvoice=invoice(119, (100, 19))),
    line("sales", credit=100),
    line("vat", credit=19),
)


@pytest.mark.parametrize("name", ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E13"])
def test_a_sound_entry_is_sound(name: str) -> None:
    assert found(name, [entry(*SALE)]) == []


@pytest.mark.parametrize(
    ("name", "broken", "difference"),
    [
        ("E1", entry(line("bank", "10.01"), line("sales", credit=10)), "-0.01"),
        ("E2", entry(line("bank", 10, 10), line("sales")), "0.00"),
        ("E2", entry(line("bank", 10)), None),
        ("E3", entry(line("nowhere", 10), line("sales", credit=10)), None),
        ("E3", entry(line("heading", 10), line("sales", credit=10)), None),
        ("E4", entry(date="2025-02-01T00:00:00Z"), None),
        ("E4", entry(date="2024-12-31T00:00:00Z", accountingPeriodId=None), None),
        ("E4", entry(accountingExerciseId="nowhere"), None),
        ("E4", entry(accountingPeriodId="nowhere"), None),
        ("E7", entry(line("bank", 119, accountingEntryInvoice=invoice(119, (100, 18)))), "-1.00"),
        ("E8", entry(line("bank", 119, accountingEntryInvoice=invoice(119, openItems=[{"amount": "118"}]))), "-1.00"),
        (
            "E9",
            entry(line("sales", 10, accountingEntryDimensionTags=[{"dimensionId": "d", "amount": "11"}])),
            "1.00",
        ),
    ],
)
def test_a_broken_entry_is_found(name: str, broken: Entry, difference: str | None) -> None:
    findings = found(name, [entry(*SALE, id="e0", number=0), broken])
    assert findings
    assert (findings[0].id, findings[0].difference) == ("e1", difference)


def test_the_last_day_counts_as_a_whole() -> None:
    assert found("E4", [entry(date="2025-01-31T23:59:59Z")]) == []
    assert found("E4", [entry(date="2025-02-01T00:00:00Z")])


def test_withheld_income_tax_in_spain() -> None:
    register = invoice(104, (100, 19), openItems=[{"amount": "119"}])
    sale = entry(line("bank", 104, accountingEntryInvoice=register), line("irpf", 15), line("sales", credit=119))
    for name in ("E7", "E8"):
        assert found(name, [sale], books_of("ES")) == []
        assert found(name, [sale], books_of("FR"))


def test_the_tax_of_a_reverse_charge_is_in_no_amount() -> None:
    taxes = [
        {"taxTreatmentId": "reverse", "taxBase": "100", "taxAmount": "19", "deductible": deductible}
        for deductible in (True, False)
    ]
    purchase = line("bank", credit=100, accountingEntryInvoice={"amount": "100", "accountingEntryTaxes": taxes})
    assert found("E7", [entry(purchase)]) == []


def payment(match_id: str, matching: str = "FULL_MATCH") -> dict[str, Any]:
    """How a line is matched."""
    return {"accountingEntryPayment": {"matchId": match_id, "matching": matching}}


def test_full_matches_add_up() -> None:
    first, second = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    rows = [
        entry(line("bank", 10, **payment(first)), line("bank", 20, **payment(second))),
        entry(line("bank", credit=10, **payment(first)), line("bank", credit="19.98", **payment(second))),
        entry(line("bank", 7, **payment("part", "PARTIAL_MATCH"))),
        entry(line("bank", 10, **payment(first)), entryType="OPENING"),
    ]
    (finding,) = found("E6", rows)
    assert (finding.id, finding.actual) == (second, "0.02")


def test_matches_that_change_while_they_are_read_are_not_comparable() -> None:
    books = books_of(began={"journal_entries": datetime(2025, 3, 1, 9, tzinfo=UTC)})
    half = entry(line("bank", 10, **payment("m")))
    assert found("E6", [half, entry(modificationDate="2025-03-01T08:00:00Z")], books)
    with pytest.raises(NotComparableError):
        found("E6", [half, entry(modificationDate="2025-03-01T09:00:01Z")], books)


def test_numbers_are_counted_in_the_scope_that_fits() -> None:
    by_journal = [entry(number=number, journalTypeId=journal) for journal in ("j1", "j2") for number in (1, 2, 3)]
    assert found("E5", by_journal) == []
    twice = [*by_journal, entry(number=2, journalTypeId="j1")]
    assert [finding.number for finding in found("E5", twice)] == ["2"]
    gap = [*by_journal, entry(number=6, journalTypeId="j1")]
    assert [finding.actual for finding in found("E5", gap)] == ["2"]
    counters = [*by_journal, entry(number=4, tanNumber=7), entry(number=5, tanNumber=7)]
    assert "tanNumber" in found("E5", counters)[0].problem


def test_tax_accounts_are_the_register() -> None:
    short = entry(SALE[0], line("sales", credit=101), line("vat", credit=18))
    (finding,) = found("E13", [entry(*SALE), short])
    assert (finding.expected, finding.actual, finding.difference) == ("-38.00", "-37.00", "1.00")
    assert "exercise 2025: the output tax accounts" in finding.problem


def test_closed_periods_are_compared_with_a_baseline() -> None:
    first = books_of(baseline={})
    open_one = entry(line("bank", 5), line("sales", credit=5), accountingPeriodId="p2")
    assert found("E12", [entry(*SALE), open_one], first) == []
    assert first.noted["periods"].keys() == {"p1"}
    assert found("E12", [entry(*SALE)], books_of(baseline=first.noted)) == []
    changed = entry(line("bank", 120), line("sales", credit=100), line("vat", credit=20))
    findings = found("E12", [changed], books_of(baseline=first.noted))
    assert [(finding.number, finding.difference) for finding in findings] == [("1800", "1.00"), ("3806", "1.00")]
