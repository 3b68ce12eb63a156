"""The two keys of Maesn, which every request carries (docs/reference/maesn.md, "Keys")."""

from collections.abc import Mapping

from sage_active.http.request import Request, Unsigned


class ApiKeyAuthenticator(Unsigned):
    """Signs with the API key of the app and the account key of the end user, which are never renewed."""

    def __init__(self, api_key: str, account_key: str) -> None:
        self._headers = {"X-API-KEY": api_key, "X-ACCOUNT-KEY": account_key}

    def headers(self, request: Request) -> Mapping[str, str]:
        """The two keys."""
        return self._headers
