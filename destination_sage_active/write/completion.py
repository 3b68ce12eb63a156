"""How the writing of a task ends: done, refused, or given up."""

from typing import Final

from destination_sage_active.plan.claims import Claims
from destination_sage_active.plan.planner import is_final_act
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.report.redaction import without_values
from destination_sage_active.write.states import AwaitsEnd, NotWritten, Written
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.faults import Concern
from sage_active.writing import Command, Operation, Refused

STAYS_A_DRAFT: Final = (
    "an earlier write has left its draft without a mark; it has the mark now, and stays a draft in this run. The next "
    "sync goes on with it"
)


class Completion:
    """Ends the tasks of one sync. `claims`: remembers whose the documents are."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    def finish(self, task: Task, company: Company) -> None:
        """Nothing is left to be sent, or nothing but what makes it final and waits for the end of the input."""
        row = task.row
        self._claims.note(company, task.item, row.id or "", is_marked=row.is_marked)
        if row.is_adopted and _is_to_go_on(task):
            task.move(NotWritten(Held(None, STAYS_A_DRAFT)))
            return
        if row.awaits_end:
            task.move(AwaitsEnd())
            return
        unsent = Outcome.CREATED if row.is_own else Outcome.UNCHANGED
        task.move(Written(unsent if row.outcome is None else row.outcome))

    def finish_if_done(self, task: Task, company: Company) -> bool:
        """Finishes a task for which nothing is left to be sent; whether that is so."""
        if task.commands:
            return False
        self.finish(task, company)
        return True

    def refuse(self, task: Task, refusal: Refused, command: Command | None = None) -> None:
        """The API does not take the record; `command`: what it refused."""
        reason = without_values(refusal.error, task.item.values)
        amounts = task.item.model.amounts
        if command and command.operation is Operation.UPDATE and is_final_act(task.item.model, command):
            held = f"the number was refused, so it stays a draft without one: {reason}"
            task.move(NotWritten(Held(amounts.number if amounts else None, held)))
            return
        if command and task.row.outcome is Outcome.CREATED:
            reason = f"was created as {task.row.id}, but to {command.operation.value} it was refused: {reason}"
        task.move(NotWritten(Rejected(refusal.field, reason, refusal.error.fault.name)))

    def give_up(self, task: Task, company: Company, *, are_others_written: bool) -> None:
        """Rejects a record that alone cannot be written; raises where the API does not write at all."""
        error = task.doubt.error if task.doubt else None
        if error is None or task.refusal or error.fault.concerns is Concern.RECORD or are_others_written:
            reason = without_values(error, task.item.values) if error else "its outcome stays unknown"
            task.move(NotWritten(Rejected(None, reason, error.fault.name if error else "unknown")))
            return
        raise error.located(task.item.target.label, company.label)


def _is_to_go_on(task: Task) -> bool:
    """Whether the document of a task is to have another status than that of a new one."""
    lifecycle = task.item.model.lifecycle
    return lifecycle is not None and bool(lifecycle.path(lifecycle.initial, task.item.target.target_state))
