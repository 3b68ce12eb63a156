"""A server that sends prepared rows as fast as sockets carry them: a process of its own, `python -m benchmarks.server`.

It answers what the source and the yardsticks ask, checks no credentials, and waits before each answer as long as it is
told. Each connection has a thread, so that waiting requests wait side by side.
"""

import argparse
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl

from benchmarks import rows
from benchmarks.documents import RootField, root_fields
from benchmarks.heavy_rows import HEAVY, HeavyRows
from benchmarks.rows import Table
from benchmarks.spans import length, part, selected

ANNOUNCEMENT: Final = "listening on "
# Where the number of requests stands that were answered so far.
COUNT_PATH: Final = "/requests"
COMPANY: Final = "c0000000-0000-4000-8000-000000000001"
ORGANIZATION: Final = {
    "id": COMPANY,
    "status": "READY",
    "onboardingCompleted": True,
    "legislationCode": "DE",
    "socialName": "Bench GmbH",
}
RECEIVED: Final = 1 << 16


@dataclass(frozen=True)
class Request:
    """One request: method, path, parameters of the query string, body."""

    method: str
    path: str
    parameters: Mapping[str, str]
    body: bytes


class PreparedPages:
    """Both APIs over prepared rows, `total` of them spread evenly over the objects of each."""

    def __init__(self, total: int, heavy: HeavyRows | None = None) -> None:
        """`heavy`: all rows are of this kind."""
        self._direct = _filled(rows.DIRECT, total)
        self._maesn = _filled(rows.MAESN, total)
        if heavy:
            tables = {"direct": self._direct, "maesn": self._maesn}[heavy.connection]
            tables[heavy.place] = replace(heavy.table, rows=total)

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises `KeyError` or `ValueError` for what it does not serve."""
        if request.path == "/graphql":
            return self._graphql(json.loads(request.body))
        if request.path == "/auth/companies":
            return json.dumps({"data": [{"id": COMPANY, "name": "Bench GmbH", "environmentId": "bench"}]}).encode()
        return self._numbered(self._maesn[request.path.removeprefix("/accounting/")], request.parameters)

    def _graphql(self, body: Mapping[str, Any]) -> bytes:
        variables = body.get("variables") or {}
        fields = [b'"%s":%s' % (field.alias.encode(), self._field(field, variables)) for field in _roots(body["query"])]
        return b'{"data":{' + b",".join(fields) + b"}}"

    def _field(self, field: RootField, variables: Mapping[str, Any]) -> bytes:
        arguments = field.values(variables)
        if field.name == "organizations":
            return _connection(1, json.dumps(ORGANIZATION).encode(), None)
        table = self._direct[field.name]
        spans = selected(table, arguments.get("where"))
        offset, stated = int(arguments.get("after") or 0), length(spans)
        if field.alias != "page":
            return b'{"totalCount":%d}' % stated
        end = offset + arguments["first"]
        page = b",".join(table.page(*span) for span in part(spans, offset, arguments["first"]))
        return _connection(stated, page, str(end) if end < stated else None)

    @staticmethod
    def _numbered(table: Table, parameters: Mapping[str, str]) -> bytes:
        since = parameters.get("lastModifiedAt")
        spans = selected(table, {"modificationDate": {"gte": since}} if since else None)
        limit, number, total = int(parameters["limit"]), int(parameters["page"]), length(spans)
        pagination = {"total": total, "page": number, "limit": limit, "totalPages": -(-total // limit)}
        page = b",".join(table.page(*span) for span in part(spans, (number - 1) * limit, limit))
        meta = json.dumps({"warnings": [], "pagination": pagination}).encode()
        return b'{"meta":' + meta + b',"data":[' + page + b"]}"


def _filled(tables: Mapping[str, Table], total: int) -> dict[str, Table]:
    return {name: replace(table, rows=total // len(tables)) for name, table in tables.items()}


def _roots(document: str) -> list[RootField]:
    return list(root_fields(document))


def _connection(stated: int, nodes: bytes, cursor: str | None) -> bytes:
    info = json.dumps({"hasNextPage": cursor is not None, "endCursor": cursor}).encode()
    return b'{"totalCount":%d,"nodes":[' % stated + nodes + b'],"pageInfo":' + info + b"}"


class Server:
    """Listens on 127.0.0.1 and answers every request after `latency` seconds."""

    def __init__(self, answer: Callable[[Request], bytes], latency: float = 0.0) -> None:
        self._answer = answer
        self._latency = latency
        self._numbers = count()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        """Serves until `close` is called."""
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Ends `serve`."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _converse(self, connection: socket.socket) -> None:
        buffer = b""
        with connection, suppress(ConnectionError):
            while received := _received(connection, buffer):
                request, buffer = received
                began, number = time.monotonic(), next(self._numbers)
                try:
                    counts = request.path == COUNT_PATH
                    status, body = b"200 OK", b"%d" % number if counts else self._answer(request)
                except (KeyError, ValueError) as error:
                    status, body = b"400 Bad Request", json.dumps({"errors": [{"message": repr(error)}]}).encode()
                # Making the answer is part of the latency, as it is at any server.
                time.sleep(max(0.0, self._latency - (time.monotonic() - began)))
                connection.sendall(_head(status, len(body)) + body)


def _head(status: bytes, size: int) -> bytes:
    date = formatdate(usegmt=True).encode()
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nDate: %s\r\nContent-Length: %d\r\n\r\n" % (
        status,
        date,
        size,
    )


def _received(connection: socket.socket, buffer: bytes) -> tuple[Request, bytes] | None:
    """The next request of a connection and what came behind it; None when the client has gone."""
    while b"\r\n\r\n" not in buffer:
        piece = connection.recv(RECEIVED)
        if not piece:
            return None
        buffer += piece
    head, _, buffer = buffer.partition(b"\r\n\r\n")
    method, target, *_ = head.decode("latin-1").split("\r\n", 1)[0].split(" ")
    size = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(buffer) < size:
        piece = connection.recv(RECEIVED)
        if not piece:
            return None
        buffer += piece
    path, _, query = target.partition("?")
    return Request(method, path, dict(parse_qsl(query)), buffer[:size]), buffer[size:]


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(description="Sends prepared pages.")
    parser.add_argument("--rows", type=int, default=200_000, help="rows in all, spread over four objects")
    parser.add_argument("--heavy", choices=HEAVY, help="one object with rows of this kind instead")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    options = parser.parse_args()
    server = Server(PreparedPages(options.rows, HEAVY.get(options.heavy)).answer, options.latency_ms / 1000)
    print(f"{ANNOUNCEMENT}{server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
