"""Makes a configured catalog out of what `discover` prints.

    source-sage-active discover --config source.json | python select_streams.py customers items > catalog.json

Streams are read incrementally where that is offered, and are to be deduplicated by their key.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def select_streams(lines: Iterable[str], names: Sequence[str]) -> dict[str, Any]:
    """The configured catalog; all streams where no names are given.

    Raises `SystemExit` for an unknown name, and with the errors of `discover` where it printed no catalog.
    """
    messages = [json.loads(line) for line in lines]
    offered = {
        stream["name"]: stream
        for message in messages
        if message["type"] == "CATALOG"
        for stream in message["catalog"]["streams"]
    }
    if not offered:
        raise SystemExit("\n".join(_errors(messages)) or "discover printed no catalog.")
    unknown = [name for name in names if name not in offered]
    if unknown:
        raise SystemExit(f"No stream {', '.join(unknown)}. Offered: {', '.join(offered)}.")
    return {"streams": [configured(offered[name]) for name in names or offered]}


def configured(stream: dict[str, Any], *, incremental: bool = True) -> dict[str, Any]:
    """A stream of `discover` as a configured catalog has it; `incremental`: read so where that is offered."""
    incremental = incremental and "incremental" in stream["supported_sync_modes"]
    return {
        "stream": stream,
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup",
        "cursor_field": stream.get("default_cursor_field") or [],
        "primary_key": stream.get("source_defined_primary_key") or [],
    }


def _errors(messages: Iterable[dict[str, Any]]) -> list[str]:
    traces = [message["trace"] for message in messages if message["type"] == "TRACE"]
    return [trace["error"]["message"] for trace in traces if trace["type"] == "ERROR"]


if __name__ == "__main__":
    print(json.dumps(select_streams(sys.stdin, sys.argv[1:]), indent=2))
