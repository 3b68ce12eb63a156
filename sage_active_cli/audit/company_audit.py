"""The audit of one company: every stream that a check needs is read once, and the books are compared with reports.

The engine knows no check by name: what each needs, and what is compared with what, is in the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from sage_active.client import Company
from sage_active.direct.client import DirectClient
from sage_active.resources.resource import Where
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Check, Examination, Finding, NotComparableError
from sage_active_cli.audit.comparing import compared
from sage_active_cli.audit.comparison import Comparison, Figures
from sage_active_cli.audit.exact_pass import RowsMovedError
from sage_active_cli.audit.ledger_sums import LedgerSums
from sage_active_cli.audit.rows import PASSING, REFERENCES, Entry, Row
from sage_active_cli.audit.stream_reader import Progress, StreamReader, members_needed
from sage_active_cli.audit.sums_check import SumsOfEntries

ENTRIES: Final = "journal_entries"
ATTEMPTS: Final = 3


@dataclass
class Verdict:
    """What a check came to. `reason`: why nothing can be said, beside what was found."""

    check: Check
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str | None = None


@dataclass(frozen=True)
class Audited:
    """What the checks came to; `rows`: how many were read, by stream; `noted`: what the next run is compared with."""

    verdicts: Sequence[Verdict]
    rows: Mapping[str, int]
    noted: Mapping[str, Any]


class CompanyAudit:
    """Audits one company through the reading engine. `workers`: how many parts of a stream are read side by side."""

    def __init__(
        self,
        client: DirectClient,
        company: Company,
        checks: Sequence[Check],
        *,
        workers: int,
        since: datetime | None = None,
        baseline: Mapping[str, Any] | None = None,
        progress: Progress,
    ) -> None:
        self._company = company
        self._checks = checks
        self._since = since
        self._baseline = baseline
        self._needed = members_needed(checks)
        self._reader = partial(StreamReader, client, company, self._needed, workers, progress)

    def run(self) -> Audited:
        """What each check came to. Raises `SageActiveError` for what concerns the whole connection."""
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(self._reader())
            except RowsMovedError as moved:
                reason = f"the books changed each time they were read: {moved}"
        return Audited([Verdict(check, reason=reason) for check in self._checks], {}, {})

    def _attempt(self, reader: StreamReader) -> Audited:
        books = Books(self._company.market, self._since, baseline=self._baseline)
        self._refer(reader, books)
        examinations = {check.examine: check.examine(books) for check in self._checks}
        before = {check.name: _figures(reader, check.compares, books) for check in self._checks if check.compares}
        for stream, kind in PASSING.items():
            concerned = [examinations[examine] for examine in self._concerned(stream)]
            if concerned:
                reader.read(stream, kind, partial(_to_all, concerned, stream, books), books)
        rows = dict(reader.rows)
        # What entries refer to may have been made while they were read.
        self._refer(reader, books)
        verdicts = [self._verdict(reader, check, examinations[check.examine], books, before) for check in self._checks]
        return Audited(verdicts, rows, books.noted)

    def _concerned(self, stream: str) -> Mapping[Any, None]:
        return {check.examine: None for check in self._checks if stream in check.needs}

    def _refer(self, reader: StreamReader, books: Books) -> None:
        for stream, kind in REFERENCES.items():
            if stream in self._needed:
                rows: list[Row] = []
                reader.read(stream, kind, rows.append, books)
                books.keep(stream, rows)

    def _verdict(
        self,
        reader: StreamReader,
        check: Check,
        examination: Examination,
        books: Books,
        before: Mapping[str, Figures | str],
    ) -> Verdict:
        verdict = Verdict(check, reason=reader.reason_against(check))
        if verdict.reason:
            return verdict
        try:
            if check.compares and isinstance(examination, SumsOfEntries):
                figures = before[check.name]
                if isinstance(figures, str):
                    raise NotComparableError(figures)
                result = compared(
                    check.compares,
                    books,
                    examination.sums,
                    figures,
                    partial(reader.ask, check.compares, books),
                    partial(self._sums_again, reader, books),
                )
                verdict.notes += [f"{result.lines} lines", *result.variant.notes]
                verdict.findings.extend(result.findings)
                result.raise_moved(books)
            else:
                verdict.findings.extend(examination.findings())
        except NotComparableError as reason:
            verdict.reason = str(reason)
        return verdict

    def _sums_again(self, reader: StreamReader, books: Books, where: Where | None) -> LedgerSums:
        sums = LedgerSums()
        reader.read_again(ENTRIES, Entry, partial(_into, sums), where)
        self._refer(reader, books)
        return sums


def _figures(reader: StreamReader, comparison: Comparison, books: Books) -> Figures | str:
    """The figures of a report, or why there are none."""
    try:
        return reader.ask(comparison, books)
    except NotComparableError as reason:
        return str(reason)


def _to_all(examinations: Sequence[Examination], stream: str, books: Books, row: Row) -> None:
    if isinstance(row, Entry) and books.is_left_out(row.accounting_exercise_id):
        return
    for examination in examinations:
        examination.add(stream, row)


def _into(sums: LedgerSums, row: Row) -> None:
    if isinstance(row, Entry):
        sums.add(row)
