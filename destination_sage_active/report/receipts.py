"""When the connector last wrote a document, as the receipts of this run and of earlier ones say."""

from pathlib import Path
from typing import Final

import msgspec

from sage_active.errors import configuration_error
from sage_active.moments import parse_utc

WRITES: Final = ("create", "update")


class _Receipt(msgspec.Struct):
    action: str
    id: str
    at: str | None = None


_DECODER: Final = msgspec.json.Decoder(_Receipt)


class Receipts:
    """The files `receipts*.jsonl` of a folder, if there is one."""

    def __init__(self, folder: str | None) -> None:
        self._folder = Path(folder) if folder else None
        self._read: dict[int, int] = {}
        self._moments: dict[str, float] = {}

    def refresh(self) -> None:
        """Reads what is new. Raises a configuration error when a file cannot be read."""
        for path in sorted(self._folder.glob("receipts*.jsonl")) if self._folder else ():
            try:
                with path.open("rb") as file:
                    number = path.stat().st_ino
                    file.seek(self._read.get(number, 0))
                    for line in file:
                        if not line.endswith(b"\n"):
                            break
                        self._read[number] = self._read.get(number, 0) + len(line)
                        self._take(line)
            except OSError as error:
                raise configuration_error(
                    f"{path} (option `report_path`) cannot be read: {error.strerror}.",
                    "Let the connector read what it has written there, or name another folder.",
                ) from None

    def last_write(self, row_id: str) -> float | None:
        """The moment (seconds since 1970) of the last create or update of a row; None where no receipt tells."""
        return self._moments.get(row_id.lower())

    def _take(self, line: bytes) -> None:
        try:
            receipt = _DECODER.decode(line)
            if receipt.action in WRITES and receipt.at:
                moment = parse_utc(receipt.at).timestamp()
                self._moments[receipt.id.lower()] = max(moment, self._moments.get(receipt.id.lower(), moment))
        except (msgspec.DecodeError, ValueError):
            # A line that a killed run has left half, or that somebody has changed, tells nothing.
            return
