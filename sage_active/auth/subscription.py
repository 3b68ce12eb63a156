"""The subscription key of one market, beside the sign-in that all markets share.

Source: docs/reference/authentication.md, "Headers".
"""

from collections.abc import Mapping

from sage_active.http.request import Authenticator, Request


class SubscriptionAuthenticator:
    """Signs with the tokens of `sign_in` and the key of a market."""

    def __init__(self, sign_in: Authenticator, key: str) -> None:
        self._sign_in = sign_in
        self._key = key

    def headers(self, request: Request) -> Mapping[str, str]:
        """The access token and the subscription key. Raises `SageActiveError` when signing in is impossible."""
        return {**self._sign_in.headers(request), "x-api-key": self._key}

    def renew(self, refused: str, request: Request) -> bool:
        """Replaces the access token, which all markets share."""
        return self._sign_in.renew(refused, request)

    def accepted(self, request: Request) -> None:
        """The access token was not refused."""
        self._sign_in.accepted(request)
