"""The files of `report_path`: owner-only, each line durable against the end of the process as soon as it is written.

Links are followed, so that they stay. A file of the plain name belongs to the latest run. Files of earlier runs are
kept beside it, named after the moment of their last line, so nothing is lost, and `rejected.jsonl` of one run can be
the input of the next.
"""

import os
import threading
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from sage_active.errors import SageActiveError, configuration_error
from sage_active.file_kinds import followed, require_regular

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


class ReportFile:
    """One file of lines. Safe for all threads."""

    def __init__(self, path: Path) -> None:
        self._path = followed(path)
        self._lock = threading.Lock()
        try:
            require_regular(self._path)
            _put_aside(self._path)
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
            if os.fstat(self._descriptor).st_mode & ~FILE_MODE & 0o777:
                os.fchmod(self._descriptor, FILE_MODE)
        except OSError as error:
            raise _unwritable(path, error) from None

    def line(self, content: bytes) -> None:
        """Hands one line to the operating system. Raises a configuration error when it does not take it."""
        rest = memoryview(content + b"\n")
        try:
            with self._lock:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            raise _unwritable(self._path, error) from None

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


class ReportFiles:
    """`rejected.jsonl`, and `receipts.jsonl` of a run that writes or `plan.jsonl` of one that does not."""

    def __init__(self, folder: str, *, dry_run: bool) -> None:
        root = writable_folder(folder)
        self.rejected = ReportFile(root / "rejected.jsonl")
        self.receipts = None if dry_run else ReportFile(root / "receipts.jsonl")
        self.plan = ReportFile(root / "plan.jsonl") if dry_run else None

    def close(self) -> None:
        """Closes all files."""
        for file in (self.rejected, self.receipts, self.plan):
            if file:
                file.close()


def writable_folder(folder: str) -> Path:
    """The folder, made if it is missing. Raises a configuration error when files cannot be written there."""
    root = followed(folder)
    if root.exists() and not root.is_dir():
        raise configuration_error(f"{root} (option `report_path`) is not a directory.", REMEDY)
    try:
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(root, error) from None
    if not os.access(root, os.W_OK | os.X_OK):
        raise configuration_error(f"The folder of `report_path`, {root}, cannot be written.", REMEDY)
    return root


def _put_aside(path: Path) -> None:
    """Renames what an earlier run has left; an empty file is simply used again."""
    with suppress(FileNotFoundError):  # never written, or another run has just done the same
        status = path.stat()
        if status.st_size:
            moment = datetime.fromtimestamp(status.st_mtime, timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
            path.rename(path.with_name(f"{path.stem}-{moment}{path.suffix}"))


REMEDY: Final = "Put a folder that the connector may write into `report_path`, or leave it empty."


def _unwritable(path: Path, error: OSError) -> SageActiveError:
    return configuration_error(f"{path} (option `report_path`) cannot be written: {error.strerror}.", REMEDY)
