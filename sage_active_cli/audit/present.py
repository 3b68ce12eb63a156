"""What an audit shows on a terminal: a table for each company, what was found, and progress while it reads."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sage_active.client import Company
from sage_active.escaping import escaped
from sage_active.masking import masked
from sage_active_cli.audit.result import CheckResult, CompanyResult, FindingResult, Outcome
from sage_active_cli.rich_lines import rich_lines
from sage_active_cli.terminal import show

USUAL_WIDTH: Final = 80
NARROWEST: Final = 40
MOST_SHOWN: Final = 10
INDENT: Final = (0, 0, 0, 6)


class Display:
    """Shows results on stdout, and progress on stderr if that is a terminal. `quiet`: no table."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    @contextmanager
    def progress(self, company: Company) -> Iterator[Callable[[str, int], None]]:
        """Receives the rows of streams as they come."""
        console = Console(stderr=True)
        counts: dict[str, int] = {}
        name = _text(company.name)
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress:
            task = progress.add_task(name, total=None)

            def advance(stream: str, rows: int) -> None:
                counts[stream] = counts.get(stream, 0) + rows
                progress.update(task, description=f"{name}: {stream}, {counts[stream]:,} rows")

            yield advance

    def show(self, result: CompanyResult) -> None:
        """One company. Raises `OutputLostError` when the lines are not taken."""
        if not self._quiet:
            show(*rendered(result, shutil.get_terminal_size((USUAL_WIDTH, 1)).columns), "")


def rendered(result: CompanyResult, width: int) -> list[str]:
    """The lines of a company, none wider than `width`."""
    return rich_lines(_parts(result), max(width, NARROWEST))


def _parts(result: CompanyResult) -> Iterator[RenderableType]:
    yield Text(f"{_text(result.name)} ({_text(result.id)}), {_text(result.market)}")
    yield _table(result)
    for check in result.checks:
        yield from _findings(check)
    yield Text(verdict(result))


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
    encoding = (sys.stdout.encoding or "").lower()
    table = Table(box=box.SIMPLE_HEAD if encoding.startswith("utf") else box.ASCII, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("what", overflow="fold")
    for check in result.checks:
        outcome = f"{len(check.findings):,} found" if check.findings else check.outcome.value
        what = ". ".join(part for part in (check.title, check.reason, "; ".join(check.notes)) if part)
        table.add_row(check.check, check.severity.value, outcome, Text(_text(what)))
    return table


def _findings(check: CheckResult) -> Iterator[RenderableType]:
    for finding in check.findings[:MOST_SHOWN]:
        yield Text(f"{check.check:<5} {_text(finding.problem)}", overflow="fold")
        if details := _details(finding):
            yield Padding(Text(_text(details), overflow="fold"), INDENT)
    more = len(check.findings) - MOST_SHOWN
    if more > 0:
        yield Text(f"{check.check:<5} and {more:,} more; --json shows all of them")


def _details(finding: FindingResult) -> str:
    row = " ".join(part for part in (finding.number, f"({finding.id})" if finding.id else "") if part)
    values = (
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("difference", finding.difference),
    )
    parts = [f"{finding.object} {row}".strip() if row else "", *(f"{name} {value}" for name, value in values if value)]
    return ", ".join(part for part in parts if part)


def _text(text: str) -> str:
    return escaped(masked(text))
