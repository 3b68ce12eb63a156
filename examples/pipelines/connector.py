"""A connector as a command that speaks the Airbyte protocol: how it is started, and what it says."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from acknowledged import SyncError
from owner_file import replace_json

# Most lines are records; they are handed on unopened.
RECORD: Final = b'{"type":"RECORD"'
Message = dict[str, Any]


@dataclass(frozen=True)
class Connector:
    """A connector: `role` for messages, its command without arguments, and its configuration file."""

    role: str
    command: Sequence[str]
    config: Path

    def require(self) -> None:
        """Raises `SyncError` where there is no such command."""
        if not self.command or shutil.which(self.command[0]) is None:
            absent = f"There is no command {' '.join(self.command)!r} for the {self.role}."
            raise SyncError(f"{absent} Name it with its whole path, or add its folder to PATH.")

    def start(
        self, command: str, *arguments: str, stdin: int = subprocess.DEVNULL, pass_fds: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Starts a command with the configuration; its stdout is a pipe."""
        return subprocess.Popen(
            [*self.command, command, "--config", str(self.config.resolve()), *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            pass_fds=pass_fds,
        )

    def keep(self, message: Message) -> None:
        """Applies a control message (rotated tokens) to the configuration file."""
        match message.get("control"):
            case {"type": "CONNECTOR_CONFIG", "connectorConfig": {"config": dict() as config}}:
                replace_json(self.config, config)

    def show(self, message: Message) -> None:
        """Shows a log or error message on stderr."""
        if message["type"] == "LOG" and message["log"]["level"] != "DEBUG":
            log(f"{self.role} {message['log']['level']}: {message['log']['message']}")
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            log(f"{self.role} ERROR: {message['trace']['error']['message']}")

    def messages(self, lines: Iterable[bytes] | None) -> Iterator[tuple[bytes, Message | None]]:
        """Lines with their messages, of which logs and errors have been shown; None stands for a record."""
        for line in lines or ():
            if line.startswith(RECORD):
                yield line, None
                continue
            try:
                message = json.loads(line)
                self.show(message)
            except (ValueError, TypeError, KeyError, RecursionError):
                log(f"{self.role}: a line that is not a message was left out")
                continue
            yield line, None if message["type"] == "RECORD" else message


def log(text: str, stream: TextIO | None = None) -> None:
    """Writes one line with the moment (UTC) before it, to stderr by default. A log that is full stops no sync."""
    line = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
    with suppress(OSError):
        stream = stream or sys.stderr
        stream.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
        stream.flush()
