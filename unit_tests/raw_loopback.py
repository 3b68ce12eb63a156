"""A server on loopback that sends exactly the bytes it is given, whether they are HTTP or not."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from unit_tests.loopback import ReceivedRequest

Pieces = Iterable[bytes]


def head(status: str = "200 OK", *lines: str, length: int | None = None) -> bytes:
    """Status line and headers of an answer with JSON, up to the empty line."""
    known = () if length is None else (f"Content-Length: {length}",)
    return "\r\n".join((f"HTTP/1.1 {status}", "Content-Type: application/json", *known, *lines, "", "")).encode(
        "latin-1"
    )


class RawLoopback:
    """A context manager; `answer` makes the bytes of each answer, in pieces. `requests` holds the requests so far."""

    def __init__(self, answer: Callable[[ReceivedRequest], Pieces]) -> None:
        self.requests: list[ReceivedRequest] = []
        self.answer = answer
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    loopback: RawLoopback


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            request = self._request()
            if request is None:
                return
            self.server.loopback.requests.append(request)
            for piece in self.server.loopback.answer(request):
                self.wfile.write(piece)
            self.wfile.flush()
            # Not a reset, which could overtake what was sent.
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            # The client has seen enough.
            return

    def _request(self) -> ReceivedRequest | None:
        parts = self.rfile.readline().decode("latin-1").split(" ")
        if len(parts) != 3:
            return None
        headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return ReceivedRequest(parts[0], parts[1], headers, self.rfile.read(int(headers.get("content-length") or 0)))
