"""The company that is written to, as the rules see it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sage_active_sandbox.data.maker import day
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.store import Company, Row, Store, Table
from sage_active_sandbox.switches import Switches
from sage_active_sandbox.writing.refusals import refused


@dataclass(frozen=True)
class Target:
    """The company in which a record is written, with the switches in force. Use it under the store's lock."""

    store: Store
    company: Company
    switches: Switches

    @property
    def market(self) -> Market:
        """The vocabulary and rules of the company's market."""
        return MARKETS[self.company.market]

    def table(self, type_name: str) -> Table:
        """Rows of one type of the company."""
        return self.store.table(self.company.id, type_name)

    def first(self, type_name: str, **members: Any) -> Row | None:
        """The first row with these members."""
        rows = self.table(type_name).values()
        return next((row for row in rows if all(row.get(name) == value for name, value in members.items())), None)

    def first_id(self, type_name: str, **members: Any) -> str | None:
        """The id of the first row with these members."""
        row = self.first(type_name, **members)
        return None if row is None else row["id"]

    def found(self, type_name: str, row_id: str, member: str = "id") -> Row:
        """The row with this id, which the input names as ``member``; RefusedError if there is none."""
        row = self.table(type_name).get(row_id)
        if row is None:
            raise refused("notFound", member, value=row_id)
        return row

    def day(self, moment: datetime) -> datetime:
        """The day that an input names, as it is kept: as it is written, or in UTC (switch offset_days)."""
        written = self.switches.offset_days == "written"
        return day(moment.replace(tzinfo=UTC) if written else moment.astimezone(UTC))

    def today(self) -> datetime:
        """The server's day."""
        return day(self.store.clock.now())

    def stamped(self, values: Mapping[str, Any]) -> Row:
        """An owned child with id and dates."""
        return {
            "id": str(uuid.uuid4()),
            "creationDate": self.store.clock.now(),
            "modificationDate": None,
            **values,
        }

    def replace_changed(self, type_name: str, row: Row) -> None:
        """Store a changed copy; a change of nothing but its children may leave its own date (switch)."""
        stored = self.table(type_name)[row["id"]]
        itself = any(value != stored.get(name) for name, value in row.items() if not isinstance(value, list))
        self.store.replace(self.company.id, type_name, row, stamp=itself or self.switches.parent_dates_move)

    def next_number(self, series: str, taken: set[Any], pattern: str, start: int) -> str:
        """The series' next free number; assigned numbers are never given out again."""
        number = self.company.counters.get(series, start)
        while pattern.format(n=number) in taken:
            number += 1
        self.company.counters[series] = number + 1
        return pattern.format(n=number)


Operation = Callable[[Target, Mapping[str, Any]], Row]
"""A mutation: what it does with its input in a company, and the row that it answers."""
