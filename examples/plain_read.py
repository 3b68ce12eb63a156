"""Reads all streams with the connector alone: what the tables of a pipeline are compared with."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stand_in import SECONDS_FOR_ANYTHING, UnexpectedError

Row = Mapping[str, Any]


@dataclass
class PlainStream:
    """The records of a stream, by the values of its primary key; `is_incremental`: it can be read so."""

    key: tuple[str, ...]
    is_incremental: bool
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)


def read_plainly(connector: Path, config: Path, folder: Path) -> dict[str, PlainStream]:
    """A full read of all streams. Raises `UnexpectedError` when a command fails."""
    offered = [
        stream
        for message in _messages(connector, folder, "discover", config)
        if message["type"] == "CATALOG"
        for stream in message["catalog"]["streams"]
    ]
    catalog = folder / "catalog.json"
    chosen = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    catalog.write_text(json.dumps({"streams": [{"stream": stream, **chosen} for stream in offered]}), encoding="utf-8")
    streams = {
        stream["name"]: PlainStream(
            tuple(member for (member,) in stream["source_defined_primary_key"]),
            "incremental" in stream["supported_sync_modes"],
        )
        for stream in offered
    }
    for message in _messages(connector, folder, "read", config, "--catalog", str(catalog)):
        if message["type"] == "RECORD":
            stream, row = streams[message["record"]["stream"]], message["record"]["data"]
            stream.rows[tuple(row[member] for member in stream.key)] = row
    return streams


def _messages(connector: Path, folder: Path, command: str, config: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    output = folder / f"plain-{command}.jsonl"
    with output.open("wb") as lines:
        ended = subprocess.run(
            [connector, command, "--config", config, *arguments],
            stdout=lines,
            stderr=subprocess.STDOUT,
            timeout=SECONDS_FOR_ANYTHING,
            check=False,
        )
    if ended.returncode != 0:
        raise UnexpectedError(f"{command} ended with {ended.returncode}, see {output}.")
    with output.open(encoding="utf-8") as messages:
        yield from map(json.loads, messages)
