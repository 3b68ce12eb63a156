"""Rows as tables of a DuckDB database: one for each type, owned rows in tables of their own with the owner's id."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from sage_active_sandbox.graphql_api.rows import RowFacts

Node = dict[str, Any]

CODE = "AccountingAccountCode"
"""A type that is nothing but a value."""

SQL_TYPES = {
    "Decimal": "DECIMAL(38,6)",
    "Int": "BIGINT",
    "Boolean": "BOOLEAN",
    "DateTime": "TIMESTAMP",
}
"""Types of columns; everything else is text."""

REPORTS = {
    "trial_balance": {
        "exercise_id": "VARCHAR",
        "everything": "BOOLEAN",
        "account_code": "VARCHAR",
        "debit_amount": "DECIMAL(38,6)",
        "credit_amount": "DECIMAL(38,6)",
        "balance": "DECIMAL(38,6)",
    },
    "third_party_balance": {
        "exercise_id": "VARCHAR",
        "third_party_type": "VARCHAR",
        "third_party_id": "VARCHAR",
        "debit_amount": "DECIMAL(38,6)",
        "credit_amount": "DECIMAL(38,6)",
        "balance": "DECIMAL(38,6)",
    },
    "treatment_account": {"treatment_id": "VARCHAR", "account_id": "VARCHAR", "is_input": "BOOLEAN"},
}
"""Tables that are no types, with their columns."""


class Database:
    """Tables in memory; files in the folder carry the rows into them."""

    def __init__(self, facts: RowFacts, folder: Path) -> None:
        self._facts = facts
        self._folder = folder
        self._connection = duckdb.connect()
        self._connection.execute("SET threads TO 1")

    def load(self, type_name: str, rows: Iterable[Node]) -> None:
        """Fill the tables of a type and of everything that it owns."""
        for name, parts in self._parts(type_name, rows).items():
            columns = _columns(self._facts, name)
            empty = self._select(name, columns, [])
            self._connection.execute(f'CREATE TABLE IF NOT EXISTS "{snake(name)}" AS {empty}')
            self._connection.execute(f'INSERT INTO "{snake(name)}" {self._select(name, columns, parts)}')

    def replace(self, type_name: str, before: Node, after: Node) -> set[str]:
        """Put another version of a row, and of what it owns, in its place; the names of the tables."""
        old, new = self._parts(type_name, [before]), self._parts(type_name, [after])
        for name, parts in new.items():
            table = f'"{snake(name)}"'
            column = "id" if name == type_name else "parent_id"
            ids = ", ".join(f"'{row[column]}'" for row in old[name])
            if ids:
                self._connection.execute(f"DELETE FROM {table} WHERE {column} IN ({ids})")
            if parts:
                self._connection.execute(
                    f"INSERT INTO {table} {self._select(name, _columns(self._facts, name), parts)}"
                )
        return {snake(name) for name in new}

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A block after which everything is as before."""
        self._connection.execute("BEGIN TRANSACTION")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def load_report(self, name: str, rows: Iterable[Node]) -> None:
        """Fill the table of a report anew."""
        parts = [{snake(member): value for member, value in row.items()} for row in rows]
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {self._select(name, REPORTS[name], parts)}')

    def execute(self, sql: str) -> None:
        """Run a statement, for example one that creates a view."""
        self._connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._connection.execute(sql).fetchall()

    def _parts(self, type_name: str, rows: Iterable[Node]) -> dict[str, list[Node]]:
        tables: dict[str, list[Node]] = {name: [] for name in _owned_types(self._facts, type_name)}
        for row in rows:
            self._split(type_name, row, None, tables)
        return tables

    def _split(self, type_name: str, row: Node, parent_id: str | None, tables: dict[str, list[Node]]) -> None:
        flat: Node = {"parent_id": parent_id}
        for name, target in _members(self._facts, type_name):
            value = row.get(name)
            if target is None:
                flat[snake(name)] = value if not isinstance(value, list) else json.dumps(value)
            elif target == CODE:
                flat[snake(name)] = value["value"] if value else None
            else:
                for child in value if isinstance(value, list) else [value] if value else []:
                    self._split(target, child, row["id"], tables)
        tables[type_name].append(flat)

    def _select(self, name: str, columns: dict[str, str], rows: list[Node]) -> str:
        """A query that yields the rows, which are written to a file for it."""
        if not rows:
            return (
                "SELECT "
                + ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in columns.items())
                + (" WHERE false")
            )
        path = self._folder / f"{name}.ndjson"
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({column: _text(row.get(column)) for column in columns}) + "\n")
        casts = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns.items())
        texts = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
        return f"SELECT {casts} FROM read_json('{path}', columns={{{texts}}}, format='newline_delimited')"


@cache
def snake(name: str) -> str:
    """Name of a table or column: "accountingEntryId" is accounting_entry_id."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def _members(facts: RowFacts, type_name: str) -> list[tuple[str, str | None]]:
    """Fields that a row holds itself (None), or owns (the type of the part); what it refers to is left out."""
    members: list[tuple[str, str | None]] = []
    for name, member in facts.object_type(type_name).fields.items():
        target = get_named_type(member.type)
        if not isinstance(target, GraphQLObjectType):
            members.append((name, None))
        elif target.name == CODE or not facts.is_loader(type_name, name):
            members.append((name, target.name))
    return members


@cache
def _columns(facts: RowFacts, type_name: str) -> dict[str, str]:
    columns = {"parent_id": "VARCHAR"}
    for name, owned in _members(facts, type_name):
        kind = facts.object_type(type_name).fields[name].type
        listed = isinstance(get_nullable_type(kind), GraphQLList)
        if owned in (None, CODE):
            columns[snake(name)] = "VARCHAR" if listed else SQL_TYPES.get(get_named_type(kind).name, "VARCHAR")
    return columns


def _owned_types(facts: RowFacts, type_name: str) -> list[str]:
    found = [type_name]
    for _, owned in _members(facts, type_name):
        if owned not in (None, CODE):
            assert owned is not None
            found += [name for name in _owned_types(facts, owned) if name not in found]
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
