"""The part of the configuration that both connectors share, as pydantic models.

The models validate a configuration and generate the form that Airbyte shows (`connection_specification`). Facts
about the credentials: fact sheet, sections 1 to 3; Maesn sheet, section 2.
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

import pendulum
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from sage_active.addresses import usable_address
from sage_active.arguments import is_blank
from sage_active.errors import configuration_error
from sage_active.json_schema import plain_schema
from sage_active.markets import (
    DIRECT,
    MAESN,
    MARKET_BY_TARGET,
    Endpoints,
    Market,
    endpoints,
)
from sage_active.unknown_options import RESERVED, ignored_options

LOGGER = logging.getLogger("airbyte")
TargetSystem = Literal["sage-active-de", "sage-active-es", "sage-active-fr"]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


def is_sendable(value: str) -> bool:
    """Whether a key or token can travel in a header, which carries printable ASCII only."""
    return bool(value.strip()) and value.isascii() and value.isprintable()


def _sendable(value: str) -> str:
    if not is_sendable(value):
        raise ValueError("contains characters that no key has; copy it again")
    return value


Secret = Annotated[Text, AfterValidator(_sendable)]


def _nameable(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains a character that no name of a file has")
    return value


def _not_blank(value: str) -> str:
    if is_blank(value):
        raise ValueError("String should have at least 1 character")
    return value


# Blanks may belong to the name that the API lists.
CompanyName = Annotated[str, StringConstraints(min_length=1), AfterValidator(_not_blank)]
FilePath = Annotated[Text, AfterValidator(_nameable)]


def _option(title: str, description: str, example: object, order: int, **extra: Any) -> Any:
    return Field(title=title, description=description, examples=[example], json_schema_extra={"order": order, **extra})


def _secret(title: str, description: str, example: str, order: int, **extra: Any) -> Any:
    return _option(title, description, example, order, airbyte_secret=True, **extra)


_KIND: Final = Field(
    title="Kind of connection", description="Set by the choice of the connection.", json_schema_extra={"order": 0}
)


class Form(BaseModel):
    """What people fill in: an optional member that is left empty is absent."""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, members: Any) -> Any:
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        if not isinstance(members, dict):
            return members
        return {name: value for name, value in members.items() if not (name in optional and is_blank(value))}


class Credentials(Form):
    """What every kind of credentials has."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    target_system: Annotated[
        TargetSystem,
        _option(
            "Market",
            "Your Sage Active: sage-active-de (Germany), sage-active-es (Spain), sage-active-fr (France).",
            "sage-active-de",
            1,
        ),
    ]

    @property
    def market(self) -> Market:
        """The market that `target_system` names."""
        return MARKET_BY_TARGET[self.target_system]

    def secrets(self) -> list[str]:
        """The values that nobody may see, as they are sent."""
        values = (getattr(self, name) for name, field in type(self).model_fields.items() if _is_secret(field))
        return [value for value in values if value]


def _is_secret(field: FieldInfo) -> bool:
    return isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("airbyte_secret"))


class DirectCredentials(Credentials):
    """OAuth 2 tokens and the subscription key of Sage Active's own API (fact sheet, sections 2 and 3)."""

    client_id: Annotated[
        Secret, _secret("Client ID", "Client id of your app in the Sage Developer Center.", "a1b2c3d4e5f6", 2)
    ]
    client_secret: Annotated[
        Secret | None,
        _secret(
            "Client secret",
            "Client secret of your app. Leave it empty for an app of the desktop kind, which has none.",
            "0f1e2d3c4b5a",
            3,
        ),
    ] = None
    subscription_key: Annotated[
        Secret,
        _secret(
            "Subscription key",
            "Primary or secondary key of the Solution of this market in the Sage Developer Center (header x-api-key).",
            "9d8c7b6a5f4e",
            4,
        ),
    ]
    refresh_token: Annotated[
        Secret,
        _secret(
            "Refresh token",
            "Obtained by signing in. It is replaced at every renewal; the connector hands the new one on.",
            "5c4b3a291807",
            5,
        ),
    ]
    access_token: Annotated[
        Secret | None, _secret("Access token", "Kept by the connector while it is valid (8 hours).", "eyJhbGciOi...", 6)
    ] = None
    token_expiry_date: Annotated[
        Text | None,
        _option(
            "Access token expires at",
            "Kept by the connector: when the access token ends, in UTC.",
            "2026-01-31T18:00:00Z",
            7,
            format="date-time",
        ),
    ] = None

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
        _secret(
            "API key", "Identifies your Maesn tenant (header X-API-KEY).", "3f2e1d0c-9b8a-4756-8e1f-000000000000", 2
        ),
    ]
    account_key: Annotated[
        Secret,
        _secret(
            "Account key",
            "Identifies one end user in one target system (header X-ACCOUNT-KEY); Maesn delivers it after the sign-in.",
            "7a6b5c4d-3e2f-4a1b-9c8d-000000000000",
            3,
        ),
    ]


