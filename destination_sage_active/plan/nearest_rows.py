"""Rows whose key is nearly that of a record: of what tells rows apart they have a part in common (`Key.apart`)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from destination_sage_active.record.key import RecordKey
from sage_active.writing import Row, WriteModel


def nearest_rows(model: WriteModel, name: str, known: Mapping[str, Sequence[Row]]) -> Callable[[RecordKey], Row | None]:
    """Finds such a row for a key. `name`: that of the keys; `known`: the rows by the values of their keys."""
    key = model.natural_key(name)
    by_members: defaultdict[tuple[str, ...], list[tuple[frozenset[str], Row]]] = defaultdict(list)
    for value, rows in known.items():
        if value and (apart := key.apart_in(value)):
            by_members[key.parts(value)] += [(apart, row) for row in rows]

    def nearest(wanted: RecordKey) -> Row | None:
        apart = key.apart_in(wanted.value)
        return next(
            (row for other, row in by_members.get(key.parts(wanted.value), ()) if not apart.isdisjoint(other)), None
        )

    return nearest
