"""A server that keeps customers in memory behind the direct API's mutations: `python -m benchmarks.customer_store`.

It creates, and finds by code, as fast as it can; every alias of a mutation is one customer. `GET /count` tells how many
customers there are, so that a run which lost or doubled one is noticed.
"""

import argparse
import json
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final

from benchmarks.documents import RootField, root_fields
from benchmarks.server import ANNOUNCEMENT, ORGANIZATION, Request, Server

CREATED: Final = "2026-01-01T00:00:00Z"


class CustomerStore:
    """Customers by code. Safe for all threads."""

    def __init__(self) -> None:
        self._by_code: dict[str, dict[str, Any]] = {}
        self._created = 0
        self._lock = threading.Lock()

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises `KeyError` or `ValueError` for what it does not serve."""
        if request.path == "/count":
            return json.dumps({"created": self._created, "codes": len(self._by_code)}).encode()
        body = json.loads(request.body)
        variables = body.get("variables") or {}
        return json.dumps(
            {"data": {field.alias: self._field(field, variables) for field in root_fields(body["query"])}}
        ).encode()

    def _field(self, field: RootField, variables: Mapping[str, Any]) -> Any:
        arguments = field.values(variables)
        if field.name == "organizations":
            return _connection([ORGANIZATION])
        if field.name == "customers":
            codes = arguments["where"]["code"]["in"]
            return _connection([self._by_code[code] for code in codes if code in self._by_code])
        if field.name != "createCustomer":
            raise KeyError(field.name)
        return {"id": self._create(arguments["input"])}

    def _create(self, values: dict[str, Any]) -> str:
        identifier = str(uuid.uuid4())
        with self._lock:
            self._created += 1
            self._by_code[values["code"]] = {"id": identifier, "creationDate": CREATED, **values}
        return identifier


def _connection(nodes: list[Any]) -> dict[str, Any]:
    return {"totalCount": len(nodes), "nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(description="Keeps customers in memory.")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    server = Server(CustomerStore().answer, parser.parse_args().latency_ms / 1000)
    print(f"{ANNOUNCEMENT}{server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
