"""The shape of a check: what it finds in SQL, and the broken row by which it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class Spoiled:
    """A row that is broken on purpose.

    ``pick`` is a query for the id of a row of ``type_name`` that fits; ``changes`` are members of the row, or of the
    first of its children ``child``. A text "+1" adds to the number that is there, "-" turns it. With ``stale`` the row
    is changed after it was read, so that only reports know of it.
    """

    type_name: str
    pick: str
    changes: Mapping[str, Any]
    child: str | None = None
    stale: bool = False


@dataclass(frozen=True)
class Check:
    """One check: a query whose rows are findings.

    ``consequences`` are the ids of other checks that may find the spoiled row too. ``market`` limits a check to one
    market. With ``informs`` findings are no mistakes: there may be some.
    """

    id: str
    title: str
    severity: Severity
    sql: str
    spoiled: Spoiled
    consequences: frozenset[str] = field(default_factory=frozenset)
    market: str | None = None
    informs: bool = False
