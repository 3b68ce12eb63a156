"""Rows as tables of a DuckDB database: one for each type, owned rows in tables of their own with the owner's id."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from sage_active_sandbox.graphql_api.rows import RowFacts

Node = dict[str, Any]

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
        """Replace the tables of a type and of everything that it owns."""
        tables: dict[str, list[Node]] = {name: [] for name in _owned_types(self._facts, type_name)}
        for row in rows:
            self._split(type_name, row, None, tables)
        for name, parts in tables.items():
            self._write(snake(name), _columns(self._facts, name), parts)

    def load_report(self, name: str, rows: Iterable[Node]) -> None:
        """Replace the table of a report."""
        parts = [{snake(member): value for member, value in row.items()} for row in rows]
        self._write(name, REPORTS[name], parts)

    def execute(self, sql: str) -> None:
        """Run a statement, for example one that creates a view."""
        self._connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._connection.execute(sql).fetchall()

    def _split(self, type_name: str, row: Node, parent_id: str | None, tables: dict[str, list[Node]]) -> None:
        flat: Node = {"parent_id": parent_id}
        for name, member in self._facts.object_type(type_name).fields.items():
            target = get_named_type(member.type)
            value = row.get(name)
            if not isinstance(target, GraphQLObjectType):
                flat[snake(name)] = value if not isinstance(value, list) else json.dumps(value)
            elif target.name == "AccountingAccountCode":
                flat[snake(name)] = value["value"] if value else None
            elif not self._facts.is_loader(type_name, name):
                for child in value if isinstance(value, list) else [value] if value else []:
                    self._split(target.name, child, row["id"], tables)
        tables[type_name].append(flat)

    def _write(self, table: str, columns: dict[str, str], rows: list[Node]) -> None:
        path = self._folder / f"{table}.ndjson"
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({name: _text(row.get(name)) for name in columns}) + "\n")
        casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
        texts = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
        source = f"read_json('{path}', columns={{{texts}}}, format='newline_delimited')"
        empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        selected = f"SELECT {casts} FROM {source}" if rows else f"SELECT {empty} WHERE false"
        self._connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS {selected}')


def snake(name: str) -> str:
    """Name of a table or column: "accountingEntryId" is accounting_entry_id."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _columns(facts: RowFacts, type_name: str) -> dict[str, str]:
    columns = {"parent_id": "VARCHAR"}
    for name, member in facts.object_type(type_name).fields.items():
        target = get_named_type(member.type)
        if isinstance(target, GraphQLObjectType) and target.name != "AccountingAccountCode":
            continue
        listed = isinstance(get_nullable_type(member.type), GraphQLList)
        columns[snake(name)] = "VARCHAR" if listed else SQL_TYPES.get(target.name, "VARCHAR")
    return columns


def _owned_types(facts: RowFacts, type_name: str) -> list[str]:
    found = [type_name]
    for name, member in facts.object_type(type_name).fields.items():
        target = get_named_type(member.type)
        if not isinstance(target, GraphQLObjectType) or target.name == "AccountingAccountCode":
            continue
        if not facts.is_loader(type_name, name):
            found += [owned for owned in _owned_types(facts, target.name) if owned not in found]
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
