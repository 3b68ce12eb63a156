"""The rows that records lead to: what is there already of each of them."""

import time
from collections import defaultdict
from collections.abc import Sequence

from destination_sage_active.duplicates import Duplicates, by_age, is_younger
from destination_sage_active.item import Item, carries, found_by
from destination_sage_active.spellings import Spellings, is_spelled
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
        self._spellings = Spellings()

    def rows(self, company: Company, model: WriteModel, items: Sequence[Item], *, fresh: bool) -> list[Sequence[Row]]:
        """The rows of each item: by its first identity, else by the next one. Raises `SageActiveError`.

        A number is looked for in its one form and as version 0.1 may have written it, in one look-up. `fresh`: as the
        API has them now.
        """
        self._spellings.meet(company, model, items)
        found: list[Sequence[Row]] = [()] * len(items)
        # Documents whose number is spelled otherwise and that lack the mark, which may lead to another one.
        spare: dict[int, Sequence[Row]] = {}
        for depth in range(max((len(item.identities) for item in items), default=0)):
            asked: defaultdict[str, list[int]] = defaultdict(list)
            for index, item in enumerate(items):
                if not found[index] and depth < len(item.identities):
                    asked[item.identities[depth].member].append(index)
            for member, indexes in asked.items():
                keys = {index: items[index].identities[depth] for index in indexes}
                values = [value for key in keys.values() for value in self._spellings.of(company, model, key)]
                known: defaultdict[str, list[Row]] = defaultdict(list)
                for row in self._client.find(
                    model.sage_object, company, member, list(dict.fromkeys(values)), fresh=fresh
                ):
                    for value in found_by(model, member, row):
                        known[value].append(row)
                for index, key in keys.items():
                    rows = self._spellings.rows(company, model, items[index], key, known)
                    marks = items[index].marks(model)
                    if is_spelled(model, key, rows) or all(carries(model, row, *marks) for row in rows) or not marks:
                        found[index] = self._one(company, model, items[index], rows)
                    else:
                        spare[index] = rows
        for index, rows in spare.items():
            if found[index]:
                self._spellings.name(company, model, items[index], found[index], rows)
            else:
                found[index] = rows
        return found

    def _one(self, company: Company, model: WriteModel, item: Item, rows: Sequence[Row]) -> Sequence[Row]:
        """Of several documents with the record's mark the one that stays; the sweep removes the others.

        It also looks at a young one again: what a run that has died had sent may still arrive.
        """
        mark = next((each for each in item.marks(model) if all(carries(model, row, each) for row in rows)), None)
        if not rows or mark is None:
            return rows
        if self._duplicates and (len(rows) > 1 or is_younger(rows[0], self._settle_seconds, time.time())):
            self._duplicates.track(company, model, [mark])
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
        if carries(model, row, *items[index].marks(model)) and not carries(model, row, *items[before].marks(model)):
            first[row_id] = index
    return alone.keys() - set(first.values())


def is_among(model: WriteModel, row_id: str | None, rows: Sequence[Row]) -> bool:
    """Whether an item's row is one of these, if it has one."""
    id_member = model.sage_object.key(model.connection)
    return row_id is None or any(str(row[id_member]).lower() == row_id.lower() for row in rows)
