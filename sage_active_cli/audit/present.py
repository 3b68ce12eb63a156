"""What an audit shows on a terminal: a table for each company, what was found, and progress while it reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sage_active.client import Company
from sage_active_cli.audit.result import CheckResult, CompanyResult, FindingResult, Outcome
from sage_active_cli.console import ERRORS, plain

MOST_SHOWN: Final = 10
INDENT: Final = (0, 0, 0, 6)
STYLES: Final = {Outcome.PASSED: "green", Outcome.FOUND: "bold red", Outcome.NOT_COMPARABLE: "yellow"}


@contextmanager
def progress(company: Company) -> Iterator[Callable[[str, int], None]]:
    """Shows the rows of streams as they come, on stderr if that is a terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    counts: dict[str, int] = {}
    name = plain(company.name).plain
    with Progress(*columns, console=ERRORS, transient=True, disable=not ERRORS.is_terminal) as bar:
        task = bar.add_task(name, total=None)

        def advance(stream: str, rows: int) -> None:
            counts[stream] = counts.get(stream, 0) + rows
            bar.update(task, description=f"{name}: {stream}, {counts[stream]:,} rows")

        yield advance


def rendered(result: CompanyResult) -> Iterator[RenderableType]:
    """A company's table, what was found, and the sum."""
    yield plain(f"{result.name} ({result.id}), {result.market}", "bold")
    yield _table(result)
    for check in result.checks:
        yield from _findings(check)
    yield plain(verdict(result))


def verdict(result: CompanyResult) -> str:
    """The sum of a company in one line."""
    found = {
        severity: sum(len(check.findings) for check in result.checks if check.severity == severity)
        for severity in ("error", "warning", "notice")
    }
    undecided = sum(check.outcome is Outcome.NOT_COMPARABLE for check in result.checks)
    counts = [f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in found.items()]
    return f"{', '.join(counts)}; {undecided} not comparable."


def _table(result: CompanyResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("what", overflow="fold")
    for check in result.checks:
        outcome = f"{len(check.findings):,} found" if check.findings else check.outcome.value
        what = ". ".join(part for part in (check.title, check.reason, "; ".join(check.notes)) if part)
        table.add_row(check.check, check.severity.value, plain(outcome, STYLES.get(check.outcome, "")), plain(what))
    return table


def _findings(check: CheckResult) -> Iterator[RenderableType]:
    for finding in check.findings[:MOST_SHOWN]:
        yield plain(f"{check.check:<5} {finding.problem}")
        if details := _details(finding):
            yield Padding(plain(details), INDENT)
    more = len(check.findings) - MOST_SHOWN
    if more > 0:
        yield plain(f"{check.check:<5} and {more:,} more; --json shows all of them")


def _details(finding: FindingResult) -> str:
    row = " ".join(part for part in (finding.number, f"({finding.id})" if finding.id else "") if part)
    values = (
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("difference", finding.difference),
    )
    parts = [f"{finding.object} {row}".strip() if row else "", *(f"{name} {value}" for name, value in values if value)]
    return ", ".join(part for part in parts if part)
