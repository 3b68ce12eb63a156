"""Why a request had no answer: the row of the table of faults, and the reason as text.

requests and urllib3 put the reason somewhere into a chain of exceptions, next to addresses that may name companies and
passwords of proxies: only what is known to be neither is told.
"""

import http.client
import os
import re
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import requests
import urllib3

from sage_active.faults import (
    CERTIFICATES_UNUSABLE,
    PROXY_PASSWORD,
    PROXY_UNREACHABLE,
    PROXY_UNUSABLE,
    TOO_HEAVY,
    UNREACHABLE,
    Fault,
)
from sage_active.http.deadline import AnswerTooLargeError
from sage_active.http.session import Route

# What a request without an answer may raise.
NETWORK_ERRORS: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
NO_CONNECTION: Final = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
PROXY_ERRORS: Final = (urllib3.exceptions.ProxyError, requests.exceptions.ProxyError)
PROXY_AUTHENTICATION: Final = 407
# Answers of a proxy that pass by waiting: too slow, too many, trouble of its own.
_PASSING: Final = frozenset({408, 429, *range(500, 600)})
_TUNNEL: Final = re.compile(r"Tunnel connection failed: (\d{3})")
# The first that fits decides.
_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (http.client.RemoteDisconnected, "the connection was closed without an answer"),
    (http.client.IncompleteRead, "the answer ended before it was complete"),
    (http.client.LineTooLong, "a header is longer than any header is"),
    (http.client.BadStatusLine, "what answers does not speak HTTP"),
    (http.client.HTTPException, "the headers of the answer are not those of HTTP"),
    (requests.exceptions.ContentDecodingError, "the body has an encoding that was not asked for"),
    (urllib3.exceptions.DecodeError, "the body is not encoded as its headers say"),
    (urllib3.exceptions.InvalidHeader, "the headers of the answer contradict each other"),
    (urllib3.exceptions.ProtocolError, "the connection broke in the middle of the answer"),
    (ssl.SSLError, "the encrypted connection broke"),
    (TimeoutError, "no complete answer in time"),
    (urllib3.exceptions.TimeoutError, "no complete answer in time"),
    (requests.Timeout, "no complete answer in time"),
)


def network_fault(route: Route, exception: BaseException) -> tuple[Fault, str]:
    """The fault, and its details."""
    chain = list(_chain(exception))
    if any(isinstance(error, AnswerTooLargeError) for error in chain):
        return TOO_HEAVY, "more bytes than any answer has"
    if problem := _certificates(route):
        return CERTIFICATES_UNUSABLE, problem
    if route.proxy is None:
        return UNREACHABLE, f"{_reason(chain)} ({route.host})"
    return _behind_proxy(route, route.proxy, chain)


def _behind_proxy(route: Route, proxy: str, chain: Sequence[BaseException]) -> tuple[Fault, str]:
    status = next((int(found[1]) for error in chain if (found := _TUNNEL.search(str(error)))), None)
    if status == PROXY_AUTHENTICATION:
        return PROXY_PASSWORD, proxy
    if status is not None:
        fault = PROXY_UNREACHABLE if status in _PASSING else PROXY_UNUSABLE
        return fault, f"the proxy {proxy} does not connect to {route.host} (HTTP {status})"
    if any(isinstance(error, ConnectionRefusedError) for error in chain):
        return PROXY_UNREACHABLE, f"the proxy {proxy} refused the connection"
    if any(isinstance(error, PROXY_ERRORS) for error in chain):
        return PROXY_UNREACHABLE, f"the proxy {proxy} did not answer: {_reason(chain)}"
    return UNREACHABLE, f"{_reason(chain)} ({route.host}, through the proxy {proxy})"


def never_left(exception: BaseException) -> bool:
    """Whether no connection came about, so that nothing of a request can have reached the server."""
    reason = getattr(exception.args[0], "reason", None) if exception.args else None
    # A proxy is told what is sent only once it is connected, and for https has connected to the server.
    is_proxy = isinstance(exception, PROXY_ERRORS)
    return is_proxy or isinstance(exception, requests.ConnectTimeout) or isinstance(reason, NO_CONNECTION)


def _chain(exception: BaseException) -> Iterator[BaseException]:
    """An exception and all that led to it, from the outermost to the innermost."""
    seen: set[int] = set()
    todo: list[BaseException] = [exception]
    while todo:
        error = todo.pop(0)
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        inner = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
        todo += [found for found in inner if isinstance(found, BaseException)]


def _reason(chain: Sequence[BaseException]) -> str:
    """The innermost reason as text."""
    for error in reversed(chain):
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
    for error in reversed(chain):
        for kind, reason in _REASONS:
            if isinstance(error, kind):
                return reason
    return type(chain[-1]).__name__


def _certificates(route: Route) -> str | None:
    """What is wrong with the certificates that the environment names."""
    if route.bundle is None:
        return None
    named = f"the certificates named by {route.variable or 'the environment'} ({route.bundle})"
    bundle = Path(route.bundle)
    if not bundle.exists():
        return f"{named} are not there"
    if bundle.is_dir():
        return None if os.access(bundle, os.R_OK | os.X_OK) else f"{named} cannot be read"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=bundle)
    except ssl.SSLError:
        return f"{named} are not certificates in PEM form"
    except OSError as error:
        return f"{named} cannot be read: {error.strerror}"
    return None
