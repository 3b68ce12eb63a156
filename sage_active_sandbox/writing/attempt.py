"""One create or update under way."""

from collections.abc import Mapping
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

    def others(self, *type_names: str) -> list[Row]:
        """All other rows of the types, by default of the own one."""
        own_id = self.row.get("id")
        tables = (self.target.table(name) for name in type_names or (self.type_name,))
        return [row for table in tables for row in table.values() if row["id"] != own_id]
