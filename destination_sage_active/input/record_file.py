"""Records on disk, so that their number does not count: those that wait for others, or for the end of the input."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import msgspec

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from sage_active.errors import configuration_error


class RecordPosition(NamedTuple):
    """Where a record is: from `offset` on its line, and after it its content."""

    target: Target
    offset: int
    line: int
    content: int


class RecordFile:
    """Keeps the lines of records in a file that nobody else can open; it is gone when the process ends.

    Every method but `close` raises a configuration error when the file cannot be written.
    """

    def __init__(self) -> None:
        with _disk_errors():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object
        self._end = 0
        self._is_at_end = True

    def add(self, record: Record) -> RecordPosition:
        """Takes a record; returns where it is."""
        data = bytes(record.data)
        position = RecordPosition(record.target, self._end, len(record.line), len(data))
        with _disk_errors():
            if not self._is_at_end:
                self._file.seek(self._end)
                self._is_at_end = True
            self._file.write(record.line + data)
        self._end += position.line + position.content
        return position

    def read(self, position: RecordPosition) -> Record:
        """The record at a place."""
        with _disk_errors():
            # What is still in the buffer is written now.
            self._file.seek(position.offset)
            self._is_at_end = False
            content = self._file.read(position.line + position.content)
        return Record(position.target, msgspec.Raw(content[position.line :]), content[: position.line])

    def clear(self) -> None:
        """Forgets all records."""
        self._end, self._is_at_end = 0, True
        with _disk_errors():
            self._file.seek(0)
            self._file.truncate()

    def close(self) -> None:
        """Forgets everything."""
        with suppress(OSError):  # a full disk does not take the rest, which is no longer needed
            self._file.close()


@contextmanager
def _disk_errors() -> Iterator[None]:
    """What the operating system says that it refuses."""
    try:
        yield
    except OSError as error:
        raise configuration_error(
            f"The temporary file of the records that wait for others cannot be written: {error.strerror}.",
            "Make room in the directory for temporary files, or name another one (environment variable TMPDIR).",
        ) from None
