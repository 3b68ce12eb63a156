"""A scripted HTTP server on loopback: gives its answers in order, the last one for ever, and records what was asked."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

# Closes a connection with a reset instead of an orderly end.
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The members of a form, each once."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), strict_parsing=True).items()}

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters, each once."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


@dataclass(frozen=True)
class Reply:
    """One answer and what goes wrong with it.

    `stall`: seconds before anything is sent; `drip`: seconds between the bytes of the body; `missing_bytes`: how many
    bytes of the promised body never come; `reset`: the connection breaks before a status line.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    stall: float = 0.0
    drip: float = 0.0
    missing_bytes: int = 0
    chunked: bool = False
    zipped: bool = False
    reset: bool = False


Answering = Reply | Callable[[ReceivedRequest], Reply]


def json_reply(content: Any, status: int = 200, **how: Any) -> Reply:
    """An answer with a JSON body."""
    return replace(Reply(status, json.dumps(content).encode()), **how)


class Loopback:
    """The server; a context manager. `requests` holds the requests so far."""

    def __init__(self, *answers: Answering) -> None:
        self.requests: list[ReceivedRequest] = []
        self.stopping = threading.Event()
        self._answers: Sequence[Answering] = answers
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def script(self, *answers: Answering) -> None:
        """Forgets the requests so far and answers anew."""
        with self._lock:
            self._answers = answers
            self.requests.clear()

    def reply(self, request: ReceivedRequest) -> Reply:
        """The next answer."""
        with self._lock:
            answering = self._answers[min(len(self.requests), len(self._answers) - 1)]
            self.requests.append(request)
        return answering if isinstance(answering, Reply) else answering(request)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    loopback: Loopback


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        loopback = self.server.loopback
        reply = loopback.reply(ReceivedRequest(self.command, self.path, headers, self.rfile.read(length)))
        if reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.close_connection = True
            return
        loopback.stopping.wait(reply.stall)
        try:
            self._send(reply)
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = _serve

    def _send(self, reply: Reply) -> None:
        body = gzip.compress(reply.body) if reply.zipped else reply.body
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Content-Type" not in reply.headers:
            self.send_header("Content-Type", "application/json")
        if reply.zipped:
            self.send_header("Content-Encoding", "gzip")
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send_body(body[: len(body) - reply.missing_bytes], reply)
        if reply.missing_bytes:
            self.close_connection = True
        elif reply.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _send_body(self, body: bytes, reply: Reply) -> None:
        step = 1 if reply.drip else max(1, len(body) // 3)
        for start in range(0, len(body), step):
            piece = body[start : start + step]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.chunked else piece)
            self.wfile.flush()
            self.server.loopback.stopping.wait(reply.drip)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `requests` instead."""
