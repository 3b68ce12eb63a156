"""One create or update under way."""

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
    on create; what is wrong is noted in ``problems``.
    """

    type_name: str
    row: Row
    before: Row | None
    sent: Mapping[str, Any]
    target: Target
    problems: Problems = field(default_factory=Problems)

    def settle(self, unique: Iterable[str], defaults: Mapping[str, Any]) -> None:
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
