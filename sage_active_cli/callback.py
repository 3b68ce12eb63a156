"""The loopback address to which the sign-in server sends the browser back.

Source: docs/reference/authentication.md, "Sign-in".
"""

import errno
import socket
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from urllib3.util import parse_url

from sage_active.addresses import is_loopback, usable_address
from sage_active.errors import configuration_error
from sage_active_cli.redirect import redirect_uri

ANSWER: Final = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>sage-active</title>'
    b"<h1>Back to the terminal</h1><p>The sign-in has answered; the terminal says how it went. "
    b"You can close this page.</p></html>"
)


class Callback:
    """Listens on a redirect address while it is used as a context manager.

    Raises a configuration error for an address that is not on this machine, and for a port that is in use.
    """

    def __init__(self, uri: str) -> None:
        place = _place(uri)
        answers: SimpleQueue[Mapping[str, str]] = SimpleQueue()

        class Handler(BaseHTTPRequestHandler):
            # A connection that a browser opens ahead of time and never uses.
            timeout = 60

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                is_answer = (parts.path or "/") == place.path
                self.send_response(200 if is_answer else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Length", str(len(ANSWER) if is_answer else 0))
                self.end_headers()
                if is_answer:
                    self.wfile.write(ANSWER)
                    answers.put({name: values[0] for name, values in parse_qs(parts.query).items()})

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the line would show the code."""

        self._answers = answers
        try:
            self._server = _server(place.host)((place.host, place.port), Handler)
        except OSError as exception:
            raise _unusable(place.port, exception) from None
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, name="callback", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> Mapping[str, str]:
        """The parameters that the browser brings. Raises a configuration error when it does not come in time."""
        try:
            return self._answers.get(timeout=seconds)
        except Empty:
            raise configuration_error(
                f"Nobody came back from the sign-in within {seconds:.0f} seconds.",
                "Run the command again and finish the sign-in in the browser. If the browser showed an error instead, "
                "check the client id, and that this redirect address is registered for the app.",
            ) from None


class _Place:
    def __init__(self, host: str, port: int, path: str) -> None:
        self.host, self.port, self.path = host, port, path


class _Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def _server(host: str) -> type[ThreadingHTTPServer]:
    return _Server6 if ":" in host else ThreadingHTTPServer


def _place(uri: str) -> _Place:
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
    return _Place(host, address.port, address.path or "/")


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
