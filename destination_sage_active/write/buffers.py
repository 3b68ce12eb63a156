"""Items that wait until enough have come together; what refers to others is written after them."""

import time
from collections.abc import Collection, Sequence
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.order import WritingOrder
from destination_sage_active.record.stream import Stream
from sage_active.client import Company

# Enough for ten requests of a hundred keys side by side, and for ten of five mutations twenty times.
FLUSH_RECORDS: Final = 1000
# Of lines as they came; what is made of them for the comparison takes twenty times as much.
FLUSH_BYTES: Final = 2 << 20
FLUSH_SECONDS: Final = 10.0
# What all buffers together may hold, however many streams and companies there are.
HELD_RECORDS: Final = 2 * FLUSH_RECORDS
HELD_BYTES: Final = 2 * FLUSH_BYTES


class Buffer:
    """Items of one stream for one company."""

    def __init__(self, company: Company, target: Target) -> None:
        self.company: Final = company
        self.target: Final = target
        self.items: list[Item] = []
        self._bytes = 0
        self._since = time.monotonic()

    def add(self, item: Item) -> None:
        """Takes one item."""
        if not self.items:
            self._since = time.monotonic()
        self.items.append(item)
        self._bytes += len(item.record.line)

    def drain(self) -> list[Item]:
        """Gives everything up."""
        items, self.items, self._bytes = self.items, [], 0
        return items

    @property
    def is_due(self) -> bool:
        """Whether it has enough, or has waited long enough."""
        return bool(self.items) and (
            len(self.items) >= FLUSH_RECORDS
            or self._bytes >= FLUSH_BYTES
            or time.monotonic() - self._since > FLUSH_SECONDS
        )

    @property
    def load(self) -> float:
        """Its share of what all buffers together may hold."""
        return max(len(self.items) / HELD_RECORDS, self._bytes / HELD_BYTES)


class Buffers:
    """The buffers of one sync. `order`: which objects are written before which."""

    def __init__(self, order: WritingOrder) -> None:
        self._order = order
        self._buffers: dict[tuple[Stream, str], Buffer] = {}

    def of(self, company: Company, target: Target) -> Buffer:
        """The buffer of a stream for a company."""
        key = (target.stream, company.id)
        if key not in self._buffers:
            self._buffers[key] = Buffer(company, target)
        return self._buffers[key]

    def all(self) -> list[Buffer]:
        """Every buffer, in the order of their first items."""
        return list(self._buffers.values())

    def due(self) -> list[Buffer]:
        """What has waited long enough; else the largest where all together are too much."""
        due = [buffer for buffer in self._buffers.values() if buffer.is_due]
        if not due and sum(buffer.load for buffer in self._buffers.values()) >= 1:
            due = [max(self._buffers.values(), key=lambda buffer: buffer.load)]
        return due

    def ranked(self, due: Collection[Buffer]) -> Sequence[Buffer]:
        """These buffers in their order: before each what it may refer to in its company, due or not."""
        needed = {
            (buffer.company.id, name) for buffer in due for name in self._order.needs(buffer.target.resource.name)
        }
        chosen = [
            buffer
            for buffer in self._buffers.values()
            if buffer in due or (buffer.company.id, buffer.target.resource.name) in needed
        ]
        return sorted(chosen, key=lambda buffer: self._order.rank(buffer.target.resource.name))
