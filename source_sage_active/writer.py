"""What the source writes to stdout: pages of records as they are, states with their counts, the rest as usual."""

from collections import Counter
from typing import BinaryIO

from airbyte_cdk.models import AirbyteMessage, AirbyteStateStats, Type

from sage_active.runtime.stdout import Writer
from source_sage_active.records import PageMessage


class RecordWriter(Writer):
    """A writer that counts records. Safe for all threads; states and control messages are flushed, pages are not."""

    def __init__(self, stdout: BinaryIO) -> None:
        super().__init__(stdout)
        self._records: Counter[str] = Counter()

    def message(self, message: AirbyteMessage) -> None:
        """Writes one message; a STATE receives the number of records since the last one of its stream."""
        with self._lock:
            if isinstance(message, PageMessage):
                self._records[message.stream] += message.count
                self.write(message.taken())
                return
            if message.type is Type.STATE:
                self._count(message)
            super().message(message)

    def _count(self, message: AirbyteMessage) -> None:
        if message.state and message.state.stream:
            count = self._records.pop(message.state.stream.stream_descriptor.name, 0)
            message.state.sourceStats = AirbyteStateStats(recordCount=float(count))
