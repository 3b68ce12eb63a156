"""The argument `order`: sort keys through loaders, nulls first when ascending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sage_active_sandbox.graphql_api.presentation import Reader
from sage_active_sandbox.graphql_api.rows import RowFacts, Scope
from sage_active_sandbox.store import Row


@dataclass(frozen=True)
class SortKey:
    """One member of the order: the readers that lead to the value, and the direction."""

    path: tuple[Reader, ...]
    descending: bool

    def value(self, row: Row, scope: Scope) -> Any:
        """The row's value under this key, None where a loader on the way has no row."""
        current: Any = row
        for read in self.path:
            current = None if current is None else read(current, scope)
        return current


def sort_keys(facts: RowFacts, type_name: str, order: Sequence[Mapping[str, Any]] | None) -> list[SortKey]:
    """The keys of an `order` argument, in their order."""
    return [key for item in order or () for key in _keys(facts, type_name, item, ())]


def _keys(facts: RowFacts, type_name: str, item: Mapping[str, Any], path: tuple[Reader, ...]) -> list[SortKey]:
    keys = []
    for name, wanted in item.items():
        if wanted is None:
            continue
        longer = (*path, facts.reader(type_name, name))
        if isinstance(wanted, Mapping):
            keys.extend(_keys(facts, facts.target(type_name, name), wanted, longer))
        else:
            keys.append(SortKey(longer, wanted == "DESC"))
    return keys


def sort_rows(rows: list[Row], keys: Sequence[SortKey], scope: Scope) -> list[Row]:
    """A sorted copy; rows that are equal under all keys keep their order."""
    result = list(rows)
    for key in reversed(keys):
        result.sort(key=lambda row, key=key: _comparable(key.value(row, scope)), reverse=key.descending)  # type: ignore[misc]
    return result


def position(values: Sequence[Any], keys: Sequence[SortKey], row: Row, scope: Scope) -> int:
    """-1, 0 or 1: does the row come before, at, or after the place that the key values name."""
    for wanted, key in zip(values, keys, strict=True):
        mine, theirs = _comparable(key.value(row, scope)), _comparable(wanted)
        if mine != theirs:
            return -1 if (mine < theirs) is not key.descending else 1
    return 0


def _comparable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)
