"""The shape of a check: what it needs, and how it goes through the rows of a company."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.rows import Row

if TYPE_CHECKING:
    from sage_active_cli.audit.comparison import Comparison


class Severity(StrEnum):
    """How bad a finding is: data is missing, doubled or wrong; the books contradict themselves; worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be.

    `object`: the stream of the row; `id`, `number`: the row, as far as it has them; `problem`: what is wrong, with the
    account or exercise that it concerns; `expected`, `actual`, `difference`: amounts or values as text.
    """

    object: str
    problem: str
    id: str | None = None
    number: str | None = None
    expected: str | None = None
    actual: str | None = None
    difference: str | None = None


class Examination(Protocol):
    """One check at work in one company. It keeps sums, not rows."""

    def add(self, stream: str, row: Row) -> None:
        """Counts a row of one of the streams that the check needs."""

    def findings(self) -> Iterator[Finding]:
        """What is wrong, after all rows. Raises `NotComparableError` where this cannot be decided."""


class NotComparableError(Exception):
    """Nothing can be said; the text is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check.

    `needs`: by stream, the members that it looks at (paths such as `accountingEntryLines.debitAmount`); `examine`:
    begins it in a company; `compares`: what the server's own report is held against the entries; `tolerance` and
    `exceptions`: what is not a finding, for people; `markets`: where it applies, none for everywhere; `option`: the
    option without which it is not made.
    """

    name: str
    title: str
    severity: Severity
    needs: Mapping[str, tuple[str, ...]]
    examine: Callable[[Books], Examination]
    compares: "Comparison | None" = None
    tolerance: str = "none"
    exceptions: str = ""
    markets: frozenset[str] = field(default_factory=frozenset)
    option: str = ""
