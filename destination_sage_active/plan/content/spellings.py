"""One key in several spellings: what is looked for, and which of the rows that are found is the record's."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.rows import carries, found_by, row_id
from destination_sage_active.record.key import RecordKey
from sage_active.client import Company
from sage_active.values import is_former_spelling
from sage_active.writing import Row, WriteModel, key_text

LOGGER = logging.getLogger("airbyte")
MOST_WARNINGS: Final = 100
# The rows of a look-up, by the values that they are found by.
Known = Mapping[str, Sequence[Row]]


class Spellings:
    """What one sync knows of keys that look like another spelling of a number, and are keys themselves."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str, RecordKey]] = set()
        self._named: set[frozenset[str]] = set()

    def meet(self, company: Company, model: WriteModel, items: Sequence[Item]) -> None:
        """Remembers the keys of these records: a row that has one of them is nobody else's."""
        keys = (key for item in items for key in item.identities)
        self._taken.update((company.id, model.resource.name, key) for key in keys if is_former_spelling(key.value))

    def of(self, company: Company, model: WriteModel, key: RecordKey) -> list[str]:
        """The one form of a key, then the former spellings that are not another record's own."""
        cache_key = (company.id, model.resource.name)
        former = (
            spelling for spelling in key.former if (*cache_key, RecordKey(key.member, spelling)) not in self._taken
        )
        return [key.value, *former]

    def rows(self, company: Company, model: WriteModel, item: Item, key: RecordKey, known: Known) -> Sequence[Row]:
        """The rows with a record's key as it is spelled now, else as it was; of two documents the one with its mark.

        Others that have the key in another spelling are named, each pair once.
        """
        value, *former = self.of(company, model, key)
        candidates = _each_once(model, (row for spelling in (value, *former) for row in known.get(spelling, ())))
        exact = [row for row in candidates if value in _spelled(model, key.member, row)]
        otherwise = [row for row in candidates if row not in exact]
        marks = item.marks
        marked = [row for row in otherwise if carries(model, row, *marks)]
        chosen = marked if marked and not any(carries(model, row, *marks) for row in exact) else exact or otherwise
        if exact or marked:
            self.name(company, model, item, chosen, [row for row in candidates if row not in chosen])
        return chosen

    def name(
        self, company: Company, model: WriteModel, item: Item, chosen: Sequence[Row], others: Sequence[Row]
    ) -> None:
        """Warns of rows that have a record's key in another spelling than those that are its own."""
        for other in others:
            pair = frozenset((row_id(model, chosen[0]), row_id(model, other)))
            if len(pair) == 1 or pair in self._named or len(self._named) > MOST_WARNINGS:
                continue
            self._named.add(pair)
            if len(self._named) > MOST_WARNINGS:
                LOGGER.warning("Further rows that have one key in two spellings are not named.")
                return
            LOGGER.warning(
                "Stream `%s`, %s, record %s: %s and %s have its key in two spellings; only the first is written to. "
                "Look at both, and remove one or change its key.",
                *(item.target.label, company.label, item.key.loggable, row_id(model, chosen[0]), row_id(model, other)),
            )


def is_spelled(model: WriteModel, key: RecordKey, rows: Sequence[Row]) -> bool:
    """Whether rows have a key in its one form, and not in a former spelling."""
    return all(key.value in found_by(model, key.member, row) for row in rows)


def _spelled(model: WriteModel, member: str, row: Row) -> list[str]:
    """The texts of a key as a row has them; only keys of one member have other spellings."""
    is_plain = member != model.marker and model.natural_key(member).members == (member,)
    return [key_text(row.get(member))] if is_plain else found_by(model, member, row)


def _each_once(model: WriteModel, rows: Iterable[Row]) -> list[Row]:
    return list({row_id(model, row): row for row in rows}.values())
