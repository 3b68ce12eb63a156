"""The end of an exercise: closing entries (ES), opening entries, provisional carry-forward.

Source: docs/reference/accounting.md, "Journals and exercises".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import Heading, Posting, Stamp, entry_row
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row

SOURCE, PREVIEW_SOURCE = "YEAR_END_PROCESS", "YEAR_END_PROCESS_PREVIEW"
RESULT_TYPE, WORTH_TYPE = "INCOME_STATEMENT", "ECPN"


@dataclass
class Balance:
    """What is left on an account, or on an account for one third party."""

    account_id: str
    third_party: Row | None
    amount: Decimal = ZERO


Balances = dict[tuple[str, str | None], Balance]


def add(balances: Balances, entries: Iterable[Row]) -> None:
    """Add the lines of entries to the balances."""
    for entry in entries:
        for line in entry["accountingEntryLines"]:
            party = line["accountingEntryThirdParty"]
            key = (line["subAccountId"], party["thirdPartyId"] if party else None)
            balance = balances.setdefault(key, Balance(key[0], party))
            balance.amount = EXACT.add(balance.amount, line["debitAmount"] - line["creditAmount"])


def closing_entries(books: Books, stamp: Stamp, balances: Balances, year: int) -> list[Row]:
    """Result, net worth and all accounts to nothing; changes the balances. Empty where there is no closing journal."""
    journal = books.spec.closing_journal
    if journal is None:
        return []
    entries = []
    for text, kind, types in (
        ("result", "CLOSURE_ACCOUNTING", (RESULT_TYPE,)),
        ("worth", "CLOSURE_WORTH", (WORTH_TYPE,)),
        ("closing", "CLOSURE_EXERCISE", None),
    ):
        postings = _emptied(books, stamp, balances, types)
        if not postings:
            continue
        heading = _heading(books, datetime(year, 12, 31, tzinfo=UTC), journal, text, year, SOURCE, kind)
        entry = entry_row(books, stamp, heading, postings)
        entries.append(entry)
        add(balances, [entry])
    return entries


def opening_entry(books: Books, stamp: Stamp, carried: Balances, year: int, *, provisional: bool) -> Row | None:
    """The entry that opens a year with the balances of the year before; None without any."""
    postings = [
        Posting(balance.account_id, balance.amount, _copy(stamp, balance.third_party))
        for balance in carried.values()
        if balance.amount
    ]
    if not postings:
        return None
    kind, source = ("TEMPORARY_CARRY_FORWARD", PREVIEW_SOURCE) if provisional else ("OPENING", SOURCE)
    text = "provisional" if provisional else "opening"
    date = datetime(year, 1, 1, tzinfo=UTC)
    heading = _heading(books, date, books.spec.opening_journal, text, year, source, kind)
    return entry_row(books, stamp, heading, postings)


def carried_forward(books: Books, balances: Balances) -> Balances:
    """Balances of the accounts of the balance sheet, with the result on its account."""
    carried: Balances = {}
    result = ZERO
    for key, balance in balances.items():
        kind = books.account_rows[balance.account_id]["accountType"]
        if kind == WORTH_TYPE:
            target = books.account_rows[balance.account_id]["yearEndClosingAccountId"]
            worth = carried.setdefault((target, None), Balance(target, None))
            worth.amount = EXACT.add(worth.amount, balance.amount)
        elif kind == RESULT_TYPE:
            result = EXACT.add(result, balance.amount)
        else:
            kept = carried.setdefault(key, Balance(balance.account_id, balance.third_party))
            kept.amount = EXACT.add(kept.amount, balance.amount)
    account_id = result_account(books, result)
    result_balance = carried.setdefault((account_id, None), Balance(account_id, None))
    result_balance.amount = EXACT.add(result_balance.amount, result)
    return carried


def result_account(books: Books, result: Decimal) -> str:
    """Account of a profit (a credit) or of a loss."""
    return books.roles[books.spec.loss if result > 0 else books.spec.profit]


def _emptied(books: Books, stamp: Stamp, balances: Balances, types: tuple[str, ...] | None) -> list[Posting]:
    postings = []
    against: dict[str, Decimal] = {}
    for balance in balances.values():
        account = books.account_rows[balance.account_id]
        if not balance.amount or (types is not None and account["accountType"] not in types):
            continue
        postings.append(Posting(balance.account_id, -balance.amount, _copy(stamp, balance.third_party)))
        if types is not None:
            target = account["yearEndClosingAccountId"] or ""
            against[target] = EXACT.add(against.get(target, ZERO), balance.amount)
    for target, amount in against.items():
        postings.append(Posting(target or result_account(books, amount), amount))
    return postings


def _heading(books: Books, date: datetime, journal: str, text: str, year: int, source: str, kind: str) -> Heading:
    description = books.spec.texts[text].format(year=year)
    return Heading(date, books.journals[journal], description, description[:50], source, kind)


def _copy(stamp: Stamp, party: Row | None) -> Row | None:
    if party is None:
        return None
    return stamp({name: value for name, value in party.items() if name not in ("id", "creationDate")})
