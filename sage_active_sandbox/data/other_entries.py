"""Entries without a document: capital, what is typed every year, bank fees, wages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import Heading, Posting, Stamp, entry_row, third_party_part
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row, Table

CAPITAL = Decimal("25000.00")
MANUAL_DAY, FEE_DAY, WAGES_DAY = 15, 28, 27
FEE_MONTHS = (1, 4, 7, 10)
WAGES_MONTHS = (3, 6, 9, 12)
BANK_ROLES = frozenset({"bank", "second_bank"})


def capital_entry(books: Books, stamp: Stamp, year: int) -> Row:
    """The owners' contribution in the first days of the first year."""
    postings = (Posting(books.roles["bank"], CAPITAL), Posting(books.roles["capital"], -CAPITAL))
    journal, text = books.spec.bank_journal, books.spec.texts["capital"]
    return _entry(books, stamp, datetime(year, 1, 4, tzinfo=UTC), journal, text, postings)


def manual_entries(books: Books, stamp: Stamp, year: int) -> Iterator[Row]:
    """What is typed in every year; with the bank in the bank's journal."""
    for spec in books.spec.manual:
        banking = {spec.debit, spec.credit} & BANK_ROLES
        journal = books.spec.bank_journal if banking else books.spec.general_journal
        amount = Decimal(spec.amount)
        postings = (Posting(books.roles[spec.debit], amount), Posting(books.roles[spec.credit], -amount))
        date = datetime(year, spec.month, MANUAL_DAY, tzinfo=UTC)
        yield _entry(books, stamp, date, journal, spec.description, postings)


def fee_entries(books: Books, stamp: Stamp, year: int, maker: Maker) -> Iterator[Row]:
    """Fees that the bank takes; they are entered by a banking rule."""
    for month in FEE_MONTHS:
        fee = maker.decimal(8, 25, 2)
        postings = (Posting(books.roles["fees"], fee), Posting(books.roles["bank"], -fee))
        date = datetime(year, month, FEE_DAY, tzinfo=UTC)
        yield _entry(books, stamp, date, books.spec.bank_journal, books.spec.texts["fee"], postings, source="BANKING")


def wage_entries(books: Books, stamp: Stamp, year: int, employees: Table, maker: Maker) -> Iterator[tuple[Row, Row]]:
    """Wages and their payment, four times a year; without employees one line stands for all."""
    for month in WAGES_MONTHS:
        date = datetime(year, month, WAGES_DAY, tzinfo=UTC)
        hired: list[Row | None] = [row for row in employees.values() if row["creationDate"] <= date]
        if not hired:
            hired = [] if books.spec.employees else [None]
        due = [(person, maker.decimal(900, 1900, 2)) for person in hired]
        total = sum((amount for _, amount in due), ZERO)
        if not total:
            continue
        payable = [(person, -amount) for person, amount in due]
        wages = (Posting(books.roles["wages"], total), *_to_employees(books, stamp, payable))
        paid = (Posting(books.roles["bank"], -total), *_to_employees(books, stamp, due))
        texts, spec = books.spec.texts, books.spec
        yield (
            _entry(books, stamp, date, spec.general_journal, texts["wages"], wages),
            _entry(books, stamp, date.replace(day=FEE_DAY), spec.bank_journal, texts["wages_paid"], paid),
        )


def _to_employees(books: Books, stamp: Stamp, amounts: list[tuple[Row | None, Decimal]]) -> list[Posting]:
    return [
        Posting(
            books.roles["wages_payable"],
            amount,
            third_party_part(stamp, person, "EMPLOYEE") if person is not None else None,
        )
        for person, amount in amounts
    ]


def _entry(
    books: Books,
    stamp: Stamp,
    date: datetime,
    journal: str,
    text: str,
    postings: tuple[Posting, ...],
    *,
    source: str = "ACCOUNTING",
) -> Row:
    heading = Heading(date, books.journals[journal], text, f"{text[:30]} {date:%Y-%m}", source)
    return entry_row(books, stamp, heading, postings)
