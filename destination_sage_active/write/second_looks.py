"""Looks once more for what was created and is never removed: two rows of one key are reported by their ids.

No key of theirs is unique on the server, and they carry no mark, or get it later, so nothing stops a run on another
machine from creating the same record. Each run looks again once nothing that was sent before can still arrive.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from destination_sage_active.input.catalog import Target
from destination_sage_active.plan.conditions.twins import alike
from destination_sage_active.plan.found_rows import rows_by_value
from destination_sage_active.plan.rows import by_age, row_id
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.rejection import Twice
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.writing import WriteClient, WriteModel

# So many are looked for together before the end.
AT_ONCE: Final = 2000
Reporting = Callable[[Target, Company, RecordKey, Twice], None]


def may_be_twice(model: WriteModel) -> bool:
    """Whether two runs at once could create a row twice, and none of them would remove it."""
    is_document = model.resource.document and model.marker is None and any(key.forms for key in model.natural_keys)
    return model.creates_final or is_document or model.generation is not None or model.uploading is not None


class _Created(NamedTuple):
    """What is kept of one record until it has been looked for again."""

    moment: float
    company: Company
    model: WriteModel
    target: Target
    key: RecordKey


class SecondLooks:
    """Those of one sync. `report`: takes each record that is there twice."""

    def __init__(self, client: WriteClient, report: Reporting, settle_seconds: float) -> None:
        self._client = client
        self._report = report
        self._settle_seconds = settle_seconds
        self._waiting: deque[_Created] = deque()

    @property
    def are_due(self) -> bool:
        """Whether anything is still to be looked for."""
        return bool(self._waiting)

    def track(self, company: Company, model: WriteModel, tasks: Iterable[Task]) -> None:
        """Remembers records that may get a second row, and looks for those that have waited long enough.

        Raises `SageActiveError`.
        """
        if not may_be_twice(model):
            return
        now = time.monotonic()
        for task in tasks:
            item = task.item
            self._waiting.append(_Created(now, company, model, item.target, item.identities[-1]))
        if len(self._waiting) > AT_ONCE and self._waiting[AT_ONCE].moment < now - self._settle_seconds:
            self._look([self._waiting.popleft() for _ in range(AT_ONCE)])

    def finish(self) -> None:
        """Looks for all that is left. Raises `SageActiveError`."""
        while self._waiting:
            self._look([self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))])

    def _look(self, created: Sequence[_Created]) -> None:
        groups: defaultdict[tuple[str, str, str], list[_Created]] = defaultdict(list)
        for entry in created:
            groups[entry.company.id, entry.model.resource.name, entry.key.member].append(entry)
        for entries in groups.values():
            company, model, member = entries[0].company, entries[0].model, entries[0].key.member
            by_value = {entry.key.value: entry for entry in entries}
            found = rows_by_value(self._client, company, model, member, list(by_value), fresh=True)
            for value, entry in by_value.items():
                rows = found.get(value, [])
                # Of what is final at once, another content is another row.
                twins = alike(model, rows) if model.creates_final else by_age(rows)
                if len(twins) > 1:
                    self._report(entry.target, company, entry.key, Twice([row_id(model, row) for row in twins]))
