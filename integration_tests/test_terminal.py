"""What reaches the terminal: names and words of servers escaped, secrets masked, whatever the terminal can show."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from integration_tests.connector import COMMAND
from integration_tests.expected import usable
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox

EVIL = "Ev\u00fcl\x1b[2J\x1b]0;pwn\x07\r\nsage-active: Written\u202e\u2028 GmbH"
SHOWN = "\\x1b[2J\\x1b]0;pwn\\x07\\r\\nsage-active: Written\\u202e\\u2028 GmbH"


@pytest.fixture
def config(sandbox: Sandbox, connection: str, tmp_path: Path) -> Path:
    """A configuration whose first company has an evil name."""
    usable(sandbox, "de")[0].name = EVIL
    path = tmp_path / "config.json"
    path.write_text(json.dumps(sandbox.configuration(connection, "de")), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["companies", "forecast"])
def test_names_are_shown_and_not_obeyed(config: Path, command: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--config", str(config)]) == 0
    captured = capfd.readouterr()
    assert f"Ev\u00fcl{SHOWN}" in captured.out
    assert not [character for character in captured.out if character != "\n" and not character.isprintable()]


@pytest.mark.parametrize(("connection", "command"), [("direct", "forecast"), ("maesn", "companies")])
def test_a_terminal_without_umlauts(config: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sage_active_cli.run", command, "--config", str(config)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"Ev\\xfcl{SHOWN}".encode() in done.stdout
    assert done.stdout.isascii()


def test_words_of_the_sign_in_server(sandbox: Sandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = sandbox.configuration("direct", "de")
    config["credentials"]["client_secret"] = "CANARY+secret/=="
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    description = f"{EVIL} client_secret={quote('CANARY+secret/==', safe='')}"
    body = {"error": "invalid_client", "error_description": description}
    sandbox.faults.add("status", path="/connect/token", status=400, body=body, times=-1)
    assert main(["companies", "--config", str(path)]) == 1
    captured = capfd.readouterr()
    assert captured.out == ""
    assert f"{SHOWN} client_secret=****" in captured.err
    assert captured.err.count("\n") == 1
    assert "CANARY" not in captured.err


@pytest.mark.parametrize(("connection", "command"), [("direct", "source"), ("maesn", "companies")])
@pytest.mark.parametrize("redirection", [">/dev/full", "| exec true"])
def test_an_output_that_is_not_taken(config: Path, tmp_path: Path, command: str, redirection: str) -> None:
    catalog = tmp_path / "catalog.json"
    stream = {"name": "customers", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    mode = {"sync_mode": "full_refresh", "destination_sync_mode": "append"}
    catalog.write_text(json.dumps({"streams": [{"stream": stream, **mode}]}), encoding="utf-8")
    commands = {
        "source": [*COMMAND, "read", "--config", str(config), "--catalog", str(catalog)],
        "companies": [sys.executable, "-m", "sage_active_cli.run", "companies", "--config", str(config)],
    }
    script = f'("$@"; echo $? >code) {redirection}' if "|" in redirection else f'"$@" {redirection}; echo $? >code'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *commands[command]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert int((tmp_path / "code").read_text()) == 1
    assert "cannot be written" in line or "has ended" in line
