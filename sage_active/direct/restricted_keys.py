"""Filters by keys where a list knows AND only, each member once, and has no filter for some members of the key.

Source: docs/reference/files.md, "List of files".
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sage_active.direct.filters import Where
from sage_active.direct.key_filters import literal, nested
from sage_active.resources.keys import Key
from sage_active.writing import FieldKind, WriteModel, is_uuid


def restricted(model: WriteModel, key: Key, values: Sequence[str]) -> Iterator[Where]:
    """Filters that together select all rows whose key is one of `values`, and others with them."""
    *grouping, listed = key.filtered
    kinds = model.key_kinds
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    for value in values:
        parts = dict(zip(key.members, key.parts(value), strict=True))
        # The server refuses a whole filter for one value that is not one of its ids.
        if all(is_uuid(parts[member]) for member in key.filtered if kinds.get(member) is FieldKind.ID):
            groups.setdefault(tuple(parts[member] for member in grouping), {})[parts[listed]] = None
    for group, found in groups.items():
        same: dict[str, Any] = {}
        for member, part in zip(grouping, group, strict=True):
            same |= nested(key.path(member), {"eq": literal(kinds.get(member), part)})
        parts_listed = [literal(kinds.get(listed), part) for part in found]
        for start in range(0, len(parts_listed), key.most_listed):
            yield {**same, **nested(key.path(listed), {"in": parts_listed[start : start + key.most_listed]})}
