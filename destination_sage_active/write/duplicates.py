"""Looks once more after a document was created: of two with one mark, the later draft removes itself.

The mark is not a unique key, so nothing stops a second writer, or a request of a process that has died, from creating
the same document. Every run decides by the same rule which one stays: the earlier, by creation date and then by id.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

from destination_sage_active.plan.found_rows import rows_by_value
from destination_sage_active.plan.rows import by_age
from destination_sage_active.write.second_looks import may_be_twice
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.writing import Command, Done, Operation, Row, WriteClient, WriteModel

LOGGER = logging.getLogger("airbyte")
# Removing once more does no harm where nobody knows whether it was done.
MOST_REMOVALS: Final = 3


class Checked(NamedTuple):
    """What a look at documents found: the ids in whose place another one stays, and the rows that are there."""

    gone: Set[str] = frozenset()
    rows: Sequence[Row] = ()


class Duplicates:
    """The documents that this run has created by marker."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client
        self._by_company: dict[tuple[str, str], tuple[Company, WriteModel, set[str]]] = {}

    def track(self, company: Company, model: WriteModel, markers: Iterable[str]) -> None:
        """Remembers markers for the sweep; what nobody removes has a sweep of its own (`second_looks`)."""
        if may_be_twice(model):
            return
        key = (company.id, model.resource.name)
        self._by_company.setdefault(key, (company, model, set()))[2].update(markers)

    @property
    def are_possible(self) -> bool:
        """Whether this run has created anything that could be there twice."""
        return bool(self._by_company)

    def check(self, company: Company, model: WriteModel, created: Sequence[Task], *, is_last_look: bool) -> Checked:
        """Removes later drafts beside those that were just created. Raises `SageActiveError`.

        `is_last_look`: nothing that was sent before can still arrive, and whoever creates one of them from now on looks
        for it himself; so the sweep need not look again.
        """
        ids = {task.item.marker: task.row.id for task in created if task.item.marker and task.row.id}
        if not ids or model.marker is None or may_be_twice(model):
            return Checked()
        if not is_last_look:
            self.track(company, model, ids)
        return self._remove(company, model, ids)

    def sweep(self) -> int:
        """Checks all documents of this run again. Returns how many were removed. Raises `SageActiveError`."""
        return sum(
            len(self._remove(company, model, dict.fromkeys(markers)).gone)
            for company, model, markers in self._by_company.values()
        )

    def _remove(self, company: Company, model: WriteModel, ids: Mapping[str, str | None]) -> Checked:
        """Removes later drafts. `ids`: by marker, the id that this run has just created, if it has."""
        removed: set[str] = set()
        doubtful: dict[str, tuple[str, SageActiveError]] = {}
        for attempt in range(MOST_REMOVALS + 1):
            found = self._found(company, model, sorted(ids))
            several = {marker: rows for marker, rows in found.items() if len(rows) > 1}
            there = {str(row["id"]) for rows in found.values() for row in rows}
            # Another run may have been faster: with what this one was about to remove, or even with what it created.
            removed |= doubtful.keys() - there
            removed |= {row_id for marker, row_id in ids.items() if row_id and found[marker] and row_id not in there}
            doubtful = {row_id: doubt for row_id, doubt in doubtful.items() if row_id in there}
            if attempt == MOST_REMOVALS or (attempt and not doubtful):
                break
            for first, row in _later(several):
                row_id, stays = str(row["id"]), str(first["id"])
                if model.lifecycle and not model.lifecycle.is_deletable(row):
                    if not attempt:
                        status = row.get(model.lifecycle.member)
                        _warn(model, company, stays, row_id, f"is {status}; remove one of them")
                    continue
                (reply,) = self._client.send(company, [Command(Operation.DELETE, model.resource, {"id": row_id})])
                if isinstance(reply, Done):
                    removed.add(row_id)
                else:
                    doubtful[row_id] = stays, reply.error
            if not doubtful:
                break
        for row_id, (stays, error) in doubtful.items():
            _warn(model, company, stays, row_id, f"could not be removed: {error}")
        return Checked(removed, [row for rows in found.values() for row in rows])

    def _found(self, company: Company, model: WriteModel, markers: Sequence[str]) -> Mapping[str, list[Row]]:
        rows = rows_by_value(self._client, company, model, model.marker or "", markers, fresh=True)
        return {marker: rows.get(marker, []) for marker in markers}


def _later(several: Mapping[str, list[Row]]) -> Iterator[tuple[Row, Row]]:
    """The row that stays, with each of the others."""
    for rows in several.values():
        first, *later = by_age(rows)
        yield from ((first, row) for row in later)


def _warn(model: WriteModel, company: Company, stays: str, row_id: str, what: str) -> None:
    LOGGER.warning(
        "%s, %s: the documents %s and %s are the same record, and the later one %s",
        *(model.resource.name, company.label, stays, row_id, what),
    )
