"""The credentials of each kind of connection (docs/reference/authentication.md; docs/reference/maesn.md, "Keys")."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

import pendulum
from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.fields import FieldInfo

from sage_active.form import Form, Secret, Text, option, secret
from sage_active.markets import MARKET_BY_TARGET, Market

TargetSystem = Literal["sage-active-de", "sage-active-es", "sage-active-fr"]
_TARGET_SYSTEMS: Final = "sage-active-de (Germany), sage-active-es (Spain), sage-active-fr (France)."
_KIND: Final = Field(
    title="Kind of connection", description="Set by the choice of the connection.", json_schema_extra={"order": 0}
)


class Credentials(Form):
    """What every kind of credentials has."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    target_system: Annotated[
        TargetSystem,
        option(
            "Market",
            f"Your Sage Active: {_TARGET_SYSTEMS}",
            "sage-active-de",
            1,
        ),
    ]

    @property
    def market(self) -> Market:
        """The market that `target_system` names."""
        return MARKET_BY_TARGET[self.target_system]

    @property
    def keys(self) -> Mapping[str, str]:
        """The key of each market by its target system, that of `target_system` first."""
        return dict(self._keys())

    def secrets(self) -> list[str]:
        """The values that nobody may see, as they are sent."""
        return list(_secrets(self))

    @model_validator(mode="after")
    def _each_market_once(self) -> Self:
        numbers = Counter(target_system for target_system, _ in self._keys())
        if twice := next((target_system for target_system, number in numbers.items() if number > 1), None):
            raise ValueError(f"the market {twice} is listed twice; give each market one key")
        return self

    def _keys(self) -> list[tuple[str, str]]:
        """Target systems and their keys, as they are configured."""
        raise NotImplementedError


class FurtherMarket(Form):
    """The key of one more market of the same sign-in."""

    model_config = ConfigDict(title="Market", extra="ignore", hide_input_in_errors=True)
    target_system: Annotated[TargetSystem, option("Market", _TARGET_SYSTEMS, "sage-active-fr", 0)]
    subscription_key: Annotated[
        Secret,
        secret(
            "Subscription key",
            "Primary or secondary key of the Solution of this market in the Sage Developer Center (header x-api-key).",
            "8c7b6a5f4e3d",
            1,
        ),
    ]


class FurtherAccount(Form):
    """The key of one more account at Maesn, of another market."""

    model_config = ConfigDict(title="Account", extra="ignore", hide_input_in_errors=True)
    target_system: Annotated[TargetSystem, option("Market", _TARGET_SYSTEMS, "sage-active-fr", 0)]
    account_key: Annotated[
        Secret,
        secret(
            "Account key",
            "Identifies the end user in this market (header X-ACCOUNT-KEY).",
            "6b5c4d3e-2f1a-4b9c-8d7e-000000000000",
            1,
        ),
    ]


def _secrets(form: Form) -> Iterator[str]:
    """The secret values of a form and of the forms that it lists."""
    for name, field in type(form).model_fields.items():
        value = getattr(form, name)
        if isinstance(value, list):
            for element in value:
                yield from _secrets(element)
        elif value and _is_secret(field):
            yield value


def _is_secret(field: FieldInfo) -> bool:
    return isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("airbyte_secret"))


