"""An API in memory that can write, with scripted fates: what it answers, and what really becomes of a command."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from enum import Enum
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import StateQueue
from destination_sage_active.plan.amounts.differences import Difference
from destination_sage_active.plan.amounts.treatments import Chosen
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.dry_run import SimulatedRows
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Decision, Options
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.marker import marker_of
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.write.batch import Batch
from destination_sage_active.write.states import Absent, AwaitsEnd, NotWritten, Planned, StreamFailed, Written
from destination_sage_active.write.task import Result, Task
from sage_active.client import Company, CompanyList
from sage_active.direct.contract import Contract
from sage_active.direct.inputs import write_model
from sage_active.errors import ErrorContext, SageActiveError
from sage_active.faults import FAULT_BY_NAME
from sage_active.moments import format_utc
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import (
    Command,
    Done,
    Found,
    Key,
    MissingRights,
    Operation,
    Reference,
    Refused,
    Reply,
    Row,
    Unknown,
    WriteModel,
)

COMPANY: Final = Company("c1", "Muster GmbH", "DE", "READY", True)
CONTRACT: Final = Contract()
SETTLE_SECONDS: Final = 8.0


def model_of(name: str) -> WriteModel:
    """What the direct connection accepts of an object."""
    resource = RESOURCE_BY_NAME[name]
    assert resource.direct
    return write_model(CONTRACT, resource, resource.direct)


ITEMS: Final = model_of("items")
INVOICES: Final = model_of("invoices")


def error(name: str, detail: str = "scripted") -> SageActiveError:
    """A fault of the table."""
    return SageActiveError(FAULT_BY_NAME[name], ErrorContext(api="Sage Active", detail=detail, status=500))


class Fate(Enum):
    """What becomes of one command."""

    DONE = "done"
    REFUSED = "refused"
    # It took effect, or not, or will later, and nobody knows.
    UNKNOWN_DONE = "unknown, done"
    UNKNOWN_NOT_DONE = "unknown, not done"
    UNKNOWN_LATE = "unknown, done later"
    # The server says that it failed, after the commit or without one.
    UNEXPLAINED_DONE = "unexplained, done"
    UNEXPLAINED_NOT_DONE = "unexplained, not done"
    # The request is refused as a whole.
    NOTHING = "nothing was done"
    # The process ends in this moment.
    DIES_BEFORE = "dies, not done"
    DIES_AFTER = "dies, done"
    DIES_AND_LATE = "dies, done later"


class DeathError(Exception):
    """The end of the process."""


@dataclass
class Clock:
    """Time that passes only when somebody waits."""

    now: float = 1000.0

    def monotonic(self) -> float:
        """The time."""
        return self.now

    def wait(self, seconds: float | None = None) -> bool:
        """Stands for `Event.wait`: nobody ends the waiting."""
        self.now += seconds or 0.0
        return False

    def set(self) -> None:
        """Stands for `Event.set`."""


@dataclass
class Memory:
    """The server; satisfies `WriteClient`.

    Commands meet the `fates` in their order, deletions the `removals`; then all succeed.
    `late`: after how many seconds a late commit comes; `unique`: the member that no two rows share.
    """

    model_: WriteModel
    clock: Clock = field(default_factory=Clock)
    fates: list[Fate] = field(default_factory=list)
    removals: list[Fate] = field(default_factory=list)
    late: float = 3.0
    rows: list[dict[str, Any]] = field(default_factory=list)
    unique: str | None = None
    batch: int = 3
    parallel: int = 1
    connection: str = "direct"
    lookups: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    sent: list[list[Command]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._pending: list[tuple[float, Command]] = []

    def company_list(self) -> CompanyList:
        """The one company."""
        return CompanyList([COMPANY])

    def missing_rights(self, company: Company, operations: Mapping[Resource, Collection[Operation]]) -> MissingRights:
        """None."""
        return MissingRights()

    def model(self, resource: Resource) -> WriteModel:
        """What the object accepts."""
        return self.model_

    def find(
        self, resource: Resource, company: Company, member: str, values: Sequence[str], *, fresh: bool = False
    ) -> Iterator[Row]:
        """The rows, after what was late has arrived."""
        self.lookups.append((member, tuple(values)))
        self.arrive()
        if member == self.model_.marker:
            found = [row for row in self.rows if any(value in (row.get(member) or "") for value in values)]
        else:
            found = [row for row in self.rows if row.get(member) in values]
        return iter([dict(row) for row in found])

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        """Everything exists."""
        return {key: Found(f"id of {key}") for key in keys}

    def derived(self, resource: Resource, company: Company, ids: Collection[str]) -> Collection[str]:
        """None."""
        return ()

    def send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        """Each command meets its fate."""
        self.sent.append(list(commands))
        fates = [self._fate(command) for command in commands]
        if Fate.NOTHING in fates:
            raise error("rate-limited")
        replies = [self._apply(command, fate) for command, fate in zip(commands, fates, strict=True)]
        if any(fate.value.startswith("dies") for fate in fates):
            raise DeathError
        return replies

    def confirm(self) -> None:
        """What was created can be found."""

    def alike(self, resource: Resource, company: Company, documents: Sequence[Row]) -> Sequence[Row]:
        """None."""
        return ()

    def journals(self, company: Company, kind: str) -> Mapping[str, str]:
        """One."""
        return {"VT": "j1"}

    def listed(self, company: Company, reference: Reference, *, fresh: bool = False) -> Sequence[Row]:
        """None."""
        return ()

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Sequence[Row] = ()
    ) -> Sequence[Row]:
        """None."""
        return ()

    def usual_series(self, resource: Resource, company: Company) -> str | None:
        """None that anybody knows."""
        return None

    def last_final_day(self, resource: Resource, company: Company, series: str | None, zone: tzinfo) -> str | None:
        """None is final."""
        return None

    def close(self) -> None:
        """Nothing to end."""

    def arrive(self) -> None:
        """What was late and is due takes effect."""
        due = [command for moment, command in self._pending if moment <= self.clock.now]
        self._pending = [entry for entry in self._pending if entry[0] > self.clock.now]
        for command in due:
            self._commit(command)

    def _fate(self, command: Command) -> Fate:
        fates = self.removals if command.operation is Operation.DELETE else self.fates
        return fates.pop(0) if fates else Fate.DONE

    def _apply(self, command: Command, fate: Fate) -> Reply:
        reply: Reply = Refused(error("business-rule", "sales.businessErrors.refused"))
        if fate in (Fate.DONE, Fate.UNKNOWN_DONE, Fate.UNEXPLAINED_DONE, Fate.DIES_AFTER):
            reply = self._commit(command)
        elif fate in (Fate.UNKNOWN_LATE, Fate.DIES_AND_LATE):
            self._pending.append((self.clock.now + self.late, command))
        if fate.value.startswith("unknown"):
            return Unknown(error("unreachable"), may_still=True)
        if fate.value.startswith("unexplained"):
            return Unknown(error("graphql-error"), may_still=False)
        return reply

    def _commit(self, command: Command) -> Reply:
        if command.operation is Operation.CREATE:
            return self._created(command)
        row = next((row for row in self.rows if row["id"] == command.input["id"]), None)
        if row is None:
            return Refused(error("business-rule", "global.businessErrors.notFound"))
        if command.operation is Operation.DELETE:
            self.rows.remove(row)
        elif command.operation is Operation.CLOSE:
            row["status"] = "Closed"
        elif command.operation is Operation.POST:
            row["status"] = "Posted"
        else:
            row.update({name: value for name, value in command.input.items() if name != "id"})
        return Done(row["id"])

    def _date(self, number: int) -> str:
        """Now; of two in one moment the later number is the later one."""
        return format_utc(datetime.fromtimestamp(self.clock.now, timezone.utc) + timedelta(microseconds=number))

    def _created(self, command: Command) -> Reply:
        if self.unique and any(row[self.unique] == command.input[self.unique] for row in self.rows):
            return Refused(error("business-rule", "global.businessErrors.alreadyExists"))
        number = next(self._numbers)
        complete = dict.fromkeys(field.name for field in self.model_.fields)
        self.rows.append(
            {**complete, **command.input, "id": f"r{number}", "status": "Pending", "creationDate": self._date(number)}
        )
        return Done(f"r{number}")


@dataclass
class RecordedOutcomes:
    """What became of the records; satisfies `ReceiptLog`. Keys are texts of the record's key."""

    settled_: list[tuple[str, Outcome, str | None]] = field(default_factory=list)
    plans: list[tuple[str, Decision]] = field(default_factory=list)
    rejected_: list[tuple[str, Rejected]] = field(default_factory=list)
    failed_: list[tuple[str, SageActiveError]] = field(default_factory=list)
    set_aside_: list[str] = field(default_factory=list)
    receipts: list[tuple[str, str, str]] = field(default_factory=list)
    waiting: list[Result] = field(default_factory=list)

    def receipt(
        self,
        stream: Stream,
        key: RecordKey | None,
        action: str,
        row_id: str,
        company_id: str,
        differences: Sequence[Difference] = (),
        chosen: Sequence[Chosen] = (),
    ) -> None:
        """It has just been written, or is gone again."""
        self.receipts.append((key.value if key else "", action, row_id))

    def record(self, result: Result) -> None:
        """It has a result."""
        key = result.item.key.value
        match result.ending:
            case AwaitsEnd():
                self.waiting.append(result)
            case Written(outcome):
                self.settled_.append((key, outcome, result.row.id))
            case Planned(decision):
                self.plans.append((key, decision))
            case Absent():
                self.set_aside_.append(key)
            case NotWritten(reason):
                self.rejected_.append((key, reason))
            case StreamFailed(failure):
                self.failed_.append((key, failure))

    @property
    def keys(self) -> list[str]:
        """The key of every record that has an outcome, as often as it has one."""
        reported = (self.settled_, self.plans, self.rejected_, self.failed_)
        return sorted([*(entry[0] for entries in reported for entry in entries), *self.set_aside_])


