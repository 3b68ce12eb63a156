"""The command: `spec` is answered from the package as the framework would; mistakes are reported clearly."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessageSerializer

from source_sage_active import run as run_module
from source_sage_active.launch import launch
from source_sage_active.source import SourceSageActive

Outcome = tuple[int, list[dict[str, Any]]]


class Stdout(io.TextIOWrapper):
    """A stdout whose bytes can be read afterwards."""

    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Outcome]]:
    """Launches a command in this process: exit code and messages. Puts stdout and the loggers back afterwards."""
    root, airbyte = logging.getLogger(), logging.getLogger("airbyte")
    handlers, level = root.handlers, airbyte.level

    def run(*arguments: str) -> Outcome:
        stdout = Stdout()
        monkeypatch.setattr(sys, "stdout", stdout)
        code = launch(arguments)
        return code, [json.loads(line) for line in stdout.bytes.getvalue().splitlines()]

    yield run
    root.handlers = handlers
    airbyte.setLevel(level)


def test_spec_equals_the_frameworks_own_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["source-sage-active", "spec"])
    run_module.run()
    (line,) = capsys.readouterr().out.splitlines()
    messages = AirbyteEntrypoint(SourceSageActive()).run(AirbyteEntrypoint.parse_args(["spec"]))
    (expected,) = [answer for answer in map(json.loads, messages) if answer["type"] == "SPEC"]
    # Loading both fills in the protocol's defaults, which the packaged file does not repeat.
    assert AirbyteMessageSerializer.load(json.loads(line)) == AirbyteMessageSerializer.load(expected)


def test_without_a_command_the_usage_is_shown(
    launched: Callable[..., Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    assert launched() == (2, [])
    assert "usage: source-sage-active" in capsys.readouterr().err


def test_spec_with_other_options_is_the_same(
    launched: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["source-sage-active", "spec"])
    run_module.run()
    (line,) = capsys.readouterr().out.splitlines()
    code, messages = launched("spec", "--debug")
    (answer,) = [message for message in messages if message["type"] == "SPEC"]
    assert code == 0
    assert AirbyteMessageSerializer.load(json.loads(line)) == AirbyteMessageSerializer.load(answer)


def test_spec_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['x', 'spec']\n"
        "from source_sage_active.run import run; run()\n"
        "heavy = {'airbyte_cdk', 'pydantic', 'requests', 'graphql', 'pendulum'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "SPEC"


@pytest.mark.parametrize(
    ("option", "arguments"),
    [
        ("--config", ["check", "--config", "nothing.json"]),
        ("--catalog", ["read", "--config", "config.json", "--catalog", "nothing.json"]),
        ("--state", ["read", "--config", "config.json", "--catalog", "catalog.json", "--state", "nothing.json"]),
    ],
)
def test_a_missing_file_is_a_clear_configuration_error(
    launched: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text(json.dumps({"credentials": {"auth_type": "maesn"}}))
    Path("catalog.json").write_text(json.dumps({"streams": []}))
    code, messages = launched(*arguments)
    assert code == 1
    (error,) = [message["trace"]["error"] for message in messages if message["type"] == "TRACE"]
    assert error["failure_type"] == "config_error"
    assert option in error["message"]
    assert "nothing.json" in error["message"]
    assert not error.get("stack_trace")


def test_a_wrong_configuration_fails_check_by_name(launched: Callable[..., Outcome], tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credentials": {"auth_type": "maesn", "api_key": "SECRET-VALUE"}}))
    code, messages = launched("check", "--config", str(config))
    (status,) = [message["connectionStatus"] for message in messages if message["type"] == "CONNECTION_STATUS"]
    assert code == 0
    assert status["status"] == "FAILED"
    assert "account_key" in status["message"]
    assert "SECRET-VALUE" not in json.dumps(messages)


@pytest.mark.parametrize("content", ["", "not json", "[]", '"text"', "null", "5", "\ufeff{}"])
def test_a_configuration_that_is_not_an_object_fails_clearly(
    launched: Callable[..., Outcome], tmp_path: Path, content: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(content, encoding="utf-8")
    code, messages = launched("read", "--config", str(config), "--catalog", str(config))
    (error,) = [message["trace"]["error"] for message in messages if message["type"] == "TRACE"]
    assert code == 1
    assert error["failure_type"] == "config_error"
    assert not error.get("stack_trace")


def test_a_file_that_is_not_text_fails_clearly(launched: Callable[..., Outcome], tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(b"\xff\xfe\x00")
    code, messages = launched("check", "--config", str(config))
    (error,) = [message["trace"]["error"] for message in messages if message["type"] == "TRACE"]
    assert (code, error["failure_type"]) == (1, "config_error")
