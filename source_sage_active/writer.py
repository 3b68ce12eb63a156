"""What the source writes to stdout: pages of records as they are, states with their counts, the rest as usual."""

from collections import Counter
from typing import BinaryIO

from airbyte_cdk.models import AirbyteMessage, AirbyteStateStats, AirbyteStreamStatus, Type

from sage_active.runtime.progress import Progress
from sage_active.runtime.stdout import Writer
from sage_active.runtime.waits import WAITS
from source_sage_active.records import PageMessage


class RecordWriter(Writer):
    """A writer that counts records. Safe for all threads; states and control messages are flushed, pages are not."""

    def __init__(self, stdout: BinaryIO) -> None:
        super().__init__(stdout)
        self._records: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        self._companies: set[str] = set()
        self._finished: set[str] = set()

    def message(self, message: AirbyteMessage) -> None:
        """Writes one message; a STATE receives the number of records since the last one of its stream."""
        with self._lock:
            if isinstance(message, PageMessage):
                self._records[message.stream] += message.count
                self._rows[message.stream] += message.count
                self._companies.add(message.company_id)
                with WAITS.waiting("whoever reads the output"):
                    self.write(message.taken())
                return
            if message.type is Type.STATE:
                self._count(message)
            elif message.type is Type.TRACE:
                self._note_status(message)
            super().message(message)

    def progress(self, streams: int) -> Progress:
        """What was written so far, of so many streams. Does not wait for a reader that is slow."""
        companies = len(self._companies - {""})
        return Progress(dict(self._rows), streams, frozenset(self._finished), companies, WAITS.most())

    def _note_status(self, message: AirbyteMessage) -> None:
        status = message.trace.stream_status if message.trace else None
        if status and status.status in (AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE):
            self._finished.add(status.stream_descriptor.name)

    def _count(self, message: AirbyteMessage) -> None:
        if message.state and message.state.stream:
            count = self._records.pop(message.state.stream.stream_descriptor.name, 0)
            message.state.sourceStats = AirbyteStateStats(recordCount=float(count))
