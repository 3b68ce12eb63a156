"""What an audit shows: a table for each company, and what was found."""

from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table

from sage_active_cli.audit.result import CheckResult, CompanyResult, FindingResult, Outcome
from sage_active_cli.console import plain

MOST_SHOWN: Final = 10
INDENT: Final = (0, 0, 0, 6)
STYLES: Final = {Outcome.PASSED: "green", Outcome.FOUND: "bold red", Outcome.NOT_COMPARABLE: "yellow"}


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
