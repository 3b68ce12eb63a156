"""The two keys of Maesn, which every request carries (docs/reference/maesn.md, "Keys")."""

from collections.abc import Mapping

from sage_active.credentials import MaesnCredentials
from sage_active.http.request import Request, Unsigned


class ApiKeyAuthenticator(Unsigned):
    """Signs with the API key of the app and the account key of the end user, which are never renewed."""

    def __init__(self, credentials: MaesnCredentials) -> None:
        self._headers = {"X-API-KEY": credentials.api_key, "X-ACCOUNT-KEY": credentials.account_key}

    def headers(self, request: Request) -> Mapping[str, str]:
        """The two keys."""
        return self._headers
