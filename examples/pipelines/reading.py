"""Runs a source on its own, and yields what it reads: for programs that load the records themselves."""

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from acknowledged import LatestStates, SyncError
from connector import Connector, Message
from raw_json import members


@dataclass(frozen=True)
class Record:
    """A record: the name of its stream, and its data as the source wrote them, a JSON object."""

    stream: str
    data: str


@dataclass(frozen=True)
class State:
    """The states of all streams so far, a JSON array. They stand for the records before them and for no others."""

    text: str


def discover(source: Connector) -> list[dict[str, Any]]:
    """The streams that the source offers. Raises `SyncError` when it cannot list them."""
    found = [message for _, message in _run(source, "discover") if message and message["type"] == "CATALOG"]
    if not found:
        raise SyncError("The source listed no streams.")
    return list(found[-1]["catalog"]["streams"])


def read(source: Connector, catalog: Mapping[str, Any], states: str = "[]") -> Generator[Record | State, None, None]:
    """Reads once, from the states of the last run on. Yields records and states in their order.

    Tokens that the source replaces are kept in its configuration file. Raises `SyncError` when it fails, after
    everything that it read has been yielded.
    """
    try:
        latest = LatestStates(states)
    except ValueError as problem:
        raise SyncError(f"The states of the last run cannot be used: {problem}.") from None
    with TemporaryDirectory() as folder:
        files = {"catalog": json.dumps(catalog), "state": latest.text}
        for name, content in files.items():
            Path(folder, name).write_text(content, encoding="utf-8")
        arguments = [part for name in files for part in (f"--{name}", str(Path(folder, name)))]
        for line, message in _run(source, "read", *arguments):
            if message is None:
                record = members(members(line.decode())["record"])
                yield Record(json.loads(record["stream"]), record["data"])
            elif message["type"] == "STATE":
                try:
                    latest.take(line.decode())
                except ValueError as problem:
                    raise SyncError(f"The source sent a STATE that cannot be kept: {problem}.") from None
                yield State(latest.text)


def _run(source: Connector, *arguments: str) -> Iterator[tuple[bytes, Message | None]]:
    """The messages of a command. Raises `SyncError` when it ends with another code than 0."""
    source.require()
    with source.start(*arguments) as process:
        messages = source.messages(process.stdout)
        try:
            for line, message in messages:
                if message and message["type"] == "CONTROL":
                    source.keep(message)
                else:
                    yield line, message
        except BaseException:
            # Whoever asked has failed. What the source still says about rotated tokens is heard to the end.
            process.terminate()
            for _, message in messages:
                if message and message["type"] == "CONTROL":
                    source.keep(message)
            raise
    if process.returncode != 0:
        raise SyncError(f"The {source.role} ended with {process.returncode}.")
