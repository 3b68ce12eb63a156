"""Drives a connector as a platform does: configuration, catalog and state in files, messages on stdin and stdout."""

import contextlib
import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sage_active.nesting import folded
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active.launch import launch

Message = dict[str, Any]
STREAMS = ("customers", "suppliers", "items", "invoices")
COMMAND = (sys.executable, "-m", "source_sage_active.run")
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """A connector: its command line, and the same in this process."""

    command: Sequence[str]
    launch: Callable[[Sequence[str]], int]


SOURCE = Program(COMMAND, launch)


@dataclass(frozen=True)
class Line:
    """One line of stdout: when it was written (None for a subprocess), its bytes, and the message."""

    at: datetime | None
    text: bytes
    message: Message

    @property
    def type(self) -> str:
        """The type of the message."""
        return str(self.message["type"])


@dataclass(frozen=True)
class Outcome:
    """What one command came to."""

    code: int
    lines: Sequence[Line]
    stderr: str
    seconds: float

    @property
    def messages(self) -> list[Message]:
        """All messages in their order."""
        return [line.message for line in self.lines]

    def of_type(self, kind: str) -> list[Message]:
        """The content of all messages of one type, for example all `record`s."""
        return [line.message[_member(kind)] for line in self.lines if line.type == kind]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The data of a stream's records."""
        return [record["data"] for record in self.of_type("RECORD") if record["stream"] == stream]

    def ids(self, stream: str, company_id: str, key: str) -> list[str]:
        """The keys of a stream's records in one company, sorted, repetitions included."""
        return sorted(row[key] for row in self.records(stream) if row["company_id"] == company_id)

    def logs(self, level: str) -> list[str]:
        """The texts of the log messages of a level."""
        return [log["message"] for log in self.of_type("LOG") if log["level"] == level]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors of the TRACE messages."""
        return [trace["error"] for trace in self.of_type("TRACE") if trace["type"] == "ERROR"]

    def statuses(self, stream: str) -> list[str]:
        """The statuses of a stream in their order."""
        statuses = [trace["stream_status"] for trace in self.of_type("TRACE") if trace["type"] == "STREAM_STATUS"]
        return [status["status"] for status in statuses if status["stream_descriptor"]["name"] == stream]

    @property
    def status(self) -> tuple[str, str]:
        """Status and message of a check."""
        (status,) = self.of_type("CONNECTION_STATUS")
        return status["status"], status["message"]

    @property
    def last_states(self) -> list[Message]:
        """The last STATE of each stream, as a platform hands them back."""
        last: dict[str, Message] = {}
        for state in self.of_type("STATE"):
            last[state["stream"]["stream_descriptor"]["name"]] = {"type": "STREAM", "stream": state["stream"]}
        return list(last.values())

    def entries(self, stream: str) -> dict[str, dict[str, Any]]:
        """What a stream's last state says of each company."""
        (state,) = [one["stream"] for one in self.last_states if one["stream"]["stream_descriptor"]["name"] == stream]
        return {entry["partition"]["company_id"]: entry for entry in state["stream_state"]["states"]}

    def cursors(self, stream: str) -> dict[str, str | None]:
        """The cursor of each company in a stream's last state."""
        return cursors_of(self.last_states, stream)


@dataclass
class Connector:
    """The source with one configuration, which control messages change as a platform would change it."""

    folder: Path
    config: dict[str, Any]
    apply_controls: bool = True
    catalogs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        sandbox: Sandbox,
        connection: str,
        market: str,
        folder: Path,
        *,
        apply_controls: bool = True,
        **options: Any,
    ) -> "Connector":
        """One that reads a sandbox; `options` are further members of the configuration."""
        return cls(folder, {**sandbox.configuration(connection, market), **options}, apply_controls)

    def check(self, *, real: bool = False) -> Outcome:
        """Runs check."""
        return self.run("check", real=real)

    def discover(self, *, real: bool = False) -> Outcome:
        """Runs discover."""
        return self.run("discover", real=real)

    def streams(self) -> dict[str, dict[str, Any]]:
        """The discovered streams by name; asked for once."""
        if not self.catalogs:
            (catalog,) = self.discover().of_type("CATALOG")
            self.catalogs = {stream["name"]: stream for stream in catalog["streams"]}
        return self.catalogs

    def read(
        self,
        streams: Iterable[str] = STREAMS,
        *,
        state: Sequence[Message] | None = None,
        full_refresh: bool = False,
        real: bool = False,
    ) -> Outcome:
        """Runs read over some streams; incremental where the stream offers it, unless `full_refresh`."""
        catalog = self.write("catalog.json", self.configured(streams, full_refresh=full_refresh))
        arguments = ["--catalog", str(catalog)]
        if state is not None:
            arguments += ["--state", str(self.write("state.json", list(state)))]
        return self.run("read", *arguments, real=real)

    def configured(self, streams: Iterable[str], *, full_refresh: bool = False) -> dict[str, Any]:
        """The configured catalog for some streams."""
        chosen = [self.streams()[name] for name in streams]
        return {
            "streams": [
                {
                    "stream": stream,
                    "sync_mode": "full_refresh" if full_refresh else stream["supported_sync_modes"][-1],
                    "destination_sync_mode": "append",
                }
                for stream in chosen
            ]
        }

    def run(self, command: str, *arguments: str, real: bool = False) -> Outcome:
        """Runs a command, `real` in a process of its own, and applies the control messages."""
        config = self.write("config.json", self.config)
        outcome = (run_process if real else run_here)([command, "--config", str(config), *arguments])
        for control in outcome.of_type("CONTROL"):
            if self.apply_controls:
                self.config = control["connectorConfig"]["config"]
        return outcome

    def write(self, name: str, content: Any) -> Path:
        """Writes a JSON file for the next command."""
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path


