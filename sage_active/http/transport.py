"""HTTP with deadlines, a request budget and retries that the table of faults decides.

requests carries the traffic and the CDK's moving window keeps the budget. The CDK's own HttpClient is not used: on
failure it logs whole request and response bodies (an accountant's data), and it has no deadline for a body that drips.
"""

import logging
import threading
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Final, TypeVar

import requests
from airbyte_cdk.sources.streams.call_rate import APIBudget, MovingWindowCallRatePolicy, Rate

from sage_active.errors import Errors, SageActiveError
from sage_active.faults import PROXY_PASSWORD, PROXY_UNREACHABLE, TOO_DEEP, TOO_HEAVY, Action, Api, Effect
from sage_active.http.deadline import DeadlineAdapter
from sage_active.http.network_faults import NETWORK_ERRORS, PROXY_AUTHENTICATION, network_fault, never_left
from sage_active.http.request import Authenticator, Request, Unsigned
from sage_active.http.response import Response
from sage_active.http.retry_policy import CircuitBreaker, RetryPolicy
from sage_active.http.session import HttpSession
from sage_active.limits import MEGABYTE, MOST_BYTES_ON_THE_WIRE, MostBytes
from sage_active.runtime.waits import WAITS

Decoded = TypeVar("Decoded")
LOGGER = logging.getLogger("airbyte")
# A gateway may need a moment to know a new token, and what spoils tokens may do so several times before it gives up:
# more than the authenticator makes for one stream.
MOST_RENEWALS: Final = 8
CHUNK_BYTES: Final = 1 << 18
# What is decoded here; others, which the environment may bring along, are not bounded while they are decoded.
ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
MOST_BYTES: Final = {Api.DIRECT: MostBytes.WHOLE, Api.MAESN: MostBytes.WHOLE, Api.SIGN_IN: MostBytes.TOKENS}
# It warns of odd headers with stack traces and whole addresses, which may name companies.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try without a result; `retry_after`: seconds that the server asks to wait."""

    error: SageActiveError
    had_no_effect: bool
    retry_after: float | None

    def may_be_repeated(self, request: Request) -> bool:
        """Whether a further try does nothing twice."""
        return request.idempotent or self.had_no_effect


def budget_of(requests_per_minute: int) -> APIBudget:
    """Allows so many requests in any minute, whoever shares it."""
    window = MovingWindowCallRatePolicy([Rate(requests_per_minute, timedelta(minutes=1))], matchers=[])
    return APIBudget([window])


