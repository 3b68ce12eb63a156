"""Tables by field: what is declared for a name, for a field of one type, or of all types with an ending."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

ANY: Final = "*"


def entries_for(owner: str, name: str) -> Iterator[str]:
    """How tables may call a field, the most exact first: `SalesOrderLine.status`, `*Line.status`, `status`."""
    yield f"{owner}.{name}"
    for start in range(1, len(owner)):
        yield f"{ANY}{owner[start:]}.{name}"
    yield name


def entry_of(table: Mapping[str, object] | Collection[str], owner: str, name: str) -> str | None:
    """The most exact entry of a table for a field; None without any."""
    return next((entry for entry in entries_for(owner, name) if entry in table), None)