def run_process(arguments: Sequence[str], program: Program = SOURCE, stdin: bytes = b"") -> Outcome:
    """Runs a connector in a process of its own."""
    began = time.monotonic()
    done = subprocess.run(
        [*program.command, *arguments], input=stdin, capture_output=True, timeout=LONGEST_SECONDS, check=False
    )
    seconds = time.monotonic() - began
    lines = [Line(None, text, message_of(text)) for text in done.stdout.splitlines()]
    return Outcome(done.returncode, lines, done.stderr.decode(), seconds)


@contextlib.contextmanager
def killed_after(seconds: float, process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Kills a process that has not ended by then; its exit code tells."""
    limit = threading.Timer(seconds, process.kill)
    limit.start()
    try:
        yield
    finally:
        limit.cancel()


def run_here(arguments: Sequence[str], program: Program = SOURCE, stdin: bytes | Iterable[bytes] = b"") -> Outcome:
    """Runs a connector in this process, down to the bytes that it writes; saves the seconds that imports take.

    `stdin`: its content, or its lines as they come.
    """
    stdout, stderr = _Recorder(), io.StringIO()
    began = time.monotonic()
    with _own_streams(stdout, stderr, io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin):
        code = program.launch(arguments)
    seconds = time.monotonic() - began
    lines = [Line(at, text, message_of(text)) for at, chunk in stdout.chunks for text in chunk.splitlines()]
    return Outcome(code, lines, stderr.getvalue(), seconds)


def message_of(line: bytes) -> Message:
    """The message in a line, numbers exact; what is nested too deeply for Python's decoder is a text.

    Raises `ValueError` for a key that appears twice in one object.
    """
    try:
        message = json.loads(line, parse_float=Decimal, object_pairs_hook=_without_duplicates)
    except RecursionError:
        shallow = folded(line, lambda value: json.dumps(value.decode()).encode())
        message = json.loads(shallow, parse_float=Decimal, object_pairs_hook=_without_duplicates)
    if not isinstance(message, dict):
        raise ValueError(f"not a message: {line!r}")
    return message


def cursors_of(states: Sequence[Message], stream: str) -> dict[str, str | None]:
    """The cursor of each company in the state of a stream."""
    (state,) = [entry["stream"] for entry in states if entry["stream"]["stream_descriptor"]["name"] == stream]
    return {
        entry["partition"]["company_id"]: entry["cursor"]["updated_at"] for entry in state["stream_state"]["states"]
    }


def _member(kind: str) -> str:
    head, *tail = kind.lower().split("_")
    return head + "".join(word.capitalize() for word in tail)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(f"duplicate key in {[name for name, _ in pairs]}")
    return members


class _Recorder:
    """Stands for stdout's buffer and notes when each piece was written."""

    def __init__(self) -> None:
        self.chunks: list[tuple[datetime, bytes]] = []

    def write(self, chunk: bytes) -> int:
        self.chunks.append((datetime.now(UTC), chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""


@contextlib.contextmanager
def _own_streams(stdout: _Recorder, stderr: io.StringIO, stdin: Iterable[bytes]) -> Iterator[None]:
    root, saved = logging.getLogger(), (sys.stdin, sys.stdout, sys.stderr)
    handlers: list[logging.Handler] = root.handlers
    input_stand_in: Any = SimpleNamespace(buffer=stdin)
    output_stand_in: Any = SimpleNamespace(buffer=stdout)
    sys.stdin, sys.stdout, sys.stderr = input_stand_in, output_stand_in, stderr
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved
        root.handlers = handlers


def without_control(lines: Iterable[Line]) -> bytes:
    """All of stdout except control messages, which carry new secrets to the platform."""
    return b"\n".join(line.text for line in lines if line.type != "CONTROL")


def secrets_of(config: Mapping[str, Any]) -> list[str]:
    """The values of a configuration that nobody may see."""
    names = (
        "client_id",
        "client_secret",
        "subscription_key",
        "refresh_token",
        "access_token",
        "api_key",
        "account_key",
    )
    return [config["credentials"][name] for name in names if name in config["credentials"]]
