"""A warehouse in which raw tables stand as a destination writes them, and over them the models."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from sql.dialects import DUCKDB, Dialect
from sql.generate import FOLDER

Row = dict[str, Any]
Schema = Mapping[str, Any]
# Types of JSON schema -> what a destination makes of them; whatever is not among them is stored as JSON.
TYPES: Final = {"string": "TEXT", "integer": "BIGINT", "number": "DECIMAL(38, 9)", "boolean": "BOOLEAN"}
MOMENT: Final = "TIMESTAMPTZ"


class Warehouse(Protocol):
    """What the tests need of a warehouse."""

    dialect: Dialect

    def load(self, name: str, schema: Schema, rows: Sequence[str]) -> None:
        """Make a raw table and fill it with rows, each the text of a JSON object."""

    def execute(self, sql: str) -> None:
        """Run a statement."""

    def query(self, sql: str) -> list[Row]:
        """The rows of a query by their columns."""

    def types(self, sql: str) -> dict[str, str]:
        """The types of the columns of a query, as the warehouse calls them."""


class DuckDB:
    """DuckDB in memory. The session has a time zone behind UTC, so that a day that depends on it is noticed."""

    dialect = DUCKDB

    def __init__(self, folder: Path, moment: str = MOMENT) -> None:
        self._folder = folder
        self._moment = moment
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'America/New_York'")

    def load(self, name: str, schema: Schema, rows: Sequence[str]) -> None:
        """Make a raw table and fill it with rows, each the text of a JSON object."""
        types = columns(schema, "JSON", self._moment)
        declared = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        self._connection.execute(f'CREATE TABLE "{name}" ({declared})')
        if not rows:
            return
        path = self._folder / f"{name}.jsonl"
        path.write_text("\n".join(rows), encoding="utf-8")
        read = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
        self._connection.execute(
            f"INSERT INTO \"{name}\" SELECT * FROM read_json('{path}', columns={{{read}}}, format='newline_delimited')"
        )

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql)

    def query(self, sql: str) -> list[Row]:
        """The rows of a query by their columns."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def types(self, sql: str) -> dict[str, str]:
        """The types of the columns of a query, as the warehouse calls them."""
        return {column[0]: str(column[1]) for column in self._connection.execute(sql).description or ()}


def columns(schema: Schema, json_type: str, moment: str) -> dict[str, str]:
    """The columns of a raw table, and their types; `moment` is the type of dates."""
    return {name: _type(member, json_type, moment) for name, member in schema["properties"].items()}


def create_models(warehouse: Warehouse, without: Iterable[str] = ()) -> None:
    """Create the models from the committed files."""
    left_out = set(without)
    for path in sorted((FOLDER / warehouse.dialect.name).glob("*.sql")):
        if path.stem.partition("_")[2] not in left_out:
            warehouse.execute(path.read_text(encoding="utf-8"))


def _type(member: Mapping[str, Any], json_type: str, moment: str) -> str:
    kinds = member["type"] if isinstance(member["type"], list) else [member["type"]]
    values = [kind for kind in kinds if kind != "null"]
    if len(values) != 1:
        return json_type
    return moment if member.get("format") == "date-time" else TYPES.get(values[0], json_type)
