"""The authorization code flow: what is asked, which answers count, what the exchange sends."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from sage_active.auth.token_store import Tokens
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active_cli.authorization import REFUSALS, App, Authorization
from unit_tests.loopback import Loopback, Reply, json_reply

APP = App("client", "secret", "http://127.0.0.1:8401/callback")
IMPATIENT = RetryPolicy(connect=2.0, read=2.0, answer=2.0, tries=0.5, first_pause=0.01)
GRANTED = {"access_token": "access", "refresh_token": "refresh", "expires_in": 28800}


def parameters_of(authorization: Authorization) -> dict[str, str]:
    """The parameters of the address."""
    query = urlsplit(authorization.address).query
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}


def exchanged(server: Loopback, app: App = APP) -> tuple[Tokens, dict[str, str]]:
    """The tokens for a code, and the parameters of the address before."""
    authorization = Authorization(app, "https://sign-in.example/connect/authorize")
    transport = Transport(
        Errors(Api.SIGN_IN, "a"), user_agent="test", budget=budget_of(600), connections=1, retry_policy=IMPATIENT
    )
    try:
        return authorization.tokens("code", transport, f"{server.url}/connect/token"), parameters_of(authorization)
    finally:
        transport.close()


def test_every_attempt_has_a_state_and_a_challenge_of_its_own() -> None:
    attempts = [parameters_of(Authorization(APP, "https://sign-in.example/connect/authorize")) for _ in range(5)]
    assert len({attempt["state"] for attempt in attempts}) == 5
    assert len({attempt["code_challenge"] for attempt in attempts}) == 5
    assert "secret" not in json.dumps(attempts)


def test_code_counts_only_with_its_state() -> None:
    authorization = Authorization(APP, "https://sign-in.example/connect/authorize")
    state = parameters_of(authorization)["state"]
    assert authorization.code({"state": state, "code": "abc", "iss": "x"}) == "abc"
    for answer in ({"code": "abc"}, {"code": "abc", "state": "other"}, {"state": "ä", "error": "access_denied"}):
        with pytest.raises(SageActiveError, match="another sign-in"):
            authorization.code(answer)
    with pytest.raises(SageActiveError, match="without a code"):
        authorization.code({"state": state})


@pytest.mark.parametrize("error", [*REFUSALS, "something_new"])
def test_a_refusal_is_reported_clearly(error: str) -> None:
    authorization = Authorization(APP, "https://sign-in.example/connect/authorize")
    with pytest.raises(SageActiveError) as raised:
        authorization.code({"state": parameters_of(authorization)["state"], "error": error})
    expected = REFUSALS[error][0] if error in REFUSALS else "something_new"
    assert expected in str(raised.value)


@pytest.mark.parametrize("secret", ["secret", None])
def test_exchange_proves_the_challenge(secret: str | None) -> None:
    with Loopback(json_reply(GRANTED)) as server:
        tokens, parameters = exchanged(server, App("client", secret, APP.redirect_uri))
    (request,) = server.requests
    form = request.form
    digest = hashlib.sha256(form.pop("code_verifier").encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == parameters["code_challenge"]
    assert form == {
        "grant_type": "authorization_code",
        "code": "code",
        "client_id": "client",
        "redirect_uri": APP.redirect_uri,
        **({"client_secret": "secret"} if secret else {}),
    }
    assert (tokens.refresh_token, tokens.access_token) == ("refresh", "access")
    assert tokens.expires_at is not None


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(400, b'{"error":"invalid_grant"}'), "does not accept its own code"),
        (Reply(400, b'{"error":"invalid_client"}'), "refused the app"),
        (Reply(403, b"Forbidden"), "sign in to Sage Active itself once"),
        (Reply(503, b""), "trouble of its own"),
        (Reply(reset=True), "could not be reached"),
        (Reply(200, b'{"access_token":"access"}'), "no refresh token"),
        (Reply(200, b"<html>"), "not complete JSON"),
    ],
)
def test_code_is_sent_once_whatever_comes_back(reply: Reply, message: str) -> None:
    with Loopback(reply) as server:
        with pytest.raises(SageActiveError, match=message):
            exchanged(server)
        assert len(server.requests) == 1
