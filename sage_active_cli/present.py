"""What a configuration that is there already says about signing in, so that nobody is asked for it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sage_active.config import ConnectionConfig, validated
from sage_active.credentials import DirectCredentials, MaesnCredentials, TokenCredentials
from sage_active.errors import SageActiveError, configuration_error
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN, MARKET_BY_TARGET, MARKETS, Market
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import shared_part

MARKET_BY_CODE: Final = {market.code.lower(): market for market in MARKETS}
CONNECTION_OF: Final = {"token": DIRECT, "oauth2.0": DIRECT, "maesn": MAESN}
# What the credentials call the list of further markets, and a key in it.
FURTHER: Final = {DIRECT: ("further_markets", "subscription_key"), MAESN: ("further_accounts", "account_key")}
# What a new sign-in replaces, or leaves out where it brings nothing in its place.
REPLACED: Final = frozenset({"client_secret", "access_token", "token_expiry_date"})
# What only signing in brings, and credentials are not valid without.
REQUIRED: Final = {DIRECT: "refresh_token", MAESN: "account_key"}


@dataclass(frozen=True)
class Present:
    """The members of a configuration; none for a new one."""

    members: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_new(self) -> bool:
        """Whether there was no configuration."""
        return not self.credentials

    @property
    def credentials(self) -> Mapping[str, Any]:
        """Its credentials, if it has any."""
        found = self.members.get("credentials")
        return found if isinstance(found, dict) else {}

    def text(self, name: str) -> str | None:
        """A text of the credentials; None where there is none, or something else."""
        value = self.credentials.get(name)
        return value.strip() if isinstance(value, str) and value.strip() else None

    @property
    def kind(self) -> str | None:
        """The kind of its credentials, if it is one that there is."""
        kind = self.text("auth_type")
        return kind if kind in CONNECTION_OF else None

    def connection(self, wanted: str | None) -> str:
        """How Sage Active is reached. Raises a configuration error when `wanted` contradicts the configuration."""
        found = CONNECTION_OF.get(self.kind or "")
        if wanted and found and wanted != found:
            raise _other(CONNECTION_LABELS[found])
        return wanted or found or DIRECT

    def market(self, wanted: str | None) -> Market:
        """The market. Raises a configuration error when `wanted` contradicts the configuration, or nobody names one."""
        found = MARKET_BY_TARGET.get(self.text("target_system") or "")
        if wanted is None:
            if found is None:
                raise configuration_error(
                    "Neither an option nor a configuration names the market.", "Add --market de, es or fr."
                )
            return found
        if found and found != MARKET_BY_CODE[wanted]:
            raise _other(f"the market {found.code}")
        return MARKET_BY_CODE[wanted]

    def further_keys(self, connection: str) -> dict[str, Any]:
        """The keys of further markets by target system, as far as they can be understood."""
        member, key = FURTHER[connection]
        found = self.credentials.get(member)
        elements = [element for element in found if isinstance(element, dict)] if isinstance(found, list) else []
        return {name: element.get(key) for element in elements if isinstance(name := element.get("target_system"), str)}

    @property
    def target_systems(self) -> list[str]:
        """The markets that its credentials name, the first of them first."""
        first = self.text("target_system")
        further = self.further_keys(CONNECTION_OF[self.kind]) if self.kind else {}
        return [*([first] if first else []), *further]

    def validated_settings(self) -> ConnectionConfig:
        """The configuration, with a stand-in for what only signing in brings. Raises a configuration error."""
        stand_in = {REQUIRED[CONNECTION_OF[self.kind]]: "-"} if self.kind else {}
        credentials = {**stand_in, **self.credentials}
        return validated(ConnectionConfig, {**shared_part(self.members), "credentials": credentials})

    def signed_in(self, credentials: Mapping[str, Any]) -> dict[str, Any]:
        """Its credentials with new ones in their place, in its order."""
        kept = {name: value for name, value in self.credentials.items() if name in credentials or name not in REPLACED}
        return {**kept, **credentials}


def opened(config: str | None, output: str, *, force: bool) -> tuple[ConfigurationFile, Present]:
    """The file to write, and what it holds already.

    Args:
        config: The configuration to sign in for again.
        output: Without one: the configuration to write.
        force: `output` may exist; then it is signed in for again.

    Raises:
        SageActiveError: A configuration error: the file must not be written.
    """
    if config:
        file = ConfigurationFile(config, "--config")
        if not file.exists:
            raise configuration_error(
                f"There is no file {file.path}.", f"Write a new configuration with --output {file.path}."
            )
        file.check_writable()
        return file, Present(file.content())
    file = ConfigurationFile(output, "--output")
    if not (force and file.exists):
        file.check_new()
        return file, Present()
    file.check_writable()
    try:
        return file, Present(file.content())
    except SageActiveError:
        # Not a configuration: nothing of it could be kept.
        return file, Present()


def checked(present: Present, members: Mapping[str, Any], connection: str, market: Market) -> ConnectionConfig:
    """What `members` say about the connection, before anybody signs in: what signing in brings is made up.

    Raises a configuration error that names the wrong members.
    """
    kind: type[MaesnCredentials | DirectCredentials] = MaesnCredentials if connection == MAESN else TokenCredentials
    stand_ins = {name: "-" for name, member in kind.model_fields.items() if member.is_required()}
    named = {"auth_type": kind.model_fields["auth_type"].default, "target_system": market.target_system}
    credentials = present.signed_in({**stand_ins, **named})
    return validated(ConnectionConfig, {**shared_part(members), "credentials": credentials})


def _other(what: str) -> SageActiveError:
    return configuration_error(
        f"The configuration is for {what}; its companies and options would not fit anything else.",
        "Leave the option out, or write a configuration of its own with --output and another file.",
    )
