"""A limit of requests counts each try, and stops the one that would be too many before it is sent."""

import pytest

from sage_active.errors import Errors, SageActiveError
from sage_active.faults import UNREACHABLE, Api
from sage_active.http.request import Request
from sage_active.http.request_limit import RequestLimit
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback

ERRORS = Errors(Api.DIRECT, "sage-active-de")


def never_good(_: Response) -> None:
    """Lets the transport try again."""
    raise ERRORS.of(UNREACHABLE)


def limited(limit: RequestLimit) -> Transport:
    """A transport with this limit, which tries again at once."""
    policy = RetryPolicy(tries=30.0, first_pause=0.001, longest_pause=0.001, limit=limit)
    return Transport(ERRORS, user_agent="unit/1", budget=budget_of(1000), connections=1, retry_policy=policy)


def test_tries_are_counted_too(loopback: Loopback) -> None:
    limit = RequestLimit(3)
    with pytest.raises(SageActiveError, match="sent 3 requests"):
        limited(limit).send(Request("GET", loopback.url), never_good)
    assert (limit.sent, len(loopback.requests)) == (3, 3)


def test_transports_share_a_limit(loopback: Loopback) -> None:
    limit = RequestLimit(2)
    for _ in range(2):
        limited(limit).send_once(Request("GET", loopback.url), lambda answer: answer.status)
    with pytest.raises(SageActiveError, match="sent 2 requests"):
        limited(limit).send_once(Request("GET", loopback.url), lambda answer: answer.status)
    assert len(loopback.requests) == 2
