"""Records that wait for what they refer to: on disk, so that their number does not count."""

import tempfile
from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager, suppress

import msgspec

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from sage_active.errors import configuration_error


class DeferredRecords:
    """Keeps the lines of records in a file that nobody else can open; it is gone when the process ends.

    Every method raises a configuration error when the file cannot be written.
    """

    def __init__(self) -> None:
        with _disk_errors():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object
        self._places: list[tuple[Target, Ticket, int, int]] = []
        # Hashes alone: of two names with one hash, a record waits that need not.
        self._names: set[int] = set()

    def __len__(self) -> int:
        return len(self._places)

    def holds(self, names: Collection[Hashable]) -> bool:
        """Whether a record with one of these names waits: a later one must not be written before it."""
        return any(hash(name) in self._names for name in names)

    def add(self, record: Record, ticket: Ticket, names: Collection[Hashable] = ()) -> None:
        """Takes a record; `names`: everything by which it is recognised."""
        self._names.update(map(hash, names))
        data = bytes(record.data)
        self._places.append((record.target, ticket, len(record.line), len(data)))
        with _disk_errors():
            self._file.write(record.line + data)

    def drain(self) -> Iterator[tuple[Record, Ticket]]:
        """Gives all records back, in their order, once."""
        places, self._places = self._places, []
        self._names.clear()
        with _disk_errors():
            # What is still in the buffer is written now.
            self._file.seek(0)
        for target, ticket, line, data in places:
            content = self._file.read(line + data)
            yield Record(target, msgspec.Raw(content[line:]), content[:line]), ticket
        self._file.seek(0)
        self._file.truncate()

    def close(self) -> None:
        """Forgets everything."""
        with suppress(OSError):  # a full disk does not take the rest, which nobody needs any longer
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
