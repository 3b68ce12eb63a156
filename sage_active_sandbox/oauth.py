"""The sign-in server: authorization codes, PKCE, rotating refresh tokens.

Source: docs/reference/authentication.md, "Tokens".
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

from sage_active_sandbox.http_messages import HttpReply, HttpRequest, json_reply
from sage_active_sandbox.redirects import is_registered
from sage_active_sandbox.rights import ADMINISTRATOR, READER
from sage_active_sandbox.store import Clock
from sage_active_sandbox.switches import Switches

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"
SCOPES = frozenset({"RDSA", "WDSA", "offline_access"})
CODE_SECONDS = 60
PRESET_REFRESH_TOKENS = {
    f"sandbox-refresh-token-{market}{suffix}": user
    for market in ("de", "es", "fr")
    for suffix, user in (("", ADMINISTRATOR), ("-reader", READER))
}
"""Refresh tokens that exist from the start, each a grant of its own, and the address of the user who signed in."""


@dataclass
class Grant:
    """One sign-in: its scope, whether it belongs to a client without a secret (PKCE), and the user's address."""

    scope: str
    public: bool = False
    user: str = ADMINISTRATOR


@dataclass
class Code:
    """One authorization code."""

    scope: str
    redirect_uri: str
    challenge: str | None
    expires: datetime
    user: str


