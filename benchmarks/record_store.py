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

from benchmarks.documents import RootField, root_fields
from benchmarks.server import ANNOUNCEMENT, ORGANIZATION, Request, Server

Row = dict[str, Any]
CREATED: Final = "2026-01-01T00:00:00Z"
VAT_PERCENTAGE: Final = 19


@dataclass(frozen=True)
class Kept:
    """Records of one root: what makes one, the members that one is found by, and what the server adds."""

    root: str
    create: str
    found_by: tuple[str, ...]
    completed: Callable[[Row], Row] = dict


def _invoice(values: Row) -> Row:
    """A draft with the amounts of its lines."""
    net = sum(line["totalQuantity"] * line["unitPrice"] for line in values["lines"])
    vat = round(net * VAT_PERCENTAGE / 100, 2)
    lines = [{**line, "id": str(uuid.uuid4()), "vatPercentage": VAT_PERCENTAGE} for line in values["lines"]]
    totals = {"totalNet": net, "totalVat": vat, "totalLiquid": net + vat}
    return {**values, **totals, "lines": lines, "status": "Pending", "sourceType": "PUBLIC_API", "type": "NORMAL"}


KINDS: Final = (
    Kept("customers", "createCustomer", ("id", "code")),
    Kept("products", "createProduct", ("id", "code")),
    # A mark is all that the remarks hold, so that it is found like a key.
    Kept("salesInvoices", "createSalesInvoice", ("id", "externalReference", "remarks"), _invoice),
)


class RecordStore:
    """Records by what they are found by. Safe for all threads."""

    def __init__(self) -> None:
        self._roots = {kind.root: kind for kind in KINDS}
        self._creates = {kind.create: kind for kind in KINDS}
        self._found: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        self._created: Counter[str] = Counter()
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
        """How many were created, and how many different ones are there by what they are found by last."""
        *_, member = kind.found_by
        return {
            "created": self._created[kind.root],
            "different": sum(key[:2] == (kind.root, member) for key in self._found),
        }

    def _field(self, field: RootField, variables: Mapping[str, Any]) -> Any:
        arguments = field.values(variables)
        if field.name == "organizations":
            return _connection([ORGANIZATION])
        if field.name in self._roots:
            keys = [(field.name, member, value) for member, value in _sought(arguments["where"])]
            return _connection([row for key in keys if key in self._found for row in self._found[key]])
        return {"id": self._create(self._creates[field.name], arguments["input"])}

    def _create(self, kind: Kept, values: Row) -> str:
        row = {"id": str(uuid.uuid4()), "creationDate": CREATED, **kind.completed(values)}
        with self._lock:
            self._created[kind.root] += 1
            for member in kind.found_by:
                self._found[kind.root, member, row[member]].append(row)
        return str(row["id"])


def _sought(where: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The members and values that a filter asks for; what it says of the resource itself is passed over."""
    for name, value in where.items():
        if name in ("and", "or"):
            for part in value:
                yield from _sought(part)
        else:
            yield from ((name, text) for text in value.get("in", [value["contains"]] if "contains" in value else []))


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
