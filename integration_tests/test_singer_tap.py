"""`examples/pipelines/singer_tap.py`, run as Meltano runs it: what it lists, and the order of what it reads."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import LONGEST_SECONDS
from integration_tests.expected import rows, usable
from sage_active_sandbox.sandbox import Sandbox

TAP = Path(__file__).parent.parent / "examples" / "pipelines" / "singer_tap.py"
SOURCE = f"{sys.executable} -m source_sage_active.run"
# A source that sends a state after each of two records, then fails.
FAILING = """
import json, sys
def send(kind, content):
    print(json.dumps({"type": kind, kind.lower(): content}, separators=(",", ":")), flush=True)
def state(number):
    stream = {"stream_descriptor": {"name": "things"}, "stream_state": {"at": number}}
    send("STATE", {"type": "STREAM", "stream": stream})
for number in (1, 2):
    print('{"type":"RECORD","record":{"stream":"things","data":{"id":%d,"amount":19.990000,"secret":"x"}}}' % number)
    state(number)
print('{"type":"RECORD","record":{"stream":"things","data":{"id":3,"amount":1e400,"secret":"x"}}}')
send("CONTROL", {"type": "CONNECTOR_CONFIG", "connectorConfig": {"config": {"token": "new"}}})
send("TRACE", {"type": "ERROR", "error": {"message": "It is broken."}})
sys.exit(1)
"""
THINGS = {
    "tap_stream_id": "things",
    "schema": {"properties": {"id": {}, "amount": {}, "secret": {}}},
    "key_properties": ["id"],
    "metadata": [
        {"breadcrumb": [], "metadata": {"selected": True, "valid-replication-keys": []}},
        {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic", "selected": False}},
        {"breadcrumb": ["properties", "secret"], "metadata": {"inclusion": "available", "selected": False}},
    ],
}


@dataclass
class Tap:
    """The tap in a folder with its files."""

    folder: Path
    command: str = SOURCE

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Runs it to its end."""
        config = {"connector": self.command, "connector_config": str(self.folder / "source.json")}
        return subprocess.run(
            [sys.executable, TAP, "--config", self.write("tap.json", config), *arguments],
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )

    def write(self, name: str, content: object) -> Path:
        """Writes one of its files."""
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def read(self, catalog: Mapping[str, Any], state: object = None) -> "subprocess.CompletedProcess[str]":
        """Reads what the catalog selects."""
        since = () if state is None else ("--state", self.write("state.json", state))
        return self.run("--catalog", self.write("catalog.json", catalog), *since)


@pytest.fixture
def tap(tmp_path: Path, standing: Sandbox) -> Tap:
    """One over the stand-in."""
    result = Tap(tmp_path)
    result.write("source.json", standing.configuration("direct", "de"))
    return result


@pytest.fixture
def failing(tmp_path: Path) -> Tap:
    """One over a source that fails after two states."""
    (tmp_path / "source.py").write_text(FAILING, encoding="utf-8")
    result = Tap(tmp_path, f"{sys.executable} {tmp_path / 'source.py'}")
    result.write("source.json", {"token": "old"})
    return result


def select(catalog: Mapping[str, Any], streams: Sequence[str]) -> dict[str, Any]:
    """The catalog as Meltano makes it: every stream is selected or not."""
    for stream in catalog["streams"]:
        stream["metadata"][0]["metadata"]["selected"] = stream["stream"] in streams
    return dict(catalog)


def messages(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    """What it wrote."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def last_states(written: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The states of the last STATE, by stream."""
    value = [message for message in written if message["type"] == "STATE"][-1]["value"]
    return {state["stream"]["stream_descriptor"]["name"]: state for state in value["states"]}


def test_it_reads_the_selected_streams_and_goes_on_from_its_state(standing: Sandbox, tap: Tap) -> None:
    listed = tap.run("--discover")
    assert listed.returncode == 0, listed.stderr
    catalog = select(json.loads(listed.stdout), ["customers", "items"])
    (customers,) = (stream for stream in catalog["streams"] if stream["stream"] == "customers")
    assert customers["key_properties"] == ["company_id", "id"]
    assert customers["metadata"][0]["metadata"]["valid-replication-keys"] == ["updated_at"]

    first = tap.read(catalog)

    assert first.returncode == 0, first.stderr
    written = messages(first)
    assert [message["stream"] for message in written[:2]] == ["customers", "items"]
    assert {message["type"] for message in written[:2]} == {"SCHEMA"}
    for stream in ("customers", "items"):
        found = [message["record"]["id"] for message in written[2:] if message.get("stream") == stream]
        assert sorted(found) == sorted(
            key for company in usable(standing, "de") for key in rows(standing, company.id, stream)
        )
    states = last_states(written)
    assert states.keys() == {"customers", "items"}

    second = tap.read(select(catalog, ["items"]), {"states": list(states.values())})

    assert second.returncode == 0, second.stderr
    assert second.stdout.count('"RECORD"') < first.stdout.count('"RECORD"')
    # The state of a stream that is not read this time stays.
    assert last_states(messages(second))["customers"] == states["customers"]


def test_a_state_follows_its_records_and_a_failure_passes_on_what_was_read(failing: Tap) -> None:
    done = failing.read({"streams": [THINGS]}, {})

    assert done.returncode == 1
    assert "It is broken." in done.stderr
    lines = done.stdout.splitlines()
    schema = json.loads(lines[0])
    assert (schema["key_properties"], list(schema["schema"]["properties"])) == (["id"], ["id", "amount"])
    # Digit for digit, without the field that is not selected.
    assert lines[1] == '{"type":"RECORD","stream":"things","record":{"id":1,"amount":19.990000}}'
    assert [line[9:14] for line in lines[1:]] == ["RECOR", "STATE", "RECOR", "STATE", "RECOR"]
    assert json.loads(lines[2])["value"]["states"][0]["stream"]["stream_state"] == {"at": 1}
    assert lines[5].endswith('"amount":1e400}}')
    assert json.loads((failing.folder / "source.json").read_text(encoding="utf-8")) == {"token": "new"}


def test_tokens_are_kept_where_the_target_ends_early(failing: Tap) -> None:
    config = failing.write(
        "tap.json", {"connector": failing.command, "connector_config": str(failing.folder / "source.json")}
    )
    catalog = failing.write("catalog.json", {"streams": [THINGS]})
    with subprocess.Popen(
        [sys.executable, TAP, "--config", config, "--catalog", catalog], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert b"Broken pipe" in process.stderr.read()
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("state", "catalog", "message"),
    [
        ({"states": [{"type": "LEGACY"}]}, {"streams": [THINGS]}, "The states of the last run cannot be used"),
        ({}, {"streams": []}, "The catalog selects no stream."),
        ([], {"streams": [THINGS]}, "a file that was named is not what it should be"),
    ],
)
def test_files_that_cannot_be_used_are_named(failing: Tap, state: object, catalog: Any, message: str) -> None:
    done = failing.read(catalog, state)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
