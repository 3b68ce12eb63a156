"""HTTP with deadlines, a request budget and retries that the table of faults decides.

requests carries the traffic and the CDK's moving window keeps the budget. The CDK's own HttpClient is not used: on
failure it logs whole request and response bodies (an accountant's data), and it has no deadline for a body that drips.
"""

import logging
import threading
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from random import uniform
from typing import Final, TypeVar

import msgspec
import requests
from airbyte_cdk.sources.streams.call_rate import APIBudget, MovingWindowCallRatePolicy, Rate

from sage_active.errors import ErrorContext, SageActiveError
from sage_active.faults import PROXY_PASSWORD, PROXY_UNREACHABLE, TOO_DEEP, TOO_HEAVY, Action, Api, Fault, rows
from sage_active.http.dates import http_date
from sage_active.http.deadline import DeadlineAdapter
from sage_active.http.network_faults import NETWORK_ERRORS, PROXY_AUTHENTICATION, network_fault, never_left
from sage_active.http.retry_policy import CircuitBreaker, RetryPolicy
from sage_active.http.session import HttpSession, redirect_host
from sage_active.limited_warnings import LimitedWarnings
from sage_active.limits import MEGABYTE, MostBytes

Decoded = TypeVar("Decoded")
LOGGER = logging.getLogger("airbyte")
# What decoding a body may raise: it may be cut within a character.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
# A gateway may need a moment to know a new token; one that refuses several in a row has another reason.
MOST_RENEWALS: Final = 4
# How far this machine's clock may be ahead of a server's that does not tell its own.
CLOCK_DOUBT: Final = timedelta(minutes=15)
CHUNK_BYTES: Final = 1 << 18
REDIRECTS: Final = range(300, 400)
# Faults that the gateway, or a proxy before it, answers before anything is done.
WITHOUT_EFFECT: Final = rows("rate-limited", "access-token-refused", "proxy-password")
# What is decoded here; others, which the environment may bring along, are not bounded while they are decoded.
ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
MOST_BYTES: Final = {Api.DIRECT: MostBytes.WHOLE, Api.MAESN: MostBytes.WHOLE, Api.SIGN_IN: MostBytes.TOKENS}
# It warns of odd headers with stack traces and whole addresses, which may name companies.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, headers (case-insensitive) and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray

    @property
    def date(self) -> datetime:
        """The server's own clock when it answered; where it does not tell, a moment that is not later than that."""
        return http_date(self.headers.get("Date")) or datetime.now(timezone.utc) - CLOCK_DOUBT

    @property
    def outline(self) -> str:
        """The status, and for a redirect the host that it leads to."""
        leads_to = redirect_host(self.headers) if self.status in REDIRECTS else None
        return f"HTTP {self.status}, to {leads_to}" if leads_to else f"HTTP {self.status}"

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait; a date is counted from the server's own clock."""
        header = self.headers.get("Retry-After", "").strip()
        if header.isascii() and header.isdigit():
            return float(header)
        until = http_date(header)
        now = http_date(self.headers.get("Date")) or datetime.now(timezone.utc)
        return max(0.0, (until - now).total_seconds()) if until else None


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try without a result; `retry_after`: seconds that the server asks to wait."""

    error: SageActiveError
    had_no_effect: bool
    retry_after: float | None


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
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.api = api
        self._target = target
        self._retry_policy = retry_policy or RetryPolicy()
        window = MovingWindowCallRatePolicy([Rate(requests_per_minute, timedelta(minutes=1))], matchers=[])
        self._budget = APIBudget([window])
        self._session = HttpSession()
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        # Otherwise requests would replace the Authorization header by what a .netrc file says.
        self._session.auth = _unchanged
        adapter = DeadlineAdapter(self._retry_policy.answer, pool_connections=1, pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._closed = threading.Event()
        self._decoding = threading.Lock()
        self._circuit_breaker = CircuitBreaker(self._retry_policy)
        self.warnings = LimitedWarnings()

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        self._closed.set()
        self._session.close()

    def error(self, fault: Fault, *, status: int | None = None, detail: str = "") -> SageActiveError:
        """An error with this API's name filled in."""
        context = ErrorContext(api=self.api.value, target=self._target, status=status, detail=detail)
        return SageActiveError(fault, context)

    def send(
        self,
        method: str,
        url: str,
        decode: Callable[[Response], Decoded],
        *,
        stream: str = "",
        company: str = "",
        headers: Callable[[], Mapping[str, str]] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, str] | None = None,
        renew: Callable[[str], bool] | None = None,
        accepted: Callable[[], None] | None = None,
        idempotent: bool = True,
        most: MostBytes | None = None,
    ) -> Decoded:
        """Sends one request until `decode` accepts the answer.

        `decode` raises a `SageActiveError`; its fault's action decides: wait and try again, call `renew` with the
        Authorization header that was refused (at once, then a few times with pauses; False means that another try is of
        no use), or give up. Raises the last error when the time that `CircuitBreaker` grants the `stream` and `company`
        is used up. Where it grants one try only, a server that names the moment to come back is asked once more.
        `accepted` is called after a success; a body of more than `most` bytes is an error.

        A request that is not `idempotent` is sent again only when it certainly had no effect: the gateway refused it
        (401, 429), or no connection came about.
        """
        granted = self._circuit_breaker.seconds(stream, company)
        began = time.monotonic()
        deadline = began + granted
        longest = self._retry_policy.answer if granted else self._retry_policy.single_try
        renewals = 0
        is_obeyed = False
        for attempt in count():
            sent = dict(headers() if headers else {})
            # Waiting for the budget is not the server's delay.
            deadline += self._within_budget(url)
            outcome = self._attempt(method, url, sent, params, body, decode, longest, most)
            if not isinstance(outcome, _Failure):
                self._circuit_breaker.succeeded(stream)
                if accepted:
                    accepted()
                return outcome
            error, retry_after = outcome.error, outcome.retry_after
            action = error.fault.action
            if not (idempotent or outcome.had_no_effect):
                raise error
            if action is Action.SIGN_IN_AGAIN and renew and renewals < MOST_RENEWALS:
                if not renew(sent.get("Authorization", "")):
                    raise error
                renewals += 1
                if renewals == 1:
                    continue
            elif action is not Action.RETRY:
                raise error
            if error.fault is PROXY_UNREACHABLE:
                deadline = min(deadline, began + self._retry_policy.proxy)
            pause = max(self._pause(attempt), retry_after or 0.0)
            if time.monotonic() + pause > deadline:
                if granted or is_obeyed or retry_after is None or retry_after > self._retry_policy.longest_pause:
                    self._circuit_breaker.give_up(stream, company, error, began)
                    raise error
                is_obeyed = True
            LOGGER.info("%s: %s. Trying again in %.1f s.", self.api.value, error.fault.seen_as, pause)
            if self._closed.wait(pause):
                raise error
        raise AssertionError("unreachable")

    def _attempt(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        body: bytes | Mapping[str, str] | None,
        decode: Callable[[Response], Decoded],
        longest: float,
        most: MostBytes | None,
    ) -> "Decoded | _Failure":
        """One try: what `decode` makes of the answer, or why there is nothing."""
        retry_after = None
        try:
            answer = self._exchange(method, url, headers, params, body, longest, most)
            retry_after = answer.retry_after
            # One at a time: threads that decode at once only take the interpreter from each other.
            with self._decoding:
                return decode(answer)
        except NETWORK_ERRORS as exception:
            return _Failure(self._unanswered(url, exception), never_left(exception), retry_after)
        except SageActiveError as exception:
            return _Failure(exception, exception.fault in WITHOUT_EFFECT, retry_after)
        except RecursionError:
            return _Failure(self.error(TOO_DEEP), False, retry_after)

    def send_once(
        self,
        method: str,
        url: str,
        decode: Callable[[Response], Decoded],
        *,
        headers: Callable[[], Mapping[str, str]],
        body: bytes | None = None,
    ) -> Decoded:
        """One try, for what can be done without. Raises `SageActiveError`."""
        try:
            return decode(self._exchange(method, url, headers(), None, body, self._retry_policy.answer, None))
        except NETWORK_ERRORS as exception:
            raise self._unanswered(url, exception) from None
        except RecursionError:
            raise self.error(TOO_DEEP) from None

    def _unanswered(self, url: str, exception: BaseException) -> SageActiveError:
        fault, detail = network_fault(self._session.route(url), exception)
        return self.error(fault, detail=detail)

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        body: bytes | Mapping[str, str] | None,
        longest: float,
        most: MostBytes | None,
    ) -> Response:
        route = self._session.route(url)
        if route.problem:
            fault, detail = route.problem
            raise self.error(fault, detail=detail)
        most = most or MOST_BYTES[self.api]
        deadline = time.monotonic() + longest
        with self._session.request(
            method,
            url,
            params=params,
            data=body,
            headers=headers,
            timeout=(self._retry_policy.connect, min(self._retry_policy.read, longest)),
            stream=True,
            # A redirect would carry the credentials to an address that nobody configured.
            allow_redirects=False,
        ) as response:
            if response.status_code == PROXY_AUTHENTICATION:
                raise self.error(PROXY_PASSWORD, status=response.status_code, detail=route.proxy or "in between")
            encodings = response.headers.get("Content-Encoding", "").lower().split(",")
            if not ENCODINGS.issuperset(map(str.strip, encodings)):
                raise requests.exceptions.ContentDecodingError("an encoding that was not asked for")
            pieces = bytearray()
            while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
                pieces += piece
                if len(pieces) > most:
                    raise self.error(TOO_HEAVY, detail=f"more than {most // MEGABYTE} MB")
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout(f"no complete answer within {longest:.0f} s")
            if pieces.startswith(BOM_UTF8):
                # Some servers write a mark that JSON does not have.
                del pieces[: len(BOM_UTF8)]
            return Response(response.status_code, response.headers, pieces)

    def _within_budget(self, url: str) -> float:
        """Waits until the budget allows a request; returns the seconds that it took."""
        began = time.monotonic()
        self._budget.acquire_call(url)
        return time.monotonic() - began

    def _pause(self, attempt: int) -> float:
        longest = min(self._retry_policy.longest_pause, self._retry_policy.first_pause * 2.0**attempt)
        return uniform(longest / 2, longest)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
