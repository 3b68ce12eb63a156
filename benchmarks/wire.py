"""A small HTTP server that is as fast as sockets carry its answers, and counts them.

It checks no credentials, and waits before each answer as long as it is told. Each connection has a thread, so that
waiting requests wait side by side.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final, NamedTuple
from urllib.parse import parse_qsl
from urllib.request import urlopen

ANNOUNCEMENT: Final = "listening on "
# Where the numbers of requests stand that were answered so far: of all, and of those in a company's name.
COUNT_PATH: Final = "/requests"
RECEIVED: Final = 1 << 16


@dataclass(frozen=True)
class Request:
    """One request: method, path, parameters of the query string, body; and whether it is in a company's name."""

    method: str
    path: str
    parameters: Mapping[str, str]
    body: bytes
    names_company: bool = False


class Answered(NamedTuple):
    """How many requests a server has answered: all of them, and those in a company's name."""

    all: int
    of_companies: int


def answered(url: str) -> Answered:
    """What a server has answered so far."""
    with urlopen(url + COUNT_PATH) as reply:
        return Answered(**json.loads(reply.read()))


class Server:
    """Listens on 127.0.0.1 and answers every request after `latency` seconds."""

    def __init__(self, answer: Callable[[Request], bytes], latency: float = 0.0) -> None:
        self._answer = answer
        self._latency = latency
        self._answered = {"all": 0, "of_companies": 0}
        self._lock = threading.Lock()
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
                began = time.monotonic()
                try:
                    status, body = b"200 OK", self._counted(request)
                except (KeyError, ValueError) as error:
                    status, body = b"400 Bad Request", json.dumps({"errors": [{"message": repr(error)}]}).encode()
                # Making the answer is part of the latency, as it is at any server.
                time.sleep(max(0.0, self._latency - (time.monotonic() - began)))
                connection.sendall(_head(status, len(body)) + body)

    def _counted(self, request: Request) -> bytes:
        if request.path == COUNT_PATH:
            return json.dumps(self._answered).encode()
        with self._lock:
            self._answered["all"] += 1
            self._answered["of_companies"] += request.names_company
        return self._answer(request)


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
    names_company = b"\r\nx-organizationid:" in head.lower()
    return Request(method, path, dict(parse_qsl(query)), buffer[:size], names_company), buffer[size:]
