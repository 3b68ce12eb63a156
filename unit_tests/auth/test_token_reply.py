"""Odd replies of the token endpoint: a new refresh token is kept whatever the rest looks like."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.auth.authenticator import OAuth2Authenticator
from sage_active.auth.token_reply import token_reply
from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.credentials import TokenCredentials
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback, Reply, json_reply

QUICK: Final = RetryPolicy(connect=1, read=5, answer=5, tries=0.05, first_pause=0.01, longest_pause=0.05)
GOOD: Final = {"access_token": "access-1", "refresh_token": "rotated-1", "expires_in": 28800, "token_type": "Bearer"}


def transport() -> Transport:
    """To the sign-in server."""
    return Transport(
        Errors(Api.SIGN_IN, "sage-active-de"),
        user_agent="unit/1",
        budget=budget_of(10000),
        connections=1,
        retry_policy=QUICK,
    )


def signed_in(loopback: Loopback, path: Path | None, published: list[Tokens]) -> OAuth2Authenticator:
    """A grant whose first renewal meets the scripted reply."""
    return OAuth2Authenticator(
        TokenCredentials(
            target_system="sage-active-de", client_id="client", subscription_key="key", refresh_token="refresh-0"
        ),
        token_url=f"{loopback.url}/connect/token",
        transport=transport(),
        token_path=str(path) if path else None,
        publish=published.append,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"expires_in": True},
        {"expires_in": [3600]},
        {"expires_in": "soon"},
        {"expires_in": -5},
        {"expires_in": 0},
        {"expires_in": 10**400},
        {"expires_in": float("inf")},
        {"expires_in": {"seconds": 3600}},
        {"expires_in": None},
        {"token_type": "mac"},
        {"token_type": 7},
        {"scope": [[]]},
        {"refresh_token_expires_in": "never"},
    ],
    ids=str,
)
def test_odd_members_beside_good_tokens_cost_nothing(loopback: Loopback, change: dict[str, Any]) -> None:
    body = json.dumps({**GOOD, **change}).replace("Infinity", "1e999").encode()
    loopback.script(Reply(body=body), json_reply({"error": "invalid_grant"}, 400))
    published: list[Tokens] = []
    grant = signed_in(loopback, None, published)
    for _ in range(2):
        assert grant.authorization() == "Bearer access-1"
    assert [(tokens.refresh_token, tokens.access_token) for tokens in published] == [("rotated-1", "access-1")]
    assert len(loopback.requests) == 1, "an end that cannot be read is not a reason to renew"


ODD: Final[Sequence[tuple[int, bytes, str]]] = [
    (200, b'{"refresh_token":"rotated-1"}', "cut-short"),
    (200, b'{"refresh_token":"rotated-1","access_token":null}', "cut-short"),
    (200, b'{"refresh_token":"rotated-1","access_token":["a"]}', "cut-short"),
    (200, b'{"refresh_token":"rotated-1","access_token":""}', "cut-short"),
    (200, b'{"refresh_token":"rotated-1","access_token":"\xc3\xbc\xe2\x82\xac"}', "token-unusable"),
    (200, b'{"refresh_token":"rotated-1","access_token":"a\\r\\nX-Header: b"}', "token-unusable"),
    (200, b'{"refresh_token":"rotated-1","access_token":" "}', "token-unusable"),
    (200, b'{"access_token":"a","refresh_token":"rotated-1","expires_in":28', "cut-short"),
    (200, b'{"access_token":"a","refresh_token":"rotated-1"} and more', "cut-short"),
    (200, b'{"refresh_token":"rotated-1","x":' + b"[" * 5000 + b"]" * 5000 + b"}", "cut-short"),
    (201, b'{"refresh_token":"rotated-1","access_token":"a"}', "unexpected"),
    (400, b'{"refresh_token":"rotated-1","error":"invalid_grant"}', "refresh-token-dead"),
    (403, b'{"refresh_token":"rotated-1"}', "never-signed-in"),
    (429, b'{"refresh_token":"rotated-1"}', "rate-limited"),
    (503, b'{"refresh_token":"rotated-1","access_token":"a"}', "server-error"),
]


@pytest.mark.parametrize(("status", "body", "fault"), ODD)
def test_a_new_refresh_token_is_kept_before_the_rest_is_judged(
    loopback: Loopback, tmp_path: Path, status: int, body: bytes, fault: str
) -> None:
    loopback.script(Reply(status, body), json_reply(GOOD))
    published: list[Tokens] = []
    path = tmp_path / "tokens.json"
    with pytest.raises(SageActiveError) as raised:
        signed_in(loopback, path, published).authorization()
    assert raised.value.fault.name == fault
    assert "rotated-1" not in str(raised.value)
    assert len(loopback.requests) == 1, "the old refresh token may be dead: it is not tried again"
    assert published == [Tokens("rotated-1")]
    assert TokenFile(str(path)).read("refresh-0") == Tokens("rotated-1")
    assert signed_in(loopback, path, published).authorization() == "Bearer access-1"
    assert loopback.requests[1].form["refresh_token"] == "rotated-1"


@pytest.mark.parametrize("odd", [None, "", " ", 7, ["rotated-1"], {"a": "rotated-1"}, "rotated-\u20ac", "a\nb"])
def test_what_is_not_a_refresh_token_leaves_the_old_one(loopback: Loopback, odd: Any) -> None:
    loopback.script(json_reply({**GOOD, "refresh_token": odd}))
    published: list[Tokens] = []
    assert signed_in(loopback, None, published).authorization() == "Bearer access-1"
    assert [tokens.refresh_token for tokens in published] == ["refresh-0"]


def test_a_token_that_somebody_only_quotes_is_not_taken(loopback: Loopback) -> None:
    loopback.script(json_reply({"error": "invalid_request", "example": {"refresh_token": "quoted"}}, 400))
    published: list[Tokens] = []
    with pytest.raises(SageActiveError):
        signed_in(loopback, None, published).authorization()
    assert published == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@given(
    st.dictionaries(
        st.sampled_from(["access_token", "expires_in", "token_type", "error", "error_description"]), VALUES
    ),
    st.sampled_from([200, 201, 400, 401, 403, 429, 500, 503]),
)
def test_whatever_the_reply_is_the_new_refresh_token_is_found(members: dict[str, Any], status: int) -> None:
    body = json.dumps({**members, "refresh_token": "rotated-1"}).encode()
    assert token_reply(Errors(Api.SIGN_IN, "sage-active-de"), Response(status, {}, body)).refresh_token == "rotated-1"