KINDS: Final[tuple[type[Credentials], ...]] = (OAuthCredentials, TokenCredentials, MaesnCredentials)
KIND_NAMES: Final = tuple(str(kind.model_fields["auth_type"].default) for kind in KINDS)
AnyCredentials = Annotated[OAuthCredentials | TokenCredentials | MaesnCredentials, Field(discriminator="auth_type")]


class CompanySelection(Form):
    """One company that is to be read or written."""

    model_config = ConfigDict(title="Company", extra="ignore")
    company_id: Annotated[
        CompanyName,
        _option(
            "Company",
            "The company's id, or its exact name as `check` lists it.",
            "Musterfirma GmbH",
            0,
        ),
    ]
    environment_name: Annotated[
        Text | None,
        _option(
            "Environment name",
            "Only through Maesn, and only to override what Maesn lists for the company (its `environmentId`).",
            "b7c6d5e4-0000-4000-8000-000000000000",
            1,
        ),
    ] = None


class ConnectionConfig(Form):
    """How to reach Sage Active; the same for the source and the destination."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    credentials: AnyCredentials = Field(
        title="Connection", description="How the connector reaches Sage Active.", json_schema_extra={"order": 0}
    )
    companies: list[CompanySelection] = Field(
        default_factory=list,
        title="Companies",
        description="The companies to use. Leave it empty for every company that the sign-in can use.",
        examples=[[{"company_id": "Musterfirma GmbH"}]],
        json_schema_extra={"order": 1},
    )
    num_workers: Annotated[
        int, Field(ge=1, le=40), _option("Parallel requests", "How many requests may be under way at once.", 8, 90)
    ] = 8
    requests_per_minute: Annotated[
        int,
        Field(ge=1, le=100000),
        _option(
            "Requests per minute",
            "The connector's share of the quota. Sage allows 3000 per minute for the whole app.",
            2700,
            91,
        ),
    ] = 2700
    token_path: Annotated[
        FilePath | None,
        _option(
            "Token file",
            "Keeps rotated tokens, for docker by hand, cron and several processes. Leave it empty in Airbyte.",
            "/secrets/sage-active-tokens.json",
            92,
            airbyte_hidden=True,
        ),
    ] = None
    sandbox_url: Annotated[
        Text | None,
        _option(
            "Stand-in",
            "Address of a stand-in for both APIs, for tests.",
            "http://127.0.0.1:8400",
            93,
            airbyte_hidden=True,
        ),
    ] = None

    @field_validator("sandbox_url")
    @classmethod
    def _only_safe_stand_ins(cls, url: str | None) -> str | None:
        return None if url is None else usable_address(url)

    @property
    def connection(self) -> str:
        """`direct` or `maesn`."""
        return MAESN if isinstance(self.credentials, MaesnCredentials) else DIRECT

    @property
    def endpoints(self) -> Endpoints:
        """The only addresses that this configuration may contact."""
        return endpoints(self.credentials.market, self.sandbox_url)


Config = TypeVar("Config", bound=ConnectionConfig)


def validated(model: type[Config], config: Mapping[str, Any]) -> Config:
    """`config` as a model, with a warning that names the options that it does not know.

    Raises a configuration error that lists every wrong field, without the values (they may be secret).
    """
    if unknown := ignored_options(model, config):
        LOGGER.warning("%s", unknown)
    try:
        return model.model_validate({key: value for key, value in config.items() if not key.startswith(RESERVED)})
    except ValidationError as error:
        problems = "; ".join(
            f"`{_place(problem)}`: {_reason(problem)}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
    raise configuration_error(f"The configuration is not valid: {problems}.", "Correct these fields.")


def _place(problem: Mapping[str, Any]) -> str:
    """The field as the configuration has it; pydantic puts the kind of the credentials between the names."""
    path = [str(part) for part in problem["loc"]]
    if path[:1] == ["credentials"] and path[1:2] and path[1] in KIND_NAMES:
        del path[1]
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path.append("auth_type")
    return ".".join(path) or "configuration"


def _reason(problem: Mapping[str, Any]) -> str:
    """What is wrong with a field; pydantic quotes the value of an unknown kind, which may be a misplaced secret."""
    kinds = f"one of {', '.join(KIND_NAMES)}"
    by_type = {"union_tag_invalid": f"is not {kinds}", "union_tag_not_found": f"is missing; it is {kinds}"}
    return by_type.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")


def connection_specification(model: type[ConnectionConfig], title: str) -> dict[str, Any]:
    """The JSON schema of a configuration in the shape that Airbyte's form and secret masking understand.

    Optional members have no `anyOf` (secrets below it would not be masked); each kind of credentials has a `const`.
    """
    schema = plain_schema(model, nullable=False)
    schema.pop("description", None)
    credentials = schema["properties"]["credentials"]
    credentials["type"] = "object"
    for kind in credentials["oneOf"]:
        kind["required"] = [name for name in kind["properties"] if name in {"auth_type", *kind["required"]}]
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": title}
