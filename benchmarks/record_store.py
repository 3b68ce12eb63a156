"""A server that keeps what is written in memory behind the direct API's mutations: `python -m benchmarks.record_store`.

It creates, and finds by the members that the destination looks for, as fast as it can; every alias of a mutation is one
record. `GET /count` tells how many records of each root there are, so that a run which lost or doubled one is noticed.
"""

import argparse
import json
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.companies import ORGANIZATION
from benchmarks.documents import RootField, root_fields
from benchmarks.wire import ANNOUNCEMENT, Request, Server
from benchmarks.written import VAT_PERCENTAGE

Row = dict[str, Any]
CREATED: Final = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Kept:
    """Records of one root.

    `create`: what makes one; `found_by`: the members that one is found by; `completed`: adds what the server adds;
    `rows`: those that are there from the beginning; `close`: what makes one final, and the member of its input that
    says which.
    """

    root: str
    create: str
    found_by: tuple[str, ...] = ("id",)
    completed: Callable[[Row], Row] = dict
    rows: tuple[Row, ...] = ()
    close: tuple[str, str] | None = None


def _invoice(values: Row) -> Row:
    """A draft with the amounts of its lines."""
    net = sum(line["totalQuantity"] * line["unitPrice"] for line in values["lines"])
    vat = round(net * VAT_PERCENTAGE / 100, 2)
    lines = [{**line, "id": str(uuid.uuid4()), "vatPercentage": VAT_PERCENTAGE} for line in values["lines"]]
    totals = {"totalNet": net, "totalVat": vat, "totalLiquid": net + vat}
    return {**values, **totals, "lines": lines, "status": "Pending", "sourceType": "PUBLIC_API", "type": "NORMAL"}


def _entry(values: Row) -> Row:
    """An entry in the shape of the rows."""
    lines = [
        {**line, "id": str(uuid.uuid4()), "subAccount": {"code": {"value": line["subAccountCode"]}}}
        for line in values["accountingEntryLines"]
    ]
    journal = {"code": values["journalTypeCode"]}
    return {**values, "date": f"{values['date']}T00:00:00Z", "journalType": journal, "accountingEntryLines": lines}


def _account(code: str) -> Row:
    return {"id": str(uuid.uuid4()), "code": {"value": code}, "deactivated": False, "accountLevel": "SUB_ACCOUNT"}


YEAR: Final[Row] = {
    "id": str(uuid.uuid4()),
    "startDate": "2026-01-01T00:00:00Z",
    "endDate": "2026-12-31T00:00:00Z",
    "status": "OPEN",
    "periods": [],
}
JOURNAL: Final[Row] = {"id": str(uuid.uuid4()), "code": "SO", "type": "GENERAL", "deactivated": False}
KINDS: Final = (
    Kept("customers", "createCustomer", ("id", "code")),
    Kept("products", "createProduct", ("id", "code")),
    # A mark is all that the remarks hold, so that it is found like a key.
    Kept(
        "salesInvoices",
        "createSalesInvoice",
        ("id", "externalReference", "remarks"),
        _invoice,
        close=("closeSalesInvoice", "salesInvoiceId"),
    ),
    Kept("accountingEntries", "createAccountingEntryUsingCodes", ("id", "documentNumber"), _entry),
    Kept("accountingAccounts", "createAccountingAccount", ("code",), rows=tuple(map(_account, ("1200", "4930")))),
    Kept("journalTypes", "createJournalType", rows=(JOURNAL,)),
    Kept("accountingExercises", "createAccountingExercise", rows=(YEAR,)),
    Kept("taxTreatments", "none: they are the law's"),
)


class RecordStore:
    """Records by what they are found by. Safe for all threads."""

    def __init__(self) -> None:
        self._roots = {kind.root: kind for kind in KINDS}
        self._creates = {kind.create: kind for kind in KINDS}
        self._closes = {kind.close[0]: (kind, kind.close[1]) for kind in KINDS if kind.close}
        self._found: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for kind in KINDS:
            for row in kind.rows:
                self._keep(kind, row)
        self._created: Counter[str] = Counter()
        self._closed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises `KeyError` or `ValueError` for what it does not serve."""
        if request.path == "/count":
            return json.dumps({root: self._counts(kind) for root, kind in self._roots.items()}).encode()
        body = json.loads(request.body)
        variables = body.get("variables") or {}
        return json.dumps(
            {"data": {field.alias: self._field(field, variables) for field in root_fields(body["query"])}}
        ).encode()

    def _counts(self, kind: Kept) -> dict[str, int]:
        """How many were created and closed, and how many different ones are there by what they are found by last."""
        *_, member = kind.found_by
        return {
            "created": self._created[kind.root],
            "closed": self._closed[kind.root],
            "different": sum(key[:2] == (kind.root, member) for key in self._found),
        }

    def _field(self, field: RootField, variables: Mapping[str, Any]) -> Any:
        arguments = field.values(variables)
        if field.name == "organizations":
            return _connection([ORGANIZATION])
        if field.name in self._roots and "where" not in arguments:
            return _connection([*self._roots[field.name].rows])
        if field.name in self._roots:
            keys = [(field.name, member, value) for member, value in _sought(arguments["where"])]
            return _connection([row for key in keys if key in self._found for row in self._found[key]])
        if field.name in self._closes:
            kind, member = self._closes[field.name]
            return {"id": self._close(kind, arguments["input"][member])}
        return {"id": self._create(self._creates[field.name], arguments["input"])}

    def _close(self, kind: Kept, row_id: str) -> str:
        with self._lock:
            (row,) = self._found[kind.root, "id", row_id]
            # Closing twice would be noticed by the number of closings.
            row["status"] = "Closed"
            self._closed[kind.root] += 1
        return row_id

    def _create(self, kind: Kept, values: Row) -> str:
        row = {"id": str(uuid.uuid4()), "creationDate": CREATED, **kind.completed(values)}
        with self._lock:
            self._created[kind.root] += 1
            self._keep(kind, row)
        return str(row["id"])

    def _keep(self, kind: Kept, row: Row) -> None:
        for member in kind.found_by:
            value = row[member]
            self._found[kind.root, member, value["value"] if isinstance(value, dict) else value].append(row)


def _sought(where: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The members and values that a filter asks for; what it says of the resource itself is passed over."""
    for name, value in where.items():
        if name in ("and", "or"):
            for part in value:
                yield from _sought(part)
        else:
            inner = value.get("value", value)
            yield from ((name, text) for text in inner.get("in", [inner["contains"]] if "contains" in inner else []))


def _connection(nodes: list[Any]) -> dict[str, Any]:
    return {"totalCount": len(nodes), "nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(description="Keeps records in memory.")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    server = Server(RecordStore().answer, parser.parse_args().latency_ms / 1000)
    print(f"{ANNOUNCEMENT}{server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
