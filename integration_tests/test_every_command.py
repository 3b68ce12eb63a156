"""Every command of `sage-active` works in a pipe: plain text without colours, and with `--json` one document.

A command that has no row here fails.
"""

import io
import json
import os
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from integration_tests.expected import usable
from integration_tests.sign_in_page import Browser, free_port
from sage_active_cli.commands import sage_active
from sage_active_cli.run import main
from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from sage_active_sandbox.sandbox import Sandbox

KEYS: Final = {
    "SAGE_ACTIVE_CLIENT_ID": CLIENT_ID,
    "SAGE_ACTIVE_CLIENT_SECRET": CLIENT_SECRET,
    "SAGE_ACTIVE_SUBSCRIPTION_KEY": "sandbox-key-de",
}


@dataclass(frozen=True)
class Example:
    """Arguments, and the members of the document that they bring. `{…}` stands for what the test knows."""

    arguments: str
    members: str


CONFIG: Final = "--config {config}"
EXAMPLES: Final[Mapping[str, Example]] = {
    "login": Example(
        "--market de --output {new} --sandbox-url {url} --port {port}",
        "configuration companies",
    ),
    "logout": Example(CONFIG, "configuration removed revoked"),
    "status": Example(
        CONFIG,
        "configuration connection target_systems signed_in access_token_until token_path companies problem",
    ),
    "companies": Example(CONFIG, "companies"),
    "streams": Example("--connection maesn", "connection streams"),
    "query": Example(CONFIG + " --company {company} {{customers(first:1){{totalCount}}}}", "data"),
    "forecast": Example(CONFIG, "streams rows requests seconds"),
    "doctor": Example(CONFIG, "version requests lines"),
    "rehearse": Example(
        CONFIG + " --company {company} --yes-write",
        "version requests lines contradictions earlier leftovers foreign counts",
    ),
    "audit": Example(CONFIG + " --checks E1,E10", "version companies exit_code"),
}
WITHOUT_JSON: Final = {"completion": "bash"}


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    """One company in each market."""
    with Sandbox(rows=4, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def values(small: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """What arguments may name; keys come from the environment, and somebody signs in."""
    small.reset_tokens()
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(webbrowser, "open", Browser().open)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(small.configuration("direct", "de")), encoding="utf-8")
    company = usable(small, "de")[0].id
    return {
        "config": str(path),
        "new": str(tmp_path / "new.json"),
        "company": company,
        "url": small.url,
        "port": str(free_port()),
    }


def test_every_command_has_an_example() -> None:
    assert EXAMPLES.keys() | WITHOUT_JSON.keys() == sage_active.commands.keys()


@pytest.mark.parametrize("command", EXAMPLES)
def test_json(command: str, values: Mapping[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES[command]
    assert main([command, *example.arguments.format(**values).split(), "--json"]) == 0
    captured = capfd.readouterr()
    assert list(json.loads(captured.out)) == example.members.split()
    # What a sign-in says to people must not be mixed with the document.
    assert (captured.err == "") is (command != "login")
    assert "\x1b" not in captured.out + captured.err


@pytest.mark.parametrize("command", sage_active.commands)
def test_plain_text_in_a_pipe(command: str, values: Mapping[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    arguments = WITHOUT_JSON.get(command) or EXAMPLES[command].arguments
    assert main([command, *arguments.format(**values).split()]) == 0
    captured = capfd.readouterr()
    assert captured.out
    assert "\x1b" not in captured.out + captured.err


@pytest.mark.parametrize("command", [name for name, row in EXAMPLES.items() if CONFIG in row.arguments])
def test_a_failure_brings_no_document(
    command: str, values: Mapping[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    unknown = {**values, "config": str(tmp_path / "missing.json")}
    assert main([command, *EXAMPLES[command].arguments.format(**unknown).split(), "--json"]) == 1
    captured = capfd.readouterr()
    assert captured.out == ""
    assert unknown["config"] in captured.err


def test_a_document_has_no_escape_sequences_where_a_table_has() -> None:
    command = [sys.executable, "-m", "sage_active_cli.run", "streams"]
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    table, document = (
        subprocess.run([*command, *options], capture_output=True, text=True, check=True, env=environment).stdout
        for options in ((), ("--json",))
    )
    assert "\x1b[" in table
    assert "\x1b" not in document
