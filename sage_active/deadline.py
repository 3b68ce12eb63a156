"""Connections that give up on an answer that does not come to an end.

The read timeout of a socket begins anew with every byte, so a server that drips headers would never meet it.
"""

import io
import socket
import time
from functools import partial
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class DeadlineAdapter(HTTPAdapter):
    """A requests adapter whose answers, from the status line to the end of the body, take at most `seconds`.

    Later reads raise `TimeoutError`, as the socket itself does when its read timeout is over.
    """

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
        response = partial(_Answer, seconds=self._seconds)
        plain = type("Plain", (HTTPConnection,), {"response_class": staticmethod(response)})
        secure = type("Secure", (HTTPSConnection,), {"response_class": staticmethod(response)})
        manager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, seconds: float, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, seconds))


class _Timed(io.RawIOBase):
    """What a socket brings, until the time is over."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        self._raw = raw
        self._socket = sock
        self._pause = sock.gettimeout()
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the answer is over")
        if self._pause is None or left < self._pause:
            self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()
