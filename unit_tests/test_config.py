"""The configuration: every kind of credentials, messages without values, and the form that masks its secrets."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from sage_active.config import validated
from sage_active.credentials import DirectCredentials, MaesnCredentials
from sage_active.errors import SageActiveError
from sage_active.faults import Kind
from sage_active.markets import MAESN_URL, MARKETS, SIGN_IN_URL
from source_sage_active.configuration import SourceConfig, specification
from source_sage_active.source import SourceSageActive

DIRECT: dict[str, Any] = {
    "target_system": "sage-active-de",
    "client_id": "the-client-id",
    "client_secret": "the-client-secret",
    "subscription_key": "the-subscription-key",
    "refresh_token": "the-refresh-token",
    "access_token": "the-access-token",
    "token_expiry_date": "2026-01-31T18:00:00Z",
}
KINDS: dict[str, dict[str, Any]] = {
    "oauth2.0": {"auth_type": "oauth2.0", **DIRECT},
    "token": {"auth_type": "token", **DIRECT},
    "maesn": {
        "auth_type": "maesn",
        "target_system": "sage-active-fr",
        "api_key": "the-api-key",
        "account_key": "the-account-key",
    },
}
SECRET_NAMES = {
    "client_id",
    "client_secret",
    "subscription_key",
    "refresh_token",
    "access_token",
    "api_key",
    "account_key",
}
SPEC = specification()["connectionSpecification"]


def refused(config: dict[str, Any]) -> str:
    """The message that a wrong configuration is answered with."""
    with pytest.raises(SageActiveError) as raised:
        validated(SourceConfig, config)
    assert raised.value.fault.kind is Kind.CONFIGURATION
    return str(raised.value)


# --- what is accepted ---


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_alone_are_complete(kind: str) -> None:
    config = validated(SourceConfig, {"credentials": KINDS[kind]})
    assert config.connection == ("maesn" if kind == "maesn" else "direct")
    assert isinstance(config.credentials, MaesnCredentials if kind == "maesn" else DirectCredentials)
    assert config.credentials.auth_type == kind
    assert (config.companies, config.start_date, config.reread_open_documents) == ([], None, True)
    assert (config.lookback_minutes, config.num_workers, config.requests_per_minute) == (60, 8, 2700)


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_accepts_what_the_models_accept(kind: str) -> None:
    full = {
        "credentials": KINDS[kind],
        "companies": [{"company_id": "Muster GmbH", "environment_name": "e"}],
        "start_date": "2024-01-01",
        "reread_open_documents": False,
        "lookback_minutes": 0,
        "num_workers": 4,
        "requests_per_minute": 100,
        "token_path": "/tokens.json",
        "sandbox_url": "http://127.0.0.1:1",
    }
    for config in ({"credentials": KINDS[kind]}, full):
        validated(SourceConfig, config)
        Draft7Validator(SPEC).validate(config)


@pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.code)
def test_only_published_hosts_without_a_stand_in(market: Any) -> None:
    config = validated(SourceConfig, {"credentials": {**KINDS["token"], "target_system": market.target_system}})
    addresses = config.endpoints
    assert addresses.graphql == f"{market.api_url}/graphql"
    assert addresses.token == f"{SIGN_IN_URL}/connect/token"
    assert addresses.maesn == MAESN_URL
    assert all(address.startswith("https://") for address in (addresses.graphql, addresses.token, addresses.maesn))


def test_a_stand_in_plays_everything() -> None:
    config = validated(SourceConfig, {"credentials": KINDS["token"], "sandbox_url": "http://127.0.0.1:8400/"})
    addresses = config.endpoints
    assert addresses.graphql == "http://127.0.0.1:8400/graphql"
    assert addresses.token == "http://127.0.0.1:8400/connect/token"
    assert addresses.authorize == "http://127.0.0.1:8400/connect/authorize"
    assert addresses.maesn == "http://127.0.0.1:8400"


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("http://127.0.0.1:8400", True),
        ("http://localhost", True),
        ("http://[::1]:8400", True),
        ("https://stand-in.example", True),
        ("http://stand-in.example", False),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@stand-in.example", False),
        ("http://localhost:80@stand-in.example", False),
        ("http://0.0.0.0", False),
        ("ftp://127.0.0.1", False),
        ("127.0.0.1:8400", False),
        ("http://", False),
        ("http://127.0.0.1:99999", False),
        ("http://127.0.0.1:0", False),
        ("http://127.0.0.1:port", False),
        ("https://stand-in.example:65536", False),
        ("http://[127.0.0.1", False),
    ],
)
def test_plain_http_goes_to_this_machine_only(url: str, accepted: bool) -> None:
    config = {"credentials": KINDS["maesn"], "sandbox_url": url}
    if accepted:
        assert validated(SourceConfig, config).sandbox_url == url
    else:
        assert "`sandbox_url`" in refused(config)


@pytest.mark.parametrize("kind", KINDS)
def test_nulls_mean_the_same_as_absence(kind: str) -> None:
    optional = {name: None for name in SPEC["properties"] if name != "credentials"}
    secrets = {"client_secret": None, "access_token": None, "token_expiry_date": None} if kind != "maesn" else {}
    config = {"credentials": {**KINDS[kind], **secrets}, **optional}
    settings = validated(SourceConfig, SourceSageActive().configure(config, ""))
    plain = validated(SourceConfig, {"credentials": {k: v for k, v in KINDS[kind].items() if k not in secrets}})
    assert settings == plain


@pytest.mark.parametrize("blank", ["", " \t"])
@pytest.mark.parametrize("kind", KINDS)
def test_optional_members_that_are_left_empty_are_absent(kind: str, blank: str) -> None:
    optional = {name: blank for name, field in SPEC["properties"].items() if field["type"] not in ("object", "array")}
    secrets = ("client_secret", "access_token", "token_expiry_date") if kind != "maesn" else ()
    companies = [{"company_id": "Muster GmbH", "environment_name": blank}]
    credentials: dict[str, Any] = {**KINDS[kind], **dict.fromkeys(secrets, blank)}
    config = {"credentials": credentials, **optional, "companies": companies}
    plain = {
        "credentials": {name: value for name, value in KINDS[kind].items() if name not in secrets},
        "companies": [{"company_id": "Muster GmbH"}],
    }
    assert validated(SourceConfig, config) == validated(SourceConfig, plain)
    assert SourceSageActive().configure(config, "")["credentials"] == plain["credentials"]
    texts = {"token_path": blank, "sandbox_url": blank, "companies": companies}
    Draft7Validator(SPEC).validate({"credentials": config["credentials"], **texts})


def test_names_of_the_platform_are_ignored() -> None:
    validated(SourceConfig, {"credentials": KINDS["maesn"], "__injected": {"any": 1}})


def test_white_space_around_pasted_keys_goes_away() -> None:
    config = validated(SourceConfig, {"credentials": {**KINDS["maesn"], "api_key": "  the-api-key\n"}})
    assert isinstance(config.credentials, MaesnCredentials)
    assert config.credentials.api_key == "the-api-key"


# --- what is refused ---

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no credentials": ({}, "`credentials`"),
    "credentials of no kind": (
        {"credentials": {}},
        "`credentials.auth_type`: is missing; it is one of oauth2.0, token",
    ),
    "credentials that are text": ({"credentials": "SECRET-VALUE"}, "`credentials`"),
    "unknown kind": (
        {"credentials": {**KINDS["token"], "auth_type": "SECRET-VALUE"}},
        "`credentials.auth_type`: is not one",
    ),
    "kind that is a list": (
        {"credentials": {**KINDS["maesn"], "auth_type": ["SECRET-VALUE"]}},
        "`credentials.auth_type`",
    ),
    "unknown market": ({"credentials": {**KINDS["token"], "target_system": "SECRET-VALUE"}}, "target_system"),
    "number for a token": ({"credentials": {**KINDS["token"], "refresh_token": 4711471147}}, "refresh_token"),
    "list for a key": ({"credentials": {**KINDS["maesn"], "api_key": ["SECRET-VALUE"]}}, "api_key"),
    "empty key": ({"credentials": {**KINDS["maesn"], "api_key": " "}}, "`credentials.api_key`"),
    "missing key": ({"credentials": {**KINDS["maesn"], "account_key": None}}, "account_key"),
    "no moment": ({"credentials": {**KINDS["token"], "token_expiry_date": "SECRET-VALUE"}}, "token_expiry_date"),
    "no date": ({"credentials": KINDS["token"], "start_date": "SECRET-VALUE"}, "`start_date`"),
    "no list": ({"credentials": KINDS["token"], "companies": "SECRET-VALUE"}, "`companies`"),
    "no company": ({"credentials": KINDS["token"], "companies": ["SECRET-VALUE"]}, "`companies.0`"),
    "odd company": ({"credentials": KINDS["token"], "companies": [{"id": "SECRET-VALUE"}]}, "`companies.0.company_id`"),
    "no number": ({"credentials": KINDS["token"], "num_workers": "SECRET-VALUE"}, "`num_workers`"),
    "too many": ({"credentials": KINDS["token"], "num_workers": 4711471147}, "`num_workers`"),
    "no workers": ({"credentials": KINDS["token"], "num_workers": 0}, "`num_workers`"),
    "no path": ({"credentials": KINDS["token"], "token_path": "/SECRET-VALUE\0"}, "`token_path`"),
    "unsafe stand-in": ({"credentials": KINDS["token"], "sandbox_url": "http://SECRET-VALUE"}, "`sandbox_url`"),
    "no port": ({"credentials": KINDS["token"], "sandbox_url": "http://127.0.0.1:99999"}, "`sandbox_url`: its port is"),
    "port of letters": ({"credentials": KINDS["token"], "sandbox_url": "http://[::1]:SECRET-VALUE"}, "`sandbox_url`"),
    "broken stand-in": ({"credentials": KINDS["token"], "sandbox_url": "http://[SECRET-VALUE"}, "`sandbox_url`"),
}


@pytest.mark.parametrize(("config", "named"), WRONG.values(), ids=WRONG.keys())
def test_messages_name_the_field_and_never_the_value(config: dict[str, Any], named: str) -> None:
    message = refused(config)
    assert named in message
    values = {"SECRET-VALUE", "secret-value", "4711471147", *(str(v) for v in DIRECT.values()), "the-api-key"}
    assert not [value for value in values - {"sage-active-de"} if value in message]


def test_all_wrong_fields_are_named_at_once() -> None:
    message = refused({"credentials": {"auth_type": "maesn"}, "num_workers": 0})
    for name in ("target_system", "api_key", "account_key", "num_workers"):
        assert name in message


def test_text_instead_of_an_object() -> None:
    assert "`credentials`" in refused({"credentials": None})


# --- the form ---


def test_the_committed_specification_is_the_generated_one() -> None:
    committed = json.loads((files("source_sage_active") / "spec.json").read_text(encoding="utf-8"))
    assert committed == specification()


def test_the_specification_is_one_of_the_protocol() -> None:
    Draft7Validator.check_schema(SPEC)
    spec = ConnectorSpecification(**{k: v for k, v in specification().items() if k != "advanced_auth"})
    assert spec.connectionSpecification == SPEC


@pytest.mark.parametrize("kind", KINDS)
def test_every_secret_of_every_kind_is_masked(kind: str) -> None:
    secrets = {name: value for name, value in KINDS[kind].items() if name in SECRET_NAMES}
    assert len(secrets) == (2 if kind == "maesn" else 5)
    assert set(get_secrets(SPEC, {"credentials": KINDS[kind]})) == set(secrets.values())


def _nodes(node: Any) -> list[dict[str, Any]]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return ([node] if isinstance(node, dict) else []) + [child for value in inner for child in _nodes(value)]


def test_nothing_in_the_form_hides_secrets() -> None:
    for node in _nodes(SPEC):
        assert not {"$ref", "$defs", "anyOf", "allOf", "discriminator"} & set(node)


def test_every_field_is_explained() -> None:
    fields = {**SPEC["properties"], **SPEC["properties"]["companies"]["items"]["properties"]}
    for kind in SPEC["properties"]["credentials"]["oneOf"]:
        fields |= {f"{kind['title']}.{name}": field for name, field in kind["properties"].items()}
    for name, field in fields.items():
        assert field["title"], name
        assert field["description"], name
        if name.endswith("auth_type"):
            assert field["const"] in KINDS
            continue
        assert field.get("examples") or "oneOf" in field, name
        assert "order" in field, name


def test_the_form_speaks_to_people() -> None:
    for node in _nodes(SPEC):
        title, description = node.get("title", ""), node.get("description", "")
        assert not (isinstance(title, str) and re.search("[a-z][A-Z]", title)), title
        assert not (isinstance(description, str) and "docs/reference" in description), description


def test_kinds_as_the_form_shows_them() -> None:
    kinds = SPEC["properties"]["credentials"]["oneOf"]
    assert [kind["title"] for kind in kinds] == [
        "Sage Active: sign in",
        "Sage Active: tokens from `sage-active login`",
        "Through Maesn",
    ]
    assert [kind["properties"]["auth_type"]["const"] for kind in kinds] == list(KINDS)
    assert SPEC["required"] == ["credentials"]


def test_expert_options_are_hidden_or_last() -> None:
    properties = SPEC["properties"]
    assert all(properties[name]["airbyte_hidden"] for name in ("sandbox_url", "token_path"))
    usual = max(properties[name]["order"] for name in ("credentials", "companies", "start_date", "lookback_minutes"))
    assert all(properties[name]["order"] > usual for name in ("num_workers", "requests_per_minute"))


def test_the_sign_in_button_fills_in_members_that_exist() -> None:
    auth = specification()["advanced_auth"]
    oauth = SPEC["properties"]["credentials"]["oneOf"][0]["properties"]
    assert auth["predicate_key"] == ["credentials", "auth_type"]
    assert auth["predicate_value"] == oauth["auth_type"]["const"]
    for part in auth["oauth_config_specification"].values():
        for field in part.get("properties", {}).values():
            if "path_in_connector_config" in field:
                credentials, name = field["path_in_connector_config"]
                assert credentials == "credentials"
                assert name in oauth
