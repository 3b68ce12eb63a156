"""Counts over rows that come and go between any two answers: none that is there is reported, and none twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Company
from sage_active.direct.aliased import Ok
from sage_active.direct.contract import Contract
from sage_active.direct.query import RootField, Variable
from sage_active.direct.recounting import Recounting
from sage_active.direct.rounds import ask_together
from sage_active.existing import Existing
from sage_active.moments import format_utc
from sage_active.resources.resource import DirectResource, Resource

CONTRACT: Final = Contract()
COMPANY: Final = Company("c1", "Muster GmbH", "DE", "READY", True)
ROOTS: Final = [
    Resource(name=root, direct=DirectResource(root=root, type=kind))
    for root, kind in (("customers", "Customer"), ("suppliers", "Supplier"))
]
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=timezone.utc)
DELAY: Final = timedelta(minutes=1)
# Before each answer: rows that come, and which of those that are there go.
MOVES: Final = st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 50), max_size=2)), max_size=40)


@dataclass
class Table:
    """Rows by their creation dates; `gone`: those that were deleted. It moves before each answer."""

    moves: list[tuple[int, list[int]]]
    now: datetime = BEGINNING
    rows: dict[int, datetime] = field(default_factory=dict)
    gone: dict[int, datetime] = field(default_factory=dict)

    def move(self) -> None:
        """The next move."""
        self.now += timedelta(seconds=1)
        arriving, leaving = self.moves.pop(0) if self.moves else (0, [])
        for _ in range(arriving):
            self.rows[len(self.rows) + len(self.gone)] = self.now
        for choice in leaving:
            if self.rows:
                number = sorted(self.rows)[choice % len(self.rows)]
                self.gone[number] = self.rows.pop(number)

    def ask(self, fields: Mapping[Any, RootField], company: Company, purpose: str, decoder: Any) -> dict[Any, Any]:
        """Answers one root field after the other."""
        outcomes = {}
        for key, root_field in fields.items():
            self.move()
            found = sorted(date for date in self.rows.values() if _passes(root_field.arguments["where"], date))
            nodes = [{"date": format_utc(found[-1])}] if found else []
            outcomes[key] = Ok(decoder.decode(_json(len(found), nodes)), self.now)
        return outcomes


def _json(count: int, nodes: Any) -> bytes:
    return f'{{"totalCount":{count},"nodes":{nodes}}}'.replace("'", '"').encode()


def _passes(where: Any, date: datetime) -> bool:
    if "or" in where:
        return any(_passes(part, date) for part in where["or"])
    bounds: dict[str, Variable | None] = where["creationDate"]
    if "eq" in bounds:
        return False
    return all(
        variable is not None
        and (
            date < datetime.fromisoformat(variable.value)
            if name == "lt"
            else date >= datetime.fromisoformat(variable.value)
        )
        for name, variable in bounds.items()
    )


@given(moves=MOVES, pauses=st.lists(st.integers(0, 300), min_size=2, max_size=8))
def test_every_row_that_was_counted_is_reported_once_when_it_is_gone(
    moves: list[tuple[int, list[int]]], pauses: list[int]
) -> None:
    table = Table(moves)
    recounting = Recounting(CONTRACT)
    last: dict[Resource, Existing | None] = dict.fromkeys(ROOTS)
    reported = dict.fromkeys(ROOTS, 0)
    # The last runs find a table that stands still.
    for pause in (*pauses, 600, 600):
        if pause == 600:
            table.moves.clear()
        table.now += timedelta(seconds=pause)
        inquiry = recounting.recounts(last, table.now - DELAY)
        (recounts,) = ask_together(table, COMPANY, inquiry)  # type: ignore[arg-type]
        for resource, recount in recounts.items():
            known = last[resource]
            if known is not None and recount.left is not None:
                reported[resource] += max(0, known.count - recount.left)
            last[resource] = recount.existing
        assert all(number <= len(table.gone) for number in reported.values())
    for resource in ROOTS:
        existing = last[resource]
        assert existing is not None
        assert existing.count == sum(date < existing.at for date in table.rows.values())
