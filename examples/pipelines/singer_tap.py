#!/usr/bin/env python3
"""Makes a Singer tap of an Airbyte source, for Meltano and whatever else speaks Singer.

    singer_tap.py --config tap.json --discover > catalog.json
    singer_tap.py --config tap.json --catalog catalog.json --state state.json

`tap.json` names the source's command and its configuration file, which keeps the tokens that the source replaces:
`{"connector": "source-sage-active", "connector_config": "source.json"}`. Records and states pass as the source wrote
them: the value of a Singer STATE is `{"states": […]}`, with the last STATE of each stream.

It needs nothing but Python, on Linux or macOS. See docs/meltano.md.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acknowledged import SyncError
from connector import Connector, log
from raw_json import in_ascii, members
from reading import Record, discover, read
from select_streams import configured

STATES = "states"


@dataclass(frozen=True)
class SelectedStream:
    """A stream of the catalog that is to be read: its schema, its keys, and the fields that are left out."""

    name: str
    schema: Mapping[str, Any]
    key: Sequence[str]
    cursor: Sequence[str]
    incremental: bool
    left_out: frozenset[str]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "SelectedStream | None":
        """The stream of a catalog entry, or None where the entry is not selected."""
        metadata = {tuple(item["breadcrumb"]): item["metadata"] for item in entry.get("metadata", ())}
        stream = metadata.get((), {})
        if not stream.get("selected", stream.get("selected-by-default", entry.get("selected", False))):
            return None
        cursor = stream.get("valid-replication-keys", ())
        return cls(
            name=entry["tap_stream_id"],
            schema=entry["schema"],
            key=entry.get("key_properties") or stream.get("table-key-properties", ()),
            cursor=cursor,
            incremental=bool(cursor) and stream.get("replication-method") != "FULL_TABLE",
            left_out=frozenset(path[1] for path, field in metadata.items() if len(path) == 2 and _is_left_out(field)),
        )

    def schema_message(self) -> str:
        """Its SCHEMA."""
        properties = {name: field for name, field in self.schema["properties"].items() if name not in self.left_out}
        message = {"type": "SCHEMA", "stream": self.name, "schema": {**self.schema, "properties": properties}}
        return json.dumps(message | {"key_properties": self.key, "bookmark_properties": self.cursor})

    def record_message(self, data: str) -> str:
        """A RECORD of it; what stays is digit for digit as it came."""
        if self.left_out:
            kept = (f"{json.dumps(name)}:{value}" for name, value in members(data).items() if name not in self.left_out)
            data = "{" + ",".join(kept) + "}"
        return f'{{"type":"RECORD","stream":{json.dumps(self.name)},"record":{in_ascii(data)}}}'

    def as_configured(self) -> dict[str, Any]:
        """What the source's catalog says of it."""
        stream = {
            "name": self.name,
            "json_schema": self.schema,
            "supported_sync_modes": ["full_refresh", *(["incremental"] if self.cursor else [])],
            "default_cursor_field": list(self.cursor),
            "source_defined_primary_key": [[member] for member in self.key],
        }
        return configured(stream, incremental=self.incremental)


def singer_catalog(source: Connector) -> dict[str, Any]:
    """The streams of the source as Singer describes them. Raises `SyncError`."""
    return {"streams": [_entry(stream) for stream in discover(source)]}


def sync(source: Connector, catalog: Mapping[str, Any], states: str) -> None:
    """Writes SCHEMA, RECORD and STATE of the selected streams. Raises `SyncError` after what could be read."""
    found = [SelectedStream.of(entry) for entry in catalog["streams"]]
    streams = {stream.name: stream for stream in found if stream}
    if not streams:
        raise SyncError("The catalog selects no stream.")
    for stream in streams.values():
        print(stream.schema_message())
    airbyte_catalog = {"streams": [stream.as_configured() for stream in streams.values()]}
    with closing(read(source, airbyte_catalog, states)) as messages:
        for message in messages:
            if isinstance(message, Record):
                print(streams[message.stream].record_message(message.data))
            else:
                print(f'{{"type":"STATE","value":{{"{STATES}":{in_ascii(message.text)}}}}}', flush=True)
    sys.stdout.flush()


def _entry(stream: Mapping[str, Any]) -> dict[str, Any]:
    key = [member for member, *deeper in stream.get("source_defined_primary_key") or () if not deeper]
    cursor = (stream.get("default_cursor_field") or []) if "incremental" in stream["supported_sync_modes"] else []
    of_stream = {"inclusion": "available", "table-key-properties": key, "valid-replication-keys": cursor}
    fields = [
        {
            "breadcrumb": ["properties", name],
            "metadata": {"inclusion": "automatic" if name in {*key, *cursor} else "available"},
        }
        for name in stream["json_schema"]["properties"]
    ]
    return {
        "tap_stream_id": stream["name"],
        "stream": stream["name"],
        "schema": stream["json_schema"],
        "key_properties": key,
        "metadata": [{"breadcrumb": [], "metadata": of_stream}, *fields],
    }


def _is_left_out(field: Mapping[str, Any]) -> bool:
    if field.get("inclusion") == "automatic":
        return False
    return field.get("inclusion") == "unsupported" or field.get("selected") is False


def main(arguments: Sequence[str] | None = None) -> int:
    """Lists the streams, or reads them; exit code 1 and one sentence on stderr where that fails."""
    parser = argparse.ArgumentParser(description="Makes a Singer tap of an Airbyte source.")
    parser.add_argument("--config", type=Path, required=True, help='{"connector": "…", "connector_config": "…"}')
    parser.add_argument("--discover", action="store_true", help="list the streams")
    parser.add_argument("--catalog", type=Path, help="a Singer catalog with the streams that are selected")
    parser.add_argument("--state", type=Path, help="the value of the last STATE")
    options = parser.parse_args(arguments)
    try:
        config = json.loads(options.config.read_text(encoding="utf-8"))
        source = Connector("source", shlex.split(config["connector"]), Path(config["connector_config"]))
        if options.discover:
            print(json.dumps(singer_catalog(source), indent=2))
        elif options.catalog is None:
            raise SyncError("Name a catalog with --catalog; --discover prints one.")
        else:
            value = members(options.state.read_text(encoding="utf-8")) if options.state else {}
            sync(source, json.loads(options.catalog.read_text(encoding="utf-8")), value.get(STATES, "[]"))
    except SyncError as problem:
        log(f"FAILED: {problem}")
    except (ValueError, KeyError, TypeError) as problem:
        log(f"FAILED: a file that was named is not what it should be: {problem!r}.")
    except OSError as problem:
        log(f"FAILED: {problem.filename or 'Standard output'}: {problem.strerror}.")
        # Whatever is left in the output's buffer was refused once already.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
