"""Reads the streams of one company for its checks, and remembers why one cannot be read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sage_active.client import Company
from sage_active.direct.client import DirectClient
from sage_active.errors import SageActiveError
from sage_active.faults import Concern
from sage_active.markets import DIRECT
from sage_active.resources.resource import Where
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Check, NotComparableError
from sage_active_cli.audit.comparison import Comparison, Figures
from sage_active_cli.audit.exact_pass import ExactPass, report_rows
from sage_active_cli.audit.lean import lean, refused
from sage_active_cli.audit.rows import Row

REPORT_MEMBERS: Final = ("debitAmount", "creditAmount")
# What a progress display is told: the stream, and how many of its rows have come.
Progress = Callable[[str, int], None]


def members_needed(checks: Sequence[Check]) -> Mapping[str, frozenset[str]]:
    """What the checks look at, by stream."""
    needed: dict[str, frozenset[str]] = {}
    for check in checks:
        for stream, paths in check.needs.items():
            needed[stream] = needed.get(stream, frozenset()) | frozenset(paths)
    return needed


class StreamReader:
    """The streams of one company, with those members alone that are needed."""

    def __init__(
        self,
        client: DirectClient,
        company: Company,
        needed: Mapping[str, frozenset[str]],
        workers: int,
        progress: Progress,
    ) -> None:
        self._client = client
        self._company = company
        self._needed = needed
        self._workers = workers
        self._progress = progress
        self._unreadable: dict[str, str] = {}
        self._dropped: dict[str, list[str]] = {}
        self.rows: dict[str, int] = {}

    def read(self, stream: str, kind: type[Row], take: Callable[[Row], None], books: Books) -> None:
        """Reads a stream once; remembers why, where it cannot be read.

        Raises `SageActiveError` for what concerns the whole connection, and `RowsMovedError`.
        """
        try:
            self.read_again(stream, kind, take, None, books)
        except NotComparableError as reason:
            self._unreadable[stream] = str(reason)

    def read_again(
        self, stream: str, kind: type[Row], take: Callable[[Row], None], where: Where | None, books: Books | None = None
    ) -> None:
        """The same, with a filter. Raises `NotComparableError` where it cannot be read."""
        resource, paths = RESOURCE_BY_NAME[stream], self._needed[stream]
        if not resource.on(DIRECT).is_in(self._company.market):
            raise NotComparableError(f"`{stream}` does not exist in this market")
        try:
            reading = ExactPass(
                self._client, self._company, lean(self._client.contract, resource, paths, where), kind, take
            )
            if books is not None:
                books.began[stream] = reading.started_at
            self.rows[stream] = reading.run(self._workers, lambda number: self._progress(stream, number))
        except SageActiveError as error:
            raise self._reason(error, stream) from None
        self._dropped[stream] = refused(self._client.contract, resource.on(DIRECT), paths, reading.dropped)

    def ask(self, comparison: Comparison, books: Books) -> Figures:
        """The figures of a report. Raises `NotComparableError` where it cannot be made."""
        resource = comparison.report(books)
        if resource is None:
            return {}
        try:
            rows, dropped = report_rows(self._client, self._company, resource, comparison.kind)
        except SageActiveError as error:
            raise self._reason(error, resource.name) from None
        if missing_fields := refused(self._client.contract, resource.on(DIRECT), REPORT_MEMBERS, dropped):
            raise NotComparableError(f"the service does not have {', '.join(missing_fields)} of `{resource.name}`")
        self._progress(resource.name, len(rows))
        return comparison.figures(rows, books)

    def reason_against(self, check: Check) -> str | None:
        """Why a check cannot be made; None where it can."""
        for stream, paths in check.needs.items():
            if stream in self._unreadable:
                return self._unreadable[stream]
            gone = [path for path in self._dropped.get(stream, ()) if path in paths]
            if gone:
                return f"the service does not have {', '.join(gone)} of `{stream}`"
        return None

    def _reason(self, error: SageActiveError, stream: str) -> NotComparableError:
        """Why a stream cannot be read. Raises the error where it is not about the stream."""
        located = error.located(stream, self._company.label)
        if error.fault.concerns is Concern.CONNECTION:
            raise located from None
        return NotComparableError(str(located))
