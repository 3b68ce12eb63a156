"""A pass in which each row counts once, although the engine may deliver rows again; and members that are left out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from sage_active.attempts import Span
from sage_active.client import Client, Company, Page, Reading, ReadRequest, Summary
from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import row_fields
from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active_cli.audit.check import NotComparableError
from sage_active_cli.audit.exact_pass import ExactPass, RowsMovedError
from sage_active_cli.audit.lean import lean, refused
from sage_active_cli.audit.rows import Entry
from sage_active_cli.audit.stream_reader import members_needed
from sage_active_cli.audit.table import CHECKS

COMPANY = Company("c", "Company", "DE", None, usable=True)
ENTRIES = RESOURCE_BY_NAME["journal_entries"]


def page(*rows: tuple[str, int]) -> Page:
    """A page of entries, by id and number."""
    encoded = [json.dumps({"id": key, "number": number}).encode() for key, number in rows]
    return Page(encoded, [key for key, _ in rows], [None] * len(rows))


@dataclass
class ScriptedReading:
    """Delivers these pages: of each part, and of the rest. `delivered`: how many rows the engine has counted."""

    contents: Sequence[Sequence[Page]]
    last: Sequence[Page]
    delivered: int
    windows: Sequence[Span] = ()
    started_at: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.contents)

    def part(self, index: int) -> Iterator[Page]:
        """The pages of a part."""
        return iter(self.contents[index])

    def rest(self) -> Iterator[Page]:
        """The pages after all parts."""
        return iter(self.last)

    def summary(self) -> Summary:
        """What was delivered."""
        return Summary(None, self.delivered, None, ())


@dataclass
class ScriptedClient:
    """Opens one reading."""

    reading: Reading

    def open(self, request: ReadRequest) -> Reading:
        """The reading."""
        return self.reading


def numbers(reading: ScriptedReading) -> list[int]:
    """The numbers of the rows that are taken, each once."""
    taken: list[Entry] = []
    client = cast("Client", ScriptedClient(reading))
    ExactPass(client, COMPANY, ENTRIES, Entry, taken.append).run(2, lambda _: None)
    return sorted(row.number or 0 for row in taken)


def test_a_window_that_is_read_again_counts_once_in_its_last_version() -> None:
    again = [page(("a", 1), ("b", 2)), page(("a", 1), ("b", 3)), page(("c", 4))]
    assert numbers(ScriptedReading([again, [page(("d", 5))]], [page(("e", 6))], 5)) == [1, 3, 4, 5, 6]


@pytest.mark.parametrize("delivered", [1, 3])
def test_rows_that_come_and_go_are_noticed(delivered: int) -> None:
    with pytest.raises(RowsMovedError):
        numbers(ScriptedReading([[page(("a", 1), ("b", 2))]], [], delivered))


def test_a_row_that_came_in_two_windows_is_noticed() -> None:
    with pytest.raises(RowsMovedError):
        numbers(ScriptedReading([[page(("a", 1))]], [page(("a", 1), ("b", 2))], 2))


def test_a_row_of_another_shape_is_named() -> None:
    odd = Page([b'{"id": "a", "number": "x"}'], ["a"], [None])
    with pytest.raises(NotComparableError, match="row 1 of page 1"):
        numbers(ScriptedReading([], [odd], 1))


def test_only_what_is_needed_is_asked_for() -> None:
    contract, paths = Contract(), ("number", "accountingEntryLines.debitAmount")
    binding = lean(contract, ENTRIES, paths, {"number": {"eq": 1}}).on(DIRECT)
    fields = row_fields(contract, binding)
    assert {member.name for member in fields} == {
        "id",
        "creationDate",
        "modificationDate",
        "number",
        "accountingEntryLines",
    }
    (lines,) = (member for member in fields if member.name == "accountingEntryLines")
    assert [member.name for member in lines.children] == ["debitAmount"]
    assert binding.where == {"number": {"eq": 1}}
    dropped = ["AccountingEntryLine.debitAmount", "AccountingEntryLine.creditAmount"]
    assert refused(contract, binding, paths, dropped) == ["accountingEntryLines.debitAmount"]


def test_the_contract_has_what_checks_need() -> None:
    contract = Contract()
    needed: dict[str, Any] = dict(members_needed(CHECKS))
    for stream, paths in needed.items():
        lean(contract, RESOURCE_BY_NAME[stream], paths)
