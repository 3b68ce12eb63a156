"""HTTP with deadlines, a request budget and retries that the table of faults decides.

requests carries the traffic and the CDK's moving window keeps the budget. The CDK's own HttpClient is not used: on
failure it logs whole request and response bodies (an accountant's data), and it has no deadline for a body that drips.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import count
from random import uniform
from typing import Final, TypeVar

import msgspec
import requests
import urllib3
from airbyte_cdk.sources.streams.call_rate import APIBudget, LimiterSession, MovingWindowCallRatePolicy, Rate

from sage_active.deadline import DeadlineAdapter
from sage_active.errors import Circumstances, SageActiveError
from sage_active.faults import UNREACHABLE, Action, Api, Fault

Decoded = TypeVar("Decoded")
LOGGER = logging.getLogger("airbyte")
# What decoding a body may raise: it may be cut within a character.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
# A gateway may need a moment to know a new token; one that refuses several in a row has another reason.
MOST_RENEWALS: Final = 4
CHUNK_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection, between pieces of an answer, for one answer, for all tries."""

    connect: float = 10.0
    read: float = 60.0
    answer: float = 90.0
    tries: float = 200.0
    first_pause: float = 0.5
    longest_pause: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (case-insensitive) and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> datetime:
        """The server's own clock when it answered; this machine's where the server does not tell."""
        return _http_date(self.headers.get("Date")) or datetime.now(timezone.utc)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait; a date is counted from the server's own clock."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked)
        until = _http_date(asked)
        return max(0.0, (until - self.date).total_seconds()) if until else None


class _Failing:
    """Since when nothing of a stream has succeeded. Safe for all threads."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()

    def since(self, stream: str) -> float:
        with self._lock:
            return self._since.get(stream, time.monotonic())

    def failed(self, stream: str) -> None:
        with self._lock:
            self._since.setdefault(stream, time.monotonic())

    def succeeded(self, stream: str) -> None:
        with self._lock:
            self._since.pop(stream, None)


def _http_date(text: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


class Transport:
    """One pool of connections to one API, shared by all threads."""

    def __init__(
        self,
        api: Api,
        *,
        user_agent: str,
        target: str,
        requests_per_minute: int,
        connections: int,
        patience: Patience | None = None,
    ) -> None:
        self.api = api
        self._target = target
        self._patience = patience or Patience()
        window = MovingWindowCallRatePolicy([Rate(requests_per_minute, timedelta(minutes=1))], matchers=[])
        self._session = LimiterSession(api_budget=APIBudget([window]))
        self._session.headers["User-Agent"] = user_agent
        # Otherwise requests would replace the Authorization header by what a .netrc file says.
        self._session.auth = _unchanged
        adapter = DeadlineAdapter(self._patience.answer, pool_connections=1, pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._closed = threading.Event()
        self._failing = _Failing()

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        self._closed.set()
        self._session.close()

    def error(self, fault: Fault, *, status: int | None = None, detail: str = "") -> SageActiveError:
        """An error with this API's name filled in."""
        circumstances = Circumstances(api=self.api.value, target=self._target, status=status, detail=detail)
        return SageActiveError(fault, circumstances)

    def send(
        self,
        method: str,
        url: str,
        decode: Callable[[Answer], Decoded],
        *,
        stream: str = "",
        headers: Callable[[], Mapping[str, str]] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, str] | None = None,
        renew: Callable[[str], None] | None = None,
    ) -> Decoded:
        """Sends one request until `decode` accepts the answer.

        `decode` raises a `SageActiveError`; its fault's action decides: wait and try again, call `renew` with the
        Authorization header that was refused (at once, then a few times with pauses), or give up. Raises the last error
        when `Patience.tries` is used up; a `stream` of which nothing has succeeded for that long has no more patience
        left for its other requests.
        """
        deadline = self._failing.since(stream) + self._patience.tries
        renewals = 0
        for attempt in count():
            sent = dict(headers() if headers else {})
            asked = None
            try:
                answer = self._exchange(method, url, sent, params, body)
                asked = answer.retry_after
                decoded = decode(answer)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exception:
                error = self.error(UNREACHABLE, detail=_cause(exception))
            except SageActiveError as exception:
                error = exception
            else:
                self._failing.succeeded(stream)
                return decoded
            action = error.fault.action
            if action is Action.SIGN_IN_AGAIN and renew and renewals < MOST_RENEWALS:
                renew(sent.get("Authorization", ""))
                renewals += 1
                if renewals == 1:
                    continue
            elif action is not Action.RETRY:
                raise error
            self._failing.failed(stream)
            pause = max(self._pause(attempt), asked or 0.0)
            if time.monotonic() + pause > deadline:
                raise error
            LOGGER.info("%s: %s. Trying again in %.1f s.", self.api.value, error.fault.seen_as, pause)
            if self._closed.wait(pause):
                raise error
        raise AssertionError("unreachable")

    def send_once(
        self,
        method: str,
        url: str,
        decode: Callable[[Answer], Decoded],
        *,
        headers: Callable[[], Mapping[str, str]],
        body: bytes | None = None,
    ) -> Decoded:
        """One try, for what can be done without. Raises `SageActiveError`."""
        try:
            return decode(self._exchange(method, url, headers(), None, body))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exception:
            raise self.error(UNREACHABLE, detail=_cause(exception)) from None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        body: bytes | Mapping[str, str] | None,
    ) -> Answer:
        deadline = time.monotonic() + self._patience.answer
        with self._session.request(
            method,
            url,
            params=params,
            data=body,
            headers=headers,
            timeout=(self._patience.connect, self._patience.read),
            stream=True,
            # A redirect would carry the credentials to an address that nobody configured.
            allow_redirects=False,
        ) as response:
            pieces = bytearray()
            while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
                pieces += piece
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout(f"no complete answer within {self._patience.answer:.0f} s")
            return Answer(response.status_code, response.headers, bytes(pieces))

    def _pause(self, attempt: int) -> float:
        longest = min(self._patience.longest_pause, self._patience.first_pause * 2.0**attempt)
        return uniform(longest / 2, longest)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _cause(exception: BaseException) -> str:
    """The innermost reason in words, without the address (query strings may name companies)."""
    while exception.__cause__ or exception.__context__:
        inner = exception.__cause__ or exception.__context__
        if inner is None:
            break
        exception = inner
    reason = exception.strerror if isinstance(exception, OSError) and exception.strerror else type(exception).__name__
    return str(reason)
