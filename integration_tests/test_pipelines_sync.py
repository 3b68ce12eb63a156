"""`examples/pipelines/sync.py`, run as cron runs it: state and tokens are kept, whatever ends in the middle."""

import fcntl
import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import LONGEST_SECONDS
from integration_tests.expected import rows, usable
from integration_tests.recipes.blocks import blocks
from integration_tests.recipes.crontab import Crontab
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

PIPELINES = Path(__file__).parent.parent / "examples" / "pipelines"
SOURCE = f"{sys.executable} -m source_sage_active.run"
DESTINATION = f"{sys.executable} -m destination_sage_active.run"
TO_FILES = f"{sys.executable} {PIPELINES / 'to_files.py'}"
ANOTHER_RUN = 75
STREAMS = ("customers", "items")
# A destination that stops as soon as it has acknowledged one state.
ONE_STATE = """
import sys
for line in sys.stdin:
    if '"type":"STATE"' in line:
        print(line, end="", flush=True)
        sys.exit(3)
"""
# A destination that stops without having read anything.
NOTHING = "import sys; sys.exit(3)"


@dataclass
class Sync:
    """The files of one sync in a folder, and its command."""

    folder: Path
    source: str = SOURCE
    destination: str = DESTINATION

    @property
    def command(self) -> list[str]:
        """The command line."""
        options = {
            "source": self.source,
            "destination": self.destination,
            "source-config": self.path("source.json"),
            "destination-config": self.path("destination.json"),
            "catalog": self.path("catalog.json"),
            "state": self.path("state.json"),
        }
        given = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        return [sys.executable, str(PIPELINES / "sync.py"), *given]

    def run(self) -> subprocess.CompletedProcess[str]:
        """Runs it to its end."""
        return subprocess.run(self.command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Runs it beside the test."""
        with subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                process.kill()

    def path(self, name: str) -> Path:
        """One of its files."""
        return self.folder / name

    def write(self, name: str, content: Any) -> None:
        """Writes one of its files."""
        self.path(name).write_text(json.dumps(content), encoding="utf-8")

    def read(self, name: str) -> Any:
        """The content of one of its files."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))

    def cursors(self) -> dict[str, dict[str, str | None]]:
        """Stream -> company -> cursor, as the state file has it."""
        return {
            state["stream"]["stream_descriptor"]["name"]: {
                of_company["partition"]["company_id"]: of_company["cursor"]["updated_at"]
                for of_company in state["stream"]["stream_state"]["states"]
            }
            for state in self.read("state.json")
        }

    def covered(self) -> set[tuple[str, str]]:
        """The streams and companies that the state file stands for."""
        return {(stream, company_id) for stream, cursors in self.cursors().items() for company_id in cursors}

    def delivered(self, stream: str) -> Counter[str]:
        """How often `to_files.py` received each record, by id."""
        lines = self.path(f"data/{stream}.jsonl").read_text(encoding="utf-8").splitlines()
        return Counter(json.loads(line)["id"] for line in lines)


@pytest.fixture
def into_files(sandbox: Sandbox, tmp_path: Path) -> Sync:
    """All companies of a market into files; tokens are kept in the configuration only."""
    sync = Sync(tmp_path, destination=TO_FILES)
    sync.write("source.json", sandbox.configuration("direct", "de"))
    sync.write("destination.json", {"folder": str(tmp_path / "data")})
    sync.write("catalog.json", catalog(STREAMS))
    return sync


@pytest.fixture
def copy(sandbox: Sandbox, tmp_path: Path) -> tuple[Sync, Company, Company]:
    """One company into an empty one, which share their tokens."""
    original, empty = usable(sandbox, "de")[0], sandbox.add_company("de", "Copy")
    sync = Sync(tmp_path)
    common = sandbox.configuration("direct", "de") | {"token_path": str(tmp_path / "tokens.json")}
    sync.write("source.json", common | {"companies": [{"company_id": original.id}]})
    sync.write("destination.json", common | {"companies": [{"company_id": empty.id}], "settle_seconds": 2})
    sync.write("catalog.json", catalog(STREAMS))
    return sync, original, empty


def catalog(streams: Sequence[str]) -> Any:
    """The configured catalog, made as the documentation says."""
    offered = [
        {"name": name, "supported_sync_modes": ["full_refresh", "incremental"], "json_schema": {}}
        | {"source_defined_primary_key": [["company_id"], ["id"]], "default_cursor_field": ["updated_at"]}
        for name in streams
    ]
    command = [sys.executable, str(PIPELINES / "select_streams.py"), *streams]
    discovered = json.dumps({"type": "CATALOG", "catalog": {"streams": offered}})
    done = subprocess.run(command, input=discovered, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def python(script: str) -> str:
    """A command that runs a script, whatever arguments follow."""
    return f"{sys.executable} -c {shlex.quote(script)}"


def by_code(sandbox: Sandbox, company: Company, stream: str) -> Counter[str]:
    """How many rows of a company have each code."""
    return Counter(str(row["code"]) for row in rows(sandbox, company.id, stream).values())


def wait_until(true: Callable[[], object]) -> None:
    """Returns when something has become true; fails if it does not."""
    ends = time.monotonic() + LONGEST_SECONDS
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def is_private(path: Path) -> bool:
    """Whether only the owner may read a file."""
    return stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_second_run_brings_only_what_changed(sandbox: Sandbox, copy: tuple[Sync, Company, Company]) -> None:
    sync, original, target = copy

    first = sync.run()

    assert first.returncode == 0, first.stderr
    assert by_code(sandbox, target, "items") == by_code(sandbox, original, "items")
    assert sync.cursors().keys() == set(STREAMS)
    assert is_private(sync.path("state.json"))
    changed = next(row for row in rows(sandbox, original.id, "items").values())
    sandbox.store.touch(original.id, "Product", changed["id"], {"name": "Changed"})

    second = sync.run()

    assert second.returncode == 0, second.stderr
    assert handed_on(second) < handed_on(first)
    assert by_code(sandbox, target, "items") == by_code(sandbox, original, "items")
    copied = next(row for row in rows(sandbox, target.id, "items").values() if row["code"] == changed["code"])
    assert copied["name"] == "Changed"


def handed_on(done: subprocess.CompletedProcess[str]) -> int:
    """The number of records that a run says it handed on."""
    return int(done.stdout.split()[1])


def unstamped(log: str) -> list[str]:
    """The lines of a log, each of which must begin with a moment of the last minutes."""
    texts = []
    for line in log.splitlines():
        moment, _, text = line.partition(" ")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(moment)) < timedelta(minutes=5), line
        texts.append(text)
    return texts


def test_every_line_of_the_log_has_a_time_stamp(into_files: Sync) -> None:
    logged = {"type": "LOG", "log": {"level": "WARN", "message": "first\nsecond \u001b[31m"}}
    failed = {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": "Not possible."}}}
    into_files.source = python(f"print({json.dumps(logged)!r}); print('noise'); print({json.dumps(failed)!r}); exit(1)")

    done = into_files.run()

    assert (done.returncode, done.stdout) == (1, "")
    assert unstamped(done.stderr) == [
        "The sync begins",
        "source WARN: first\\nsecond \\x1b[31m",
        "source: a line that is not a message was left out",
        "source ERROR: Not possible.",
        "FAILED: The source ended with 1, the destination with 0. "
        "0 acknowledged states are kept; the next run goes on from there.",
    ]
    into_files.source = python("print()")
    (summary,) = unstamped(into_files.run().stdout)
    assert summary.startswith("0 records handed on, 0 states acknowledged")


def test_states_keep_their_digits(into_files: Sync) -> None:
    kept = '{"stream_descriptor": {"name": "items"}, "stream_state": {"at": 12345678901234567890.10, "e": 1E5}}'
    message = f'{{"type": "STATE", "state": {{"type": "STREAM", "stream": {kept}}}}}'
    into_files.source = python(f"print({message!r})")

    for _ in range(2):
        assert into_files.run().returncode == 0
        assert kept in into_files.path("state.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line", ['{"type": "CONTROL"}', '{"type": "CONTROL", "control": 5}', '{"type": "STATE"}', "[" * 9999]
)
def test_what_is_only_half_a_message_is_no_stack_trace(into_files: Sync, line: str) -> None:
    into_files.source = python(f"print({line!r})")
    into_files.destination = python(f"import sys; print({line!r}); sys.stdin.read()")

    assert "Traceback" not in into_files.run().stderr


def test_tokens_of_the_source_are_kept(sandbox: Sandbox, into_files: Sync) -> None:
    # Every run must renew them, and each refresh token is good for one renewal.
    sandbox.change_switches({"access_token_seconds": 30})
    used = {into_files.read("source.json")["credentials"]["refresh_token"]}
    for number in (1, 2, 3):
        done = into_files.run()
        assert done.returncode == 0, done.stderr
        used.add(into_files.read("source.json")["credentials"]["refresh_token"])
        assert len(used) == number + 1
    assert is_private(into_files.path("source.json"))
    assert into_files.read("source.json")["sandbox_url"] == sandbox.url
    for token in used:
        assert token not in done.stdout + done.stderr


def test_tokens_of_the_destination_are_kept(sandbox: Sandbox, into_files: Sync, tmp_path: Path) -> None:
    assert into_files.run().returncode == 0
    sandbox.reset_tokens()
    item = json.loads(into_files.path("data/items.jsonl").read_text(encoding="utf-8").splitlines()[2])
    record = {"type": "RECORD", "record": {"stream": "items", "data": item, "emitted_at": 1}}
    into_files.source = python(f"print({json.dumps(record)!r})")
    into_files.destination = DESTINATION
    target = sandbox.add_company("de", "Copy")
    config = sandbox.configuration("direct", "de")
    into_files.write("destination.json", config | {"companies": [{"company_id": target.id}]})

    done = into_files.run()

    assert done.returncode == 0, done.stderr
    assert len(rows(sandbox, target.id, "items")) == 1
    kept = into_files.read("destination.json")
    assert kept["credentials"]["refresh_token"] != config["credentials"]["refresh_token"]
    assert kept["companies"] == [{"company_id": target.id}]
    assert is_private(into_files.path("destination.json"))


def test_a_destination_that_fails_keeps_what_it_acknowledged(sandbox: Sandbox, into_files: Sync) -> None:
    into_files.destination = python(ONE_STATE)

    failed = into_files.run()

    assert failed.returncode == 1
    assert "the destination with 3" in failed.stderr
    assert "1 acknowledged" in failed.stderr
    acknowledged = into_files.covered()
    assert 1 <= len(acknowledged) <= len(usable(sandbox, "de"))
    # The tokens that the source rotated before are kept all the same, and what was not acknowledged comes whole.
    into_files.destination = TO_FILES
    done = into_files.run()
    assert done.returncode == 0, done.stderr
    everything = {(stream, company.id) for stream in STREAMS for company in usable(sandbox, "de")}
    assert into_files.covered() == everything
    for stream, company_id in everything - acknowledged:
        assert rows(sandbox, company_id, stream).keys() <= into_files.delivered(stream).keys()
    for stream, company_id in acknowledged:
        assert not rows(sandbox, company_id, stream).keys() <= into_files.delivered(stream).keys()


def test_a_destination_that_reads_nothing_leaves_no_state(into_files: Sync) -> None:
    into_files.destination = python(NOTHING)

    failed = into_files.run()

    assert failed.returncode == 1
    assert not into_files.path("state.json").exists()
    assert "Traceback" not in failed.stderr


def test_a_source_that_fails_in_one_company_keeps_the_others(sandbox: Sandbox, into_files: Sync) -> None:
    failing, other = usable(sandbox, "de")
    sandbox.faults.add("status", path="/graphql", status=403, company_id=failing.id, times=-1)

    failed = into_files.run()

    assert failed.returncode == 1
    assert "source ERROR" in failed.stderr
    assert failing.name in failed.stderr
    assert {stream: set(cursors) for stream, cursors in into_files.cursors().items()} == {
        stream: {other.id} for stream in STREAMS
    }
    sandbox.faults.clear()
    done = into_files.run()
    assert done.returncode == 0, done.stderr
    for stream in STREAMS:
        expected = {*rows(sandbox, failing.id, stream), *rows(sandbox, other.id, stream)}
        assert set(into_files.delivered(stream)) == expected


def test_a_run_that_is_killed_is_taken_up_again(sandbox: Sandbox, copy: tuple[Sync, Company, Company]) -> None:
    sync, original, target = copy
    sandbox.change_switches({"mutation_milliseconds": 50})
    with sync.running() as process:
        wait_until(lambda: rows(sandbox, target.id, "items") or rows(sandbox, target.id, "customers"))
        process.kill()

    # The commands that were left behind hold the lock until they have ended.
    done = sync.run()
    while done.returncode == ANOTHER_RUN:
        done = sync.run()

    assert done.returncode == 0, done.stderr
    assert by_code(sandbox, target, "items") == by_code(sandbox, original, "items")
    # A company may refuse a customer without any address; nobody else is missing, and nobody is there twice.
    addressed = {row["code"] for row in rows(sandbox, original.id, "customers").values() if row["addresses"]}
    copied = by_code(sandbox, target, "customers")
    assert addressed <= copied.keys()
    assert copied <= by_code(sandbox, original, "customers")
    assert sync.cursors().keys() == set(STREAMS)


def test_a_signal_ends_the_source_and_lets_the_destination_finish(sandbox: Sandbox, into_files: Sync) -> None:
    # Without an answer to the census, each stream is read on its own.
    error = {"message": "Unexpected Execution Error", "extensions": {"code": "EXECUTION_ERROR"}}
    sandbox.faults.add("graphql_errors", contains="q0: ", errors=[error], times=-1)
    sandbox.faults.add("stall", contains="page: products", seconds=LONGEST_SECONDS, times=-1)
    with into_files.running() as process:
        wait_until(into_files.path("state.json").exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_SECONDS) == 1

    covered = into_files.covered()
    assert {stream for stream, _ in covered} == {"customers"}
    for _, company_id in covered:
        assert rows(sandbox, company_id, "customers").keys() <= into_files.delivered("customers").keys()


def test_two_runs_do_not_overlap(into_files: Sync) -> None:
    with into_files.path("state.json.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = into_files.run()
    assert refused.returncode == ANOTHER_RUN
    assert "Another run" in refused.stderr
    assert not into_files.path("data").exists()


def test_states_of_streams_that_are_not_read_stay(into_files: Sync) -> None:
    other = {"stream_descriptor": {"name": "other"}, "stream_state": {"states": []}}
    into_files.write("state.json", [{"type": "STREAM", "stream": other}])
    into_files.write("catalog.json", catalog(["items"]))

    assert into_files.run().returncode == 0
    assert into_files.cursors().keys() == {"other", "items"}


@pytest.mark.parametrize("content", ["", "[1]", '{"a": 1}', '[{"type": "LEGACY", "data": {}}]'])
def test_a_state_file_that_holds_none_is_refused(into_files: Sync, content: str) -> None:
    into_files.path("state.json").write_text(content, encoding="utf-8")

    refused = into_files.run()

    assert refused.returncode == 1
    assert "holds no states" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert into_files.path("state.json").read_text(encoding="utf-8") == content


def test_a_state_that_cannot_be_kept_fails_by_name(into_files: Sync) -> None:
    into_files.destination = python("""print('{"type": "STATE", "state": {"type": "LEGACY", "data": {}}}')""")

    refused = into_files.run()

    assert refused.returncode == 1
    assert "a STATE that cannot be kept" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_command_that_does_not_exist_is_named(into_files: Sync) -> None:
    into_files.destination = "destination-of-nobody"

    refused = into_files.run()

    assert refused.returncode == 1
    assert unstamped(refused.stderr) == [
        "The sync begins",
        "FAILED: There is no command 'destination-of-nobody' for the destination. "
        "Name it with its whole path, or add its folder to PATH.",
    ]


def test_only_streams_that_are_offered_can_be_selected() -> None:
    command = [sys.executable, str(PIPELINES / "select_streams.py"), "customers", "clients"]
    offered = {"type": "CATALOG", "catalog": {"streams": [{"name": "customers", "supported_sync_modes": []}]}}
    refused = subprocess.run(command, input=json.dumps(offered), capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr == "No stream clients. Offered: customers.\n"


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ('{"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": "Not valid."}}}', "Not valid.\n"),
        ("", "discover printed no catalog.\n"),
    ],
)
def test_why_there_is_no_catalog_is_told(output: str, message: str) -> None:
    command = [sys.executable, str(PIPELINES / "select_streams.py"), "customers"]
    refused = subprocess.run(command, input=output, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr) == (1, message)


def crontab() -> tuple[str, str]:
    """The two commands of the crontab in docs/pipelines.md: the sync, and the look at the last success."""
    page = PIPELINES.parent.parent / "docs" / "pipelines.md"
    (block,) = (block for block in blocks(page, "Source to destination, from cron") if block.language == "cron")
    sync, watch = Crontab.of(block.text).commands
    return sync, watch


def mailed(folder: Path, command: str) -> str:
    """What cron would mail of a command of the page, in this folder in place of the page's."""
    short = Crontab({"PATH": f"{folder}:/usr/bin:/bin"}, ())
    return short.mailed(command.replace("/srv/sage", str(folder)), folder, seconds=30)


@pytest.mark.parametrize(("code", "is_mailed"), [(0, False), (1, True), (137, True), (ANOTHER_RUN, False)])
def test_the_crontab_of_the_page_mails_failures(tmp_path: Path, code: int, is_mailed: bool) -> None:
    sync, watch = crontab()
    assert "has succeeded" in mailed(tmp_path, watch)
    # In place of Python, so that the page's command ends as it is told.
    (tmp_path / "python").write_text(f"#!/bin/sh\necho 'the last line'\nexit {code}\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)

    assert ("the last line" in mailed(tmp_path, sync)) is is_mailed
    assert (tmp_path / "sync.log").read_text(encoding="utf-8") == "the last line\n"
    assert (tmp_path / "sync.ok").exists() is (code == 0)
    assert ("has succeeded" in mailed(tmp_path, watch)) is (code != 0)


def test_an_old_success_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "sync.ok").touch()
    assert mailed(tmp_path, crontab()[1]) == ""
    four_hours_ago = time.time() - 4 * 3600
    os.utime(tmp_path / "sync.ok", (four_hours_ago, four_hours_ago))
    assert "has succeeded" in mailed(tmp_path, crontab()[1])
