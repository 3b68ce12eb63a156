"""`sage-active logout`: ends a sign-in, and removes from the configuration what it has brought."""

from typing import Final

from sage_active.arguments import without_nulls
from sage_active.auth.token_reply import OK, token_reply
from sage_active.auth.token_store import TokenFile
from sage_active.config import ConnectionConfig
from sage_active.credentials import DirectCredentials
from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.markets import MAESN, MARKET_BY_TARGET
from sage_active.masking import keep_secret
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import sign_in_transport
from sage_active_cli.console import show, show_json
from sage_active_cli.present import FURTHER, Present

# What signing in brings.
BROUGHT: Final = ("refresh_token", "access_token", "token_expiry_date", "account_key", FURTHER[MAESN][0])


def run(config: str, local: bool, as_json: bool) -> None:
    """Signs out, and says how to sign in again. Raises `SageActiveError`; then nothing was removed."""
    file = ConfigurationFile(config, "--config")
    present = Present(without_nulls(file.content()))
    settings = present.validated_settings()
    keep_secret(*settings.credentials.secrets())
    file.check_writable()
    removed = [name for name in BROUGHT if name in present.credentials]
    refresh_token = present.text("refresh_token")
    is_revoked = bool(refresh_token) and not local
    if refresh_token:
        _forget(settings, refresh_token, revoke=not local)
    if removed:
        file.replace_credentials({name: value for name, value in present.credentials.items() if name not in BROUGHT})
    if as_json:
        show_json({"configuration": str(file.path), "removed": removed, "revoked": is_revoked})
    elif removed:
        show(f"Signed out{' and revoked' if is_revoked else ''}: {', '.join(removed)} removed from {file.path}.")
        show(f"To sign in again: sage-active login --config {file.path}{_further_options(present)}")
    else:
        show(f"{file.path} was not signed in.")


def _further_options(present: Present) -> str:
    """The options that bring back the further markets whose keys were removed; keys of the direct connection stay."""
    if FURTHER[MAESN][0] not in present.credentials:
        return ""
    markets = [MARKET_BY_TARGET[name] for name in present.further_keys(MAESN) if name in MARKET_BY_TARGET]
    return "".join(f" --further-market {market.code.lower()}" for market in markets)


def _forget(settings: ConnectionConfig, configured: str, *, revoke: bool) -> None:
    """Revokes the newest refresh token that descends from the configured one, and removes it from the token file."""
    if not settings.token_path:
        if revoke:
            _revoke(settings, configured)
        return
    tokens = TokenFile(settings.token_path)
    with tokens.locked():
        kept = tokens.read(configured)
        if revoke:
            _revoke(settings, kept.refresh_token if kept else configured)
        if kept:
            tokens.forget(configured)


def _revoke(settings: ConnectionConfig, refresh_token: str) -> None:
    """Source: docs/reference/authentication.md, "Hosts". Raises `SageActiveError`."""
    credentials = settings.credentials
    if not isinstance(credentials, DirectCredentials):
        raise TypeError("only the direct connection has tokens")
    keep_secret(refresh_token)
    errors = Errors(Api.SIGN_IN, credentials.target_system)

    def decode(response: Response) -> None:
        # Errors are those of the token endpoint.
        if response.status != OK and (error := token_reply(errors, response).error):
            raise error

    form = {
        "token": refresh_token,
        "client_id": credentials.client_id,
        **({"client_secret": credentials.client_secret} if credentials.client_secret else {}),
    }
    transport = sign_in_transport(errors)
    try:
        transport.send(Request("POST", settings.endpoints.revocation, body=form, stream="sign-out"), decode)
    finally:
        transport.close()
