"""The authorization code flow with PKCE (docs/reference/authentication.md, "Sign-in"; RFC 7636)."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import urlencode

from sage_active.auth.token_reply import token_reply
from sage_active.auth.token_store import Tokens
from sage_active.errors import SageActiveError, configuration_error
from sage_active.faults import REFRESH_TOKEN_DEAD
from sage_active.http.request import Request
from sage_active.http.transport import Transport

SCOPES: Final = "RDSA WDSA offline_access"
AGAIN: Final = "Run the command again."
# What the sign-in server may send the browser back with instead of a code: cause and remedy.
REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "access_denied": (
        "The sign-in was refused, or cancelled in the browser.",
        "Run the command again and agree; the user needs a role in a company of this market.",
    ),
    "unauthorized_client": (
        "The app may not use this way of signing in.",
        "Check the kind of the app in the Sage Developer Center: web server, or desktop for one without a secret.",
    ),
    "invalid_scope": (
        "The app may not ask for the rights RDSA, WDSA and offline_access.",
        "Let the app have them in the Sage Developer Center.",
    ),
    "temporarily_unavailable": ("The sign-in server is out of order for the moment.", "Try again in ten minutes."),
    "server_error": ("The sign-in server has trouble of its own.", "Try again in ten minutes."),
}


@dataclass(frozen=True)
class App:
    """The app that the user signs in to, as the Developer Center knows it; `secret` None for one without."""

    client_id: str
    secret: str | None = field(repr=False)
    redirect_uri: str


class Authorization:
    """One attempt: its address for the browser, and what proves that an answer belongs to it."""

    def __init__(self, app: App, authorize_url: str) -> None:
        self._app = app
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(64)
        digest = hashlib.sha256(self._verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": app.client_id,
            "scope": SCOPES,
            "redirect_uri": app.redirect_uri,
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        self.address = f"{authorize_url}?{urlencode(parameters)}"

    def code(self, answer: Mapping[str, str]) -> str:
        """The code that the browser brought. Raises a configuration error for anything else."""
        if not secrets.compare_digest(answer.get("state", "").encode(), self._state.encode()):
            raise configuration_error(
                "The browser brought the answer to another sign-in (its `state` is not ours).",
                "Close other sign-in pages and run the command again.",
            )
        if "error" in answer:
            reason = answer.get("error_description") or answer["error"]
            cause, remedy = REFUSALS.get(answer["error"], (f"The sign-in server refused ({reason}).", AGAIN))
            raise configuration_error(cause, remedy)
        if not answer.get("code"):
            raise configuration_error("The browser came back without a code.", AGAIN)
        return answer["code"]

    def tokens(self, code: str, transport: Transport, token_url: str) -> Tokens:
        """Exchanges the code, which lives 60 seconds and works once. Raises `SageActiveError`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._app.redirect_uri,
            "client_id": self._app.client_id,
            "code_verifier": self._verifier,
            **({"client_secret": self._app.secret} if self._app.secret else {}),
        }
        request = Request("POST", token_url, body=form, stream="sign-in", idempotent=False)
        try:
            reply = transport.send(request, partial(token_reply, transport.errors))
        except SageActiveError as error:
            if error.fault != REFRESH_TOKEN_DEAD:
                raise
            raise configuration_error(
                f"The sign-in server does not accept its own code ({error.context.detail}).",
                "Run the command again; a code works once, within a minute.",
            ) from None
        if reply.refresh_token is None:
            if reply.error:
                raise reply.error
            raise configuration_error(
                "The sign-in server gave no refresh token.",
                "Let the app have the right offline_access in the Sage Developer Center.",
            )
        # Without an access token that can be used, the refresh token brings one.
        return Tokens(reply.refresh_token, reply.access_token, reply.ends)
