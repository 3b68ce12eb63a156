"""The company that a rehearsal writes to: it asks and writes with the connector's own clients, and nothing final."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sage_active.client import Company
from sage_active.direct.client import DirectClient
from sage_active.direct.query import RootField
from sage_active.direct.writing import DirectWriter
from sage_active.faults import CONTRADICTION
from sage_active.markets import DIRECT
from sage_active.writing import Command, Done, Operation, Refused, Reply, Row, Unknown
from sage_active_cli.doctor.direct_subject import DECODER
from sage_active_cli.doctor.parts import Parts
from sage_active_cli.doctor.root_fields import page
from sage_active_cli.rehearse.traces import TRACED, Traced

# How the requests are called, as a stream is.
PURPOSE: Final = "rehearsal"
REVERSIBLE: Final = frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE})
# Seconds for what a server may show a little later, and between two looks.
PATIENCE: Final = 5.0
PAUSE: Final = 0.25
Result = TypeVar("Result")


class IrreversibleError(Exception):
    """A question has asked for something that a rehearsal never does. Nothing was sent."""


@dataclass(slots=True)
class Stage:
    """One company. `trace`: what all new records carry; `patience`: seconds for what may show a little later.

    `created`: the objects of the records that this rehearsal has made, by id; `in_doubt`: there may be one more, which
    nobody has seen yet; `ours`: the ids of records that were seen to carry a trace.
    """

    client: DirectClient
    writer: DirectWriter
    company: Company
    trace: str
    patience: float = PATIENCE
    created: dict[str, Traced] = field(default_factory=dict)
    in_doubt: bool = False
    ours: set[str] = field(default_factory=set)

    def ask(self, fields: Mapping[str, RootField], purpose: str = PURPOSE) -> Parts:
        """The answers to root fields. Raises `SageActiveError` when the API cannot be reached."""
        return Parts(self.client.aliased.ask(fields, self.company, purpose, DECODER))

    def row(self, traced: Traced, row_id: str, selection: str) -> Row:
        """Some members of a record. Raises `NotSeenError` where it is not there, and `SageActiveError`."""
        rows = self.ask({"row": page(traced.binding.root, selection, where={"id": {"eq": row_id}})}).some_rows("row")
        return rows[0]

    def attempt(self, traced: Traced, values: Row) -> Reply:
        """Creates a record, or is refused."""
        effects = traced.binding.external_effects
        withheld = {effect.member: False for effect in effects if self.company.market in effect.markets}
        reply = self.send(Operation.CREATE, traced, {**withheld, **values})
        if isinstance(reply, Done):
            self.created[reply.id] = traced
        self.in_doubt |= isinstance(reply, Unknown)
        return reply

    def update(self, traced: Traced, row_id: str, values: Row) -> None:
        """Changes a record. Raises what it was refused with, or why nobody knows."""
        id_or_raise(self.attempt_update(traced, row_id, values))

    def attempt_update(self, traced: Traced, row_id: str, values: Row) -> Reply:
        """Changes a record, or is refused."""
        return self.send(Operation.UPDATE, traced, {"id": row_id, **values})

    def send(self, operation: Operation, traced: Traced, values: Row) -> Reply:
        """Sends one mutation, as the connector does.

        Raises `IrreversibleError` for what nobody could take back, and `SageActiveError` for the deletion of a record
        without a trace.
        """
        _require_reversible(operation, traced, values)
        if operation is Operation.DELETE:
            self._require_ours(traced, str(values["id"]))
        (reply,) = self.writer.send(self.company, [Command(operation, traced.resource, values)])
        return reply

    def _require_ours(self, traced: Traced, row_id: str) -> None:
        if row_id in self.ours:
            return
        if not traced.is_ours(self.row(traced, row_id, traced.selection(self.client.contract))):
            raise self.client.errors.of(CONTRADICTION, detail="a new record that is another one")
        self.ours.add(row_id)

    def eventually(self, look: Callable[[], Result | None]) -> tuple[Result | None, bool]:
        """What `look` finds, and whether only later than at once; None if it finds nothing while it is waited for."""
        until = time.monotonic() + self.patience
        found, is_late = look(), False
        while found is None and time.monotonic() < until:
            time.sleep(min(PAUSE, self.patience))
            found, is_late = look(), True
        return found, is_late


def id_or_raise(reply: Reply) -> str:
    """The id of what was written. Raises what it was refused with, or why nobody knows."""
    if isinstance(reply, Done):
        return reply.id
    raise reply.error


def refusal_of(reply: Reply) -> Refused | None:
    """The refusal that a reply is; None if the command took effect. Raises why nobody knows."""
    if isinstance(reply, Unknown):
        raise reply.error
    return reply if isinstance(reply, Refused) else None


def _require_reversible(operation: Operation, traced: Traced, values: Mapping[str, Any]) -> None:
    binding = traced.resource.on(DIRECT)
    lifecycle = binding.lifecycle
    steps = lifecycle.steps if lifecycle else ()
    final = {
        *(lifecycle.created_with if lifecycle else ()),
        *(member for step in steps for member in step.via_update),
        *(effect.member for effect in binding.external_effects),
    }
    declared = binding.operations.get(operation)
    requested = sorted(member for member in final if values.get(member))
    if operation not in REVERSIBLE or traced not in TRACED or requested or (declared and declared.final):
        raise IrreversibleError(f"{operation.value} {traced.name} {', '.join(requested)}".strip())