class DirectCredentials(Credentials):
    """OAuth 2 tokens and the subscription key of Sage Active's own API.

    Source: docs/reference/authentication.md, "Tokens" and "Headers".
    """

    client_id: Annotated[
        Secret, secret("Client ID", "Client id of your app in the Sage Developer Center.", "a1b2c3d4e5f6", 2)
    ]
    client_secret: Annotated[
        Secret | None,
        secret(
            "Client secret",
            "Client secret of your app. Leave it empty for an app of the desktop kind, which has none.",
            "0f1e2d3c4b5a",
            3,
        ),
    ] = None
    subscription_key: Annotated[
        Secret,
        secret(
            "Subscription key",
            "Primary or secondary key of the Solution of this market in the Sage Developer Center (header x-api-key).",
            "9d8c7b6a5f4e",
            4,
        ),
    ]
    refresh_token: Annotated[
        Secret,
        secret(
            "Refresh token",
            "Obtained by signing in. It is replaced at every renewal; the connector hands the new one on.",
            "5c4b3a291807",
            5,
        ),
    ]
    access_token: Annotated[
        Secret | None, secret("Access token", "Kept by the connector while it is valid (8 hours).", "eyJhbGciOi...", 6)
    ] = None
    token_expiry_date: Annotated[
        Text | None,
        option(
            "Access token expires at",
            "Kept by the connector: when the access token ends, in UTC.",
            "2026-01-31T18:00:00Z",
            7,
            format="date-time",
        ),
    ] = None
    further_markets: Annotated[
        list[FurtherMarket],
        option(
            "Further markets",
            "More markets that the same sign-in reaches, each with the key of its own Solution.",
            [{"target_system": "sage-active-fr", "subscription_key": "8c7b6a5f4e3d"}],
            8,
        ),
    ] = Field(default_factory=list)

    def _keys(self) -> list[tuple[str, str]]:
        further = [(market.target_system, market.subscription_key) for market in self.further_markets]
        return [(self.target_system, self.subscription_key), *further]

    @field_validator("token_expiry_date")
    @classmethod
    def _is_a_moment(cls, moment: str | None) -> str | None:
        if moment is None or moment.isdecimal():
            # A bare number of seconds does not tell from when on it counts.
            return None
        try:
            pendulum.parse(moment)
        except (ValueError, OverflowError):
            # pendulum's own words would quote the value.
            raise ValueError("not a moment in the notation of RFC 3339") from None
        return moment


class OAuthCredentials(DirectCredentials):
    """Filled in by Airbyte's sign-in button."""

    model_config = ConfigDict(title="Sage Active: sign in")
    auth_type: Annotated[Literal["oauth2.0"], _KIND] = "oauth2.0"


class TokenCredentials(DirectCredentials):
    """Filled in by hand or by the command line."""

    model_config = ConfigDict(title="Sage Active: tokens from `sage-active login`")
    auth_type: Annotated[Literal["token"], _KIND] = "token"


class MaesnCredentials(Credentials):
    """The two keys of Maesn's unified API."""

    model_config = ConfigDict(title="Through Maesn")
    auth_type: Annotated[Literal["maesn"], _KIND] = "maesn"
    api_key: Annotated[
        Secret,
        secret(
            "API key", "Identifies your Maesn tenant (header X-API-KEY).", "3f2e1d0c-9b8a-4756-8e1f-000000000000", 2
        ),
    ]
    account_key: Annotated[
        Secret,
        secret(
            "Account key",
            "Identifies one end user in one target system (header X-ACCOUNT-KEY); Maesn delivers it after the sign-in.",
            "7a6b5c4d-3e2f-4a1b-9c8d-000000000000",
            3,
        ),
    ]
    further_accounts: Annotated[
        list[FurtherAccount],
        option(
            "Further accounts",
            "Accounts of other markets that belong to the same API key, each with its own account key.",
            [{"target_system": "sage-active-fr", "account_key": "6b5c4d3e-2f1a-4b9c-8d7e-000000000000"}],
            4,
        ),
    ] = Field(default_factory=list)

    def _keys(self) -> list[tuple[str, str]]:
        further = [(account.target_system, account.account_key) for account in self.further_accounts]
        return [(self.target_system, self.account_key), *further]


KINDS: Final[tuple[type[Credentials], ...]] = (OAuthCredentials, TokenCredentials, MaesnCredentials)
KIND_NAMES: Final = tuple(str(kind.model_fields["auth_type"].default) for kind in KINDS)
AnyCredentials = Annotated[OAuthCredentials | TokenCredentials | MaesnCredentials, Field(discriminator="auth_type")]
