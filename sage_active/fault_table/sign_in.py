"""What the sign-in server answers (docs/reference/authentication.md, "Errors of the sign-in server")."""

from typing import Final

from sage_active.fault_table.fault import SIGN_IN, Action, Concern, Effect, Fault, Kind

SIGN_IN_REMEDY: Final = (
    "Sign in again: in Airbyte press the sign-in button of the connection, elsewhere run `sage-active login`, "
    "or put a new refresh token into `credentials.refresh_token`."
)
REFRESH_TOKEN_DEAD = Fault(
    "refresh-token-dead",
    SIGN_IN,
    "`invalid_grant`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "The refresh token is expired, revoked or already used.",
    SIGN_IN_REMEDY + " Where nothing stores the rotated tokens (docker by hand, cron), set `token_path`.",
    codes=frozenset({"invalid_grant"}),
)
CLIENT_REFUSED = Fault(
    "client-refused",
    SIGN_IN,
    "`invalid_client`, `unauthorized_client`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "The Sage sign-in server refused the app ({detail}).",
    "Check `credentials.client_id` and `credentials.client_secret` against the app in the Sage Developer Center.",
    codes=frozenset({"invalid_client", "unauthorized_client"}),
)
SIGN_IN_REFUSED = Fault(
    "sign-in-refused",
    SIGN_IN,
    "`invalid_request`, `invalid_scope`, `access_denied`",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "The Sage sign-in server refused to renew the access token ({detail}).",
    SIGN_IN_REMEDY,
    codes=frozenset({"invalid_request", "invalid_scope", "access_denied"}),
)
TOKEN_UNUSABLE = Fault(
    "token-unusable",
    SIGN_IN,
    "an access token with other characters than printable ASCII, which no header carries",
    Action.FAIL,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.NONE,
    "The Sage sign-in server sent an access token that cannot be used: it has characters that no token has.",
    "A new refresh token that came with it was kept. Run the sync again; if it persists, check proxies between this "
    "machine and the sign-in server, or sign in again.",
)

OAUTH: Final = (REFRESH_TOKEN_DEAD, CLIENT_REFUSED, SIGN_IN_REFUSED)
