"""Several rows with the key of one record, where no row is ever changed or removed."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from destination_sage_active.plan.diff import Rules, patch
from destination_sage_active.plan.rows import by_age, row_id
from destination_sage_active.record.rejection import Twice
from sage_active.resources.keys import at
from sage_active.writing import Row, Writable, WriteModel


def of_one_content(model: WriteModel, values: Row, existing: Sequence[Row], rules: Rules) -> Sequence[Row]:
    """The rows that count: that with the record's content, where there is one; else all of them.

    Raises `Twice` where several have its content.
    """
    equal = [row for row in existing if not patch(model.fields, values, row, rules).changed]
    if len(equal) > 1:
        raise Twice([row_id(model, row) for row in by_age(equal)])
    return equal or existing


def alike(model: WriteModel, rows: Sequence[Row]) -> list[Row]:
    """Those of the rows of one key that have the content of another one, the earliest first."""
    rules = Rules(is_final=True, keys=model.naming)
    found = {
        row_id(model, row): row
        for one, other in combinations(rows, 2)
        if not patch(model.fields, _as_sent(model.fields, one), other, rules).changed
        for row in (one, other)
    }
    return by_age(found.values())


def _as_sent(writables: Sequence[Writable], row: Row) -> dict[str, Any]:
    """What a create would send of a row."""
    values = {writable.name: at(row, writable.path or (writable.name,)) for writable in writables}
    for writable in writables:
        if writable.sums:
            values[writable.name] = [_as_sent(writable.children, child) for child in values[writable.name] or ()]
    return values
