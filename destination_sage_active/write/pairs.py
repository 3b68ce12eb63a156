"""Documents that nobody removes, and that two runs at once may have created both: looked for again, and named.

They carry no mark, and no key is unique at the server. What a run that has died had sent may still arrive; so a run
creates them only once that can no longer be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.plan.rows import by_age, found_by, row_id
from destination_sage_active.record.key import RecordKey
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.writing import Row, WriteClient, WriteModel

MOST_NAMED: Final = 10


def may_be_paired(model: WriteModel) -> bool:
    """Whether two runs at once could create a document twice, and none of them would remove it."""
    return model.resource.document and model.marker is None and any(key.forms for key in model.natural_keys)


@dataclass(frozen=True, slots=True)
class Pair:
    """A document that is there more than once. `ids`: of all of them, the oldest first."""

    target: Target
    company: Company
    key: RecordKey
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.company.label}, {self.key.shown}: {', '.join(self.ids)}"


class Pairs:
    """The documents that this run has created, by their keys."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client
        self._created: dict[tuple[str, str], tuple[Company, WriteModel, dict[RecordKey, Target]]] = {}

    @property
    def are_possible(self) -> bool:
        """Whether this run has created anything that another one may have created as well."""
        return bool(self._created)

    def note(self, company: Company, model: WriteModel, tasks: Iterable[Task]) -> None:
        """Remembers what was created, or may have been."""
        if not may_be_paired(model):
            return
        place = (company.id, model.resource.name)
        for task in tasks:
            keys = self._created.setdefault(place, (company, model, {}))[2]
            keys.update((key, task.item.target) for key in task.item.identities if key.member in model.keys)

    def found(self) -> Iterator[Pair]:
        """What is there more than once now. Raises `SageActiveError`."""
        for company, model, targets in self._created.values():
            by_member: defaultdict[str, dict[str, RecordKey]] = defaultdict(dict)
            for key in targets:
                by_member[key.member][key.value] = key
            for member, keys in by_member.items():
                rows: defaultdict[str, list[Row]] = defaultdict(list)
                for row in self._client.find(model.resource, company, member, list(keys), fresh=True):
                    for value in found_by(model, member, row):
                        rows[value].append(row)
                for value, key in keys.items():
                    if len(rows[value]) > 1:
                        ids = tuple(row_id(model, row) for row in by_age(rows[value]))
                        yield Pair(targets[key], company, key, ids)
