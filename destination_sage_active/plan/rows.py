"""Rows as Sage Active has them: their ids, the values that find them, the marks that they carry, their age."""

from collections.abc import Iterable
from typing import Final

from destination_sage_active.record.marker import markers
from sage_active.moments import parse_utc
from sage_active.writing import Row, WriteModel, key_text

EARLIEST: Final = "0001-01-01T00:00:00Z"
# Seconds that this machine's clock may be ahead of the server's.
CLOCK_DOUBT: Final = 60.0


def row_id(model: WriteModel, row: Row) -> str:
    """The id of a row as the API wrote it; two that differ in case alone are one."""
    return str(row[model.resource.key(model.connection)])


def found_by(model: WriteModel, member: str, row: Row) -> list[str]:
    """The values that find a row: its member's, in its one form, or each marker that it carries."""
    return markers(key_text(row.get(member))) if member == model.marker else [model.key_value(member, row)]


def marks_of(model: WriteModel, row: Row) -> frozenset[str]:
    """The marks that a document carries."""
    return frozenset(found_by(model, model.marker, row)) if model.marker else frozenset()


def carries(model: WriteModel, row: Row, *marks: str) -> bool:
    """Whether a document carries one of these marks."""
    return not marks_of(model, row).isdisjoint(marks)


def is_marked(model: WriteModel, row: Row) -> bool:
    """Whether a document carries any mark."""
    return bool(marks_of(model, row))


def by_age(rows: Iterable[Row]) -> list[Row]:
    """The rows in the order that every run agrees on; the first one stays."""
    return sorted(rows, key=lambda row: (str(row.get("creationDate") or EARLIEST), str(row["id"])))


def is_younger(row: Row, seconds: float, now: float) -> bool:
    """Whether a row may have been created in the last `seconds`; one that does not tell its age may have been."""
    try:
        return parse_utc(str(row.get("creationDate"))).timestamp() > now - seconds - CLOCK_DOUBT
    except ValueError:
        return True
