"""Output that nobody takes: one sentence on stderr, exit code 1, no stack trace. Real processes."""

import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from destination_sage_active.destination import DestinationSageActive
from sage_active.runtime.command_line import parsed_arguments
from sage_active_cli.run import main

pytestmark = pytest.mark.slow

SOURCE: Final = (sys.executable, "-m", "source_sage_active.run")
DESTINATION: Final = (sys.executable, "-m", "destination_sage_active.run")
COMMAND_LINE: Final = (sys.executable, "-m", "sage_active_cli.run")
# Redirection -> what the sentence says.
LOST: Final = {
    ">/dev/full": "The output cannot be written: No space left on device.",
    ">&-": "Nothing can be written to stdout: it is closed.",
    "| exec true": "The program that read the output has ended",
}
CHECK: Final = ("check", "--config", "config.json")
CASES: Final[Sequence[tuple[Sequence[str], str]]] = (
    *(((*SOURCE, "spec"), redirection) for redirection in LOST),
    *(((*COMMAND_LINE, "--help"), redirection) for redirection in LOST),
    ((*DESTINATION, "spec"), ">/dev/full"),
    ((*SOURCE, *CHECK), "| exec true"),
    ((*DESTINATION, *CHECK), ">/dev/full"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a configuration that fails `check` at once."""
    (tmp_path / "config.json").write_text(json.dumps({"credentials": {"auth_type": "none"}}), encoding="utf-8")
    return tmp_path


def _run(command: Sequence[str], redirection: str, folder: Path) -> tuple[int, str]:
    # The reader of a pipe has gone before the command writes; its exit code would hide that of the command.
    gone = '(sleep 0.2; "$@"; echo $? >code)' if redirection.startswith("|") else ""
    script = f"{gone} {redirection}" if gone else f'"$@" {redirection}; echo $? >code'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return int((folder / "code").read_text()), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("command", "redirection"), CASES, ids=lambda value: " ".join(value[2:4]) or None)
def test_a_lost_output_is_one_sentence(command: Sequence[str], redirection: str, folder: Path) -> None:
    code, stderr = _run(command, redirection, folder)
    (line,) = stderr.splitlines()
    assert code == 1
    assert line.startswith("run.py: ")
    assert LOST[redirection] in line


def test_stderr_need_not_be_read(folder: Path) -> None:
    assert _run((*SOURCE, "spec"), ">/dev/full 2>/dev/full", folder)[0] == 1
    assert _run((*SOURCE, "spec"), ">&- 2>&-", folder)[0] == 1


@pytest.mark.parametrize("parse", [AirbyteEntrypoint.parse_args, DestinationSageActive().parse_args])
def test_arguments_that_do_not_fit_are_neither_obeyed_nor_quoted(
    parse: Callable[[list[str]], Namespace], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed_arguments(parse, ["\x1b[2Jwrong"])
    assert ended.value.code == 2
    complaint = capsys.readouterr().err
    assert "\\x1b[2Jwrong" in complaint
    assert "\x1b" not in complaint
    for argument in ('{"api_key": "CANARY"}', '--configuration={"api_key": "CANARY"}'):
        with pytest.raises(SystemExit):
            parsed_arguments(parse, ["check", "--config", "config.json", argument])
        complaint = capsys.readouterr().err
        assert "pass the path of a file" in complaint
        assert "CANARY" not in complaint


@pytest.mark.parametrize("parse", [AirbyteEntrypoint.parse_args, DestinationSageActive().parse_args])
def test_two_hyphens_before_the_command_are_passed_over(parse: Callable[[list[str]], Namespace]) -> None:
    arguments = parsed_arguments(parse, ["--", "check", "--config", "config.json"])
    assert (arguments.command, arguments.config) == ("check", "config.json")


def test_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["login", "--help"]) == 0
    assert "--config" in capsys.readouterr().out
