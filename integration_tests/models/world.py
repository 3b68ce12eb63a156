"""One market: what the source reads of it, in a warehouse, and the sandbox to compare with."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from integration_tests.connector import Connector
from integration_tests.expected import usable
from integration_tests.models.warehouse import Row, Warehouse, create_models
from integration_tests.raw_streams import RawApi
from sage_active.markets import DIRECT
from sage_active_sandbox.data.books import open_books
from sage_active_sandbox.data.products import LARGE_PRICE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

ROWS, COMPANIES, SEED = 20, 2, 6
"""With this seed every market has reverse charges, ES surcharges, and FR cash VAT that is due, in part, or waiting."""
USUAL_PRICE = Decimal("1234.567891")
UNALLOCATED = Decimal("123.45")
UNALLOCATED_ON = datetime(2025, 5, 20, tzinfo=UTC)


class _Record(msgspec.Struct):
    stream: str
    data: msgspec.Raw


class _Message(msgspec.Struct):
    type: str
    record: _Record | None = None


@dataclass(frozen=True)
class World:
    """A market of a sandbox, and a warehouse with all its streams and models."""

    sandbox: Sandbox
    market: str
    warehouse: Warehouse

    @property
    def companies(self) -> list[Company]:
        """The companies that were read."""
        return usable(self.sandbox, self.market)

    def api(self, company: Company) -> RawApi:
        """The sandbox's own API, for one company."""
        return RawApi(self.sandbox, company)

    def entries(self, company: Company) -> Iterator[tuple[Any, Any]]:
        """The stored entries of a company, and each of their lines."""
        for entry in self.sandbox.store.table(company.id, "AccountingEntry").values():
            for line in entry["accountingEntryLines"]:
                yield entry, line

    def rows(self, company: Company, type_name: str) -> dict[str, Any]:
        """The stored rows of a type."""
        return self.sandbox.store.table(company.id, type_name)

    def query(self, company: Company, sql: str) -> list[Row]:
        """The rows of a query; `{company}` in it stands for the company's id."""
        return self.warehouse.query(sql.format(company=f"'{company.id}'"))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A block after which the warehouse is as before."""
        self.warehouse.execute("BEGIN TRANSACTION")
        try:
            yield
        finally:
            self.warehouse.execute("ROLLBACK")

    def alter(self, table: str, column: str, row_id: str, change: Callable[[Any], None]) -> None:
        """Change a list, or an object, in a row of a raw table."""
        (row,) = self.warehouse.query(f"SELECT \"{column}\" AS content FROM {table} WHERE id = '{row_id}'")
        content = json.loads(row["content"]) if isinstance(row["content"], str) else row["content"]
        change(content)
        text = json.dumps(content, default=float).replace("'", "''")
        self.warehouse.execute(f"UPDATE {table} SET \"{column}\" = '{text}' WHERE id = '{row_id}'")


def usual_prices(sandbox: Sandbox) -> None:
    """Give no item a price with more digits than DuckDB's JSON keeps (docs/models.md, "What is assumed")."""
    for company in sandbox.store.companies.values():
        for product in sandbox.store.table(company.id, "Product").values() if company.usable else ():
            if product["salesUnitPrice"] == LARGE_PRICE:
                product["salesUnitPrice"] = USUAL_PRICE


def prepare(sandbox: Sandbox) -> None:
    """Receive money from a customer of each company that is not allocated to anything."""
    for company in [company for company in sandbox.store.companies.values() if company.usable]:
        books = open_books(sandbox.store, company.id)
        customer = next(iter(sandbox.store.table(company.id, "Customer").values()))
        amounts = ((books.roles["bank"], None, UNALLOCATED, 0), (books.roles["customer"], customer, 0, UNALLOCATED))
        RawApi(sandbox, company).answer(
            "mutation($i:AccountingEntryCreateUsingCodesGLDtoInput!){r:createAccountingEntryUsingCodes(input:$i){id}}",
            i={
                "date": UNALLOCATED_ON.isoformat(),
                "journalTypeCode": books.spec.bank_journal,
                "documentNumber": "UNALLOCATED",
                "description": "Unallocated",
                "accountingEntryLines": [
                    {
                        "subAccountCode": books.account_code(account),
                        "thirdCode": party and party["code"],
                        "debitAmount": float(debit),
                        "creditAmount": float(credit),
                    }
                    for account, party, debit, credit in amounts
                ],
            },
        )


def read_into(warehouse: Warehouse, sandbox: Sandbox, market: str, folder: Path) -> World:
    """Read all streams of a market into raw tables, and create the models over them."""
    connector = Connector.over(sandbox, DIRECT, market, folder)
    streams = connector.streams()
    outcome = connector.read([name for name in streams if name != "companies"])
    assert (outcome.code, outcome.errors) == (0, [])
    rows: dict[str, list[str]] = {name: [] for name in streams}
    decoder = msgspec.json.Decoder(_Message)
    for line in outcome.lines:
        if line.type == "RECORD" and (record := decoder.decode(line.text).record):
            rows[record.stream].append(bytes(record.data).decode())
    for name, stream in streams.items():
        warehouse.load(name, stream["json_schema"], rows[name])
    create_models(warehouse)
    return World(sandbox, market, warehouse)
