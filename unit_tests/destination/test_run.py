"""The command: check and discover against the stand-in, and mistakes reported clearly before anything is written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessageSerializer
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from destination_sage_active import run as run_module
from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.destination import DestinationSageActive
from destination_sage_active.input.catalog import Mode, modes
from destination_sage_active.input.operations import mutations
from destination_sage_active.record.key import creates_final
from sage_active.config import validated
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.lifecycle import Operation
from sage_active.resources.mutations import find_mutation
from sage_active.resources.resource import CREATE, UPDATE
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, Outcome, catalog_of, over
from unit_tests.destination.configurations import CREDENTIALS, configuration

EVERYTHING = sorted(
    mutation.name
    for resource in offered(DIRECT, CREATE)
    for operation in (Operation.CREATE, Operation.UPDATE, Operation.DELETE)
    if resource.direct and (mutation := find_mutation(packaged_schema(), resource.direct, operation))
)


def message_of(outcome: Outcome) -> str:
    """The message of the one configuration error with which a command ended, without a stack trace."""
    (error,) = outcome.errors
    assert (outcome.code, error["failure_type"]) == (1, "config_error")
    assert not error.get("stack_trace")
    return str(error["message"])


def test_spec_is_the_same_however_it_is_asked_for(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["destination-sage-active", "spec"])
    run_module.run()
    (line,) = capsys.readouterr().out.splitlines()
    outcome = command.run("spec", "--debug")
    (answer,) = outcome.of_type("SPEC")
    assert outcome.code == 0
    # Loading both fills in the protocol's defaults, which the packaged file does not repeat.
    assert AirbyteMessageSerializer.load(json.loads(line)) == AirbyteMessageSerializer.load(answer)


def test_spec_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['x', 'spec']\n"
        "from destination_sage_active.run import run; run()\n"
        "heavy = {'airbyte_cdk', 'pydantic', 'requests', 'graphql', 'pendulum', 'msgspec'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "SPEC"


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_check_signs_in_and_writes_nothing(command: Command, sandbox: Sandbox, connection: str, tmp_path: Path) -> None:
    config = over(sandbox, connection, report_path=str(tmp_path / "report"))
    status, message = command.check(config).status
    assert status == "SUCCEEDED", message
    assert config["companies"][0]["company_id"] in message
    assert sandbox.requests
    assert sandbox.mutations.as_dict()["received"] == {}


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"companies": [{"company_id": "Nobody Ltd"}]}, "'Nobody Ltd'"),
        ({"company_map": [{"source_company_id": "a", "company_id": "Elsewhere"}]}, "'Elsewhere'"),
        ({"report_path": "/dev/null/report"}, "report_path"),
        ({"companies": []}, "`companies`"),
    ],
)
def test_check_names_what_is_wrong(
    command: Command, sandbox: Sandbox, connection: str, options: dict[str, Any], named: str
) -> None:
    status, message = command.check(over(sandbox, connection, **options)).status
    assert status == "FAILED"
    assert named in message


@pytest.mark.parametrize(
    ("denied", "status", "named"),
    [
        (["createSupplier", "updateProduct"], "SUCCEEDED", "createSupplier, updateProduct"),
        (["deleteSalesInvoice"], "SUCCEEDED", "may not deleteSalesInvoice"),
        (EVERYTHING, "FAILED", "everything"),
    ],
)
def test_check_names_missing_rights(
    command: Command, sandbox: Sandbox, denied: list[str], status: str, named: str
) -> None:
    sandbox.rights.replace(dict.fromkeys(denied, ROLE))
    outcome = command.check(over(sandbox, DIRECT))
    assert outcome.status[0] == status
    assert named in outcome.status[1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"create", "update", "delete"}),
        ({"document_key": "externalReference"}, {"create", "update", "delete"}),
        ({"invoice_status": "closed", "document_key": "salesOrderNumber"}, {"create", "update", "delete", "close"}),
        ({"invoice_status": "posted"}, {"create", "update", "delete", "close", "post"}),
    ],
)
def test_rights_are_asked_for_what_the_configuration_calls_for(options: dict[str, Any], expected: set[str]) -> None:
    wanted = mutations(validated(DestinationConfig, configuration(DIRECT, **options)))
    requested = {
        resource.name: {operation.value for operation in operations} for resource, operations in wanted.items()
    }
    changed = set(offered(DIRECT, UPDATE))
    # What is final at once is created only where `final_acts` allows it.
    created = {resource for resource in offered(DIRECT, CREATE) if not creates_final(resource, DIRECT)}
    marked = [resource for resource in created if resource.direct and resource.direct.marker]
    # Of two drafts with one mark the later one is removed, where drafts can be.
    removed = [resource for resource in marked if any(known.deletable for known in resource.on(DIRECT).lifecycles)]
    assert requested == {
        **{resource.name: {"create"} for resource in created},
        **{resource.name: {"create", "update"} for resource in changed},
        **{resource.name: {"create", "update", "delete"} for resource in removed},
        "invoices": expected,
    }


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_discover_offers_every_operation_without_signing_in(command: Command, connection: str) -> None:
    outcome = command.discover(configuration(connection, sandbox_url="http://127.0.0.1:9"))
    (catalog,) = outcome.of_type("DESTINATION_CATALOG")
    operations = catalog["destination_catalog"]["operations"]
    assert outcome.code == 0
    assert [(entry["object_name"], entry["sync_mode"]) for entry in operations] == [
        (resource.name, mode.value) for resource in offered(connection, CREATE) for mode in modes(resource, connection)
    ]
    for operation in operations:
        schema = operation["json_schema"]
        Draft7Validator.check_schema(schema)
        assert schema["properties"]
        assert set(schema["required"]) <= set(schema["properties"])
        binding = RESOURCE_BY_NAME[operation["object_name"]].on(connection)
        # What has no key is recognised by its mark alone.
        has_keys = bool(binding.keys or binding.document_keys)
        is_matched = operation["sync_mode"] == Mode.UPDATE.value or (
            has_keys and operation["sync_mode"] == Mode.UPSERT.value
        )
        assert bool(operation["matching_keys"]) == is_matched
        assert (["id"] in operation["matching_keys"]) == (operation["sync_mode"] == Mode.UPDATE.value)


def test_discovered_schemas_know_required_members_and_lengths(command: Command) -> None:
    (catalog,) = command.discover(configuration(DIRECT)).of_type("DESTINATION_CATALOG")
    (invoices,) = [
        operation["json_schema"]
        for operation in catalog["destination_catalog"]["operations"]
        if (operation["object_name"], operation["sync_mode"]) == ("invoices", "append")
    ]
    assert "lines" in invoices["required"]
    assert invoices["properties"]["externalReference"]["maxLength"] == 20


@pytest.mark.parametrize("option", ["--config", "--catalog"])
def test_a_missing_file_is_a_clear_configuration_error(command: Command, option: str) -> None:
    there = command.written("there.json", configuration(MAESN))
    files = {"--config": there, "--catalog": there, option: "nothing.json"}
    message = message_of(command.run("write", *(part for pair in files.items() for part in pair)))
    assert option in message
    assert "nothing.json" in message


@pytest.mark.parametrize("content", ["", "not json", "[]", '"text"', "null", "5", "\ufeff{}", '{"credentials": "x"}'])
def test_a_configuration_that_is_none_fails_clearly(command: Command, tmp_path: Path, content: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(content, encoding="utf-8")
    catalog = command.written("catalog.json", catalog_of("customers"))
    assert message_of(command.run("write", "--config", str(config), "--catalog", catalog))


def test_secrets_of_a_wrong_configuration_are_not_shown(command: Command) -> None:
    config = {
        **configuration(MAESN),
        "credentials": {**CREDENTIALS[MAESN], "api_key": "SECRET-VALUE"},
        "dry_run": "more",
    }
    outcome = command.check(config)
    assert outcome.status[0] == "FAILED"
    assert "`dry_run`" in outcome.status[1]
    assert b"SECRET-VALUE" not in b"".join(outcome.lines)


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize(
    ("catalog", "named"),
    [
        (catalog_of("customers", mode="overwrite"), "overwrite"),
        (catalog_of("fiscal_years"), "fiscal_years"),
        (catalog_of("customers", minimum_generation_id=1), "removes"),
    ],
)
def test_what_is_not_offered_is_refused_before_any_request(
    command: Command, sandbox: Sandbox, connection: str, catalog: Any, named: str
) -> None:
    assert named in message_of(command.write(over(sandbox, connection), catalog))
    assert not sandbox.requests


@pytest.mark.parametrize("arguments", [[], ["read"], ["check"], ["write", "--config", "x"]])
def test_an_incomplete_command_line_is_answered_with_its_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        DestinationSageActive().parse_args(arguments)
    assert ended.value.code == 2
    assert "usage: destination-sage-active" in capsys.readouterr().err
