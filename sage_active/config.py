"""The part of the configuration that both connectors share, as pydantic models.

The models validate a configuration and generate the form that Airbyte shows (`connection_specification`).
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, ValidationError, field_validator

from sage_active.addresses import usable_address
from sage_active.credentials import KIND_NAMES, AnyCredentials, MaesnCredentials
from sage_active.errors import configuration_error
from sage_active.form import CompanyName, FilePath, Form, Text, option
from sage_active.json_schema import plain_schema
from sage_active.markets import DIRECT, MAESN, MARKET_BY_TARGET, Endpoints, endpoints
from sage_active.unknown_options import RESERVED, ignored_options

LOGGER = logging.getLogger("airbyte")


class CompanySelection(Form):
    """One company that is to be read or written."""

    model_config = ConfigDict(title="Company", extra="ignore")
    company_id: Annotated[
        CompanyName,
        option(
            "Company",
            "The company's id, or its exact name as `check` lists it.",
            "Musterfirma GmbH",
            0,
        ),
    ]
    environment_name: Annotated[
        Text | None,
        option(
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
        int, Field(ge=1, le=40), option("Parallel requests", "How many requests may be under way at once.", 8, 90)
    ] = 8
    requests_per_minute: Annotated[
        int,
        Field(ge=1, le=100000),
        option(
            "Requests per minute",
            "The connector's share of the quota. Sage allows 3000 per minute for the whole app.",
            2700,
            91,
        ),
    ] = 2700
    token_path: Annotated[
        FilePath | None,
        option(
            "Token file",
            "Keeps rotated tokens, for docker by hand, cron and several processes. Leave it empty in Airbyte.",
            "/secrets/sage-active-tokens.json",
            92,
            airbyte_hidden=True,
        ),
    ] = None
    sandbox_url: Annotated[
        Text | None,
        option(
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
        """The addresses of the first market; of another one, only that of its API differs."""
        return self.endpoints_of("")

    def endpoints_of(self, target_system: str) -> Endpoints:
        """The only addresses that may be contacted for a market of this configuration, by default for the first."""
        market = MARKET_BY_TARGET[target_system] if target_system else self.credentials.market
        return endpoints(market, self.sandbox_url)


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
            f"`{_path_of(problem)}`: {_reason(problem)}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
    raise configuration_error(f"The configuration is not valid: {problems}.", "Correct these fields.")


def _path_of(problem: Mapping[str, Any]) -> str:
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
