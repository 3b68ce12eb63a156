"""spec, and that no secret is ever written except to the platform in a control message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from integration_tests.connector import Connector, run_process, secrets_of, without_control
from sage_active.http.retry_policy import RetryPolicy
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.source import SourceSageActive

Connect = Callable[..., Connector]
KINDS = ("oauth2.0", "token", "maesn")


def of_kind(connect: Connect, sandbox: Sandbox, kind: str) -> Connector:
    """A connector with one kind of credentials."""
    connector = connect(sandbox, "maesn" if kind == "maesn" else "direct")
    connector.config["credentials"]["auth_type"] = kind
    return connector


def test_spec_equals_the_frameworks_own_answer() -> None:
    outcome = run_process(["spec"])
    arguments = AirbyteEntrypoint.parse_args(["spec"])
    messages = [json.loads(line) for line in AirbyteEntrypoint(SourceSageActive()).run(arguments)]
    (expected,) = [message["spec"] for message in messages if message["type"] == "SPEC"]
    assert outcome.code == 0
    assert outcome.of_type("SPEC") == [expected]
    assert [line.type for line in outcome.lines] == ["SPEC"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_written_when_all_goes_well(sandbox: Sandbox, connect: Connect, kind: str) -> None:
    connector = of_kind(connect, sandbox, kind)
    secrets = set(secrets_of(connector.config))
    for outcome in (connector.check(), connector.read(real=True)):
        assert outcome.code == 0
        secrets |= set(secrets_of(connector.config))
        _assert_hidden(secrets, without_control(outcome.lines), outcome.stderr.encode())
    assert len(secrets) == {"maesn": 2}.get(kind, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["check", "read"])
def test_no_secret_is_written_when_the_api_repeats_it(
    sandbox: Sandbox, connect: Connect, kind: str, command: str
) -> None:
    connector = of_kind(connect, sandbox, kind)
    connector.streams()
    if kind != "maesn":
        connector.check()
    secrets = secrets_of(connector.config)
    text = " ".join(secrets)
    if kind == "maesn":
        sandbox.faults.add("status", path="/accounting", status=400, body={"message": text}, times=-1)
    else:
        errors = [{"message": f"sales.businessErrors.refused {text}"}]
        for operation in ("customers", "suppliers", "products", "salesInvoices"):
            sandbox.faults.add("graphql_errors", operation=operation, errors=errors, times=-1)
    outcome = connector.check() if command == "check" else connector.read()
    written = without_control(outcome.lines)
    assert b"****" in written, "the API's words did not arrive"
    _assert_hidden(secrets, written, outcome.stderr.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_a_secret_is_written_where_a_long_answer_is_cut(
    sandbox: Sandbox, connect: Connect, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("source_sage_active.source.INTERACTIVE_RETRIES", RetryPolicy(tries=0.1))
    connector = of_kind(connect, sandbox, kind)
    connector.streams()
    connector.check()
    for secret in secrets_of(connector.config):
        for length in (270, 300 - len(secret) // 2):
            sandbox.faults.clear()
            text = f"{'x' * length}{secret} {secret}"
            body = {"message": text} if kind == "maesn" else {"errors": {"told": text}}
            path = "/accounting" if kind == "maesn" else "/graphql"
            sandbox.faults.add("status", path=path, status=400, body=body, times=-1)
            outcome = connector.check()
            assert outcome.status[0] == "FAILED"
            written = without_control(outcome.lines).decode()
            assert "xxx" in written, "the API's words did not arrive"
            parts = [secret[:size] for size in range(max(4, len(secret) // 4), len(secret))]
            assert not [part for part in parts if f"x{part}" in written]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["check", "read"])
def test_no_secret_is_written_when_the_sign_in_fails(
    sandbox: Sandbox, connect: Connect, kind: str, command: str
) -> None:
    connector = of_kind(connect, sandbox, kind)
    connector.streams()
    secrets = secrets_of(connector.config)
    text = " ".join(secrets)
    if kind == "maesn":
        sandbox.faults.add("status", path="/auth", status=400, body={"message": text}, times=-1)
    else:
        body = {"error": "invalid_client", "error_description": text}
        sandbox.faults.add("status", path="/connect/token", status=400, body=body, times=-1)
    outcome = connector.check() if command == "check" else connector.read()
    written = without_control(outcome.lines)
    assert b"****" in written, "the server's words did not arrive"
    _assert_hidden(secrets, written, outcome.stderr.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_written_about_a_wrong_configuration(
    sandbox: Sandbox, connect: Connect, kind: str, tmp_path: Path
) -> None:
    connector = of_kind(connect, sandbox, kind)
    connector.streams()
    connector.config["num_workers"] = "many"
    connector.config["credentials"]["unknown"] = "of-no-use"
    secrets = secrets_of(connector.config)
    for command in ("check", "read"):
        outcome = connector.check() if command == "check" else connector.read()
        _assert_hidden(secrets, without_control(outcome.lines), outcome.stderr.encode())


def test_secrets_of_a_debugging_run_are_hidden(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(sandbox, connection)
    secrets = set(secrets_of(connector.config))
    catalog = connector.write("catalog.json", connector.configured(["customers"]))
    outcome = connector.run("read", "--catalog", str(catalog), "--debug", real=True)
    secrets |= set(secrets_of(connector.config))
    assert outcome.code == 0
    _assert_hidden(secrets, without_control(outcome.lines), outcome.stderr.encode())


def _assert_hidden(secrets: Any, *outputs: bytes) -> None:
    assert secrets
    for output in outputs:
        assert [secret for secret in secrets if secret.encode() in output] == []
