"""The rows that records lead to: what is there already of each of them."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from destination_sage_active.duplicates import Duplicates, by_age, is_younger
from destination_sage_active.item import Item, found_by
from destination_sage_active.rejects import RecordKey
from sage_active.client import Company
from sage_active.values import is_former_spelling
from sage_active.writing import Row, WriteClient, WriteModel, key_text

LOGGER = logging.getLogger("airbyte")
MOST_WARNINGS: Final = 100
# The rows of a look-up, by the values that they are found by.
Known = Mapping[str, Sequence[Row]]


class Matches:
    """Looks records up by their identities, a whole batch at once.

    `duplicates` is told of documents that are there twice, or so young that another copy may still arrive.
    """

    def __init__(self, client: WriteClient, duplicates: Duplicates | None, settle_seconds: float) -> None:
        self._client = client
        self._duplicates = duplicates
        self._settle_seconds = settle_seconds
        # Keys of records that look like a former spelling of another key, and are none.
        self._own: set[tuple[str, str, RecordKey]] = set()
        self._named: set[frozenset[str]] = set()

    def rows(self, company: Company, model: WriteModel, items: Sequence[Item], *, fresh: bool) -> list[Sequence[Row]]:
        """The rows of each item: by its first identity, else by the next one. Raises `SageActiveError`.

        A number is looked for in its one form and as version 0.1 may have written it, in one look-up. `fresh`: as the
        API has them now.
        """
        place = (company.id, model.sage_object.name)
        keys = (key for item in items for key in item.identities)
        self._own.update((*place, key) for key in keys if is_former_spelling(key.value))
        found: list[Sequence[Row]] = [()] * len(items)
        # Documents by a number that version 0.1 spelled otherwise, unless their mark leads to another one.
        spare: dict[int, Sequence[Row]] = {}
        for depth in range(max((len(item.identities) for item in items), default=0)):
            asked: defaultdict[str, list[int]] = defaultdict(list)
            for index, item in enumerate(items):
                if not found[index] and depth < len(item.identities):
                    asked[item.identities[depth].member].append(index)
            for member, indexes in asked.items():
                wanted = {index: self._wanted(company, model, items[index].identities[depth]) for index in indexes}
                values = list(dict.fromkeys(value for each in wanted.values() for value in each))
                known: defaultdict[str, list[Row]] = defaultdict(list)
                for row in self._client.find(model.sage_object, company, member, values, fresh=fresh):
                    for value in found_by(model, member, row):
                        known[value].append(row)
                for index, spellings in wanted.items():
                    chosen = _chosen(model, items[index], member, spellings, known)
                    self._name(company, model, items[index], chosen)
                    if chosen.is_sure:
                        found[index] = self._one(company, model, items[index], chosen.rows)
                    elif chosen.rows:
                        spare[index] = chosen.rows
        for index, rows in spare.items():
            if found[index]:
                self._name(company, model, items[index], _Chosen(found[index], rows))
            else:
                found[index] = rows
        return found

    def _wanted(self, company: Company, model: WriteModel, key: RecordKey) -> list[str]:
        """The one form of a key, then its former spellings that are not another record's own."""
        place = (company.id, model.sage_object.name)
        former = (each for each in key.former if (*place, RecordKey(key.member, each)) not in self._own)
        return [key.value, *former]

    def _one(self, company: Company, model: WriteModel, item: Item, rows: Sequence[Row]) -> Sequence[Row]:
        """Of several documents with the record's mark the one that stays; the sweep removes the others.

        It also looks at a young one again: what a run that has died had sent may still arrive.
        """
        mark = next((each for each in item.marks(model) if all(_carries(model, row, each) for row in rows)), None)
        if not rows or mark is None:
            return rows
        if self._duplicates and (len(rows) > 1 or is_younger(rows[0], self._settle_seconds, time.time())):
            self._duplicates.track(company, model, [mark])
        return by_age(rows)[:1]

    def _name(self, company: Company, model: WriteModel, item: Item, chosen: "_Chosen") -> None:
        """Names rows that are the same record in another spelling, each pair once."""
        for row in chosen.others:
            first, other = (_id(model, each) for each in (chosen.rows[0], row))
            pair = frozenset((first, other))
            if first == other or pair in self._named or len(self._named) > MOST_WARNINGS:
                continue
            self._named.add(pair)
            LOGGER.warning(
                "Stream `%s`, %s, record %s: %s and %s have its key in two spellings; only the first one is written "
                "to. Look at both, and remove one or change its key.",
                *(item.target.label, company.label, item.key.shown, first, other),
            )
            if len(self._named) > MOST_WARNINGS:
                LOGGER.warning("Further rows that have one key in two spellings are not named.")


class _Chosen:
    """What a look-up brought for a record: the rows to go on with, and others that have its key in another spelling.

    `is_sure`: nothing that is looked up later can be better.
    """

    def __init__(self, rows: Sequence[Row], others: Sequence[Row] = (), *, is_sure: bool = True) -> None:
        self.rows = rows
        self.others = others if rows else ()
        self.is_sure = is_sure


def _chosen(model: WriteModel, item: Item, member: str, spellings: Sequence[str], known: Known) -> _Chosen:
    """The rows with the record's key as it is spelled now, else as it was; of two documents the one with its mark."""
    value, *former = spellings
    exact = _each_once(model, (row for row in known.get(value, ()) if value in _spelled(model, member, row)))
    candidates = _each_once(model, (row for spelling in (value, *former) for row in known.get(spelling, ())))
    others = [row for row in candidates if _id(model, row) not in {_id(model, each) for each in exact}]
    if not others:
        return _Chosen(exact)
    marks = item.marks(model)
    marked = next((rows for rows in (exact, others) if any(_carries(model, row, *marks) for row in rows)), None)
    rows = marked or exact or others
    if rows is others and marked:
        rows = [row for row in others if _carries(model, row, *marks)]
    rest = [row for row in candidates if row not in rows] if exact or marked else []
    return _Chosen(rows, rest, is_sure=bool(exact or marked or model.marker is None or member == model.marker))


def _spelled(model: WriteModel, member: str, row: Row) -> list[str]:
    """The texts of a key as a row has them."""
    return found_by(model, member, row) if member == model.marker else [key_text(row.get(member))]


def _each_once(model: WriteModel, rows: Iterable[Row]) -> list[Row]:
    return list({_id(model, row): row for row in rows}.values())


def _id(model: WriteModel, row: Row) -> str:
    return str(row[model.sage_object.key(model.connection)]).lower()


def following(model: WriteModel, items: Sequence[Item], rows: Sequence[Sequence[Row]]) -> set[int]:
    """The places of the items that lead to the same row as another one, by different keys.

    The one whose mark the row carries goes first: if its number has changed, the others do not find the row any more.
    """
    first: dict[str, int] = {}
    alone = {index: existing[0] for index, existing in enumerate(rows) if len(existing) == 1}
    for index, row in alone.items():
        before = first.setdefault(_id(model, row), index)
        if _carries(model, row, *items[index].marks(model)) and not _carries(model, row, *items[before].marks(model)):
            first[_id(model, row)] = index
    return alone.keys() - set(first.values())


def is_among(model: WriteModel, row_id: str | None, rows: Sequence[Row]) -> bool:
    """Whether an item's row is one of these, if it has one."""
    return row_id is None or any(_id(model, row) == row_id.lower() for row in rows)


def _carries(model: WriteModel, row: Row, *marks: str) -> bool:
    """Whether a document carries one of these marks."""
    return model.marker is not None and not set(marks).isdisjoint(found_by(model, model.marker, row))
