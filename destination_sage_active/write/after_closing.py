"""Records that the server makes of documents which become final in this sync only: they are written after that."""

from collections.abc import Collection, Iterator
from typing import Final

from destination_sage_active.input.deferred import DeferredRecords
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.item import Item


class AfterClosing:
    """Those of one sync. `names`: the objects that may be among them (`made_of_final`)."""

    def __init__(self, names: Collection[str]) -> None:
        self._names: Final = frozenset(names)
        self._records = DeferredRecords()
        self._is_over = False

    def takes(self, item: Item, member: str | None) -> bool:
        """Keeps a record whose document is not there yet, or a draft, and says so. `member`: the one that is wrong."""
        generation = item.model.generation
        if self._is_over or generation is None or member != generation.source:
            return False
        if item.model.resource.name not in self._names:
            return False
        self._records.add(item.record, item.ticket)
        return True

    def drain(self) -> Iterator[tuple[Record, Ticket]]:
        """Gives the records back: what is wrong with them now stays wrong."""
        self._is_over = True
        return self._records.drain()

    def close(self) -> None:
        """Forgets everything."""
        self._records.close()
