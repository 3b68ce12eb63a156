"""Renewal and rotation of tokens, as a platform, a cron job and a revoked user see them."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from integration_tests.connector import COMMAND, STREAMS, Connector, killed_after
from integration_tests.expected import rows, usable
from sage_active_sandbox.request_log import ReceivedRequest
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def token_calls(sandbox: Sandbox) -> list[ReceivedRequest]:
    """The requests to the token endpoint."""
    return [request for request in sandbox.requests if request.path == "/connect/token"]


def api_calls(sandbox: Sandbox) -> list[ReceivedRequest]:
    """The requests to the API."""
    return [request for request in sandbox.requests if request.path == "/graphql"]


def test_rotated_tokens_are_out_before_the_access_token_is_used(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    configured = connector.config["credentials"]["refresh_token"]
    outcome = connector.check()
    (control,) = [line for line in outcome.lines if line.type == "CONTROL"]
    (token_call,) = token_calls(sandbox)
    assert control.at is not None
    assert token_call.time < control.at < min(call.time for call in api_calls(sandbox))
    kept = connector.config["credentials"]
    assert kept["refresh_token"] != configured
    assert kept["access_token"]
    assert kept["token_expiry_date"]
    assert {name: value for name, value in connector.config.items() if name != "credentials"} == {
        "companies": [{"company_id": company.id} for company in usable(sandbox, "de")],
        "sandbox_url": sandbox.url,
    }


def test_rotated_tokens_are_out_first_in_read_as_well(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.streams()
    outcome = connector.read()
    (control,) = [line for line in outcome.lines if line.type == "CONTROL"]
    assert control.at is not None
    assert control.at < min(call.time for call in api_calls(sandbox))
    assert [line.type for line in outcome.lines].index("CONTROL") < [line.type for line in outcome.lines].index(
        "RECORD"
    )


def test_applied_control_message_saves_the_next_renewal(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.check()
    outcomes = [connector.check(), connector.discover(), connector.read()]
    assert [outcome.code for outcome in outcomes] == [0, 0, 0]
    assert len(token_calls(sandbox)) == 1
    assert not any(outcome.of_type("CONTROL") for outcome in outcomes)


def test_old_refresh_token_is_dead_after_rotation(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct", apply_controls=False)
    assert connector.check().status[0] == "SUCCEEDED"
    status, message = connector.check().status
    assert status == "FAILED"
    assert "refresh token" in message
    assert "Sign in again" in message
    outcome = connector.read()
    assert outcome.code == 1
    assert outcome.errors[-1]["failure_type"] == "config_error"
    assert len(token_calls(sandbox)) == 3, "a dead token is not tried again"


def test_server_that_does_not_rotate(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"refresh_rotation": False})
    connector = connect(sandbox, "direct", apply_controls=False)
    assert [connector.check().status[0], connector.check().status[0]] == ["SUCCEEDED", "SUCCEEDED"]
    assert connector.read().code == 0


def test_renewal_sends_no_scope(sandbox: Sandbox, connect: Connect) -> None:
    connect(sandbox, "direct").check()
    (call,) = token_calls(sandbox)
    assert set(call.form) == {"grant_type", "refresh_token", "client_id", "client_secret"}
    assert call.form["grant_type"] == "refresh_token"


def test_token_path_lets_an_unchanged_configuration_run_again(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "tokens" / "sage.json"
    connector = connect(sandbox, "direct", apply_controls=False, token_path=str(path))
    before = json.dumps(connector.config)
    assert connector.check(real=True).status[0] == "SUCCEEDED"
    assert connector.discover().code == 0
    outcome = connector.read(real=True)
    assert outcome.code == 0
    assert outcome.records("customers")
    assert json.dumps(connector.config) == before
    assert len(token_calls(sandbox)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_token_path_survives_the_end_of_access_tokens(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    sandbox.change_switches({"access_token_seconds": 30})
    connector = connect(sandbox, "direct", apply_controls=False, token_path=str(tmp_path / "tokens.json"))
    # Thirty seconds are within the margin: each command renews and finds the chain in the file.
    assert connector.check().status[0] == "SUCCEEDED"
    assert connector.check().status[0] == "SUCCEEDED"
    assert connector.read().code == 0
    assert len(token_calls(sandbox)) >= 3


def test_dead_grant_in_mid_read_is_tried_once_by_all_workers(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct", num_workers=8)
    connector.check()
    sandbox.requests.clear()
    sandbox.faults.add("run_before", operation="customers", run=sandbox.reset_tokens)
    outcome = connector.read()
    assert outcome.code == 1
    assert len(token_calls(sandbox)) == 1
    assert outcome.seconds < 5
    assert any("refresh token" in error["message"] for error in outcome.errors)
    assert all(error["failure_type"] == "config_error" for error in outcome.errors)
    assert not any(error.get("stack_trace") for error in outcome.errors)


def test_wrong_refresh_token_from_the_start(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct", num_workers=8)
    connector.config["credentials"]["refresh_token"] = "never-issued"
    outcome = connector.read()
    assert outcome.code == 1
    assert len(token_calls(sandbox)) == 1
    assert api_calls(sandbox) == []
    assert outcome.seconds < 5
    (error,) = outcome.errors
    assert "refresh token" in error["message"]


def test_refresh_token_whose_life_is_over(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"refresh_token_seconds": 0})
    sandbox.reset_tokens()
    outcome = connect(sandbox, "direct", num_workers=8).read()
    assert outcome.code == 1
    assert len(token_calls(sandbox)) == 1
    (error,) = outcome.errors
    assert error["failure_type"] == "config_error"
    assert "expired" in error["message"]
    assert "Sign in again" in error["message"]


def test_access_tokens_that_end_in_mid_read_are_renewed_once(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.check()
    sandbox.requests.clear()
    sandbox.faults.add("expire_tokens", operation="salesInvoices")
    outcome = connector.read()
    assert outcome.code == 0
    assert len(token_calls(sandbox)) == 1
    assert len(outcome.of_type("CONTROL")) == 1
    for stream in STREAMS:
        for company in usable(sandbox, "de"):
            assert outcome.ids(stream, company.id, "id") == sorted(rows(sandbox, company.id, stream))


def test_wrong_subscription_key_is_named(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.config["credentials"]["subscription_key"] = "not-a-key"
    status, message = connector.check().status
    assert status == "FAILED"
    assert "subscription key" in message
    assert "sage-active-de" in message


def test_subscription_key_of_another_market(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.config["credentials"]["subscription_key"] = "sandbox-key-fr"
    assert connector.check().status[0] == "FAILED"


def test_wrong_maesn_keys_are_named(sandbox: Sandbox, connect: Connect) -> None:
    for name in ("api_key", "account_key"):
        connector = connect(sandbox, "maesn")
        connector.config["credentials"][name] = "not-a-key"
        status, message = connector.check().status
        assert status == "FAILED"
        assert f"`{name}`" in message


# --- commands that are told to end ---

# A read in which a thread of its own renews the token, and commands whose main thread does.
COMMANDS = {
    "check": (*COMMAND, "check"),
    "read": (*COMMAND, "read"),
    "destination": (sys.executable, "-m", "destination_sage_active.run", "check"),
    "command line": (sys.executable, "-m", "sage_active_cli.run", "companies"),
}


def ended(sandbox: Sandbox, connector: Connector, command: str, number: int, path: str) -> tuple[int, str, float]:
    """Sends a signal while a request to `path` is under way: exit code, stderr, and seconds until the end."""
    arguments = [*COMMANDS[command], "--config", str(connector.write("config.json", connector.config))]
    if command == "read":
        arguments += ["--catalog", str(connector.write("catalog.json", connector.configured(["customers"])))]
    sandbox.requests.clear()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with process, killed_after(30, process):
        while not any(request.path == path for request in sandbox.requests) and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(number)
        began = time.monotonic()
        _, stderr = process.communicate()
        return process.returncode, stderr.decode(), time.monotonic() - began


def end_by(command: str, number: int) -> int:
    """How a process ends: of the signal itself; the command line answers Ctrl+C with a sentence of its own."""
    return 128 + number if command == "command line" and number == signal.SIGINT else -number


@pytest.mark.parametrize(
    ("command", "number"),
    [
        *((command, signal.SIGTERM) for command in COMMANDS),
        ("read", signal.SIGINT),
        ("command line", signal.SIGINT),
        ("read", signal.SIGHUP),
        ("command line", signal.SIGHUP),
    ],
)
def test_signal_during_a_renewal_does_not_lose_the_grant(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, command: str, number: int
) -> None:
    connector = connect(sandbox, "direct", apply_controls=False, token_path=str(tmp_path / "tokens.json"))
    if command == "read":
        connector.streams()
        sandbox.faults.add("expire_tokens", operation="customers")
    sandbox.faults.add("stall_after", path="/connect/token", seconds=1)
    code, stderr, seconds = ended(sandbox, connector, command, number, "/connect/token")
    assert code == end_by(command, number)
    assert "Traceback" not in stderr
    assert seconds < 5
    assert len(token_calls(sandbox)) == 1
    assert connector.check().status[0] == "SUCCEEDED", "the rotated token was kept"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["check", "read", "command line"])
def test_signal_at_another_time_ends_at_once(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, command: str, number: int
) -> None:
    connector = connect(sandbox, "direct", token_path=str(tmp_path / "tokens.json"))
    connector.streams()
    connector.check()
    sandbox.faults.add("stall", path="/graphql", seconds=10, times=-1)
    code, stderr, seconds = ended(sandbox, connector, command, number, "/graphql")
    assert code == end_by(command, number)
    assert "Traceback" not in stderr
    assert seconds < 2


def test_renewal_that_is_never_answered_holds_no_command_up(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    connector = connect(sandbox, "direct", token_path=str(tmp_path / "tokens.json"))
    sandbox.faults.add("stall_after", path="/connect/token", seconds=20, times=-1)
    code, stderr, seconds = ended(sandbox, connector, "check", signal.SIGTERM, "/connect/token")
    assert (code, stderr) == (-signal.SIGTERM, "")
    assert 5 < seconds < 9, "docker kills after ten"


def test_renewal_that_fails_is_not_tried_again_when_the_command_is_told_to_end(
    sandbox: Sandbox, connect: Connect
) -> None:
    connector = connect(sandbox, "direct")
    sandbox.faults.add("stall_after", path="/connect/token", seconds=1)
    sandbox.faults.add("status", path="/connect/token", status=503, times=-1)
    code, _, seconds = ended(sandbox, connector, "check", signal.SIGTERM, "/connect/token")
    assert code == -signal.SIGTERM
    assert seconds < 5
    assert len(token_calls(sandbox)) == 1
