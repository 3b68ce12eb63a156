"""The command `sage-active-sandbox`: what a user gets wrong is one line, and the exit code says that it failed."""

import subprocess
import sys
from pathlib import Path

import pytest

from sage_active_sandbox.run import main
from sage_active_sandbox.sandbox import Sandbox

COMMAND = (sys.executable, "-m", "sage_active_sandbox.run", "--port", "0", "--rows", "0", "--companies", "1")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "99999"], "--port"),
        (["--port", "-1"], "--port"),
        (["--port", "x"], "--port"),
        (["--rows", "-1"], "--rows"),
        (["--rows", "9" * 30], "--rows"),
        (["--companies", "-1"], "--companies"),
        (["--requests-per-minute", "-1"], "--requests-per-minute"),
        (["--seed", "x"], "--seed"),
        (["--switch", "nonsense=1"], "nonsense"),
        (["--switch", "introspection"], "introspection"),
        (["--switch", "clock_offset_seconds=nan"], "clock_offset_seconds"),
        (["--switch", "max_field_cost=1e9"], "max_field_cost"),
        (["--market", "de"], "--market"),
    ],
)
def test_a_wrong_option_is_one_line(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: object = main(arguments)
    except SystemExit as ended:
        code = ended.code
    written = capsys.readouterr()
    assert (code, written.out, written.err.count("\n")) == (2, "", 1)
    assert named in written.err


def test_a_port_in_use_is_one_line(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    port = sandbox.url.rpartition(":")[2]
    assert main(["--port", port, "--rows", "0", "--companies", "1"]) == 1
    assert capsys.readouterr().err == f"sage-active-sandbox: port {port} cannot be used: Address already in use.\n"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = subprocess.run(
        [*COMMAND, "--write-config", str(tmp_path / "file")], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert str(tmp_path / "file") in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "No space left" in ended.stderr
