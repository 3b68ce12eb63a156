"""What a destination has acknowledged: the file from which the next run goes on."""

import json
from pathlib import Path
from typing import Any

from owner_file import replace_json


class SyncError(Exception):
    """Not everything was copied; the message says why. `code` is the exit code."""

    code = 1


class States:
    """The last acknowledged STATE of each stream, in a file that is always whole. Raises `SyncError` if it is not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.acknowledged = 0
        try:
            kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
            self._states = {_covers(state): state for state in kept}
        except (ValueError, TypeError):
            raise SyncError(f"{path} holds no states. Restore it, or delete it to read everything anew.") from None

    def acknowledge(self, state: dict[str, Any]) -> None:
        """Keeps a STATE that the destination sent back; those of other streams stay."""
        try:
            covered = _covers(state)
        except ValueError as problem:
            raise SyncError(f"The destination sent a STATE that cannot be kept: {problem}.") from None
        if covered is None:
            self._states.clear()
        self._states[covered] = {name: state[name] for name in ("type", "stream", "global") if name in state}
        replace_json(self._path, list(self._states.values()))
        self.acknowledged += 1


def _covers(state: Any) -> tuple[str | None, str] | None:
    """Namespace and name of the stream that a STATE is about; None: all streams. Raises `ValueError` for others."""
    match state:
        case {"type": "GLOBAL"}:
            return None
        case {"type": "STREAM", "stream": {"stream_descriptor": {"name": str(name), "namespace": str(namespace)}}}:
            return namespace, name
        case {"type": "STREAM", "stream": {"stream_descriptor": {"name": str(name)}}}:
            return None, name
    raise ValueError("it is neither of a stream nor of all streams")
