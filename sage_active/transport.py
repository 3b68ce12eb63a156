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
from email.utils import parsedate_to_datetime
from itertools import count
from random import uniform
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from airbyte_cdk.sources.streams.call_rate import APIBudget, MovingWindowCallRatePolicy, Rate

from sage_active.deadline import DeadlineAdapter
from sage_active.errors import Circumstances, SageActiveError
from sage_active.faults import UNREACHABLE, Action, Api, Fault, rows
from sage_active.file_kinds import require_authorities
from sage_active.patience import Endurance, Patience

Decoded = TypeVar("Decoded")
LOGGER = logging.getLogger("airbyte")
# What decoding a body may raise: it may be cut within a character.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
# A gateway may need a moment to know a new token; one that refuses several in a row has another reason.
MOST_RENEWALS: Final = 4
# How far this machine's clock may be ahead of a server's that does not tell its own.
CLOCK_DOUBT: Final = timedelta(minutes=15)
CHUNK_BYTES: Final = 1 << 18
# Faults that the gateway answers before anything is done.
WITHOUT_EFFECT: Final = rows("rate-limited", "access-token-refused")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (case-insensitive) and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray

    @property
    def date(self) -> datetime:
        """The server's own clock when it answered; where it does not tell, a moment that is not later than that."""
        return _http_date(self.headers.get("Date")) or datetime.now(timezone.utc) - CLOCK_DOUBT

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait; a date is counted from the server's own clock."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked)
        until = _http_date(asked)
        now = _http_date(self.headers.get("Date")) or datetime.now(timezone.utc)
        return max(0.0, (until - now).total_seconds()) if until else None


def _http_date(text: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


class _Session(requests.Session):
    """Looks into the environment for proxies and certificates once for each host; requests does so every time."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: dict[str, Any] = {}

    def merge_environment_settings(self, url: Any, *settings: Any) -> Any:
        """What the environment says for the host of `url`; the settings of single requests do not differ here."""
        host = urlsplit(url).netloc
        if host not in self._settings:
            found = super().merge_environment_settings(url, *settings)
            if url.startswith("https:") and isinstance(found["verify"], str):
                # A pipe would be read for ever.
                require_authorities(found["verify"])
            self._settings[host] = found
        return dict(self._settings[host])


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
        self._budget = APIBudget([window])
        self._session = _Session()
        self._session.headers["User-Agent"] = user_agent
        # Otherwise requests would replace the Authorization header by what a .netrc file says.
        self._session.auth = _unchanged
        adapter = DeadlineAdapter(self._patience.answer, pool_connections=1, pool_maxsize=connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._closed = threading.Event()
        self._decoding = threading.Lock()
        self._endurance = Endurance(self._patience)

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
        company: str = "",
        headers: Callable[[], Mapping[str, str]] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, str] | None = None,
        renew: Callable[[str], None] | None = None,
        repeatable: bool = True,
    ) -> Decoded:
        """Sends one request until `decode` accepts the answer.

        `decode` raises a `SageActiveError`; its fault's action decides: wait and try again, call `renew` with the
        Authorization header that was refused (at once, then a few times with pauses), or give up. Raises the last error
        when the time that `Endurance` grants the `stream` and `company` is used up. Where it grants one try only, a
        server that names the moment to come back is asked once more.

        A request that is not `repeatable` is sent again only when it certainly had no effect: the gateway refused it
        (401, 429), or no connection came about.
        """
        granted = self._endurance.seconds(stream, company)
        began = time.monotonic()
        deadline = began + granted
        longest = self._patience.answer if granted else self._patience.tired_answer
        renewals = 0
        is_obeyed = False
        for attempt in count():
            sent = dict(headers() if headers else {})
            asked = None
            # Waiting for the budget is not the server's delay.
            deadline += self._within_budget(url)
            try:
                answer = self._exchange(method, url, sent, params, body, longest)
                asked = answer.retry_after
                # One at a time: threads that decode at once only take the interpreter from each other.
                with self._decoding:
                    decoded = decode(answer)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exception:
                error = self.error(UNREACHABLE, detail=_unreachable(url, exception))
                had_no_effect = _never_left(exception)
            except SageActiveError as exception:
                error = exception
                had_no_effect = exception.fault in WITHOUT_EFFECT
            else:
                self._endurance.succeeded(stream)
                return decoded
            action = error.fault.action
            if not (repeatable or had_no_effect):
                raise error
            if action is Action.SIGN_IN_AGAIN and renew and renewals < MOST_RENEWALS:
                renew(sent.get("Authorization", ""))
                renewals += 1
                if renewals == 1:
                    continue
            elif action is not Action.RETRY:
                raise error
            pause = max(self._pause(attempt), asked or 0.0)
            if time.monotonic() + pause > deadline:
                if granted or is_obeyed or asked is None or asked > self._patience.longest_pause:
                    self._endurance.give_up(stream, company, error, began)
                    raise error
                is_obeyed = True
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
            return decode(self._exchange(method, url, headers(), None, body, self._patience.answer))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exception:
            raise self.error(UNREACHABLE, detail=_unreachable(url, exception)) from None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        body: bytes | Mapping[str, str] | None,
        longest: float,
    ) -> Answer:
        deadline = time.monotonic() + longest
        with self._session.request(
            method,
            url,
            params=params,
            data=body,
            headers=headers,
            timeout=(self._patience.connect, min(self._patience.read, longest)),
            stream=True,
            # A redirect would carry the credentials to an address that nobody configured.
            allow_redirects=False,
        ) as response:
            pieces = bytearray()
            while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
                pieces += piece
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout(f"no complete answer within {longest:.0f} s")
            if pieces.startswith(BOM_UTF8):
                # Some servers write a mark that JSON does not have.
                del pieces[: len(BOM_UTF8)]
            return Answer(response.status_code, response.headers, pieces)

    def _within_budget(self, url: str) -> float:
        """Waits until the budget allows a request; returns the seconds that it took."""
        began = time.monotonic()
        self._budget.acquire_call(url)
        return time.monotonic() - began

    def _pause(self, attempt: int) -> float:
        longest = min(self._patience.longest_pause, self._patience.first_pause * 2.0**attempt)
        return uniform(longest / 2, longest)


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _never_left(exception: BaseException) -> bool:
    """Whether no connection came about, so that nothing of a request can have reached the server."""
    reason = getattr(exception.args[0], "reason", None) if exception.args else None
    return isinstance(exception, requests.ConnectTimeout) or isinstance(
        reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    )


def _unreachable(url: str, exception: BaseException) -> str:
    """The reason, and the host: the rest of the address may name companies."""
    return f"{_cause(exception)} ({urlsplit(url).hostname})"


def _cause(exception: BaseException) -> str:
    """The innermost reason in words, without the address (query strings may name companies)."""
    while exception.__cause__ or exception.__context__:
        inner = exception.__cause__ or exception.__context__
        if inner is None:
            break
        exception = inner
    reason = exception.strerror if isinstance(exception, OSError) and exception.strerror else type(exception).__name__
    return str(reason)
