"""What is done to rows, and the life of a document: statuses, and the steps that lead from one to the next."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

# In place of a state: the one that the status of the record stands for.
OF_RECORD: Final = "record"


class Operation(Enum):
    """What a command does. After the first three: the acts of documents, which are steps of their lifecycles."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CLOSE = "close"
    POST = "post"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class RecordName:
    """The text that an input takes: how messages name the record, of this length at most."""

    length: int


@dataclass(frozen=True, slots=True)
class Journal:
    """The id that an input takes: of the company's journal of this type."""

    type: str


@dataclass(frozen=True, slots=True)
class RecordValue:
    """What the record says of a member; nothing where it says nothing."""

    member: str


@dataclass(frozen=True, slots=True)
class DayOf:
    """The day that an input takes: of this member of the document."""

    member: str


InputSource = RecordName | Journal | RecordValue | DayOf


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation, where the schema alone does not tell which one it is, or what of it is what.

    `id_member`: the member of its input that names the row; `reply`: the member of its reply that has the row's id.
    None: as the schema says. `final`: nobody can take it back. `members`: what of its input is used, None for all;
    `names`: what the input calls the members of rows, at any depth, where it calls them otherwise.
    """

    name: str
    id_member: str | None = None
    reply: str | None = None
    final: bool = False
    members: frozenset[str] | None = None
    names: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act that changes a status.

    `inputs`: what its mutation needs beside the row's id; `via_update`: members of the update that carry it out, where
    there is no mutation of its own; `instead`: the same in the words of another source, for servers that refuse those;
    `final`: nothing takes it back.
    """

    act: Operation
    source: str
    target: str
    inputs: Mapping[str, InputSource] = field(default_factory=dict, hash=False)
    via_update: Mapping[str, str] = field(default_factory=dict, hash=False)
    instead: Mapping[str, str] = field(default_factory=dict, hash=False)
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The statuses of a document.

    `member`: the one that holds the status; `initial`: that of a new document; `editable`, `deletable`: those in
    which it can be changed or deleted; `states`: the statuses that a user may ask for, by the names in the
    configuration, from the first to the last; `later`: the statuses that follow, each with the state that a document
    has reached then; `created_with`: members with which a new document has another status at once, and that status;
    `barred`: statuses that need a person's decision before anything becomes final, and why.
    """

    member: str
    initial: str
    editable: frozenset[str]
    deletable: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict, hash=False)
    later: Mapping[str, str] = field(default_factory=dict, hash=False)
    created_with: Mapping[str, str] = field(default_factory=dict, hash=False)
    barred: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_editable(self, row: Mapping[str, Any]) -> bool:
        """Whether a row can still be changed; one that does not tell its status is tried."""
        return row.get(self.member) in (None, *self.editable)

    def is_deletable(self, row: Mapping[str, Any]) -> bool:
        """Whether a row can be deleted; one that does not tell its status is left alone."""
        return row.get(self.member) in self.deletable

    def status_of_new(self, values: Mapping[str, Any]) -> str:
        """The status of a document that is created with these values."""
        return next((status for member, status in self.created_with.items() if values.get(member)), self.initial)

    def is_final(self, act: Operation) -> bool:
        """Whether nothing takes an act back."""
        step = self.step(act)
        return step is not None and step.final

    @property
    def usual_state(self) -> str | None:
        """The state of a document for which nobody asks for another one: the first of those that are offered."""
        return next(iter(self.states), None)

    @property
    def final_states(self) -> tuple[str, ...]:
        """The states that a new document reaches by a final step only."""
        return tuple(state for state in self.states if any(step.final for step in self.path(self.initial, state)))

    def states_for(self, wanted: str) -> tuple[str, ...]:
        """The states that documents may get where a user wants this one, or that of their records."""
        return tuple(self.states) if wanted == OF_RECORD else (wanted,)

    def is_final_state(self, wanted: str | None) -> bool:
        """Whether documents get a state by a final step only, or may where it is that of their records."""
        return wanted is not None and not set(self.final_states).isdisjoint(self.states_for(wanted))

    def state_of(self, status: object) -> str | None:
        """The state that a status stands for; the usual one for a status that leads to none."""
        by_status = {**{status: state for state, status in self.states.items()}, **self.later}
        return by_status.get(str(status), self.usual_state)

    @property
    def reversible(self) -> frozenset[str]:
        """The statuses in which nothing final has happened."""
        return self.editable | {step.target for step in self.steps if not step.final}

    def step(self, act: Operation) -> Step | None:
        """The step that is this act."""
        return next((step for step in self.steps if step.act is act), None)

    def path(self, status: object, state: str | None) -> tuple[Step, ...]:
        """The steps from a status to a state of the configuration; none where no steps lead there."""
        target = self.states.get(state) if state else None
        paths = deque([(status, ())] if target is not None else list[tuple[object, tuple[Step, ...]]]())
        seen = {status}
        while paths:
            reached, taken = paths.popleft()
            if reached == target:
                return taken
            for step in self.steps:
                if step.source == reached and step.target not in seen:
                    seen.add(step.target)
                    paths.append((step.target, (*taken, step)))
        return ()
