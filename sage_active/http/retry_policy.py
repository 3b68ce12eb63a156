"""How long to wait for a server, and how that changes when it has just been waited for in vain."""

import threading
import time
from dataclasses import dataclass, field
from random import uniform
from typing import Final

from sage_active.errors import SageActiveError
from sage_active.http.request_limit import RequestLimit

# So many times the longest wait of one request may be spent on one stream: two requests that fail for good.
WAITS_PER_STREAM: Final = 2


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait, in seconds: for a connection, between pieces of an answer, for one answer, for all tries, for a
    proxy that is not there.

    The last try may begin when `tries` is nearly over: together they stay below `longest`, five minutes by default.
    `limit`: how many requests there may be in all; None for any number.
    """

    connect: float = 10.0
    read: float = 45.0
    answer: float = 90.0
    single_try: float = 30.0
    tries: float = 120.0
    first_pause: float = 0.5
    longest_pause: float = 30.0
    proxy: float = 60.0
    limit: RequestLimit | None = None

    @property
    def longest(self) -> float:
        """The longest that a request may take, answered or not."""
        return self.tries + self.connect + self.answer + self.read

    def pause(self, attempt: int) -> float:
        """How long to wait after a try, counted from 0: longer each time, and not the same for all that wait."""
        longest = min(self.longest_pause, self.first_pause * 2.0**attempt)
        return uniform(longest / 2, longest)


@dataclass(slots=True)
class _Trouble:
    """What was given up of one stream. `spent`: seconds of earlier troubles, which are over; the rest is of this one.

    `failed`: company -> until when the same need not be tried again, and the error.
    """

    spent: float = 0.0
    began: float = 0.0
    latest: float = 0.0
    failed: dict[str, tuple[float, SageActiveError]] = field(default_factory=dict)


class CircuitBreaker:
    """How long each stream is worth waiting for, by what has become of its requests. Safe for all threads.

    A request of a stream that works may wait as long as the policy allows, until the stream has used up its time. After
    one that was given up, those of other companies are tried once each, until one succeeds: a company that fails must
    neither stop the others nor cost them their time. When nothing has succeeded for as long as a stream may take, the
    rest fails at once.
    """

    def __init__(self, retry_policy: RetryPolicy) -> None:
        self._retry_policy = retry_policy
        self._most = WAITS_PER_STREAM * retry_policy.tries
        self._troubles: dict[str, _Trouble] = {}
        self._lock = threading.Lock()

    def seconds(self, stream: str, company: str) -> float:
        """How long a request may be tried; 0 is one try.

        Raises the last error where a try would be in vain: this very thing has failed a moment ago, or everything has
        for too long.
        """
        now = time.monotonic()
        with self._lock:
            trouble = self._troubles.get(stream)
            if trouble is None:
                return self._retry_policy.tries
            if not trouble.failed:
                return max(0.0, min(self._retry_policy.tries, self._most - trouble.spent))
            until, error = trouble.failed.get(company, (0.0, None))
            if error and now < until:
                raise error
            if error is None and now - trouble.began > self._most:
                raise next(reversed(trouble.failed.values()))[1]
            return 0.0

    def give_up(self, stream: str, company: str, error: SageActiveError, began: float) -> None:
        """A request that was first tried at `began` has failed for good."""
        with self._lock:
            trouble = self._troubles.setdefault(stream, _Trouble())
            trouble.began = min(trouble.began, began) if trouble.failed else began
            trouble.latest = time.monotonic()
            trouble.failed[company] = (trouble.latest + self._retry_policy.longest_pause, error)

    def succeeded(self, stream: str) -> None:
        """The stream is alive."""
        with self._lock:
            trouble = self._troubles.get(stream)
            if trouble and trouble.failed:
                trouble.spent += trouble.latest - trouble.began
                trouble.failed.clear()
