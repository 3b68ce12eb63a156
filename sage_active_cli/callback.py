"""The loopback address to which the sign-in server sends the browser back; or its answer, typed on the terminal.

The browser may run on another machine than the command. Then the page that it ends on cannot be opened, but its address
has the answer, and can be pasted.

Source: docs/reference/authentication.md, "Sign-in".
"""

import errno
import select
import socket
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self, TextIO
from urllib.parse import parse_qs, urlsplit

from urllib3.util import parse_url

from sage_active.addresses import is_loopback, usable_address
from sage_active.errors import SageActiveError, configuration_error
from sage_active_cli.browser_page import SIGNED_IN, failed
from sage_active_cli.redirect import redirect_uri

# How long a browser waits to hear how the sign-in went.
LONGEST_EXCHANGE_SECONDS: Final = 60.0
# How long the command waits for the page to reach the browser.
LONGEST_PAGE_SECONDS: Final = 2.0
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}


class Callback:
    """Listens on a redirect address while it is used as a context manager.

    The browser is told how the sign-in went: by `succeeded`, else by what ends the context.
    Raises a configuration error for an address that is not on this machine, and for a port that is in use.
    """

    def __init__(self, uri: str) -> None:
        listener = _listener(uri)
        self._uri = uri
        self._answers: SimpleQueue[Mapping[str, str]] = SimpleQueue()
        self._arrived, self._arrival = socket.socketpair()
        self._page = failed("The command has ended.", "The terminal says why.")
        self._is_known, self._is_served = Event(), Event()
        # Until a browser comes there is nobody to wait for.
        self._is_served.set()
        callback = self

        class Handler(BaseHTTPRequestHandler):
            # A connection that a browser opens ahead of time and never uses.
            timeout = 60

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if (parts.path or "/") != listener.path:
                    self._reply(404, b"")
                    return
                self._reply(
                    200, callback.outcome_of({name: values[0] for name, values in parse_qs(parts.query).items()})
                )
                callback.served()

            def _reply(self, status: int, page: bytes) -> None:
                self.send_response(status)
                for name, value in HEADERS.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the line would show the code."""

        try:
            self._server = _server(listener.host)((listener.host, listener.port), Handler)
        except OSError as exception:
            raise _unusable(listener.port, exception) from None
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, name="callback", daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, SageActiveError):
            self._page = failed(error.cause, error.remedy)
        self._is_known.set()
        self._is_served.wait(LONGEST_PAGE_SECONDS)
        self._server.shutdown()
        self._server.server_close()
        self._arrived.close()
        self._arrival.close()

    def succeeded(self) -> None:
        """What the browser has brought is good."""
        self._page = SIGNED_IN
        self._is_known.set()

    def outcome_of(self, answer: Mapping[str, str]) -> bytes:
        """The page for a browser that brings an answer; waits until it is known what becomes of it."""
        self._is_served.clear()
        self._answers.put(answer)
        self._arrival.send(b".")
        self._is_known.wait(LONGEST_EXCHANGE_SECONDS)
        return self._page.html()

    def served(self) -> None:
        """The page is on its way."""
        self._is_served.set()

    def wait(self, seconds: float, typed: TextIO | None, complain: Callable[[str], None]) -> Mapping[str, str]:
        """The parameters that the browser brings, or those of the address that somebody types.

        Args:
            seconds: How long to wait.
            typed: The terminal, if somebody sits at it.
            complain: Told what is wrong with a line that is not such an address.

        Raises:
            SageActiveError: A configuration error: nobody came in time.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            sources: list[socket.socket | TextIO] = [self._arrived, *([typed] if typed else [])]
            ready, _, _ = select.select(sources, [], [], left)
            if self._arrived in ready:
                return self._answers.get()
            if typed and ready:
                line = typed.readline()
                if answer := _pasted(line):
                    return answer
                if line.strip():
                    complain(
                        f"This is not the address that the browser came back to. It should begin with {self._uri}."
                    )
                typed = typed if line else None
        raise configuration_error(
            f"Nobody came back from the sign-in within {seconds:.0f} seconds.",
            "Run the command again and finish the sign-in in the browser. If the browser showed an error instead, "
            "check the client id, and that this redirect address is registered for the app.",
        )


def _pasted(line: str) -> Mapping[str, str]:
    """The parameters of an address with an answer; empty for anything else."""
    try:
        query = urlsplit(line.strip()).query
    except ValueError:
        return {}
    answer = {name: values[0] for name, values in parse_qs(query).items()}
    return answer if "state" in answer and ("code" in answer or "error" in answer) else {}


class _Listener:
    def __init__(self, host: str, port: int, path: str) -> None:
        self.host, self.port, self.path = host, port, path


class _Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def _server(host: str) -> type[ThreadingHTTPServer]:
    return _Server6 if ":" in host else ThreadingHTTPServer


def _listener(uri: str) -> _Listener:
    try:
        address = parse_url(usable_address(uri))
    except ValueError:
        address = None
    if address is None or address.port is None or address.scheme != "http" or not is_loopback(address.host or ""):
        # Not quoted: what was pasted here by mistake may be the address with the code.
        raise configuration_error(
            "The redirect address cannot be used.",
            f"Name one on this machine with its port, for example {redirect_uri()}, as it is registered for the app.",
        )
    # Browsers try both addresses of `localhost`.
    host = "127.0.0.1" if address.host == "localhost" else (address.host or "").strip("[]")
    return _Listener(host, address.port, address.path or "/")


def _unusable(port: int, exception: OSError) -> Exception:
    if exception.errno == errno.EADDRINUSE:
        return configuration_error(
            f"Port {port} of this machine is in use, so the browser could not come back to it.",
            "End the program that uses the port, or register another redirect address for the app and name its port "
            "with --port.",
        )
    return configuration_error(
        f"Port {port} of this machine cannot be used: {exception.strerror}.", "Name another one with --port."
    )
