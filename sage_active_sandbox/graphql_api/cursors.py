"""Opaque cursors: an encoded index, or the encoded values of the sort key (switch cursors)."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from graphql import GraphQLError

from sage_active_sandbox.graphql_api.order import SortKey, position
from sage_active_sandbox.graphql_api.rows import Scope
from sage_active_sandbox.store import Row


class Cursors(Protocol):
    """Translation between cursors and places in the sorted result set; an unreadable cursor raises GraphQLError."""

    def text(self, index: int) -> str:
        """Cursor of the row at this index."""

    def after(self, cursor: str) -> int:
        """Index of the first row behind the cursor."""

    def before(self, cursor: str) -> int:
        """Index just behind the last row in front of the cursor."""


class IndexCursors:
    """The server's default: the index in the result set, so every row that disappears shifts the rest."""

    def text(self, index: int) -> str:
        """Cursor of the row at this index."""
        return base64.b64encode(str(index).encode()).decode()

    def after(self, cursor: str) -> int:
        """Index of the first row behind the cursor."""
        return self._index("after", cursor) + 1

    def before(self, cursor: str) -> int:
        """Index just behind the last row in front of the cursor."""
        return self._index("before", cursor)

    def _index(self, argument: str, cursor: str) -> int:
        try:
            text = base64.b64decode(cursor, validate=True)
            if not text.isdigit():
                raise invalid_cursor(argument, cursor)
            return int(text)
        except ValueError as problem:
            raise invalid_cursor(argument, cursor) from problem


class KeysetCursors:
    """Values of the sort key: rows that come and go elsewhere do not shift the page."""

    def __init__(self, rows: list[Row], keys: Sequence[SortKey], scope: Scope) -> None:
        self._rows = rows
        self._keys = keys
        self._scope = scope

    def text(self, index: int) -> str:
        """Cursor of the row at this index."""
        values = [_tagged(key.value(self._rows[index], self._scope)) for key in self._keys]
        return base64.b64encode(json.dumps(values).encode()).decode()

    def after(self, cursor: str) -> int:
        """Index of the first row behind the cursor."""
        return self._position("after", cursor, 1)

    def before(self, cursor: str) -> int:
        """Index just behind the last row in front of the cursor."""
        return self._position("before", cursor, 0)

    def _position(self, argument: str, cursor: str, least: int) -> int:
        try:
            values = [UNTAG[tag](text) for tag, text in json.loads(base64.b64decode(cursor, validate=True))]
            if len(values) != len(self._keys):
                raise invalid_cursor(argument, cursor)
            for index, row in enumerate(self._rows):
                if position(values, self._keys, row, self._scope) >= least:
                    return index
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as problem:
            # Not base64, not JSON, or values of other types than the order has.
            raise invalid_cursor(argument, cursor) from problem
        return len(self._rows)


def _tagged(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "date", value.isoformat()
    if isinstance(value, Decimal):
        return "decimal", str(value)
    return "plain", value


UNTAG: dict[str, Any] = {"date": datetime.fromisoformat, "decimal": Decimal, "plain": lambda value: value}


def invalid_cursor(argument: str, cursor: str) -> GraphQLError:
    """The server's refusal of a cursor it cannot read (code HC0078)."""
    return GraphQLError(
        f"The cursor specified in `{argument}` has an invalid format.",
        extensions={"code": "HC0078", "argument": argument, "cursor": cursor},
    )
