"""A connector in a container, with its configuration in one mounted folder and what it keeps in another."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessageSerializer

from integration_tests.connector import Outcome
from integration_tests.images.engine import Engine

CONFIG: Final = "/config"
DATA: Final = "/data"
TOKENS: Final = "tokens.json"
REPORT: Final = "report"
# Of these the framework's message class has no notion.
UNKNOWN_TO_FRAMEWORK: Final = frozenset({"DESTINATION_CATALOG"})


class UnexpectedError(Exception):
    """A container did not do what it should."""


@dataclass(frozen=True)
class Container:
    """One connector with one configuration; `user` is the number that `--user` names, else the image's own."""

    engine: Engine
    image: str
    folder: Path
    user_id: int
    user: str | None = None

    def configure(self, config: Mapping[str, Any]) -> None:
        """Makes the two folders; the container's user owns the one for what it keeps."""
        for name in ("config", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        os.chown(self.folder / "data", self.user_id, self.user_id)
        self.write("config.json", config)

    def write(self, name: str, content: object) -> None:
        """Puts a JSON file next to the configuration."""
        (self.folder / "config" / name).write_text(json.dumps(content), encoding="utf-8")

    def kept(self, name: str) -> Path:
        """A file that the container keeps."""
        return self.folder / "data" / name

    def run(self, command: str, *files: str, stdin: bytes = b"") -> Outcome:
        """Runs a command; `files` are names of options and, in `/config`, of their files: `catalog`, `state`.

        Raises `UnexpectedError` when it fails, and when a line of its output is not a message of the protocol.
        """
        options = [] if command == "spec" else ["config", *files]
        arguments = [command, *(part for name in options for part in (f"--{name}", f"{CONFIG}/{name}.json"))]
        mounts = {self.folder / "config": f"{CONFIG}:ro", self.folder / "data": DATA}
        try:
            outcome = self.engine.command(self.image, arguments, mounts=mounts, user=self.user, stdin=stdin)
        except ValueError as error:
            raise UnexpectedError(f"{self.image} {command}: a line is not a message: {error}") from error
        if outcome.code != 0:
            messages = [error["message"] for error in outcome.errors]
            raise UnexpectedError(f"{self.image} {command} ended with {outcome.code}: {messages} {outcome.stderr}")
        for line in outcome.lines:
            if line.type not in UNKNOWN_TO_FRAMEWORK:
                AirbyteMessageSerializer.load(json.loads(line.text))
        return outcome
