"""Records that wait for what they refer to: on disk, so that their number does not count."""

from collections.abc import Collection, Hashable, Iterator

from destination_sage_active.input.messages import Record
from destination_sage_active.input.record_file import RecordFile, RecordPosition
from destination_sage_active.input.states import Ticket


class DeferredRecords:
    """Keeps records and their tickets. Every method raises a configuration error when the disk takes nothing."""

    def __init__(self) -> None:
        self._file = RecordFile()
        self._positions: list[tuple[RecordPosition, Ticket]] = []
        # Hashes alone: of two names with one hash, a record waits that need not.
        self._names: set[int] = set()

    def __len__(self) -> int:
        return len(self._positions)

    def holds(self, names: Collection[Hashable]) -> bool:
        """Whether a record with one of these names waits: a later one must not be written before it."""
        return any(hash(name) in self._names for name in names)

    def add(self, record: Record, ticket: Ticket, names: Collection[Hashable] = ()) -> None:
        """Takes a record; `names`: everything that identifies it."""
        self._names.update(map(hash, names))
        self._positions.append((self._file.add(record), ticket))

    def drain(self) -> Iterator[tuple[Record, Ticket]]:
        """Gives all records back, in their order, once."""
        positions, self._positions = self._positions, []
        self._names.clear()
        for position, ticket in positions:
            yield self._file.read(position), ticket
        self._file.clear()

    def close(self) -> None:
        """Forgets everything."""
        self._file.close()
