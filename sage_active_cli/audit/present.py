"""What an audit shows: a table for each company, and what was found."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sage_active.counted import counted
from sage_active_cli.audit.check import Severity
from sage_active_cli.audit.result import CheckResult, CompanyResult, FindingResult, Outcome
from sage_active_cli.console import plain

MOST_SHOWN: Final = 10
INDENT: Final = (0, 0, 0, 6)
STYLES: Final = {Outcome.PASSED: "green", Outcome.NOT_COMPARABLE: "yellow"}
FOUND_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def rendered(result: CompanyResult) -> Iterator[RenderableType]:
    """A company's table, what was found, and the sum."""
    yield plain(f"{result.name} ({result.id}), {result.market}", "bold")
    yield ""
    yield _table(result)
    yield ""
    for check in result.checks:
        yield from _findings(check)
    yield verdict(result)


def verdict(result: CompanyResult) -> Text:
    """The sum of a company in one line: green where nothing is wrong, else in the colour of the worst."""
    found = {
        severity: sum(len(check.findings) for check in result.checks if check.severity is severity)
        for severity in Severity
    }
    undecided = sum(check.outcome is Outcome.NOT_COMPARABLE for check in result.checks)
    counts = [counted(number, severity.value, f"{severity.value}s") for severity, number in found.items()]
    worst = next((FOUND_STYLES[severity] for severity in (Severity.ERROR, Severity.WARNING) if found[severity]), None)
    style = worst or ("yellow" if undecided else "green")
    return plain(f"{', '.join(counts)}; {undecided:,} not comparable.", style)


def _table(result: CompanyResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("what", overflow="fold")
    for check in result.checks:
        outcome = f"{len(check.findings):,} found" if check.findings else check.outcome.value
        style = FOUND_STYLES[check.severity] if check.findings else STYLES.get(check.outcome, "")
        what = "; ".join(part for part in (check.title, check.reason, *check.notes) if part)
        table.add_row(check.check, check.severity.value, plain(outcome, style), plain(what))
    return table


def _findings(check: CheckResult) -> Iterator[RenderableType]:
    for problem, findings in groupby(check.findings[:MOST_SHOWN], lambda finding: finding.problem):
        yield plain(f"{check.check:<5} {problem}")
        for finding in findings:
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
