"""Rows that were made or changed while the company was read: what belongs to them may not have been there yet."""

from sage_active.moments import normalize_utc, parse_utc
from sage_active_cli.audit.books import Books
from sage_active_cli.audit.rows import Row


def was_made_since(row: Row, books: Books, stream: str) -> bool:
    """Whether a row was made after a stream was begun to be read."""
    return _is_since(row.creation_date, books, stream)


def was_changed_since(row: Row, books: Books, stream: str) -> bool:
    """Whether a row was made or changed after a stream was begun to be read."""
    return _is_since(row.modification_date, books, stream) or was_made_since(row, books, stream)


def _is_since(date: str | None, books: Books, stream: str) -> bool:
    began, moment = books.began.get(stream), normalize_utc(date)
    return began is not None and moment is not None and parse_utc(moment) >= began.replace(microsecond=0)
