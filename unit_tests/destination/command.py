"""Runs commands of the destination in this process, as a platform does: files, stdin and stdout."""

import io
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from destination_sage_active.destination import launch
from sage_active_sandbox.sandbox import Sandbox

Message = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What one command came to."""

    code: int
    lines: Sequence[bytes]

    @property
    def messages(self) -> list[Message]:
        """All messages in their order."""
        return [json.loads(line) for line in self.lines]

    def of_type(self, kind: str) -> list[Message]:
        """The messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    @property
    def states(self) -> list[Message]:
        """The content of the STATE messages."""
        return [message["state"] for message in self.of_type("STATE")]

    @property
    def errors(self) -> list[Message]:
        """The errors of the TRACE messages."""
        return [message["trace"]["error"] for message in self.of_type("TRACE")]

    @property
    def logs(self) -> list[str]:
        """The texts of the log messages."""
        return [message["log"]["message"] for message in self.of_type("LOG")]

    @property
    def status(self) -> tuple[str, str]:
        """Status and message of a check."""
        (message,) = self.of_type("CONNECTION_STATUS")
        return message["connectionStatus"]["status"], message["connectionStatus"]["message"]


class Command:
    """The destination, with its files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, config: Any) -> Outcome:
        """Runs check."""
        return self.run("check", "--config", self.written("config.json", config))

    def discover(self, config: Any) -> Outcome:
        """Runs discover."""
        return self.run("discover", "--config", self.written("config.json", config))

    def write(self, config: Any, catalog: Any, lines: Sequence[bytes] = ()) -> Outcome:
        """Runs write with `lines` on stdin."""
        files = ("--config", self.written("config.json", config), "--catalog", self.written("catalog.json", catalog))
        return self.run("write", *files, stdin=b"".join(line + b"\n" for line in lines))

    def run(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        """Runs any command line."""
        stdout = io.BytesIO()
        with _streams(stdout, io.BytesIO(stdin)):
            code = launch(arguments)
        return Outcome(code, stdout.getvalue().splitlines())

    def written(self, name: str, content: Any) -> str:
        """Writes a JSON file and returns its path."""
        path = self._folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


@contextmanager
def _streams(stdout: io.BytesIO, stdin: io.BytesIO) -> Iterator[None]:
    root, airbyte, saved = logging.getLogger(), logging.getLogger("airbyte"), (sys.stdout, sys.stdin)
    handlers, level = root.handlers, airbyte.level
    replaced: Any = [SimpleNamespace(buffer=stdout), SimpleNamespace(buffer=stdin)]
    sys.stdout, sys.stdin = replaced
    try:
        yield
    finally:
        sys.stdout, sys.stdin = saved
        root.handlers = handlers
        airbyte.setLevel(level)


def over(sandbox: Sandbox, connection: str, **options: Any) -> dict[str, Any]:
    """A configuration for a stand-in with its first German company."""
    company = next(
        candidate for candidate in sandbox.store.companies.values() if candidate.usable and candidate.market == "DE"
    )
    return {**sandbox.configuration(connection, "de"), "companies": [{"company_id": company.id}], **options}


def catalog_of(*names: str, mode: str = "append", **more: Any) -> dict[str, Any]:
    """A configured catalog; `more` are further members of each stream."""
    return {
        "streams": [
            {
                "stream": {"name": name, "json_schema": {}},
                "sync_mode": "full_refresh",
                "destination_sync_mode": mode,
                **more,
            }
            for name in names
        ]
    }


def record_line(stream: str, data: Any) -> bytes:
    """A RECORD message."""
    return json.dumps({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1}}).encode()


def state_line(stream: str, number: int) -> bytes:
    """The STATE of a stream with an id."""
    inner = {"stream_descriptor": {"name": stream}, "stream_state": {"cursor": number}}
    return json.dumps({"type": "STATE", "state": {"type": "STREAM", "id": number, "stream": inner}}).encode()
