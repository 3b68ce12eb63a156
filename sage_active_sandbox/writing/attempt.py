"""One create or update under way."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target


@dataclass
class Attempt:
    """What the rules look at and work on.

    ``row`` already has the members that were ``sent`` and is completed by the rules; ``before`` is the stored row, None
    on create; what is wrong is noted in ``problems``. What the write does to other rows is kept in ``changed`` and
    ``added`` until the row itself is stored.
    """

    type_name: str
    row: Row
    before: Row | None
    sent: Mapping[str, Any]
    target: Target
    problems: Problems = field(default_factory=Problems)
    changed: dict[tuple[str, str], Row] = field(default_factory=dict)
    added: list[tuple[str, Row]] = field(default_factory=list)

    def fill_defaults(self, unique: Iterable[str], defaults: Mapping[str, Any]) -> None:
        """Fill what the server fills, and note members whose value another row has."""
        for name, value in defaults.items():
            if self.row.get(name) is None:
                self.row[name] = value
        for name in unique:
            value = self.row.get(name)
            if value is not None and any(other.get(name) == value for other in self.others()):
                self.problems.add("codeTaken", name, value=value)

    def others(self, *type_names: str) -> list[Row]:
        """All other rows of the types, by default of the own one."""
        own_id = self.row.get("id")
        tables = (self.target.table(name) for name in type_names or (self.type_name,))
        return [row for table in tables for row in table.values() if row["id"] != own_id]

    def changing(self, type_name: str, row_id: str) -> Row | None:
        """The copy of another row that the rules change, the same one each time; None if there is no such row."""
        stored = self.target.table(type_name).get(row_id)
        if stored is None:
            return None
        return self.changed.setdefault((type_name, row_id), copy.deepcopy(stored))

    def store_effects(self) -> None:
        """Store what the write does to other rows."""
        for (type_name, _), row in self.changed.items():
            self.target.replace_changed(type_name, row)
        for type_name, row in self.added:
            self.target.store.insert(self.target.company.id, type_name, row)