class Refusal(Exception):
    """A documented error of the token endpoint."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class SignInServer:
    """Authorize, token, revocation and logout for the one known client; times are those of the server's clock."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._access: dict[str, tuple[str, datetime]] = {}
        self._refresh: dict[str, tuple[Grant, datetime]] = {}
        self.refreshes = 0
        self.reset()

    def reset(self) -> None:
        """Forget all tokens but the preset refresh tokens."""
        with self._lock:
            self._codes.clear()
            self._access.clear()
            self._refresh.clear()
            self.refreshes = 0
            for token, user in PRESET_REFRESH_TOKENS.items():
                self._refresh[token] = (Grant("RDSA WDSA offline_access", user=user), self._refresh_expiry())

    def accepts(self, access_token: str) -> bool:
        """Is this access token known and alive."""
        return self.user_of(access_token) is not None

    def user_of(self, access_token: str) -> str | None:
        """The address of the user whose access token this is, None if it is unknown or expired."""
        with self._lock:
            user, expires = self._access.get(access_token, (None, self._clock.now()))
            return user if expires > self._clock.now() else None

    def renews(self, refresh_token: str) -> bool:
        """Whether a refresh token is good."""
        with self._lock:
            _, expires = self._refresh.get(refresh_token, (None, self._clock.now()))
            return expires > self._clock.now()

    def expire_access_tokens(self) -> None:
        """All access tokens become invalid; the refresh tokens stay."""
        with self._lock:
            self._access.clear()

    def issue_access_token(self, user: str = ADMINISTRATOR) -> str:
        """A valid access token without a sign-in, for tests."""
        with self._lock:
            return self._new_access_token(user)

    def issue_refresh_token(self, user: str = ADMINISTRATOR) -> str:
        """What a new sign-in brings, without the sign-in, for tests."""
        with self._lock:
            return self._new_refresh_token(Grant("RDSA WDSA offline_access", user=user))

    def answer(self, request: HttpRequest, issuer: str) -> HttpReply:
        """The reply to a request under /connect/; ``issuer`` is the server's own address."""
        match request.method, request.path:
            case "GET" | "POST", "/connect/authorize":
                return self._authorize(request, issuer)
            case "POST", "/connect/token":
                return self._answer_form(request, self._token)
            case "POST", "/connect/revocation":
                return self._answer_form(request, self._revoke)
            case "GET", "/connect/endsession":
                return self._end_session(request)
            case _:
                return HttpReply(404, b"Not found", "text/plain")

    def _authorize(self, request: HttpRequest, issuer: str) -> HttpReply:
        parameters = request.query if request.method == "GET" else request.form
        values = {name: texts[0] for name, texts in parameters.items()}
        redirect_uri = values.get("redirect_uri", "")
        if values.get("client_id") != CLIENT_ID or not is_registered(redirect_uri):
            return HttpReply(400, b"Unknown client or redirect address", "text/plain")
        back: dict[str, str] = {"state": values["state"]} if "state" in values else {}
        problem = _authorize_problem(values, parameters)
        if problem is not None:
            return _redirect(redirect_uri, {"error": problem, **back})
        if request.method == "GET" and values.get("auto") != "1":
            return HttpReply(200, _sign_in_page(values).encode(), "text/html; charset=utf-8")
        if "deny" in values:
            return _redirect(redirect_uri, {"error": "access_denied", **back})
        code = secrets.token_hex(32)
        expires = self._clock.now() + timedelta(seconds=CODE_SECONDS)
        user = READER if values.get("login_hint") == READER else ADMINISTRATOR
        with self._lock:
            self._codes[code] = Code(values["scope"], redirect_uri, values.get("code_challenge"), expires, user)
        return _redirect(redirect_uri, {"code": code, "scope": values["scope"], "iss": issuer, **back})

    def _answer_form(self, request: HttpRequest, action: Callable[[dict[str, str]], dict[str, object]]) -> HttpReply:
        plain = {"cache-control": "no-store"}
        try:
            if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                raise Refusal("invalid_request", "a form is expected")
            form = request.form
            repeated = [name for name, values in form.items() if len(values) > 1]
            if repeated:
                raise Refusal("invalid_request", f"duplicated parameter {repeated[0]}")
            return json_reply(200, action({name: values[0] for name, values in form.items()}), plain)
        except Refusal as refusal:
            return json_reply(400, {"error": refusal.error, "error_description": refusal.description}, plain)

    def _token(self, form: dict[str, str]) -> dict[str, object]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", CLIENT_SECRET) != CLIENT_SECRET:
            raise Refusal("invalid_client", "client id or secret is wrong")
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form)
            case "refresh_token":
                return self._refresh_grant(form)
            case None:
                raise Refusal("invalid_request", "grant_type is missing")
            case _:
                raise Refusal("unauthorized_client", "this grant type is not allowed")

    def _exchange(self, form: dict[str, str]) -> dict[str, object]:
        with self._lock:
            code = self._codes.pop(form.get("code", ""), None)
            if code is None or code.expires <= self._clock.now():
                raise Refusal("invalid_grant", "the code is unknown, used or expired")
            if code.redirect_uri != form.get("redirect_uri"):
                raise Refusal("invalid_grant", "redirect_uri differs from the one of the authorization")
            if code.challenge is not None and _challenge(form.get("code_verifier", "")) != code.challenge:
                raise Refusal("invalid_grant", "code_verifier does not fit")
            if code.challenge is None and "client_secret" not in form:
                raise Refusal("invalid_client", "client_secret is missing")
            grant = Grant(code.scope, public="client_secret" not in form, user=code.user)
            lasting = "offline_access" in code.scope.split()
            return self._reply(grant, self._new_refresh_token(grant) if lasting else None)

    def _refresh_grant(self, form: dict[str, str]) -> dict[str, object]:
        token = form.get("refresh_token")
        if not token:
            raise Refusal("invalid_request", "refresh_token is missing")
        if "scope" in form:
            raise Refusal("invalid_scope", "scope must not be sent with a refresh")
        with self._lock:
            grant, expires = self._refresh.get(token, (None, self._clock.now()))
            if grant is None or expires <= self._clock.now():
                raise Refusal("invalid_grant", "the refresh token is unknown, used, revoked or expired")
            if not grant.public and "client_secret" not in form:
                raise Refusal("invalid_client", "client_secret is missing")
            self.refreshes += 1
            if not self._switches.refresh_rotation:
                return self._reply(grant, token)
            del self._refresh[token]
            return self._reply(grant, self._new_refresh_token(grant))

    def _revoke(self, form: dict[str, str]) -> dict[str, object]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", CLIENT_SECRET) != CLIENT_SECRET:
            raise Refusal("invalid_client", "client id or secret is wrong")
        if "token" not in form:
            raise Refusal("invalid_request", "token is missing")
        with self._lock:
            self._refresh.pop(form["token"], None)
            self._access.pop(form["token"], None)
        return {}

    def _end_session(self, request: HttpRequest) -> HttpReply:
        target = request.query.get("returnTo", [""])[0]
        if is_registered(target):
            return HttpReply(302, headers={"location": target})
        return HttpReply(200, b"<p>You are signed out.</p>", "text/html; charset=utf-8")

    def _reply(self, grant: Grant, refresh_token: str | None) -> dict[str, object]:
        reply: dict[str, object] = {
            "access_token": self._new_access_token(grant.user),
            "expires_in": self._switches.access_token_seconds,
            "token_type": "Bearer",
            "scope": grant.scope,
        }
        return reply if refresh_token is None else {**reply, "refresh_token": refresh_token}

    def _new_access_token(self, user: str) -> str:
        expires = self._clock.now() + timedelta(seconds=self._switches.access_token_seconds)
        claims = {"client_id": CLIENT_ID, "exp": int(expires.timestamp()), "jti": secrets.token_hex(8)}
        head = json.dumps({"alg": "none", "typ": "JWT"}).encode()
        parts = [head, json.dumps(claims).encode(), secrets.token_bytes(24)]
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        self._access[token] = (user, expires)
        return token

    def _new_refresh_token(self, grant: Grant) -> str:
        token = secrets.token_hex(32).upper()
        self._refresh[token] = (grant, self._refresh_expiry())
        return token

    def _refresh_expiry(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._switches.refresh_token_seconds)


def _authorize_problem(values: dict[str, str], parameters: dict[str, list[str]]) -> str | None:
    if values.get("response_type") != "code" or any(len(texts) > 1 for texts in parameters.values()):
        return "invalid_request"
    scopes = set(values.get("scope", "").split())
    if not scopes or not scopes <= SCOPES:
        return "invalid_scope"
    if "code_challenge" in values and values.get("code_challenge_method") != "S256":
        return "invalid_request"
    return None


def _redirect(address: str, parameters: dict[str, str]) -> HttpReply:
    separator = "&" if "?" in address else "?"
    return HttpReply(302, headers={"location": f"{address}{separator}{urlencode(parameters)}"})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _sign_in_page(values: dict[str, str]) -> str:
    hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in values.items())
    who = escape(values.get("login_hint", "sam.sandbox@example.com"))
    return (
        "<!doctype html><title>Sandbox sign-in</title><h1>Sandbox sign-in</h1>"
        f"<p>This is a stand-in with invented data, not Sage's sign-in. You are {who}.</p>"
        f'<form method="post" action="/connect/authorize">{hidden}<button>Sign in</button>'
        '<button name="deny" value="1">Refuse</button></form>'
    )
