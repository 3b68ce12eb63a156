"""The last STATE of each stream, as the source wrote it, and the file from which the next run goes on."""

import json
from pathlib import Path

from owner_file import replace_text
from raw_json import elements, members

KEPT = ("type", "stream", "global")


class SyncError(Exception):
    """Not everything was copied; the message says why. `code` is the exit code."""

    code = 1


class LatestStates:
    """The last STATE of each stream. States stay as they were written: they belong to the source, which may count with
    more digits than Python does.

    `text` is a JSON array of states, as `--state` takes it. Raises `ValueError` if it is not.
    """

    def __init__(self, text: str = "[]") -> None:
        try:
            self._states = {_covers(members(state)): state for state in elements(text)}
        except KeyError as absent:
            raise ValueError(f"a state has no {absent}") from None

    def take(self, line: str) -> None:
        """Keeps the state of a STATE message; those of other streams stay. Raises `ValueError` for anything else."""
        try:
            state = members(members(line)["state"])
            covered = _covers(state)
        except KeyError as absent:
            raise ValueError(f"it has no {absent}") from None
        if covered is None:
            self._states.clear()
        self._states[covered] = "{" + ", ".join(f'"{name}": {state[name]}' for name in KEPT if name in state) + "}"

    @property
    def text(self) -> str:
        """All of them as a JSON array, one on a line."""
        return "[" + ",".join(f"\n  {state}" for state in self._states.values()) + "\n]\n"


class States:
    """What a destination has acknowledged, in a file that is always whole. Raises `SyncError` if it is not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.acknowledged = 0
        try:
            self._latest = LatestStates(path.read_text(encoding="utf-8") if path.exists() else "[]")
        except ValueError:
            raise SyncError(f"{path} holds no states. Restore it, or delete it to read everything anew.") from None

    def acknowledge(self, line: str) -> None:
        """Keeps a STATE that the destination sent back; those of other streams stay."""
        try:
            self._latest.take(line)
        except ValueError as problem:
            raise SyncError(f"The destination sent a STATE that cannot be kept: {problem}.") from None
        replace_text(self._path, self._latest.text)
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
