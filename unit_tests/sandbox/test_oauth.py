"""The sign-in server over HTTP."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

REDIRECT = "http://127.0.0.1:9/callback"
SCOPE = "RDSA WDSA offline_access"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


def authorize(sandbox: Any, **changes: str) -> requests.Response:
    parameters = {
        "response_type": "code",
        "client_id": "sandbox-client",
        "scope": SCOPE,
        "redirect_uri": REDIRECT,
        "state": "s1",
        "auto": "1",
        **changes,
    }
    return requests.get(f"{sandbox.url}/connect/authorize", params=parameters, allow_redirects=False, timeout=10)


def returned(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302
    assert response.headers["Location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def token(sandbox: Any, **form: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/connect/token", data=form, timeout=10)


def refresh(sandbox: Any, value: str, **changes: str) -> requests.Response:
    return token(sandbox, **{**CLIENT, "grant_type": "refresh_token", "refresh_token": value, **changes})


def exchange(sandbox: Any, code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **CLIENT, **changes}
    return token(sandbox, **form)


def refused(response: requests.Response, error: str) -> None:
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_sign_in_with_a_secret(sandbox: Any, api: Any) -> None:
    back = returned(authorize(sandbox))
    assert (back["state"], back["iss"], back["scope"]) == ("s1", sandbox.url, SCOPE)
    tokens = exchange(sandbox, back["code"]).json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 28800, SCOPE)
    assert api.post("{customers{totalCount}}", Authorization=f"Bearer {tokens['access_token']}").status_code == 200
    refused(exchange(sandbox, back["code"]), "invalid_grant")
    assert refresh(sandbox, tokens["refresh_token"]).status_code == 200


def test_sign_in_with_pkce_needs_no_secret(sandbox: Any) -> None:
    def code() -> str:
        return returned(authorize(sandbox, code_challenge=CHALLENGE, code_challenge_method="S256"))["code"]

    public = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "client_id": "sandbox-client"}
    refused(token(sandbox, code=code(), **public), "invalid_grant")
    refused(token(sandbox, code=code(), code_verifier="wrong", **public), "invalid_grant")
    tokens = token(sandbox, code=code(), code_verifier=VERIFIER, **public).json()
    again = {"grant_type": "refresh_token", "client_id": "sandbox-client"}
    assert token(sandbox, refresh_token=tokens["refresh_token"], **again).status_code == 200
    plain = authorize(sandbox, code_challenge=VERIFIER, code_challenge_method="plain")
    assert returned(plain)["error"] == "invalid_request"


def test_the_page_signs_in_with_a_button(sandbox: Any) -> None:
    page = authorize(sandbox, auto="0", login_hint="<me>@example.com")
    assert page.status_code == 200
    assert "&lt;me&gt;@example.com" in page.text
    form = {"response_type": "code", "client_id": "sandbox-client", "scope": SCOPE, "redirect_uri": REDIRECT}
    url = f"{sandbox.url}/connect/authorize"
    pressed = requests.post(url, data=form, allow_redirects=False, timeout=10)
    assert "code" in returned(pressed)
    denied = requests.post(url, data={**form, "deny": "1"}, allow_redirects=False, timeout=10)
    assert returned(denied) == {"error": "access_denied"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_authorization_refusals_return_to_the_client(sandbox: Any, changes: dict[str, str], error: str) -> None:
    assert returned(authorize(sandbox, **changes)) == {"error": error, "state": "s1"}


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "https://evil.example.com/"}])
def test_unknown_clients_and_addresses_are_not_redirected(sandbox: Any, changes: dict[str, str]) -> None:
    assert authorize(sandbox, **changes).status_code == 400


def test_codes_live_for_a_minute(sandbox: Any) -> None:
    code = returned(authorize(sandbox))["code"]
    sandbox.switches.clock_offset_seconds = 61
    refused(exchange(sandbox, code), "invalid_grant")


def test_codes_belong_to_their_redirect_address_and_client(sandbox: Any) -> None:
    code = returned(authorize(sandbox))["code"]
    refused(exchange(sandbox, code, redirect_uri="http://127.0.0.1:9/other"), "invalid_grant")
    refused(exchange(sandbox, returned(authorize(sandbox))["code"], client_secret="wrong"), "invalid_client")


def test_without_offline_access_there_is_no_refresh_token(sandbox: Any) -> None:
    code = returned(authorize(sandbox, scope="RDSA"))["code"]
    assert "refresh_token" not in exchange(sandbox, code).json()


def test_refresh_rotates_and_the_old_token_dies(sandbox: Any) -> None:
    old = "sandbox-refresh-token-de"
    new = refresh(sandbox, old).json()["refresh_token"]
    assert new != old
    refused(refresh(sandbox, old), "invalid_grant")
    assert refresh(sandbox, new).status_code == 200
    assert refresh(sandbox, "sandbox-refresh-token-fr").status_code == 200
    sandbox.reset_tokens()
    assert refresh(sandbox, old).status_code == 200
    refused(refresh(sandbox, new), "invalid_grant")


def test_without_rotation_the_token_stays(sandbox: Any) -> None:
    sandbox.switches.refresh_rotation = False
    for _ in range(2):
        assert refresh(sandbox, "sandbox-refresh-token-es").json()["refresh_token"] == "sandbox-refresh-token-es"


def test_lifetimes_follow_the_servers_clock(sandbox: Any, api: Any) -> None:
    sandbox.switches.access_token_seconds = 100
    tokens = refresh(sandbox, "sandbox-refresh-token-de").json()
    assert tokens["expires_in"] == 100
    bearer = f"Bearer {tokens['access_token']}"
    sandbox.switches.clock_offset_seconds = 99
    assert api.post("{customers{totalCount}}", Authorization=bearer).status_code == 200
    sandbox.switches.clock_offset_seconds = 101
    assert api.post("{customers{totalCount}}", Authorization=bearer).status_code == 401
    sandbox.switches.clock_offset_seconds = sandbox.switches.refresh_token_seconds + 10
    refused(refresh(sandbox, tokens["refresh_token"]), "invalid_grant")


def test_a_revoked_refresh_token_is_dead(sandbox: Any) -> None:
    form = {"token": "sandbox-refresh-token-de", **CLIENT}
    assert requests.post(f"{sandbox.url}/connect/revocation", data=form, timeout=10).status_code == 200
    refused(refresh(sandbox, "sandbox-refresh-token-de"), "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**CLIENT, "refresh_token": "x"}, "invalid_request"),
        ({**CLIENT, "grant_type": "refresh_token"}, "invalid_request"),
        ({**CLIENT, "grant_type": "client_credentials"}, "unauthorized_client"),
        ({**CLIENT, "grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({**CLIENT, "grant_type": "refresh_token", "refresh_token": "x", "scope": "RDSA"}, "invalid_scope"),
        ({**CLIENT, "grant_type": ["refresh_token", "refresh_token"]}, "invalid_request"),
        ({"client_id": "sandbox-client", "client_secret": "no", "grant_type": "refresh_token"}, "invalid_client"),
        (
            {"client_id": "sandbox-client", "grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token-de"},
            "invalid_client",
        ),
    ],
)
def test_refusals_of_the_token_endpoint(sandbox: Any, form: dict[str, Any], error: str) -> None:
    refused(requests.post(f"{sandbox.url}/connect/token", data=form, timeout=10), error)


def test_the_token_endpoint_wants_a_form(sandbox: Any) -> None:
    refused(requests.post(f"{sandbox.url}/connect/token", json={}, timeout=10), "invalid_request")


def test_logout_returns_to_loopback_only(sandbox: Any) -> None:
    url = f"{sandbox.url}/connect/endsession"
    near = requests.get(url, params={"returnTo": REDIRECT}, allow_redirects=False, timeout=10)
    assert (near.status_code, near.headers["Location"]) == (302, REDIRECT)
    far = requests.get(url, params={"returnTo": "https://example.com"}, allow_redirects=False, timeout=10)
    assert far.status_code == 200


def test_secrets_are_not_logged(sandbox: Any) -> None:
    refresh(sandbox, "sandbox-refresh-token-de")
    (entry,) = sandbox.requests
    assert entry.form == {
        "client_id": "sandbox-client",
        "client_secret": "present",
        "grant_type": "refresh_token",
        "refresh_token": "present",
    }
    assert "sandbox-secret" not in repr(entry)