class Transport:
    """One pool of connections to one API, shared by all threads.

    `budget`: how many requests may be sent; `connections`: how many may be under way at once, however many threads
    there are; `slots`: those of several transports. Transports that share a budget or slots are counted together.
    `most_on_the_wire`: bytes of an answer as it travels.
    """

    def __init__(
        self,
        errors: Errors,
        *,
        user_agent: str,
        budget: APIBudget,
        connections: int,
        authenticator: Authenticator | None = None,
        retry_policy: RetryPolicy | None = None,
        slots: threading.Semaphore | None = None,
        most_on_the_wire: int = MOST_BYTES_ON_THE_WIRE,
    ) -> None:
        self.errors = errors
        self._authenticator = authenticator or Unsigned()
        self._retry_policy = retry_policy or RetryPolicy()
        self._budget = budget
        self._session = HttpSession()
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        adapter = DeadlineAdapter(
            self._retry_policy.answer, most_on_the_wire, pool_connections=1, pool_maxsize=connections
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._closed = threading.Event()
        self._slots = slots or threading.Semaphore(connections)
        self._decoding = threading.Lock()
        self._refused = threading.Lock()
        self._circuit_breaker = CircuitBreaker(self._retry_policy)

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        self._closed.set()
        self._session.close()

    def send(self, request: Request, decode: Callable[[Response], Decoded]) -> Decoded:
        """Sends a request until `decode` accepts the answer.

        `decode` raises a `SageActiveError`; its fault's action decides: wait and try again, renew the signature (at
        once, then a few times with pauses), or give up. Raises the last error when the time that `CircuitBreaker`
        grants the request's stream and company is used up. Where it grants one try only, a server that names the moment
        to come back is asked once more.
        """
        granted = self._circuit_breaker.seconds(request.stream, request.company)
        began = time.monotonic()
        deadline = began + granted
        longest = self._retry_policy.answer if granted else self._retry_policy.single_try
        renewals = 0
        is_obeyed = False
        for attempt in count():
            with self._alone(renewals) as waited, self._slot() as queued:
                signature = self._authenticator.headers(request)
                # Waiting for one's turn, for a place or for the budget is not the server's delay.
                deadline += waited + queued + self._within_budget(request.url)
                outcome = self._attempt(request, signature, decode, longest)
                is_renewed = isinstance(outcome, _Failure) and self._is_renewed(outcome, signature, request, renewals)
            if not isinstance(outcome, _Failure):
                self._circuit_breaker.succeeded(request.stream)
                self._authenticator.accepted(request)
                return outcome
            error, retry_after = outcome.error, outcome.retry_after
            if is_renewed:
                renewals += 1
                if renewals == 1:
                    continue
            elif error.fault.action is not Action.RETRY or not outcome.may_be_repeated(request):
                raise error
            if error.fault is PROXY_UNREACHABLE:
                deadline = min(deadline, began + self._retry_policy.proxy)
            pause = max(self._retry_policy.pause(attempt), retry_after or 0.0)
            if time.monotonic() + pause > deadline:
                if granted or is_obeyed or retry_after is None or retry_after > self._retry_policy.longest_pause:
                    self._circuit_breaker.give_up(request.stream, request.company, error, began)
                    raise error
                is_obeyed = True
            LOGGER.info("%s: %s. Trying again in %.1f s.", self.errors.api.value, error.fault.seen_as, pause)
            with WAITS.waiting(f"{self.errors.api.value} to recover"):
                if self._closed.wait(pause):
                    raise error
        raise AssertionError("unreachable")

    @contextmanager
    def _alone(self, renewals: int) -> Iterator[float]:
        """The turn of a request whose token was refused: one at a time, because it may spoil the tokens of the others.

        Gives the seconds that were waited for it.
        """
        if not renewals:
            yield 0.0
            return
        began = time.monotonic()
        with self._refused:
            yield time.monotonic() - began

    @contextmanager
    def _slot(self) -> Iterator[float]:
        """One of the requests that may be under way at once; gives the seconds that were waited for it."""
        began = time.monotonic()
        with self._slots:
            yield time.monotonic() - began

    def _is_renewed(self, failure: _Failure, signature: Mapping[str, str], request: Request, renewals: int) -> bool:
        """Whether the request's token was refused, and there is a new one."""
        return (
            failure.error.fault.action is Action.SIGN_IN_AGAIN
            and failure.may_be_repeated(request)
            and renewals < MOST_RENEWALS
            and self._authenticator.renew(signature.get("Authorization", ""), request)
        )

    def send_once(self, request: Request, decode: Callable[[Response], Decoded]) -> Decoded:
        """One try, for what can be done without. Raises `SageActiveError`."""
        try:
            signature = self._authenticator.headers(request)
            return decode(self._exchange(request, signature, self._retry_policy.answer))
        except NETWORK_ERRORS as exception:
            raise self._unanswered(request.url, exception) from None
        except RecursionError:
            raise self.errors.of(TOO_DEEP) from None

    def _attempt(
        self,
        request: Request,
        signature: Mapping[str, str],
        decode: Callable[[Response], Decoded],
        longest: float,
    ) -> "Decoded | _Failure":
        """One try: what `decode` makes of the answer, or why there is nothing."""
        retry_after = None
        try:
            answer = self._exchange(request, signature, longest)
            retry_after = answer.retry_after
            # One at a time: threads that decode at once only take the interpreter from each other.
            with self._decoding:
                return decode(answer)
        except NETWORK_ERRORS as exception:
            return _Failure(self._unanswered(request.url, exception), never_left(exception), retry_after)
        except SageActiveError as exception:
            return _Failure(exception, exception.fault.effect is Effect.NONE, retry_after)
        except RecursionError:
            return _Failure(self.errors.of(TOO_DEEP), False, retry_after)

    def _unanswered(self, url: str, exception: BaseException) -> SageActiveError:
        fault, detail = network_fault(self._session.route(url), exception)
        return self.errors.of(fault, detail=detail)

    def _exchange(self, request: Request, signature: Mapping[str, str], longest: float) -> Response:
        route = self._session.route(request.url)
        if route.problem:
            fault, detail = route.problem
            raise self.errors.of(fault, detail=detail)
        if self._retry_policy.limit:
            self._retry_policy.limit.take()
        most = request.most or MOST_BYTES[self.errors.api]
        deadline = time.monotonic() + longest
        timeout = (self._retry_policy.connect, min(self._retry_policy.read, longest))
        with self._session.begin(request, {**request.headers, **signature}, timeout) as response:
            if response.status_code == PROXY_AUTHENTICATION:
                detail = route.proxy or "in between"
                raise self.errors.of(PROXY_PASSWORD, status=response.status_code, detail=detail)
            encodings = response.headers.get("Content-Encoding", "").lower().split(",")
            if not ENCODINGS.issuperset(map(str.strip, encodings)):
                raise requests.exceptions.ContentDecodingError("an encoding that was not asked for")
            pieces, count = bytearray(), 0
            sink = request.sink if response.status_code == requests.codes.ok else None
            if sink:
                sink.begin()
            while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
                count += len(piece)
                if sink:
                    sink.write(piece)
                else:
                    pieces += piece
                if count > most:
                    raise self.errors.of(TOO_HEAVY, detail=f"more than {most // MEGABYTE} MB")
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout(f"no complete answer within {longest:.0f} s")
            if pieces.startswith(BOM_UTF8):
                # Some servers write a mark that JSON does not have.
                del pieces[: len(BOM_UTF8)]
            return Response(response.status_code, response.headers, pieces)

    def _within_budget(self, url: str) -> float:
        """Waits until the budget allows a request; returns the seconds that it took."""
        began = time.monotonic()
        with WAITS.waiting("the budget of requests per minute"):
            self._budget.acquire_call(url)
        return time.monotonic() - began
