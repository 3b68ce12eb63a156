"""Documents that the server makes of another one: which of them are there, and whether one may be made now.

What makes one carries no mark; an update brings it. A run that dies between the two leaves a draft without one. Such a
draft becomes a record's only where nothing else can have made it: it has the record's lines and day, it is older than a
write takes, so that no other run is about to mark it, and no other record could be meant. Of one document one after the
other is made, so that what was made last is never taken for another record's.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.conditions.generation_rules import is_same, lines_to_name, require_origin
from destination_sage_active.plan.diff import new
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.matcher import Match
from destination_sage_active.plan.planner import Decision
from destination_sage_active.plan.rows import by_age, carries, is_younger, marks_of, row_id
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.write.task import Task
from destination_sage_active.write.undecided import may_arrive, undecided
from sage_active.client import Company
from sage_active.resources.generation import Generation
from sage_active.writing import FieldKind, Reference, Row, WriteClient, WriteModel, is_uuid

LOGGER = logging.getLogger("airbyte")
CODE: Final = "unknown"
WAITING: Final = (
    "Waiting %.0f seconds: there are drafts without a mark that may be of these records, and that another run may be "
    "about to mark."
)
# The company and, in lower case, the id of a document that others are made from.
OriginKey = tuple[str, str]


@dataclass(slots=True)
class _Known:
    """What is known of one document. `row`: None where the company has none; `generated`: what it was made into."""

    row: Row | None = None
    generated: list[Row] = field(default_factory=list)


class Generations:
    """Those of one sync. `wait`: for so many seconds; None: a dry run, which waits for nothing and sends nothing."""

    def __init__(
        self, client: WriteClient, zone: tzinfo, settle_seconds: float, wait: Callable[[float], object] | None
    ) -> None:
        self._client = client
        self._zone = zone
        self._settle_seconds = settle_seconds
        self._wait = wait
        self._known: Mapping[OriginKey, _Known] = {}
        # Of what one is made in this round; of what one may still be on its way.
        self._taken: set[OriginKey] = set()
        self._unsettled: set[OriginKey] = set()
        # When this run first saw a draft without a mark.
        self._seen: dict[str, float] = {}
        self._simulated: defaultdict[OriginKey, list[Row]] = defaultdict(list)

    def find(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], matches: Sequence[Match]
    ) -> Sequence[Match]:
        """The matches; to records that led to nothing, also drafts without a mark. Raises `SageActiveError`.

        Waits, once, for drafts that are too young to tell whose they are.
        """
        found = self.look(company, model, tasks, matches)
        drafts = [match.near for match in found if match.doubt and match.near]
        rest = max((self._age_missing(model, draft) for draft in drafts), default=0.0)
        if self._wait is None or rest <= 0:
            return found
        LOGGER.info(WAITING, rest)
        self._wait(rest)
        return self.look(company, model, tasks, matches)

    def look(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], matches: Sequence[Match]
    ) -> Sequence[Match]:
        """The same, as it is now."""
        generation = model.generation
        if generation is None:
            return matches
        open_tasks = {
            index: task
            for index, (task, match) in enumerate(zip(tasks, matches, strict=True))
            if not match.rows and task.item.target.mode is not Mode.UPDATE and not task.item.is_deleted
        }
        self._taken.clear()
        self._known = self._look_up(company, model, generation, list(open_tasks.values()))
        fitting = {
            index: list(self._fitting(company, model, generation, task.item)) for index, task in open_tasks.items()
        }
        claims = Counter(row_id(model, row) for rows in fitting.values() for row in rows)
        found = list(matches)
        for index, task in open_tasks.items():
            known = self._known.get(_origin_key(company, generation, task.item), _Known())
            found[index] = self._match(model, task, known.generated, fitting[index], claims)
        return found

    def next_decision(self, company: Company, model: WriteModel, task: Task, decision: Decision) -> Decision | None:
        """What is to be sent, if one may be made now; None: another one of the same document goes first.

        Raises `Rejected` for a record that cannot be made, or that may have been made.
        """
        generation, item = model.generation, task.item
        if generation is None or not decision.creates:
            return decision
        key = _origin_key(company, generation, item)
        if key in self._taken:
            return None
        self._require_settled(task, key)
        known = self._known.get(key, _Known())
        origin = require_origin(generation, item.values, known.row, self._zone)
        lines = lines_to_name(generation, item.values, origin, (*known.generated, *self._simulated[key]))
        self._taken.add(key)
        if self._wait is None:
            self._simulated[key].append({generation.lines: origin.get(generation.lines) if lines is None else lines})
        return _naming(decision, model, generation.lines, lines)

    def _look_up(
        self, company: Company, model: WriteModel, generation: Generation, tasks: Sequence[Task]
    ) -> Mapping[OriginKey, _Known]:
        ids = sorted({key[1] for task in tasks if is_uuid((key := _origin_key(company, generation, task.item))[1])})
        known = {(company.id, origin_id): _Known() for origin_id in ids}
        of_lines = (generation.product, generation.quantity, generation.price, generation.left)
        members = (generation.status, generation.not_of[0], generation.day, *([model.marker] if model.marker else []))
        also = (*members, *(f"{generation.lines}.{name}" for name in of_lines))
        origins = Reference(generation.type, ("id",), (), also=also)
        if not ids:
            return known
        keys = [(origin_id,) for origin_id in ids]
        for (origin_id,), entity in self._client.resolve(company, origins, keys, fresh=True).items():
            known[company.id, origin_id].row = entity.row
        for row in self._client.find(model.resource, company, generation.source, ids, fresh=True):
            known[company.id, str(row[generation.source]).lower()].generated.append(row)
        return known

    def _fitting(self, company: Company, model: WriteModel, generation: Generation, item: Item) -> Iterator[Row]:
        """The drafts that may be a record's: without a mark of their own, made through the API, and equal to it."""
        known = self._known.get(_origin_key(company, generation, item))
        if known is None or known.row is None or model.lifecycle is None or model.created_by_us is None:
            return
        source, ours = model.created_by_us
        # Whether a document takes over the remarks of the other one, and the mark in them, is not known.
        taken_over = marks_of(model, known.row)
        fixed = [writable.name for writable in model.fields if writable.fixed and writable.kind is FieldKind.ID]
        for row in known.generated:
            is_free = row.get(model.lifecycle.member) == model.lifecycle.initial and marks_of(model, row) <= taken_over
            is_candidate = is_free and row.get(source) == ours
            if is_candidate and is_same(generation, item.values, row, known.row, self._zone, fixed):
                yield row

    def _match(
        self, model: WriteModel, task: Task, documents: Sequence[Row], fitting: Sequence[Row], claims: Mapping[str, int]
    ) -> Match:
        """What a record leads to that the look-up by its mark has not found."""
        if marked := [row for row in documents if carries(model, row, *task.item.marks)]:
            return Match(by_age(marked), is_certain=True)
        if task.row.id:
            created = [row for row in documents if row_id(model, row).lower() == task.row.id.lower()]
            gone = f"was created as {task.row.id}, which is no longer there; look for it in Sage Active"
            return Match(created, is_certain=True) if created else Match(doubt=Rejected(None, gone, CODE))
        if not fitting:
            return Match()
        ids = " and ".join(sorted(row_id(model, row) for row in fitting))
        if len(fitting) > 1 or claims[row_id(model, fitting[0])] > 1:
            reason = (
                f"it cannot be told whose {ids} is: without a mark, and with the lines and the day of this record and "
                "of another record or draft as well. Remove it in Sage Active, and the next sync creates what is "
                "missing"
            )
            return Match(doubt=Rejected(None, reason, CODE))
        (draft,) = fitting
        if self._age_missing(model, draft) > 0:
            reason = (
                f"it cannot be told yet whether it is {ids}: a draft that was created a moment ago without a mark, and "
                "that another run may be about to mark. The next sync looks again"
            )
            return Match(near=draft, doubt=Rejected(None, reason, CODE))
        return Match([draft], is_certain=True, is_adopted=True)

    def _age_missing(self, model: WriteModel, draft: Row) -> float:
        """For how many seconds a draft is still too young to be a record's.

        Its age is that by the clocks, or the time for which this run has seen it without a mark, whichever is more.
        """
        seen = self._seen.setdefault(row_id(model, draft), time.monotonic())
        if not is_younger(draft, self._settle_seconds, time.time()):
            return 0.0
        return seen + self._settle_seconds - time.monotonic()

    def _require_settled(self, task: Task, key: OriginKey) -> None:
        """Raises `Rejected` where one that was sent before may still arrive: nothing is sent beside it."""
        if task.row.is_own and may_arrive(task, self._settle_seconds):
            self._unsettled.add(key)
        if key in self._unsettled:
            raise undecided("looked for")


def _origin_key(company: Company, generation: Generation, item: Item) -> OriginKey:
    return company.id, str(item.values.get(generation.source) or "").lower()


def _naming(decision: Decision, model: WriteModel, member: str, lines: Sequence[Row] | None) -> Decision:
    """A decision whose create names these lines, or none."""
    create, *later = decision.commands
    named = {} if lines is None else new(model.fields, {member: lines})
    rest = {name: value for name, value in create.input.items() if name != member}
    return replace(decision, commands=(replace(create, input={**rest, **named}), *later))
