"""Bank and cash entries of payments, and the letters that match them with documents.

Source: docs/reference/accounting.md, "Payments and matching".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.entries import Heading, Posting, Stamp, entry_row, third_party_part
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row

CASH_SHARE, SECOND_BANK_SHARE = 0.05, 0.1
MOST_IN_CASH = Decimal(1000)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTER_COUNT = 4


@dataclass(frozen=True)
class Payment:
    """Money that moves: ``amount`` is positive when it comes in."""

    amount: Decimal
    date: datetime
    party: Row
    origin: str
    account_id: str
    document_number: str
    description: str


def payment_date(due: datetime, earliest: datetime, latest: datetime, maker: Maker) -> datetime:
    """A day around the due date, not outside the limits."""
    return min(max(due + timedelta(days=maker.rng.randint(-3, 12)), earliest), latest)


def payment_entry(books: Books, stamp: Stamp, payment: Payment, maker: Maker) -> Row:
    """The entry in the journal of the bank account or of the cash desk."""
    role, journal = "bank", books.spec.bank_journal
    if abs(payment.amount) <= MOST_IN_CASH and maker.chance(CASH_SHARE):
        role, journal = "cash", books.spec.cash_journal
    elif maker.chance(SECOND_BANK_SHARE):
        role = "second_bank"
    heading = Heading(
        date=payment.date,
        journal=books.journals[journal],
        description=payment.description,
        document_number=payment.document_number,
        source="BANKING",
    )
    party = third_party_part(stamp, payment.party, payment.origin)
    postings = (Posting(books.roles[role], payment.amount), Posting(payment.account_id, -payment.amount, party))
    return entry_row(books, stamp, heading, postings)


class Matching:
    """Gives lines of one third party that settle one another a common letter."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._numbers = count()

    def match(self, stamp: Stamp, lines: Sequence[Row], moment: datetime) -> None:
        """Match the lines with the next letter."""
        match_lines(stamp, lines, moment, match_id=self._maker.uuid(), letter=letters(next(self._numbers)))


def match_lines(stamp: Stamp, lines: Sequence[Row], moment: datetime, *, match_id: str, letter: str) -> None:
    """Match the lines: fully if debit equals credit, else in part. Lines change at the moment."""
    balance = sum((line["debitAmount"] - line["creditAmount"] for line in lines), ZERO)
    for line in lines:
        line["accountingEntryPayment"] = stamp(
            {
                "accountingEntryLineId": line["id"],
                "matching": "PARTIAL_MATCH" if balance else "FULL_MATCH",
                "matchingLetter": letter.lower() if balance else letter,
                "matchId": match_id,
            }
        )
        if line["creationDate"] < moment:
            line["modificationDate"] = moment


def letters(number: int) -> str:
    """The letters of the n-th match, from 0: AAAA, AAAB and so on."""
    text = ""
    for _ in range(LETTER_COUNT):
        number, position = divmod(number, len(LETTERS))
        text = LETTERS[position] + text
    return text
