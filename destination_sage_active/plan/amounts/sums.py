"""What lists add up to, where Sage Active joins their elements (`Writable.sums`)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from destination_sage_active.plan.amounts.exact import EXACT, ZERO, decimal_of, format_amount, sum_of
from sage_active.resources.keys import at
from sage_active.writing import Row, Sums, Writable, key_text

# How many differences a message names.
MOST_NAMED: Final = 3
Amounts = dict[tuple[str, ...], Decimal]


def unequal_sums(writable: Writable, sums: Sums, sent: Sequence[Row], has: Sequence[Row]) -> str | None:
    """Where the sums of a record and of Sage Active differ, in one phrase; None where they do not."""
    paths = {child.name: child.path or (child.name,) for child in writable.children}
    record = _sums(sums, sent, lambda row, name: row.get(name))
    stored = _sums(sums, has, lambda row, name: at(row, paths[name]))
    unlike = sorted(key for key in record.keys() | stored.keys() if _of(record, key) != _of(stored, key))
    if not unlike:
        return None
    named = [
        f"{' '.join(filter(None, key))} {format_amount(_of(record, key))} in the record "
        f"and {format_amount(_of(stored, key))} in Sage Active"
        for key in unlike[:MOST_NAMED]
    ]
    return "; ".join([*named, *([f"and {len(unlike) - MOST_NAMED} more"] if len(unlike) > MOST_NAMED else [])])


def _sums(sums: Sums, rows: Iterable[Row], value_of: Callable[[Row, str], Any]) -> Amounts:
    found: Amounts = defaultdict(lambda: ZERO)
    for row in rows:
        key = tuple(key_text(value_of(row, name)) for name in sums.by)
        amount = EXACT.subtract(
            decimal_of(value_of(row, sums.added)) or ZERO, decimal_of(value_of(row, sums.subtracted)) or ZERO
        )
        found[key] = EXACT.add(found[key], amount)
    return found


def _of(amounts: Amounts, key: tuple[str, ...]) -> Decimal:
    return amounts.get(key, ZERO)


def total_of(rows: Iterable[Row], member: str) -> Decimal:
    """What one member of the elements of a list adds up to."""
    return sum_of(decimal_of(row.get(member)) or ZERO for row in rows)
