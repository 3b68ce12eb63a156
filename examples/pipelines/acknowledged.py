"""What a destination has acknowledged: the file from which the next run goes on."""

import json
from pathlib import Path

from owner_file import replace_text
from raw_json import elements, members

KEPT = ("type", "stream", "global")


class SyncError(Exception):
    """Not everything was copied; the message says why. `code` is the exit code."""

    code = 1


class States:
    """The last acknowledged STATE of each stream, in a file that is always whole. Raises `SyncError` if it is not.

    States are kept as they were written: they belong to the source, which may count with more digits than Python does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.acknowledged = 0
        try:
            kept = elements(path.read_text(encoding="utf-8")) if path.exists() else []
            self._states = {_covers(members(state)): state for state in kept}
        except (ValueError, KeyError):
            raise SyncError(f"{path} holds no states. Restore it, or delete it to read everything anew.") from None

    def acknowledge(self, line: str) -> None:
        """Keeps a STATE that the destination sent back; those of other streams stay."""
        try:
            state = members(members(line)["state"])
            covered = _covers(state)
        except (ValueError, KeyError) as problem:
            raise SyncError(f"The destination sent a STATE that cannot be kept: {problem}.") from None
        if covered is None:
            self._states.clear()
        self._states[covered] = "{" + ", ".join(f'"{name}": {state[name]}' for name in KEPT if name in state) + "}"
        replace_text(self._path, "[" + ",".join(f"\n  {line}" for line in self._states.values()) + "\n]\n")
        self.acknowledged += 1


def _covers(state: dict[str, str]) -> tuple[str | None, str] | None:
    """Namespace and name of the stream that a STATE is about; None: all streams. Raises `ValueError` for others."""
    match json.loads(state.get("type", "null")):
        case "GLOBAL":
            return None
        case "STREAM":
            described = members(members(state["stream"])["stream_descriptor"])
            match json.loads(described["name"]), json.loads(described.get("namespace", "null")):
                case (str() as name, str() | None as namespace):
                    return namespace, name
    raise ValueError("it is neither of a stream nor of all streams")
