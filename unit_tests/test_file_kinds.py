"""Links are followed to what they mean; what is not a regular file is named and never waited for."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from destination_sage_active.destination import launch as destination
from destination_sage_active.report.files import ReportFile, ReportFiles, writable_folder
from sage_active.arguments import json_file
from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api
from sage_active.file_kinds import followed, require_authorities
from sage_active.http.request import Request
from sage_active.http.transport import Transport, budget_of
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.run import main
from source_sage_active.launch import launch as source

pytestmark = pytest.mark.slow


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        # The name of a socket is short; the folder of a test is not.
        bound.bind(os.path.relpath(path))


def _ring(path: Path) -> None:
    other = path.with_name("other")
    path.symlink_to(other)
    other.symlink_to(path)


def _link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("p"))
    path.symlink_to("p")


ODD: Final[Mapping[str, tuple[Callable[[Path], None], str]]] = {
    "directory": (Path.mkdir, "it is a directory"),
    "pipe": (os.mkfifo, "it is a pipe"),
    "socket": (_socket, "it is a socket"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "it is a device"),
    "nothing": (lambda path: path.symlink_to(os.devnull), "it is a device"),
    "ring": (_ring, "Too many levels of symbolic links"),
    "link to a pipe": (_link_to_a_pipe, "it is a pipe"),
}
odd = pytest.mark.parametrize(("make", "reason"), ODD.values(), ids=ODD.keys())


@odd
def test_a_token_file_that_is_none(
    tmp_path: Path, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "tokens.json")
    file = TokenFile(str(tmp_path / "tokens.json"))
    uses: Sequence[Callable[[], object]] = (
        lambda: file.read("a"),
        file.check_readable,
        file.check_writable,
        lambda: file.write("a", Tokens("b")),
    )
    for use in uses:
        with pytest.raises(SageActiveError, match=f"cannot be used: {reason}.*`token_path`"):
            use()


@odd
def test_a_lock_that_is_none(
    tmp_path: Path, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "tokens.json.lock")
    with pytest.raises(SageActiveError, match=f"cannot be used: {reason}"), TokenFile("tokens.json").locked():
        pass


@odd
@pytest.mark.parametrize("name", ["rejected.jsonl", "receipts.jsonl", "plan.jsonl"])
def test_a_report_that_is_none(
    tmp_path: Path, make: Callable[[Path], None], reason: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    with pytest.raises(SageActiveError, match=rf"\(option `report_path`\) cannot be written: {reason}"):
        ReportFiles(str(tmp_path), dry_run=name == "plan.jsonl")
    assert not list(tmp_path.glob("*Z.jsonl")), "nothing was put aside"


@odd
def test_a_configuration_that_cannot_be_replaced(
    tmp_path: Path, make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "config.json")
    file = ConfigurationFile("config.json", "--config")
    for use in (file.check_writable, lambda: file.write({})):
        with pytest.raises(SageActiveError, match=f"cannot be written: {reason}"):
            use()


@pytest.mark.parametrize("name", ["directory", "socket", "device", "nothing", "ring"])
def test_a_file_of_an_option_that_is_none(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make, reason = ODD[name]
    make(tmp_path / "catalog.json")
    with pytest.raises(SageActiveError, match=f"--catalog, catalog.json, cannot be read: {reason}"):
        json_file("catalog.json", "--catalog")


def test_an_option_may_name_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=['{"a": 1}'])
    writer.start()
    assert json_file(str(path), "--state") == {"a": 1}
    writer.join(5)


@pytest.mark.parametrize("command", [source, destination, main])
def test_a_configuration_may_come_through_a_pipe(
    command: Callable[[Sequence[str]], int], capfd: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.write(writer, json.dumps({"credentials": {"auth_type": "maesn", "target_system": "nowhere"}}).encode())
    os.close(writer)
    root, stdout = logging.getLogger(), sys.stdout
    handlers = root.handlers
    try:
        command(["companies" if command is main else "check", "--config", f"/dev/fd/{reader}"])
    finally:
        os.close(reader)
        sys.stdout, root.handlers = stdout, handlers
    output = capfd.readouterr()
    assert "`credentials.target_system`" in output.out + output.err, "it was read"


def test_two_names_of_a_token_file_share_tokens_and_lock(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.json").symlink_to("real/tokens.json")
    real, link = TokenFile(str(tmp_path / "real" / "tokens.json")), TokenFile(str(tmp_path / "link.json"))
    entered = threading.Event()

    def enter() -> None:
        with link.locked():
            entered.set()
            link.write("first", Tokens("second"))

    other = threading.Thread(target=enter)
    with real.locked():
        other.start()
        assert not entered.wait(0.3)
    other.join(10)
    assert entered.is_set()
    assert real.read("first") == Tokens("second")
    assert (tmp_path / "link.json").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"real", "link.json"}, "the lock lies beside the file itself"


@pytest.mark.slow
def test_two_processes_with_two_names_take_turns(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    code = (
        "import sys; from sage_active.auth.token_store import TokenFile\n"
        "with TokenFile(sys.argv[1]).locked(): print('in', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "link" / "tokens.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == b"in\n"
        file = TokenFile(str(tmp_path / "real" / "tokens.json"))
        entered = threading.Event()

        def enter() -> None:
            with file.locked():
                entered.set()

        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.3)
        holder.stdin.close()
        waiting.join(10)
    assert entered.is_set()


def test_a_link_that_leads_nowhere_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").symlink_to("new/tokens.json")
    (tmp_path / "reports").symlink_to("elsewhere")
    file = TokenFile(str(tmp_path / "tokens.json"))
    with file.locked():
        file.write("first", Tokens("second"))
    assert (tmp_path / "new" / "tokens.json").is_file()
    assert writable_folder(str(tmp_path / "reports")) == tmp_path / "elsewhere"
    assert (tmp_path / "elsewhere").is_dir()


def test_reports_stay_behind_their_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "rejected.jsonl").symlink_to("data/rejected.jsonl")
    for number in range(2):
        report = ReportFile(tmp_path / "rejected.jsonl")
        report.line(b"%d" % number)
        report.close()
    assert (tmp_path / "rejected.jsonl").is_symlink()
    assert (tmp_path / "data" / "rejected.jsonl").read_text() == "1\n"
    assert [path.read_text() for path in (tmp_path / "data").glob("rejected-*.jsonl")] == ["0\n"]


def test_a_report_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "report").touch()
    with pytest.raises(SageActiveError, match="`report_path`\\) is not a directory"):
        writable_folder(str(tmp_path / "report"))


def test_certificates_are_a_file_or_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for usable in (tmp_path, tmp_path / "file"):
        require_authorities(str(usable))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "pipe"))
    transport = Transport(Errors(Api.MAESN, "any"), user_agent="unit/1", budget=budget_of(60), connections=1)
    with pytest.raises(SageActiveError, match="it is a pipe"):
        transport.send_once(Request("GET", "https://127.0.0.1:9/"), lambda answer: answer.status)


def test_where_a_path_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").symlink_to("b")
    assert followed("a") == followed(tmp_path / "x" / ".." / "b") == tmp_path.resolve() / "b"


@pytest.mark.parametrize("argument", ['{"api_key": "CANARY"}', ' \n["CANARY"]', '\'{"a": "CANARY"}\'', "\ufeff{CANARY"])
@pytest.mark.parametrize("option", ["--config", "--catalog", "--state"])
def test_what_a_file_should_hold_is_not_quoted(argument: str, option: str) -> None:
    with pytest.raises(SageActiveError, match=f"{option} is JSON itself; a path is expected") as raised:
        json_file(argument, option)
    assert "CANARY" not in str(raised.value)
    with pytest.raises(SageActiveError, match="a path is expected"):
        ConfigurationFile(argument, option)
