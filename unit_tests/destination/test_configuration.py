"""The destination's configuration: what is accepted, what is refused clearly, and the form that Airbyte shows."""

import json
from importlib.resources import files
from typing import Any, get_args

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from destination_sage_active.configuration import (
    DOCUMENT_KEYS,
    SYNC_MODES,
    DestinationConfig,
    DocumentKey,
    specification,
)
from destination_sage_active.input.catalog import Mode
from destination_sage_active.options.stream_target import ObjectName
from sage_active.config import validated
from sage_active.errors import SageActiveError
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.resource import CREATE
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from source_sage_active.configuration import specification as source_specification
from unit_tests.destination.configurations import configuration

SPEC: dict[str, Any] = specification()["connectionSpecification"]
DEFAULTS: dict[str, Any] = {
    "streams": [],
    "document_key": None,
    "source_id": "airbyte",
    "company_map": [],
    "invoice_status": "draft",
    "posting_journal": None,
    "keep_numbers": False,
    "missing_children": None,
    "settle_seconds": 45,
    "max_rejected_percent": 20,
    "report_path": None,
    "dry_run": False,
}


def refused(config: dict[str, Any]) -> str:
    """The words with which a configuration is refused."""
    with pytest.raises(SageActiveError) as raised:
        validated(DestinationConfig, config)
    return str(raised.value)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_credentials_and_a_company_are_enough(connection: str) -> None:
    config = validated(DestinationConfig, configuration(connection))
    assert {name: getattr(config, name) for name in DEFAULTS} == DEFAULTS
    assert config.connection == connection
    Draft7Validator(SPEC).validate(configuration(connection))


@pytest.mark.parametrize("companies", [[], None])
def test_a_company_is_needed(companies: Any) -> None:
    config = configuration(DIRECT) | {"companies": companies}
    assert "`companies`" in refused({key: value for key, value in config.items() if value is not None})
    assert list(Draft7Validator(SPEC).iter_errors(config))


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_the_form_accepts_what_the_models_accept(connection: str) -> None:
    full = configuration(
        connection,
        streams=[{"stream": "debtors", "object": "customers", "key": "code", "missing_children": "remove"}],
        document_key=DOCUMENT_KEYS[connection][0],
        source_id="erp",
        company_map=[{"source_company_id": "a", "company_id": "b"}],
        allow_payments={"methods": ["Bank"]},
        final_acts={
            "objects": ["invoices"],
            "not_before": "2026-01-01",
            "not_after": "2026-12-31",
            "pilot": 0,
            "max_per_run": 100,
        },
        allow_external_effects=["canGeneratePaymentLink"],
        require_totals=False,
        allow_backdating=True,
        allow_similar=True,
        invoice_status="draft",
        posting_journal="VT",
        keep_numbers=False,
        missing_children="remove",
        settle_seconds=0,
        files_folder="/attachments",
        files_settle_minutes=1,
        amount_tolerance=0.05,
        max_rejected_percent=100,
        report_path="/report",
        dry_run=True,
        entries_with_vat="allow",
        time_zone="Europe/Paris",
        num_workers=4,
        requests_per_minute=100,
        token_path="/tokens.json",
        sandbox_url="http://127.0.0.1:1",
    )
    validated(DestinationConfig, full)
    Draft7Validator(SPEC).validate(full)
    assert set(full) == set(SPEC["properties"])


