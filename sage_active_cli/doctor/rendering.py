"""The doctor's table, as wide as the terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.table import Table

from sage_active.counted import counted
from sage_active.markets import CONNECTION_LABELS
from sage_active_cli.console import plain
from sage_active_cli.doctor.question import NOT_ASKED, NOT_SEEN, ODD, REFUSED
from sage_active_cli.doctor.report import OwnLine, OwnReport

# Columns with their share of the width.
HEAD: Final = {"what": 6, "sources say": 8, "this service": 9, "the connector": 8}
WIDEST: Final = 160
# What stands out. That the sources are right, or which of them is, changes nothing for the user.
STYLES: Final = {NOT_SEEN: "bright_black", REFUSED: "yellow", NOT_ASKED: "bold red", ODD: "bold red"}
# Of the names of a contract that a cell lists.
MOST_NAMES: Final = 8


def rendered(report: OwnReport) -> Iterator[RenderableType]:
    """The tables, one for each company."""
    for (company, connection, market), lines in groupby(report.lines, _of_a_table):
        yield plain(f"{company}, {market}, {CONNECTION_LABELS[connection]}", "bold")
        yield ""
        yield _table(list(lines))
        yield ""
    yield plain(f"{_counts(report.lines)}; {counted(report.requests, 'request', 'requests')}.")


def _counts(lines: Sequence[OwnLine]) -> str:
    questions = counted(len(lines), "question", "questions")
    kinds = {NOT_SEEN: "not to be seen here", REFUSED: "refused", NOT_ASKED: "not asked", ODD: "answered oddly"}
    numbers = {name: sum(line.outcome == outcome for line in lines) for outcome, name in kinds.items()}
    return "; ".join((questions, *(f"{number:,} {name}" for name, number in numbers.items() if number)))


def _of_a_table(line: OwnLine) -> tuple[str, str, str]:
    return line.company, line.connection, line.market


def _table(lines: Sequence[OwnLine]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, expand=True, show_lines=False, pad_edge=False, padding=(0, 1))
    for title, share in HEAD.items():
        table.add_column(title, ratio=share, overflow="fold")
    for line in lines:
        style = STYLES.get(line.outcome, "")
        service, connector = plain(_service(line), style), plain(line.connector, style)
        table.add_row(plain(line.fact, "bold"), plain(line.sources), service, connector, end_section=True)
    return table


def _service(line: OwnLine) -> str:
    more = f", and {len(line.names) - MOST_NAMES} more" if len(line.names) > MOST_NAMES else ""
    names = f"{', '.join(line.names[:MOST_NAMES])}{more}"
    return "; ".join(part for part in (line.service, names, line.detail) if part)
