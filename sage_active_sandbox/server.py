"""The HTTP server: HTTP/1.1 with keep-alive, gzip, the server's own Date, and faults that need the raw socket."""

import gzip
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from sage_active_sandbox.admission import RefusedRequestError, admit
from sage_active_sandbox.application import Application
from sage_active_sandbox.bodies import body_length, refuse_deep_json
from sage_active_sandbox.faults import Fault, of_kind
from sage_active_sandbox.http_messages import HttpReply, HttpRequest, is_header_text, json_reply
from sage_active_sandbox.request_log import ReceivedRequest

COMPRESS_FROM = 1024
"""Bytes above which a body is compressed if the client accepts gzip."""
DRIP_STEP_SECONDS = 0.02
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
LINGER_SECONDS = 0.5
LINGER_BYTES = 1024 * 1024
"""How long, and how much, a client that was refused may still send before its connection ends."""
DISCARDED_AT_ONCE = 64 * 1024


class Server(ThreadingHTTPServer):
    """Serves an application on loopback; `stop` also ends the connections that clients keep open."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, application: Application, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.application = application
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Condition()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting, end every open connection, and free the port."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._open_lock:
            connections = [*self._open]
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._open_lock:
            self._open.discard(request)
            self._open_lock.notify_all()
        super().shutdown_request(request)

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no connection is open, so that nothing which was asked for is still under way; False if it is."""
        # Connections are accepted in their order: whoever came before this one is known when it is answered.
        probe = HTTPConnection("127.0.0.1", self.server_address[1], timeout=seconds or None)
        probe.request("GET", "/admin/switches")
        probe.getresponse().read()
        probe.close()
        with self._open_lock:
            return self._open_lock.wait_for(lambda: not self._open, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report defects; a connection that the client ended is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        try:
            length = body_length(self.command, self.headers)
            admit(self.command, self.path, self.headers)
        except RefusedRequestError as refused:
            self._refuse(refused)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            # The client has gone: a server acts on whole requests only.
            self.close_connection = True
            return
        try:
            refuse_deep_json(body)
            address = urlsplit(self.path)
        except RefusedRequestError as refused:
            self._send(_refusal(refused), [])
            return
        request = HttpRequest(
            method=self.command,
            path=address.path or "/",
            query_string=address.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._answer(request)

    def handle_expect_100(self) -> bool:
        """Ask for the body only if it will be read."""
        try:
            body_length(self.command, self.headers)
            admit(self.command, self.path, self.headers)
        except RefusedRequestError as refused:
            self._refuse(refused)
            return False
        return super().handle_expect_100()

    def _refuse(self, refused: RefusedRequestError) -> None:
        """Answer without having read the body; the connection ends, once the client has had time to see why."""
        self.close_connection = True
        self._send(_refusal(refused), [])
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        left = LINGER_BYTES
        try:
            while left > 0 and (sent := self.connection.recv(DISCARDED_AT_ONCE)):
                left -= len(sent)
        except TimeoutError:
            return

    def _answer(self, request: HttpRequest) -> None:
        application = self.server.application
        entry = application.received(request)
        faults = application.faults.striking(entry)
        entry.keep_short()
        if of_kind(faults, "reset_before"):
            self._reset()
            return
        for fault in of_kind(faults, "late_commit"):
            self._reset()
            late = (fault.seconds, request, entry, faults)
            threading.Thread(target=self._execute_late, args=late, daemon=True).start()
            return
        for fault in of_kind(faults, "stall"):
            self.server.stopping.wait(fault.seconds)
        try:
            reply = application.answer(request, entry, faults, self.server.url)
        except Exception:
            traceback.print_exc()
            reply = HttpReply(500, b'{"statusCode":500,"message":"Internal server error"}')
        for fault in of_kind(faults, "stall_after"):
            self.server.stopping.wait(fault.seconds)
        if of_kind(faults, "answer_lost", "token_lost"):
            self._reset()
            return
        entry.status = reply.status
        self._send(reply, faults)

    def _execute_late(self, seconds: float, request: HttpRequest, entry: ReceivedRequest, faults: list[Fault]) -> None:
        if not self.server.stopping.wait(seconds):
            self.server.application.answer(request, entry, faults, self.server.url)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _send(self, reply: HttpReply, faults: list[Fault]) -> None:
        body = reply.body
        headers = {"Content-Type": reply.content_type, **reply.headers}
        cuts = bool(of_kind(faults, "gzip_cut"))
        accepts = "gzip" in self.headers.get("accept-encoding", "")
        if cuts or (accepts and len(body) > COMPRESS_FROM):
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        if cuts or of_kind(faults, "truncate_json"):
            body = body[: len(body) // 2]
        unfit = [name for name, value in headers.items() if not (is_header_text(name) and is_header_text(value))]
        if unfit:
            self._send(
                json_reply(400, {"error": f"The header {unfit[0]!a} would need characters that a header cannot hold."}),
                [],
            )
            return
        head = self._head(reply.status, headers, len(body))
        if self.command == "HEAD":
            body = b""
        for _ in of_kind(faults, "reset_mid_body"):
            self.wfile.write(head + body[: len(body) // 2])
            self._reset()
            return
        for fault in of_kind(faults, "drip"):
            self.wfile.write(head)
            self._drip(body, fault.bytes_per_second)
            return
        self.wfile.write(head + body)

    def _head(self, status: int, headers: Mapping[str, str], length: int) -> bytes:
        phrase = self.responses.get(status, ("",))[0]
        lines = [f"{self.protocol_version} {status} {phrase}", f"Date: {self.date_time_string()}"]
        lines.append(f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.server.stopping.is_set():
            self.close_connection = True
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header: the server's clock."""
        moment = self.server.application.clock.now() if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment, usegmt=True)

    def _drip(self, body: bytes, bytes_per_second: int) -> None:
        step = max(1, int(bytes_per_second * DRIP_STEP_SECONDS))
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            if self.server.stopping.wait(step / bytes_per_second):
                break

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        socket.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed for requests; the log is `Sandbox.requests`."""


def _refusal(refused: RefusedRequestError) -> HttpReply:
    return json_reply(refused.status, {"error": refused.reason})
