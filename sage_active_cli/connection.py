"""A client over a configuration file, which keeps the tokens that are rotated meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessage

from sage_active.config import CompanySelection, ConnectionConfig
from sage_active.connect import build_client
from sage_active.direct.client import DirectClient
from sage_active.errors import Errors
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.maesn.client import MaesnClient
from sage_active.markets import DIRECT
from sage_active_cli.configuration_file import ConfigurationFile

# Somebody sits and waits.
COMMAND_RETRIES: Final = RetryPolicy(read=15.0, answer=30.0, tries=25.0, proxy=2.0)

SIGN_INS_PER_MINUTE: Final = 60


def user_agent() -> str:
    """How the command names itself to the APIs."""
    return f"sage-active/{version('airbyte-sage-active')}"


def shared_part(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a configuration of the source or the destination says about the connection."""
    return {name: value for name, value in config.items() if name in ConnectionConfig.model_fields}


def wanted_companies(names: Sequence[str], settings: ConnectionConfig) -> Sequence[CompanySelection]:
    """The companies that options name by id or exact name; without any, those of the configuration."""
    return [CompanySelection(company_id=name) for name in names] or settings.companies


def sign_in_transport(errors: Errors) -> Transport:
    """What carries the requests of a sign-in; the caller closes it."""
    return Transport(
        errors,
        user_agent=user_agent(),
        budget=budget_of(SIGN_INS_PER_MINUTE),
        connections=1,
        retry_policy=COMMAND_RETRIES,
    )


@contextmanager
def connection(
    settings: ConnectionConfig,
    config: Mapping[str, Any],
    keep: Callable[[Mapping[str, Any]], None],
    *,
    direct: type[DirectClient] = DirectClient,
    maesn: type[MaesnClient] = MaesnClient,
    retry_policy: RetryPolicy = COMMAND_RETRIES,
) -> Iterator[DirectClient | MaesnClient]:
    """A client that is closed at the end. `keep` receives the configuration with rotated tokens before their use."""

    def emit_now(message: AirbyteMessage) -> None:
        if message.control and message.control.connectorConfig:
            keep(message.control.connectorConfig.config)

    client = build_client(
        settings,
        config,
        user_agent=user_agent(),
        emit_now=emit_now,
        retry_policy=retry_policy,
        direct=direct,
        maesn=maesn,
    )
    try:
        yield client
    finally:
        client.close()


def keeper(file: ConfigurationFile, settings: ConnectionConfig) -> Callable[[Mapping[str, Any]], None]:
    """Where rotated tokens go: into the file, unless the configuration has a token file of its own.

    Raises a configuration error when the file cannot be written, before any token is rotated.
    """
    if settings.token_path:
        return _elsewhere
    if settings.connection == DIRECT:
        file.check_writable()
    return lambda config: file.replace_credentials(config["credentials"])


def _elsewhere(_: Mapping[str, Any]) -> None:
    """The token file has them already."""