def item_of(model: WriteModel, key: str, values: Mapping[str, Any], mode: Mode = Mode.UPSERT) -> Item:
    """A record with that key (for documents: that primary key) on its way."""
    stream = (None, model.resource.name)
    target = Target(stream, model.resource, mode, None, (("id",),))
    record = Record(target, msgspec.Raw(b"{}"), b"{}")
    marker = marker_of("test", stream, [key]) if model.marker else None
    identity = RecordKey(model.marker, marker) if model.marker and marker else RecordKey(model.keys[0], key)
    return Item(
        record,
        StateQueue(lambda _: None).arrived(stream),
        model,
        dict(values),
        (identity,),
        (marker,) if marker else (),
    )


def run(
    memory: Memory, items: Sequence[Item], options: Options | None = None, *, dry_run: bool = False
) -> RecordedOutcomes:
    """One process that writes the items, sweeps, and makes documents final; time passes only while it waits."""
    outcomes = RecordedOutcomes()
    batch = Batch(
        memory,
        options or Options(Rules()),
        outcomes,
        lambda *_: "j1",
        Receipts(None),
        settle_seconds=SETTLE_SECONDS,
        simulated=SimulatedRows() if dry_run else None,
    )
    batch._stopped = memory.clock  # type: ignore[assignment] # what is waited for passes at once
    try:
        for result in batch.write(COMPANY, memory.model_, items):
            outcomes.record(result)
        batch.sweep()
        for result in _at_the_end(batch, memory, outcomes.waiting, dry_run=dry_run):
            outcomes.record(result)
    finally:
        batch.close()
    return outcomes


def _at_the_end(batch: Batch, memory: Memory, waiting: Sequence[Result], *, dry_run: bool) -> Iterator[Result]:
    tasks = [Task(result.item, replace(result.row, found=None, awaits_end=False), is_ending=True) for result in waiting]
    while tasks:
        active, tasks = yield from batch.decide_at_the_end(COMPANY, memory.model_, tasks)
        for task in active:
            yield from batch.finalize(COMPANY, memory.model_, task, is_simulated=dry_run)


def clock_of(memory: Memory) -> SimpleNamespace:
    """What stands for the module `time`."""
    return SimpleNamespace(monotonic=memory.clock.monotonic, time=memory.clock.monotonic)
