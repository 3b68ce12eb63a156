"""Numbers of entries: each once, without gaps, within whatever they are counted in.

Nobody has published within what entries are numbered (docs/reference/accounting.md, "Creating entries"): the scope that
fits best counts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sage_active.moments import normalize_utc
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding, NotComparableError
from sage_active_cli.audit.entry_checks import ENTRIES
from sage_active_cli.audit.number_set import Bits, NumberSet
from sage_active_cli.audit.rows import Entry, Row

# Findings name so many numbers; more would say no more.
MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Where an entry is numbered, as finely as any scope is."""

    exercise: str | None
    journal: str | None
    session: str | None
    month: str


Scope = Callable[[Group], tuple[str | None, ...]]
SCOPES: Final[Mapping[str, Scope]] = {
    "company": lambda _: (),
    "exercise": lambda group: (group.exercise,),
    "journal": lambda group: (group.journal,),
    "exercise and journal": lambda group: (group.exercise, group.journal),
    "journal and month": lambda group: (group.journal, group.month),
    "session and journal": lambda group: (group.session, group.journal),
}


class NumbersFit:
    """Implements `Examination`."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._groups: dict[Group, NumberSet] = {}
        self._counters = NumberSet()

    def add(self, stream: str, row: Row) -> None:
        """Notes the numbers of an entry."""
        if not isinstance(row, Entry):
            return
        if row.tan_number is not None:
            self._counters.add(row.tan_number)
        if row.number is not None and row.number >= 0:
            month = (normalize_utc(row.date) or "")[:7]
            group = Group(row.accounting_exercise_id, row.journal_type_id, row.session_id, month)
            self._groups.setdefault(group, NumberSet()).add(row.number)

    def findings(self) -> Iterator[Finding]:
        """Numbers that come twice, and how many are missing. Raises `NotComparableError` if they do not count."""
        if any(numbers.is_too_wide for numbers in (*self._groups.values(), self._counters)):
            raise NotComparableError("the numbers lie too far apart to be counters")
        found = {name: list(self._within(scope)) for name, scope in SCOPES.items()}
        # Of what fits equally well the first: the widest.
        best = min(
            found, key=lambda name: (sum(len(twice) for twice, _ in found[name]), sum(m for _, m in found[name]))
        )
        for twice, gaps in found[best]:
            for number in twice[:MOST_NAMED]:
                yield Finding(
                    ENTRIES, f"a number that comes twice within its {best}", None, str(number), "1", "2 or more"
                )
            if gaps:
                yield Finding(ENTRIES, f"numbers that are missing within a {best}", None, None, "0", str(gaps))
        for number in sorted(self._counters.repeated)[:MOST_NAMED]:
            yield Finding(ENTRIES, "a tanNumber that comes twice", None, str(number), "1", "2 or more")

    def _within(self, scope: Scope) -> Iterator[tuple[list[int], int]]:
        """For each part of a scope the numbers that come twice, and how many are missing."""
        unions: dict[tuple[str | None, ...], Bits] = {}
        twice: dict[tuple[str | None, ...], set[int]] = {}
        for group, numbers in self._groups.items():
            part, bits = scope(group), numbers.bits
            known = unions.get(part, Bits())
            twice.setdefault(part, set()).update(numbers.repeated, known.common(bits))
            unions[part] = known.joined(bits)
        for part, bits in unions.items():
            yield sorted(twice[part]), bits.missing_count
