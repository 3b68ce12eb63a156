"""What is compared with a report of the server, and the ways in which the two may differ for good reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final, NamedTuple, Protocol

from sage_active.resources.report_positions import COLLECTIVE
from sage_active.resources.resource import Resource, Where
from sage_active_cli.audit.amounts import ZERO, Sums
from sage_active_cli.audit.books import POSTABLE, Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.ledger_sums import BalanceKey, EntryKind, LedgerSums
from sage_active_cli.audit.rows import Row


class Subject(NamedTuple):
    """A line of a report: the exercise, and the account or third party."""

    exercise: str
    name: str


class Turnover(NamedTuple):
    """Debit and credit."""

    debit: Decimal
    credit: Decimal


NOTHING: Final = Turnover(ZERO, ZERO)
Figures = Mapping[Subject, Turnover]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A way in which a report may legitimately differ from the sum of all entries.

    `without`: kinds of entries that it leaves out; `is_personal`: it shows third parties in the place of their
    collective account; `is_net`: it shows the balance on one side instead of both turnovers; `hides_balanced`: it
    leaves out what has no balance.
    """

    without: frozenset[EntryKind] = frozenset()
    is_personal: bool = False
    is_net: bool = False
    hides_balanced: bool = False

    @property
    def notes(self) -> list[str]:
        """The differences in the user's words."""
        notes = [f"the report leaves out {kind.value}" for kind in EntryKind if kind in self.without]
        if self.is_personal:
            notes.append("the report shows third parties in the place of their account")
        if self.is_net:
            notes.append("the report shows balances, not turnovers")
        if self.hides_balanced:
            notes.append("the report leaves out what has no balance")
        return notes


PLAIN: Final = Variant()
_LEFT_OUT: Final = (
    (),
    (EntryKind.PREVIEW,),
    (EntryKind.CARRIED_FORWARD,),
    (EntryKind.CLOSING,),
    (EntryKind.CARRIED_FORWARD, EntryKind.PREVIEW),
    (EntryKind.CARRIED_FORWARD, EntryKind.CLOSING),
    (EntryKind.CARRIED_FORWARD, EntryKind.CLOSING, EntryKind.PREVIEW),
)
_YES_NO: Final = (False, True)
# The plain one first: of several that fit equally well the first is taken.
VARIANTS: Final = tuple(
    Variant(without=frozenset(without), is_personal=personal, is_net=net, hides_balanced=hides)
    for net, hides, personal, without in product(_YES_NO, _YES_NO, _YES_NO, _LEFT_OUT)
)


class Comparison(Protocol):
    """A report, and what of the entries it must equal."""

    @property
    def variants(self) -> Sequence[Variant]:
        """The differences that are possible."""

    @property
    def kind(self) -> type[Row]:
        """The rows of the report."""

    def report(self, books: Books) -> Resource | None:
        """What is asked of the server; None where there is nothing to ask for."""

    def figures(self, rows: Iterable[Row], books: Books) -> Figures:
        """The report by its lines."""

    def subject(self, key: BalanceKey, books: Books, variant: Variant) -> str | None:
        """In which line of the report a sum belongs; None for none."""

    def again(self, subjects: Sequence[Subject], books: Books, variant: Variant) -> Where | None:
        """The filter of the entries that concern these lines; None where no filter tells."""

    def finding(self, subject: Subject, expected: Turnover, actual: Turnover, books: Books) -> Iterator[Finding]:
        """What is said about a line that differs."""


def expected_figures(comparison: Comparison, sums: LedgerSums, books: Books, variant: Variant) -> Figures:
    """What the report must show if nothing is missing."""
    totals: dict[Subject, Sums] = {}
    for key, amount in sums.items():
        if key.kind in variant.without or key.exercise not in books.exercises:
            continue
        name = comparison.subject(key, books, variant)
        if name is not None:
            totals.setdefault(Subject(key.exercise, name), Sums()).add_sums(amount)
    shape = _net if variant.is_net else _turnover
    figures = {subject: shape(amount) for subject, amount in totals.items()}
    if variant.hides_balanced:
        return {subject: turnover for subject, turnover in figures.items() if turnover.debit != turnover.credit}
    return figures


def differing(figures: Figures, others: Figures) -> list[Subject]:
    """The lines in which two of them differ, in a stable order; one that is missing shows nothing."""
    return sorted(
        subject
        for subject in figures.keys() | others.keys()
        if figures.get(subject, NOTHING) != others.get(subject, NOTHING)
    )


def best_variant(comparison: Comparison, sums: LedgerSums, report: Figures, books: Books) -> Variant:
    """The variant that explains most; the plain one where others explain nothing."""

    def unexplained(variant: Variant) -> int:
        return len(differing(expected_figures(comparison, sums, books, variant), report))

    fewest, best = unexplained(PLAIN), PLAIN
    for variant in comparison.variants if fewest else ():
        number = unexplained(variant)
        if number < fewest:
            fewest, best = number, variant
    return best


def collective_party(key: BalanceKey, books: Books) -> str | None:
    """The code of the third party whose account a report may show instead of a collective one."""
    account = books.account(key.account)
    is_collective = account is not None and account.sub_account_type in COLLECTIVE
    return key.party.code if key.party and is_collective else None


def postable_codes(books: Books) -> Mapping[str, Sequence[str]]:
    """The ids of the accounts that entries stand on, by code."""
    codes: dict[str, list[str]] = {}
    for account in books.accounts():
        if account.account_level in (None, POSTABLE):
            codes.setdefault(account.number, []).append(account.id)
    return codes


def _turnover(amount: Sums) -> Turnover:
    return Turnover(amount.debit, amount.credit)


def _net(amount: Sums) -> Turnover:
    balance = amount.balance
    return Turnover(max(balance, ZERO), max(-balance, ZERO))


Examine = Callable[[Books], Comparison]
