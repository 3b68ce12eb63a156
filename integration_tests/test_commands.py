"""How commands end: wrong files, wrong configurations, a reader that leaves."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import COMMAND, STREAMS, Connector, Outcome, run_here, run_process
from sage_active.http.retry_policy import RetryPolicy
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def only_error(outcome: Outcome) -> str:
    """The message of the one error, which is the user's to fix and has no stack trace."""
    assert outcome.code == 1
    (error,) = outcome.errors
    assert error["failure_type"] == "config_error"
    assert not error.get("stack_trace")
    assert "Traceback" not in outcome.stderr
    assert not any("Traceback" in text for level in ("ERROR", "FATAL", "WARN") for text in outcome.logs(level))
    return str(error["message"])


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_missing_configuration_file(tmp_path: Path, command: str) -> None:
    missing_file = str(tmp_path / "nowhere.json")
    message = only_error(run_here([command, "--config", missing_file, *_rest(command, tmp_path)]))
    assert missing_file in message
    assert "--config" in message


@pytest.mark.parametrize("text", ["{", "", "credentials: none", "\ufeff"])
def test_configuration_that_is_not_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    message = only_error(run_here(["check", "--config", str(path)]))
    assert "not JSON" in message
    assert str(path) in message


@pytest.mark.parametrize("content", [[], 1, "text", None])
def test_configuration_that_is_no_object(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    only_error(run_here(["discover", "--config", str(path)]))


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("credentials", {"credentials": None}),
    ("credentials", {"credentials": {}}),
    ("credentials", {"credentials": {"auth_type": "password"}}),
    ("num_workers", {"num_workers": 0}),
    ("num_workers", {"num_workers": "many"}),
    ("lookback_minutes", {"lookback_minutes": -1}),
    ("start_date", {"start_date": "yesterday"}),
    ("sandbox_url", {"sandbox_url": "http://example.com"}),
    ("companies", {"companies": "all"}),
    ("company_id", {"companies": [{}]}),
]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_wrong_configuration_is_named_by_field(
    standing: Sandbox, connect: Connect, field: str, change: dict[str, Any]
) -> None:
    connector = connect(standing, "direct")
    connector.streams()
    connector.config |= change
    outcome = connector.check()
    status, message = outcome.status
    assert (outcome.code, status) == (0, "FAILED")
    assert field in message
    assert "Traceback" not in message + outcome.stderr
    assert field in only_error(connector.read())
    assert standing.requests == []


