"""The states of an item that is being written, and which of them may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Final

from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from sage_active.errors import SageActiveError
from sage_active.writing import Command, Refused, Unknown


class Stage(Enum):
    """How far an item has come."""

    PENDING = "pending"
    SENT = "sent"
    IN_DOUBT = "in doubt"
    REFUSED = "refused"
    DONE = "done"


# After a command that took effect the next one is pending; what is in doubt is looked up, and decided about again.
FOLLOWING: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.PENDING: frozenset({Stage.PENDING, Stage.SENT, Stage.REFUSED, Stage.DONE}),
    Stage.SENT: frozenset({Stage.PENDING, Stage.IN_DOUBT, Stage.REFUSED}),
    Stage.IN_DOUBT: frozenset({Stage.PENDING, Stage.REFUSED, Stage.DONE}),
    Stage.REFUSED: frozenset(),
    Stage.DONE: frozenset(),
}

# Nobody knows what a command did, or it was refused, perhaps because somebody else had done the same.
Doubt = Refused | Unknown


@dataclass(frozen=True, slots=True)
class Pending:
    """`commands`: what is still to be sent, in order; `doubt`: the last one of this item, until another one is sent."""

    stage: ClassVar = Stage.PENDING
    commands: tuple[Command, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The first of `commands` is on its way."""

    stage: ClassVar = Stage.SENT
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The first of `commands` was sent, and may have taken effect, or may have been done by somebody else."""

    stage: ClassVar = Stage.IN_DOUBT
    commands: tuple[Command, ...]
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class NotWritten:
    """It is not written, or not finished, for this reason."""

    stage: ClassVar = Stage.REFUSED
    reason: Rejected


@dataclass(frozen=True, slots=True)
class StreamFailed:
    """Nothing of its stream can be written."""

    stage: ClassVar = Stage.REFUSED
    error: SageActiveError


@dataclass(frozen=True, slots=True)
class Written:
    """It is in Sage Active. `outcome`: what this run has done for that."""

    stage: ClassVar = Stage.DONE
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Planned:
    """A dry run would have written it so."""

    stage: ClassVar = Stage.DONE
    decision: Decision


@dataclass(frozen=True, slots=True)
class AwaitsEnd:
    """Its content is in Sage Active, and what makes it final waits until the input has ended."""

    stage: ClassVar = Stage.DONE


@dataclass(frozen=True, slots=True)
class HeldBack:
    """It is a draft, and waits until a person has looked at others that became final."""

    stage: ClassVar = Stage.REFUSED


@dataclass(frozen=True, slots=True)
class Absent:
    """It is a deleted row that Sage Active does not have."""

    stage: ClassVar = Stage.DONE


Open = Pending | Sent | InDoubt
Ending = NotWritten | StreamFailed | Written | Planned | AwaitsEnd | HeldBack | Absent
