"""The rows that records lead to: what is there already of each of them."""

import time
from collections import defaultdict
from collections.abc import Sequence

from destination_sage_active.duplicates import Duplicates, by_age, is_younger
from destination_sage_active.item import Item, found_by
from sage_active.client import Company
from sage_active.writing import Row, WriteClient, WriteModel


class Matches:
    """Looks records up by their identities, a whole batch at once.

    `duplicates` is told of documents that are there twice, or so young that another copy may still arrive.
    """

    def __init__(self, client: WriteClient, duplicates: Duplicates | None, settle_seconds: float) -> None:
        self._client = client
        self._duplicates = duplicates
        self._settle_seconds = settle_seconds

    def rows(self, company: Company, model: WriteModel, items: Sequence[Item], *, fresh: bool) -> list[Sequence[Row]]:
        """The rows of each item: by its first identity, else by the next one. Raises `SageActiveError`.

        `fresh`: as the API has them now.
        """
        found: list[Sequence[Row]] = [()] * len(items)
        for depth in range(max((len(item.identities) for item in items), default=0)):
            asked: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
            for index, item in enumerate(items):
                if not found[index] and depth < len(item.identities):
                    asked[item.identities[depth].member][item.identities[depth].value].append(index)
            for member, by_value in asked.items():
                known: defaultdict[str, list[Row]] = defaultdict(list)
                for row in self._client.find(model.sage_object, company, member, list(by_value), fresh=fresh):
                    for value in found_by(member, model.marker, row):
                        known[value].append(row)
                for value, indexes in by_value.items():
                    for index in indexes:
                        found[index] = self._one(company, model, items[index], known[value])
        return found

    def _one(self, company: Company, model: WriteModel, item: Item, rows: list[Row]) -> list[Row]:
        """Of several documents with the record's mark the one that stays; the sweep removes the others.

        It also looks at a young one again: what a run that has died had sent may still arrive.
        """
        if not rows or not all(_carries(model, row, item.marker) for row in rows):
            return rows
        if self._duplicates and (len(rows) > 1 or is_younger(rows[0], self._settle_seconds, time.time())):
            self._duplicates.track(company, model, [item.marker or ""])
        return by_age(rows)[:1]


def following(model: WriteModel, items: Sequence[Item], rows: Sequence[Sequence[Row]]) -> set[int]:
    """The places of the items that lead to the same row as another one, by different keys.

    The one whose mark the row carries goes first: if its number has changed, the others do not find the row any more.
    """
    first: dict[str, int] = {}
    alone = {index: existing[0] for index, existing in enumerate(rows) if len(existing) == 1}
    for index, row in alone.items():
        row_id = str(row[model.sage_object.key(model.connection)]).lower()
        before = first.setdefault(row_id, index)
        if _carries(model, row, items[index].marker) and not _carries(model, row, items[before].marker):
            first[row_id] = index
    return alone.keys() - set(first.values())


def is_among(model: WriteModel, row_id: str | None, rows: Sequence[Row]) -> bool:
    """Whether an item's row is one of these, if it has one."""
    id_member = model.sage_object.key(model.connection)
    return row_id is None or any(str(row[id_member]).lower() == row_id.lower() for row in rows)


def _carries(model: WriteModel, row: Row, marker: str | None) -> bool:
    return marker is not None and model.marker is not None and marker in found_by(model.marker, model.marker, row)
