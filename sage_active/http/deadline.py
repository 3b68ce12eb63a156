"""Connections that give up on an answer that does not come to an end.

The read timeout of a socket begins anew with every byte, so a server that drips headers would never meet it; and one
that sends as fast as it can would fill the time with gigabytes.
"""

import io
import socket
import time
from collections.abc import Mapping
from functools import partial
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager

from sage_active.limits import MOST_BYTES_ON_THE_WIRE


class AnswerTooLargeError(OSError):
    """An answer has more bytes, as they travel, than any answer has."""


class DeadlineAdapter(HTTPAdapter):
    """A requests adapter whose answers, from the status line to the end of the body, take at most `seconds`.

    Later reads raise `TimeoutError`, as the socket itself does when its read timeout is over, and `AnswerTooLargeError`
    beyond `most` bytes.
    """

    def __init__(self, seconds: float, most: int = MOST_BYTES_ON_THE_WIRE, **options: Any) -> None:
        self._seconds = seconds
        self._most = most
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
        response = partial(_Response, seconds=self._seconds, most=self._most)
        # The manager's own classes: those of a SOCKS proxy differ.
        classes: Mapping[str, type[HTTPConnectionPool]] = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {
            scheme: type(
                "TimedPool",
                (pool,),
                {"ConnectionCls": type("Timed", (pool.ConnectionCls,), {"response_class": staticmethod(response)})},
            )
            for scheme, pool in classes.items()
        }


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, seconds: float, most: int, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, seconds, most))


class _Timed(io.RawIOBase):
    """What a socket brings, until the time is over or there is more of it than an answer has."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float, most: int) -> None:
        self._raw = raw
        self._socket = sock
        self._pause = sock.gettimeout()
        self._until = time.monotonic() + seconds
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the answer is over")
        if self._pause is None or left < self._pause:
            self._socket.settimeout(left)
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise AnswerTooLargeError
        return count

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()
