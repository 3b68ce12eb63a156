"""The entries of a company as sums: by exercise, account, third party, and kind of entry."""

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from sage_active_cli.audit.amounts import Sums
from sage_active_cli.audit.rows import Entry, ThirdParty

CARRY_FORWARD: Final = "TEMPORARY_CARRY_FORWARD"
CLOSING: Final = frozenset({"CLOSURE_ACCOUNTING", "CLOSURE_EXERCISE", "CLOSURE_WORTH"})
OPENING: Final = "OPENING"
PREVIEW: Final = "YEAR_END_PROCESS_PREVIEW"
# Entries that repeat balances.
REPEATING: Final = frozenset({OPENING, CARRY_FORWARD, *CLOSING})


class EntryKind(Enum):
    """Kinds of entries that reports leave out unless they are asked for, or may leave out."""

    USUAL = "usual"
    CARRIED_FORWARD = "provisional carry-forward entries"
    CLOSING = "closing entries"
    PREVIEW = "entries of a year-end process that is not final"


class Party(NamedTuple):
    """The third party of a line: its origin (CUSTOMER …), its id, and its code."""

    origin: str
    id: str
    code: str


class BalanceKey(NamedTuple):
    """What a sum is of."""

    exercise: str
    account: str
    party: Party | None
    kind: EntryKind


class LedgerSums:
    """Sums that grow with accounts, third parties and exercises, never with entries."""

    def __init__(self) -> None:
        self._sums: dict[BalanceKey, Sums] = {}

    def add(self, entry: Entry) -> None:
        """Counts the lines of an entry."""
        kind, exercise = kind_of(entry), entry.accounting_exercise_id or ""
        for line in entry.lines:
            party = line.accounting_entry_third_party
            key = BalanceKey(exercise, line.sub_account_id or "", _party(party) if party else None, kind)
            sums = self._sums.get(key)
            if sums is None:
                sums = self._sums[key] = Sums()
            sums.add(line.debit_amount, line.credit_amount)

    def items(self) -> Iterator[tuple[BalanceKey, Sums]]:
        """All sums."""
        return iter(self._sums.items())


def kind_of(entry: Entry) -> EntryKind:
    """What kind of entry it is, as reports see it."""
    if entry.entry_type == CARRY_FORWARD:
        return EntryKind.CARRIED_FORWARD
    if entry.entry_type in CLOSING:
        return EntryKind.CLOSING
    return EntryKind.PREVIEW if entry.source_type == PREVIEW else EntryKind.USUAL


def _party(party: ThirdParty) -> Party:
    return Party(party.origin or "", party.third_party_id or "", party.code or "")
