"""Sage Active's API with one company that keeps what is written to it, executed by the packaged schema.

Nothing here knows an object: tables are declared by the roots that list them, and mutations are found by their names.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from graphql import GraphQLError, graphql_sync

from sage_active.resources.schema import packaged_schema
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.odd_servers import COMPANY_ID, CREDENTIALS, ORGANIZATION

Row = dict[str, Any]
LONGEST_SECONDS: Final = 60
BUSINESS: Final = {"code": "VALIDATION_ERROR"}
OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, wanted: value == wanted,
    "neq": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: wanted in (value or ""),
}


@dataclass(frozen=True)
class Table:
    """One kind of rows.

    `root`: the query that lists them; `type`: how mutations call them; `creates`, `posts`: further mutations that
    create and post; `on_create`: what the server makes of an input; `statuses`: what each value of
    `updateDocumentStatus` leads to; `rows`: those that are there.
    """

    root: str
    type: str
    creates: tuple[str, ...] = ()
    on_create: Callable[[Row], Row] = dict
    initial: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


class WritingServer(Loopback):
    """`mutations`: the names of those that were carried out, in their order.

    `answered`: after so many of them nothing is answered until `thawed`; `frozen` says that it has come to that.
    """

    def __init__(self, *tables: Table) -> None:
        super().__init__(self._answer)
        self.tables = tables
        self.mutations: list[str] = []
        self.answered: int | None = None
        self.frozen, self.thawed = threading.Event(), threading.Event()
        self._numbers = count(1)

    @property
    def config(self) -> dict[str, Any]:
        """A configuration that leads here."""
        return {
            "credentials": CREDENTIALS["direct"],
            "sandbox_url": self.url,
            "companies": [{"company_id": COMPANY_ID}],
            "settle_seconds": 0,
        }

    def rows(self, root: str) -> list[Row]:
        """The rows of a table."""
        return next(table.rows for table in self.tables if table.root == root)

    def _answer(self, request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply({"access_token": "access", "refresh_token": "refresh-2", "expires_in": 28800})
        document = json.loads(request.body)
        resolvers: dict[str, Any] = {"organizations": lambda *_, **__: _page([ORGANIZATION], {"first": 1})}
        for table in self.tables:
            resolvers[table.root] = self._lister(table)
            for act in ("create", "update", "delete", "close", "post"):
                resolvers[f"{act}{table.type}"] = self._actor(table, act, f"{act}{table.type}")
            for name in table.creates:
                resolvers[name] = self._actor(table, "create", name)
        result = graphql_sync(
            packaged_schema(), document["query"], resolvers, variable_values=document.get("variables")
        )
        if self.answered is not None and len(self.mutations) > self.answered:
            self.frozen.set()
            self.thawed.wait(LONGEST_SECONDS)
        return json_reply(result.formatted)

    def _lister(self, table: Table) -> Callable[..., Any]:
        def resolve(_: Any, **arguments: Any) -> Any:
            return _page([row for row in table.rows if _fits(row, arguments.get("where") or {})], arguments)

        return resolve

    def _actor(self, table: Table, act: str, name: str) -> Callable[..., Any]:
        def resolve(_: Any, input: Row) -> Row:
            self.mutations.append(name)
            if act == "create":
                number = next(self._numbers)
                row = {
                    "id": f"00000000-0000-4000-8000-{number:012}",
                    "creationDate": f"2026-01-01T00:00:{number:02}Z",
                    "status": table.initial,
                    **_with_ids(table.on_create(input), number),
                }
                table.rows.append(row)
                return row
            row_id = next(
                value for member, value in input.items() if member.lower() in ("id", f"{table.type}id".lower())
            )
            row = next((known for known in table.rows if known["id"] == row_id), {})
            if not row:
                raise GraphQLError("There is no such row.", extensions=BUSINESS)
            self._changed(table, act, row, input)
            return {**row, "accountingEntryId": row_id}

        return resolve

    def _changed(self, table: Table, act: str, row: Row, input: Row) -> None:
        if act == "delete":
            table.rows.remove(row)
        elif act == "update":
            act = input.get("updateDocumentStatus", "")
            row.update({name: value for name, value in input.items() if name != "updateDocumentStatus"})
        row["status"] = table.statuses.get(act, row["status"])
        if act == "post":
            row.update({"posted with": input, "posted at": len(self.mutations)})


def _with_ids(row: Row, number: int) -> Row:
    """A row whose children have ids."""
    return {
        name: [{"id": f"00000000-0000-4000-8{index:03}-{number:012}", **child} for index, child in enumerate(value)]
        if isinstance(value, list)
        else value
        for name, value in row.items()
    }


def _page(rows: list[Row], arguments: Mapping[str, Any]) -> Row:
    nodes = rows[: arguments["first"]]
    info = {"hasNextPage": len(nodes) < len(rows), "endCursor": str(len(nodes))}
    return {"totalCount": len(rows), "nodes": nodes, "pageInfo": info}


def _fits(value: Any, where: Mapping[str, Any]) -> bool:
    """Whether a row passes a filter, at any depth."""
    for name, condition in where.items():
        if name in ("and", "or"):
            fits = (all if name == "and" else any)(_fits(value, part) for part in condition)
        elif name in OPERATORS:
            fits = OPERATORS[name](value, condition)
        else:
            fits = _fits(value.get(name) if isinstance(value, dict) else None, condition)
        if not fits:
            return False
    return True
