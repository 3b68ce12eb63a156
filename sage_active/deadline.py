"""Connections that give up on a server whose status line and headers do not come to an end.

The read timeout of a socket begins anew with every byte; a body is read piece by piece against the clock, but headers
are read by the standard library in one go.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse


class DeadlineAdapter(HTTPAdapter):
    """A requests adapter whose connections wait at most `seconds` for the headers of an answer."""

    def __init__(self, seconds: float, **options: Any) -> None:
        self._seconds = seconds
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Lets the pools make connections with a deadline."""
        super().init_poolmanager(*arguments, **options)
        self._with_deadline(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Behind a proxy likewise."""
        manager = super().proxy_manager_for(*arguments, **options)
        self._with_deadline(manager)
        return manager

    def _with_deadline(self, manager: PoolManager) -> None:
        seconds = self._seconds

        class Plain(HTTPConnection):
            def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself declares it
                with _cut_after(self, seconds):
                    return super().getresponse()

        class Secure(HTTPSConnection):
            def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself declares it
                with _cut_after(self, seconds):
                    return super().getresponse()

        plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        manager.pool_classes_by_scheme = {"http": plain, "https": secure}


@contextmanager
def _cut_after(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    def cut() -> None:
        # The answer may have come, and the socket gone, in this very moment.
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
