"""Opens the client that a configuration asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.models import AirbyteMessage

from sage_active.auth.token_store import Tokens
from sage_active.config import ConnectionConfig
from sage_active.credentials import MaesnCredentials
from sage_active.direct.client import DirectClient
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.masking import keep_secret


def build_client(
    settings: ConnectionConfig,
    config: Mapping[str, Any],
    *,
    user_agent: str,
    emit_now: Callable[[AirbyteMessage], None],
    retry_policy: RetryPolicy | None = None,
    direct: type[DirectClient] = DirectClient,
    maesn: type[MaesnClient] = MaesnClient,
) -> DirectClient | MaesnClient:
    """The client of a configuration; nothing is sent yet. `config` is what `settings` was made from.

    `emit_now` receives control messages with rotated tokens before these are used. `direct` and `maesn`: the classes
    of the clients.
    """
    # As they are sent, without the blanks around them.
    keep_secret(*settings.credentials.secrets())
    if isinstance(settings.credentials, MaesnCredentials):
        return maesn(settings, user_agent=user_agent, retry_policy=retry_policy)

    def publish(tokens: Tokens) -> None:
        rotated = {
            "refresh_token": tokens.refresh_token,
            "access_token": tokens.access_token,
            "token_expiry_date": tokens.expires_at,
        }
        emit_now(
            create_connector_config_control_message({**config, "credentials": {**config["credentials"], **rotated}})
        )

    return direct(settings, user_agent=user_agent, publish=publish, retry_policy=retry_policy)
