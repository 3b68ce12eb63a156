"""The reports that the entries are held against: the trial balance, and the balances of third parties."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sage_active.resources.report_periods import THIRD_PARTY_TYPES, Rows
from sage_active.resources.resource import DirectResource, Report, Resource, Where
from sage_active_cli.audit.amounts import Sums, text
from sage_active_cli.audit.books import POSTABLE, Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.comparison import (
    VARIANTS,
    Figures,
    Subject,
    Turnover,
    Variant,
    collective_party,
    postable_codes,
)
from sage_active_cli.audit.ledger_sums import BalanceKey
from sage_active_cli.audit.rows import Row, ThirdPartyBalanceLine, TrialBalanceLine

REPORTS_AT_ONCE: Final = 4
# More would make a filter that no server likes; then all entries of their exercises are read again.
MOST_FILTERED: Final = 50


class TrialBalance:
    """Implements `Comparison`: every account of every exercise (docs/reference/accounting.md, "Reports")."""

    kind: type[Row] = TrialBalanceLine
    variants: Sequence[Variant] = VARIANTS

    def report(self, books: Books) -> Resource | None:
        """The trial balance of each exercise, with everything that is shown on demand."""
        # Only ES has the option.
        closing = {"showClosingEntries": True} if books.market == "ES" else {}
        spans = [{**span, "showTemporaryCarryForward": True, **closing} for span in _spans(books)]
        return _report("trial_balance", "accountingTrialBalance", "AccountingTrialBalanceLine", spans, "accountCode")

    def figures(self, rows: Iterable[Row], books: Books) -> Figures:
        """The lines of postable accounts: those of higher levels repeat them."""
        postable = postable_codes(books)
        higher = {account.number for account in books.accounts() if account.account_level not in (None, POSTABLE)}
        totals: dict[Subject, Sums] = {}
        for row in rows:
            if isinstance(row, TrialBalanceLine):
                code = row.account_code or ""
                if code in postable or code not in higher:
                    totals.setdefault(Subject(row.exercise_id, code), Sums()).add(row.debit_amount, row.credit_amount)
        return _figures(totals)

    def subject(self, key: BalanceKey, books: Books, variant: Variant) -> str | None:
        """The account's code, or that of the third party."""
        personal = collective_party(key, books) if variant.is_personal else None
        account = books.account(key.account)
        return personal or (account.number if account else key.account)

    def again(self, subjects: Sequence[Subject], books: Books, variant: Variant) -> Where | None:
        """Entries with a line on one of the accounts."""
        codes = postable_codes(books)
        ids = sorted({key for subject in subjects for key in codes.get(subject.name, ())})
        if variant.is_personal or len(ids) > MOST_FILTERED or any(subject.name not in codes for subject in subjects):
            return None
        return {"accountingEntryLines": {"some": {"subAccountId": {"in": ids}}}}

    def finding(self, subject: Subject, expected: Turnover, actual: Turnover, books: Books) -> Iterator[Finding]:
        """The account, the exercise, the side, and by how much it differs."""
        ids = postable_codes(books).get(subject.name, ())
        where = f"account {subject.name}, {books.exercise_name(subject.exercise)}"
        yield from _sides("accounts", where, ids[0] if ids else None, subject.name, expected, actual)


class ThirdPartyBalances:
    """Implements `Comparison`: every customer, supplier and employee of every exercise."""

    kind: type[Row] = ThirdPartyBalanceLine
    variants: Sequence[Variant] = tuple(variant for variant in VARIANTS if not variant.is_personal)

    def report(self, books: Books) -> Resource | None:
        """The balances of each exercise, for each kind of third party."""
        spans = [
            {**span, "thirdPartyType": kind, "showTemporaryCarryForward": True}
            for span in _spans(books)
            for kind in THIRD_PARTY_TYPES
        ]
        key = ("thirdPartyType", "thirdPartyId")
        return _report(
            "third_party_balances", "accountingThirdPartyBalance", "AccountingThirdPartyBalanceLine", spans, *key
        )

    def figures(self, rows: Iterable[Row], books: Books) -> Figures:
        """The lines by kind and id."""
        totals: dict[Subject, Sums] = {}
        for row in rows:
            if isinstance(row, ThirdPartyBalanceLine):
                name = f"{row.third_party_type} {row.third_party_id}"
                totals.setdefault(Subject(row.exercise_id, name), Sums()).add(row.debit_amount, row.credit_amount)
        return _figures(totals)

    def subject(self, key: BalanceKey, books: Books, variant: Variant) -> str | None:
        """The third party of the lines; None for lines without one."""
        return f"{key.party.origin} {key.party.id}" if key.party else None

    def again(self, subjects: Sequence[Subject], books: Books, variant: Variant) -> Where | None:
        """Entries with a line of one of the third parties."""
        ids = sorted({subject.name.partition(" ")[2] for subject in subjects})
        if len(ids) > MOST_FILTERED:
            return None
        return {"accountingEntryLines": {"some": {"accountingEntryThirdParty": {"thirdPartyId": {"in": ids}}}}}

    def finding(self, subject: Subject, expected: Turnover, actual: Turnover, books: Books) -> Iterator[Finding]:
        """The third party, the exercise, the side, and by how much it differs."""
        origin, _, key = subject.name.partition(" ")
        where = f"{origin.lower()} {key}, {books.exercise_name(subject.exercise)}"
        yield from _sides("third_party_balances", where, key, None, expected, actual)


def _spans(books: Books) -> Iterator[dict[str, Any]]:
    for exercise in books.exercises.values():
        yield {"exerciseId": exercise.id, "startDate": exercise.start_date, "endDate": exercise.end_date}


def _report(name: str, root: str, kind: str, inputs: Sequence[Mapping[str, Any]], *key: str) -> Resource | None:
    """A report that is made for `inputs`; None without any."""
    if not inputs:
        return None
    read = Report(needs=(), inputs=partial(_given, inputs), key=("exerciseId", *key), at_once=REPORTS_AT_ONCE)
    return Resource(name=name, direct=DirectResource(root=root, type=kind, read=read))


def _given(inputs: Sequence[Mapping[str, Any]], _: Rows) -> Iterator[Mapping[str, Any]]:
    return iter(inputs)


def _figures(totals: Mapping[Subject, Sums]) -> Figures:
    return {subject: Turnover(amount.debit, amount.credit) for subject, amount in totals.items()}


def _sides(
    stream: str, where: str, key: str | None, number: str | None, expected: Turnover, actual: Turnover
) -> Iterator[Finding]:
    for side, right, read in (
        ("debit", expected.debit, actual.debit),
        ("credit", expected.credit, actual.credit),
    ):
        if right != read:
            problem = f"{where}: the {side} of the entries is not that of the server's report"
            yield Finding(stream, problem, key, number, text(right), text(read), text(read - right))
