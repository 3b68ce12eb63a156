"""What requests are signed with, seen on the wire."""

from collections.abc import Iterator

import pytest

from sage_active.auth.api_key import ApiKeyAuthenticator
from sage_active.auth.authenticator import OAuth2Authenticator, UntilEnding
from sage_active.auth.subscription import SubscriptionAuthenticator
from sage_active.auth.token_store import Tokens
from sage_active.credentials import TokenCredentials
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import UNREACHABLE, Api, classify
from sage_active.http.request import Authenticator, Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.runtime.shutdown import UNFINISHED
from unit_tests.loopback import Loopback, Reply, json_reply

QUICK = RetryPolicy(connect=1, read=5, answer=5, tries=5, first_pause=0.01, longest_pause=0.05)
SIGN_IN = Errors(Api.SIGN_IN, "sage-active-de")


def transport(errors: Errors, authenticator: Authenticator) -> Transport:
    """One connection, without waiting for long."""
    return Transport(
        errors,
        user_agent="unit/1",
        budget=budget_of(10000),
        connections=1,
        authenticator=authenticator,
        retry_policy=QUICK,
    )


def status(answer: Response) -> int:
    """The status alone."""
    return answer.status


@pytest.fixture
def sign_in() -> Iterator[Transport]:
    """To the sign-in server, as the client makes it."""
    server = transport(SIGN_IN, UntilEnding(SIGN_IN))
    yield server
    server.close()


def test_maesn_gets_both_keys_with_every_request(loopback: Loopback) -> None:
    loopback.script(Reply(200, b"{}"))
    maesn = transport(Errors(Api.MAESN, "sage-active-de"), ApiKeyAuthenticator("app", "user"))
    for method in ("GET", "POST"):
        assert maesn.send(Request(method, loopback.url, headers={"Accept": "application/json"}), status) == 200
    maesn.close()
    assert [
        (request.headers["x-api-key"], request.headers["x-account-key"], request.headers["accept"])
        for request in loopback.requests
    ] == [("app", "user", "application/json")] * 2


def test_the_company_of_a_request_is_whose_renewals_count(loopback: Loopback, sign_in: Transport) -> None:
    loopback.script(json_reply({"access_token": "access-1", "expires_in": 3600}))
    published: list[Tokens] = []
    grant = OAuth2Authenticator(
        TokenCredentials(target_system="sage-active-de", client_id="c", subscription_key="key", refresh_token="r"),
        token_url=f"{loopback.url}/connect/token",
        transport=sign_in,
        token_path=None,
        publish=published.append,
    )
    request = Request("POST", loopback.url, stream="customers", company="a")
    market = SubscriptionAuthenticator(grant, "key")
    assert market.headers(request) == {"Authorization": "Bearer access-1", "x-api-key": "key"}
    assert [tokens.access_token for tokens in published] == ["access-1"]
    # The server names the same token again: renewals of this company end, those of another one do not.
    while grant.renew("Bearer access-1", request):
        assert len(loopback.requests) < 100
    other = Request("POST", loopback.url, stream="customers", company="b")
    assert grant.renew("Bearer access-1", other)
    grant.accepted(request)
    assert grant.renew("Bearer access-1", request)


def test_a_process_that_ends_asks_for_no_further_tokens(
    loopback: Loopback, sign_in: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UNFINISHED, "_ending", True)
    with pytest.raises(SageActiveError, match="the program is told to end") as raised:
        sign_in.send(Request("POST", loopback.url, stream="sign-in"), status)
    assert raised.value.fault is UNREACHABLE
    assert loopback.requests == []


def test_an_unsigned_request_is_not_tried_again_for_a_refused_token(loopback: Loopback, sign_in: Transport) -> None:
    loopback.script(Reply(401, b"{}"))
    refused = Errors(Api.DIRECT, "sage-active-de")

    def decode(answer: Response) -> None:
        raise refused.of(classify(Api.DIRECT, answer.status), status=answer.status)

    with pytest.raises(SageActiveError, match="access token"):
        sign_in.send(Request("POST", loopback.url), decode)
    assert len(loopback.requests) == 1