def test_a_misspelt_option_is_named_and_ignored(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    connector.config |= {"lookback_minuets": 5}
    checked = connector.check()
    status, message = checked.status
    assert (checked.code, status) == (0, "SUCCEEDED")
    assert "`lookback_minuets`" in message
    outcome = connector.read(["companies"])
    assert outcome.code == 0
    assert any("`lookback_minuets`" in line for line in outcome.logs("WARN"))


def test_wrong_market_is_named(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    connector.config["credentials"]["target_system"] = "sage-active-it"
    status, message = connector.check().status
    assert status == "FAILED"
    assert "target_system" in message


@pytest.mark.parametrize("option", ["catalog", "state"])
def test_other_files_that_are_missing_or_not_json(
    standing: Sandbox, connect: Connect, tmp_path: Path, option: str
) -> None:
    connector = connect(standing, "maesn")
    catalog = str(connector.write("catalog.json", connector.configured(["customers"])))
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    for path in (str(broken), str(tmp_path / "nowhere.json")):
        arguments = ["--catalog", path] if option == "catalog" else ["--catalog", catalog, "--state", path]
        message = only_error(connector.run("read", *arguments))
        assert path in message
        assert f"--{option}" in message


NO_CATALOGS: list[Any] = [
    [],
    {},
    {"streams": None},
    {"streams": ["customers"]},
    {"streams": [{"stream": {"name": "customers"}, "sync_mode": "sometimes", "destination_sync_mode": "append"}]},
]
NO_STATES: list[Any] = [[1], {"customers": {"cursor": 1}}, [{"type": "STREAM", "stream": {}}], [{"type": "STREAM"}]]


@pytest.mark.parametrize(
    ("option", "content"),
    [*(("catalog", content) for content in NO_CATALOGS), *(("state", content) for content in NO_STATES)],
)
def test_files_that_are_none_of_the_protocol(standing: Sandbox, connect: Connect, option: str, content: Any) -> None:
    connector = connect(standing, "maesn")
    files = {"catalog": connector.configured(["customers"]), "state": [], option: content}
    arguments = [text for name, value in files.items() for text in (f"--{name}", str(connector.write(name, value)))]
    message = only_error(connector.run("read", *arguments))
    assert f"--{option}" in message
    assert "Airbyte protocol" in message


def test_catalog_without_streams_ends_at_once(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    outcome = connector.run("read", "--catalog", str(connector.write("catalog.json", {"streams": []})))
    assert (outcome.code, outcome.of_type("RECORD")) == (0, [])


def test_stream_that_is_there_twice_is_delivered_once(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    catalog = connector.configured(["items", "items"])
    outcome = connector.run("read", "--catalog", str(connector.write("catalog.json", catalog)))
    assert outcome.code == 0
    assert outcome.statuses("items") == ["STARTED", "RUNNING", "COMPLETE"]


@pytest.mark.parametrize("schema", [True, None, "text", {"items": True}])
def test_catalog_whose_columns_have_no_schema_of_their_own(standing: Sandbox, connect: Connect, schema: Any) -> None:
    connector = connect(standing, "direct")
    catalog = connector.configured(["customers"])
    properties = {"id": schema, "addresses": schema, "my column": {"type": "string"}}
    catalog["streams"][0]["stream"] = {
        **catalog["streams"][0]["stream"],
        "json_schema": {"type": "object", "properties": properties},
    }
    outcome = connector.run("read", "--catalog", str(connector.write("catalog.json", catalog)))
    assert (outcome.code, outcome.errors) == (0, [])
    assert all("addresses" in row for row in outcome.records("customers"))


def test_files_may_begin_with_a_byte_order_mark(standing: Sandbox, connect: Connect) -> None:
    connector = connect(standing, "maesn")
    files: dict[str, Any] = {"config": connector.config, "catalog": connector.configured(["customers"])}
    files["state"] = connector.read(["customers"]).last_states
    arguments = []
    for name, content in files.items():
        path = connector.write(f"{name}.json", content)
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
        arguments += [f"--{name}", str(path)]
    outcome = run_here(["read", *arguments])
    assert (outcome.code, outcome.errors) == (0, [])
    assert outcome.last_states


def test_catalog_of_the_other_connection_is_refused(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    other = {"direct": "maesn", "maesn": "direct"}[connection]
    catalog = connector.write("catalog.json", connect(standing, other).configured(["items", "companies"]))
    message = only_error(connector.run("read", "--catalog", str(catalog)))
    assert "stream items" in message
    assert "Run discover again" in message


def test_stream_that_does_not_exist_is_named_with_those_that_do(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(standing, connection)
    catalog = connector.configured(["customers"])
    catalog["streams"][0]["stream"] = {**catalog["streams"][0]["stream"], "name": "purchase orders"}
    path = str(connector.write("catalog.json", catalog))
    outcome = connector.run("read", "--catalog", path)
    assert outcome.code == 1
    of_the_stream, of_the_read = outcome.errors
    assert not of_the_stream.get("stack_trace")
    assert not of_the_read.get("stack_trace")
    assert "purchase orders" in of_the_read["message"]
    assert "purchase orders" in of_the_stream["message"]
    assert "customers" in of_the_stream["message"]
    assert outcome.statuses("purchase orders") == ["INCOMPLETE"]


def test_server_that_is_not_there_fails_check(
    standing: Sandbox, connect: Connect, connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("source_sage_active.source.INTERACTIVE_RETRIES", RetryPolicy(tries=1.0))
    connector = connect(standing, connection)
    connector.config["sandbox_url"] = "http://127.0.0.1:1"
    outcome = connector.check()
    status, message = outcome.status
    assert (outcome.code, status) == (0, "FAILED")
    assert "could not be reached" in message
    assert outcome.seconds < 5


def test_process_ends_when_its_reader_leaves(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    catalog = connector.write("catalog.json", connector.configured(STREAMS))
    config = connector.write("config.json", connector.config)
    command = [*COMMAND, "read", "--config", str(config), "--catalog", str(catalog)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        began = time.monotonic()
        try:
            code = process.wait(timeout=20)
        finally:
            process.kill()
        stderr = process.stderr.read().decode()
    assert time.monotonic() - began < 10
    assert code == 1
    assert "Traceback" not in stderr
    assert "Exception ignored" not in stderr


def test_exit_codes_of_a_real_process(standing: Sandbox, connect: Connect, tmp_path: Path) -> None:
    assert connect(standing, "maesn").check(real=True).code == 0
    assert run_process(["check", "--config", str(tmp_path / "nowhere.json")]).code == 1


def _rest(command: str, folder: Path) -> list[str]:
    return ["--catalog", str(folder / "catalog.json")] if command == "read" else []
