"""Members that rows have elsewhere than under the names that writes give them (`Writable.found_at`)."""

from collections.abc import Sequence
from typing import Any

from sage_active.resources.keys import at
from sage_active.writing import Row, Writable


def in_place(row: Row, writables: Sequence[Writable]) -> Row:
    """A row with these members under the names that writes give them as well, at any depth."""
    added: dict[str, Any] = {}
    for writable in writables:
        if writable.found_at and writable.found_at[0] in row:
            added[writable.name] = at(row, writable.found_at)
        elif writable.many and any(child.found_at for child in writable.children) and row.get(writable.name):
            added[writable.name] = [in_place(child, writable.children) for child in row[writable.name]]
    return {**row, **added} if added else row


def loaders(members: Sequence[str]) -> frozenset[str]:
    """The objects beside these ids: `tax` beside `taxId`."""
    return frozenset(member.removesuffix("Id") for member in members)