@pytest.mark.parametrize(
    ("connection", "options", "named"),
    [
        (DIRECT, {"document_key": "reference"}, "externalReference or salesOrderNumber"),
        (MAESN, {"document_key": "salesOrderNumber"}, "reference or invoiceNumber"),
        (MAESN, {"invoice_status": "closed"}, "`invoice_status`"),
        (MAESN, {"invoice_status": "posted"}, "leave it at draft"),
        (MAESN, {"keep_numbers": True}, "`keep_numbers`"),
        (DIRECT, {"settle_seconds": 601}, "`settle_seconds`"),
        (DIRECT, {"files_settle_minutes": 121}, "`files_settle_minutes`"),
        (DIRECT, {"time_zone": "Berlin"}, "`time_zone`: is not a name of the IANA time zone database"),
        (MAESN, {"time_zone": "Europe"}, "`time_zone`"),
        (MAESN, {"time_zone": "/etc/localtime"}, "`time_zone`"),
        (DIRECT, {"time_zone": "\0"}, "`time_zone`"),
        (DIRECT, {"max_rejected_percent": -1}, "`max_rejected_percent`"),
        (DIRECT, {"streams": [{"stream": "a", "object": "fiscal_years"}]}, "`streams.0.object`"),
        (DIRECT, {"streams": [{"stream": "a", "object": "items"}, {"stream": "a", "object": "items"}]}, "`stream`: a"),
        (DIRECT, {"company_map": [{"source_company_id": "x", "company_id": y} for y in "ab"]}, "`source_company_id`"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(connection: str, options: dict[str, Any], named: str) -> None:
    message = refused(configuration(connection, **options))
    assert named in message


def test_options_that_are_left_empty_are_absent() -> None:
    names = ("document_key", "posting_journal", "report_path", "invoice_status", "max_rejected_percent", "source_id")
    streams = [{"stream": "a", "object": "items"}]
    plain = validated(DestinationConfig, configuration(DIRECT, streams=streams))
    empty = {**dict.fromkeys(names, ""), "streams": [{**streams[0], "key": " "}]}
    assert validated(DestinationConfig, configuration(DIRECT, **empty)) == plain


def test_a_key_is_a_field_or_a_list_of_fields() -> None:
    for key, members in (("code", ["code"]), (["code"], ["code"]), (["supplierId", " invoiceNumber "], None)):
        streams = [{"stream": "a", "object": "items", "key": key}]
        config = configuration(DIRECT, streams=streams)
        Draft7Validator(SPEC).validate(config)
        assert validated(DestinationConfig, config).streams[0].key == (members or ["supplierId", "invoiceNumber"])
    for wrong in list[Any]((5, [], [""], ["code", 5], {"a": 1})):
        streams = [{"stream": "a", "object": "items", "key": wrong}]
        assert "`streams.0.key" in refused(configuration(DIRECT, streams=streams))


def test_a_stream_names_the_journal_that_its_documents_are_posted_to() -> None:
    invoices = RESOURCE_BY_NAME["invoices"]
    streams = [{"stream": "a", "object": "invoices", "journal": "V1"}, {"stream": "b", "object": "invoices"}]
    config = validated(DestinationConfig, configuration(DIRECT, streams=streams, posting_journal="V2"))
    assert [config.journal(chosen, invoices) for chosen in (*config.streams, None)] == ["V1", "V2", "V2"]
    assert config.journal(None, RESOURCE_BY_NAME["items"]) is None
    (text,) = config.translations
    assert text.startswith("`posting_journal`: deprecated, taken as `journal`")
    assert validated(DestinationConfig, configuration(DIRECT, streams=streams)).translations == ()


@pytest.mark.parametrize(
    ("connection", "name", "reason"),
    [(DIRECT, "accounts", "are not posted to a journal, only invoices"), (MAESN, "invoices", "is not offered by")],
)
def test_a_journal_where_nothing_is_posted_is_refused(connection: str, name: str, reason: str) -> None:
    streams = [{"stream": "a", "object": name, "journal": "V1"}]
    message = refused(configuration(connection, streams=streams))
    assert "stream `a`" in message
    assert reason in message
    assert "leave" in message


@pytest.mark.parametrize("options", [{"invoice_status": "posted", "posting_journal": "VT"}, {"keep_numbers": True}])
def test_documents_may_be_closed_directly(options: dict[str, Any]) -> None:
    config = validated(DestinationConfig, configuration(DIRECT, **options))
    assert {name: getattr(config, name) for name in options} == options


def test_wrong_credentials_are_the_only_complaint_about_the_connection() -> None:
    config = configuration(MAESN, document_key="reference")
    message = refused(config | {"credentials": {"auth_type": "maesn", "api_key": "SECRET"}})
    assert "account_key" in message
    assert "document_key" not in message
    assert "SECRET" not in message


def test_the_literals_are_those_of_the_register() -> None:
    names = {resource.name for connection in CONNECTIONS for resource in offered(connection, CREATE)}
    assert set(get_args(ObjectName)) == names
    assert set(get_args(DocumentKey)) == {key for keys in DOCUMENT_KEYS.values() for key in keys}
    assert set(SYNC_MODES) == {mode.value for mode in Mode}


def test_the_committed_specification_is_the_generated_one() -> None:
    committed = (files("destination_sage_active") / "spec.json").read_text(encoding="utf-8")
    assert json.loads(committed) == specification()


def test_the_sign_in_button_is_the_sources() -> None:
    assert specification()["advanced_auth"] == source_specification()["advanced_auth"]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_every_secret_is_masked(connection: str) -> None:
    config = configuration(connection)
    secrets = {value for name, value in config["credentials"].items() if name not in ("auth_type", "target_system")}
    assert set(get_secrets(SPEC, config)) == secrets


def test_every_field_explains_itself() -> None:
    def fields(schema: dict[str, Any], path: str) -> None:
        for name, field in schema.get("properties", {}).items():
            here = f"{path}.{name}"
            assert "$ref" not in field, here
            assert "anyOf" not in field, here
            assert isinstance(field.get("order"), int), here
            if "const" not in field and "oneOf" not in field:
                assert field.get("title"), here
                assert field.get("description"), here
                assert field.get("examples"), here
            for inner in (field, field.get("items", {}), *field.get("oneOf", [])):
                fields(inner, here)
        orders = [field["order"] for field in schema.get("properties", {}).values()]
        assert len(orders) == len(set(orders)), path

    fields(SPEC, "configuration")
    assert [SPEC["properties"][name]["items"]["title"] for name in ("companies", "streams", "company_map")] == [
        "Company",
        "Stream",
        "Redirected company",
    ]
    # Where people cannot make a folder, they are not asked for one.
    assert all(SPEC["properties"][name]["airbyte_hidden"] for name in ("report_path", "files_folder"))
    assert "$defs" not in SPEC
