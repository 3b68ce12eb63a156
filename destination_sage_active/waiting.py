"""Records that wait for what they refer to: on disk, so that their number does not count."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from destination_sage_active.catalog import Target
from destination_sage_active.intake import Record
from destination_sage_active.states import Ticket
from sage_active.errors import configuration_error


class Waiting:
    """Keeps the lines of records in a file that nobody else can open; it is gone when the process ends.

    Every method raises a configuration error when the file cannot be written.
    """

    def __init__(self) -> None:
        with _told():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object
        self._places: list[tuple[Target, Ticket, int, int]] = []

    def __len__(self) -> int:
        return len(self._places)

    def add(self, record: Record, ticket: Ticket) -> None:
        """Takes a record."""
        data = bytes(record.data)
        self._places.append((record.target, ticket, len(record.line), len(data)))
        with _told():
            self._file.write(record.line + data)

    def drain(self) -> Iterator[tuple[Record, Ticket]]:
        """Gives all records back, in their order, once."""
        places, self._places = self._places, []
        with _told():
            # What is still in the buffer is written now.
            self._file.seek(0)
        for target, ticket, line, data in places:
            content = self._file.read(line + data)
            yield Record(target, msgspec.Raw(content[line:]), content[:line]), ticket
        self._file.seek(0)
        self._file.truncate()

    def close(self) -> None:
        """Forgets everything."""
        with suppress(OSError):  # a full disk does not take the rest, which nobody needs any more
            self._file.close()


@contextmanager
def _told() -> Iterator[None]:
    """What the operating system refuses, in words."""
    try:
        yield
    except OSError as error:
        raise configuration_error(
            f"The temporary file of the records that wait for others cannot be written: {error.strerror}.",
            "Make room in the directory for temporary files, or name another one (environment variable TMPDIR).",
        ) from None
