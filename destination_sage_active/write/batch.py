"""Writes records of one object in one company: look up, decide, send, look up again where the outcome is unknown.

A batch knows nothing of who gives it records: it yields what became of each.
"""

import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

from destination_sage_active.plan.claims import Claims
from destination_sage_active.plan.dry_run import SimulatedRows
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Options
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.report.report import REMOVED
from destination_sage_active.write.amount_control import CONTENT, AmountControl
from destination_sage_active.write.completion import Completion
from destination_sage_active.write.decider import Decider
from destination_sage_active.write.duplicates import Duplicates
from destination_sage_active.write.final_at_once import FinalAtOnce
from destination_sage_active.write.generations import Generations
from destination_sage_active.write.hidden_creations import HiddenCreations
from destination_sage_active.write.journals import JournalOf
from destination_sage_active.write.receipt_log import ReceiptLog
from destination_sage_active.write.second_looks import SecondLooks, may_be_twice
from destination_sage_active.write.sender import Sender, concerns_all
from destination_sage_active.write.states import InDoubt, NotWritten, Pending, StreamFailed
from destination_sage_active.write.task import Result, Task, results
from sage_active.client import Company
from sage_active.counted import counted
from sage_active.errors import SageActiveError
from sage_active.faults import Concern
from sage_active.writing import Done, Operation, Refused, Reply, Unknown, WriteClient, WriteModel

LOGGER = logging.getLogger("airbyte")
# A first try, one after an unknown outcome, and one more: then the record, or the API, is to blame.
MOST_ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
# How often one outcome is looked up, where that takes very long.
MOST_LOOKS: Final = 100
SETTLING: Final = (
    "Waiting %.0f seconds before documents are created that nobody removes: what an earlier run had sent may still "
    "arrive."
)
# Yields results as they come, and returns the tasks that remain.
Steps = Generator[Result, None, list[Task]]


class Batch:
    """The writing of one sync; keeps no records.

    `log`: takes receipts at once; `receipts`: those of earlier runs; `at_once`: for objects that are final when they
    are created, None where there are none; `hidden`: for those that are listed late, likewise; `second_looks`: for what
    nobody removes, likewise; `simulated`: takes what a dry run would have written.
    """

    def __init__(
        self,
        client: WriteClient,
        options: Options,
        log: ReceiptLog,
        journal_of: JournalOf,
        receipts: Receipts,
        *,
        settle_seconds: float,
        hidden: HiddenCreations | None = None,
        at_once: FinalAtOnce | None = None,
        second_looks: SecondLooks | None = None,
        simulated: SimulatedRows | None = None,
    ) -> None:
        claims = Claims()
        self._log = log
        self._settle_seconds = settle_seconds
        self._hidden = hidden or HiddenCreations(0)
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._duplicates = Duplicates(client)
        self._second_looks = second_looks
        self._control = AmountControl(client, options)
        self._at_once = at_once
        self._completion = Completion(claims)
        self._sending = Sender(client, journal_of, log)
        self._sent_at_once = client.batch * client.parallel
        self._decider = Decider(
            client,
            options,
            self._completion,
            self._control,
            self._duplicates,
            claims,
            receipts,
            at_once,
            Generations(client, options.rules.zone, settle_seconds, None if simulated else self._stopped.wait),
            self._hidden,
            settle_seconds=settle_seconds,
            simulated=simulated,
        )

    def write(self, company: Company, model: WriteModel, items: Sequence[Item]) -> Iterator[Result]:
        """Writes records with distinct keys, and yields the outcome of each as soon as it is known.

        Raises `SageActiveError` when the connection fails, or when something may not be read, which concerns the whole
        stream; records without a result are then to be written again.
        """
        rest = [Task(item) for item in items]
        while rest:
            rest = yield from self._write(company, model, rest)

    def decide_at_the_end(
        self, company: Company, model: WriteModel, tasks: Sequence[Task]
    ) -> Generator[Result, None, tuple[list[Task], list[Task]]]:
        """Decides what is still to be done for documents once the input has ended, and yields what needs nothing.

        Returns those for which something is to be done, in their order, and those that another one must go before.
        Raises like `write`.
        """
        put_off: list[Task] = []
        active = yield from self._decide(company, model, tasks, put_off, fresh=True)
        return active, put_off

    def finalize(self, company: Company, model: WriteModel, task: Task, *, is_simulated: bool) -> Iterator[Result]:
        """Does what was decided for one document, and yields what became of it. Raises like `write`."""
        if is_simulated:
            self._decider.simulate(company, model, task)
            yield from results([task])
        else:
            yield from self._write(company, model, [task], is_decided=True)

    def sweep(self) -> None:
        """Looks for what is there twice once nothing that was sent before this run can still arrive.

        Raises `SageActiveError`.
        """
        if self._at_once:
            self._at_once.count_created()
        must_look_again = self._second_looks is not None and self._second_looks.are_due
        if not (self._duplicates.are_possible or must_look_again):
            return
        self._await_settling("Looking in %.0f seconds whether anything was created twice.")
        if removed := self._duplicates.sweep():
            LOGGER.warning(
                "%s there twice; the later drafts were removed.", counted(removed, "document was", "documents were")
            )
        if self._second_looks:
            self._second_looks.finish()

    def _await_settling(self, message: str) -> bool:
        """Waits until nothing that was sent before this run can still arrive; whether that took any time."""
        rest = self._rest_of_settling()
        if rest > 0:
            LOGGER.info(message, rest)
            self._stopped.wait(rest)
        return rest > 0

    def _rest_of_settling(self) -> float:
        """The seconds in which what was sent before this run can still arrive."""
        return self._began + self._settle_seconds - time.monotonic()

    def close(self) -> None:
        """Ends all waiting."""
        self._stopped.set()
        self._sending.close()

    def _write(self, company: Company, model: WriteModel, tasks: Sequence[Task], *, is_decided: bool = False) -> Steps:
        """Writes the records that lead to a row of their own; returns the others.

        `is_decided`: their commands are known already.
        """
        open_tasks, put_off, alone = list(tasks), list[Task](), False
        for attempt in range(MOST_ATTEMPTS):
            active = open_tasks
            if attempt or not is_decided:
                active = yield from self._decide(company, model, open_tasks, put_off, fresh=attempt > 0)
            if may_be_twice(model) and _creates(active) and self._await_settling(SETTLING):
                active = yield from self._decide(company, model, active, put_off, fresh=True)
            open_tasks = yield from self._carry_out(company, model, active, put_off, alone=alone)
            if not open_tasks:
                return put_off
            self._await_outcomes(company, model, [task for task in open_tasks if task.may_still_happen])
            # What is alone in its request cannot be taken for another's fault.
            alone = True
        # What was sent last may have taken effect.
        are_others_written = any(task.row.is_written for task in tasks)
        for task in (yield from self._decide(company, model, open_tasks, put_off, fresh=True)):
            self._completion.give_up(task, company, are_others_written=are_others_written)
            yield from results([task])
        return put_off

    def _decide(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], put_off: list[Task], *, fresh: bool
    ) -> Steps:
        """Returns the tasks for which something must be sent."""
        try:
            return self._decider.decide(company, model, tasks, put_off, fresh=fresh)
        finally:
            # Also where a look-up has failed.
            yield from results(tasks)

    def _carry_out(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], put_off: list[Task], *, alone: bool
    ) -> Steps:
        """Sends each task's commands one after the other; returns the tasks that must be decided about again."""
        in_doubt: list[Task] = []
        for chunk in self._control.rounds(company, model, tasks):
            # What gets its mark by an update gets it as soon as may be.
            size = self._sent_at_once if model.generation else len(chunk)
            for start in range(0, len(chunk), size):
                part = chunk[start : start + size]
                in_doubt += yield from self._send_all(company, model, part, put_off, alone=alone)
        return in_doubt

    def _send_all(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], put_off: list[Task], *, alone: bool
    ) -> Steps:
        in_doubt: list[Task] = []
        while tasks:
            are_new = [task.commands[0].operation is Operation.CREATE for task in tasks]
            if self._second_looks:
                new = [task for task, is_new in zip(tasks, are_new, strict=True) if is_new]
                self._second_looks.track(company, model, new)
            replies = self._sending.send(company, tasks, alone=alone)
            for task, reply in zip(tasks, replies, strict=True):
                self._take(task, reply)
            yield from results(tasks)
            in_doubt += [task for task in tasks if task.is_in_doubt]
            are_done = [isinstance(reply, Done) for reply in replies]
            done = [task for task, is_done in zip(tasks, are_done, strict=True) if is_done]
            errors = (reply for reply in replies if isinstance(reply, SageActiveError))
            failure = next((error for error in errors if error.fault.concerns is not Concern.STREAM), None)
            if failure:
                for task in done:
                    self._completion.finish_if_done(task, company)
                yield from results(done)
                raise failure
            created = [task for task, *both in zip(tasks, are_new, are_done, strict=True) if all(both)]
            is_last_look = not alone and self._rest_of_settling() <= 0
            gone, rows = self._duplicates.check(company, model, created, is_last_look=is_last_look)
            lost = [task for task in done if task.row.id and task.row.id in gone]
            stays = [task for task in done if not (task.row.id and task.row.id in gone)]
            reasons = self._control.held(company, model, stays, rows)
            if self._at_once and model.creates_final:
                reasons = self._at_once.created(company, model, stays)
            for task, reason in zip(stays, reasons, strict=True):
                if reason:
                    task.move(NotWritten(reason))
                else:
                    self._completion.finish_if_done(task, company)
            yield from results(stays)
            tasks = [task for task in stays if task.commands]
            for task in lost:
                if task.row.has_receipt:
                    item, row_id = task.item, task.row.id or ""
                    self._log.receipt(item.target.stream, item.key, REMOVED, row_id, company.id)
                task.start_over()
            # The document that stays is another's, and may differ.
            tasks += (yield from self._decide(company, model, lost, put_off, fresh=True)) if lost else []
        return in_doubt

    def _take(self, task: Task, reply: "Reply | SageActiveError") -> None:
        """Takes the reply to a task's first command."""
        row, commands = task.row, task.commands
        command, *later = commands
        is_create = command.operation is Operation.CREATE
        unsent = Outcome.CREATED if row.is_own else Outcome.UPDATED
        changed = unsent if row.outcome is None else row.outcome
        match reply:
            case Done(id=row_id):
                task.row = replace(
                    row,
                    id=row.id or row_id,
                    outcome=Outcome.CREATED if is_create else changed,
                    is_own=row.is_own or is_create,
                    is_unread=row.is_unread or command.operation in CONTENT,
                )
                task.move(Pending(tuple(later)))
            case Unknown():
                outcome = row.outcome if is_create else changed
                task.row = replace(row, outcome=outcome, is_own=row.is_own or is_create)
                task.move(InDoubt(commands, reply))
            case Refused() | SageActiveError() if concerns_all(reply):
                task.move(StreamFailed(reply if isinstance(reply, SageActiveError) else reply.error))
            case Refused() if command.operation is not Operation.UPDATE:
                # Somebody else may have done it in the meantime.
                task.move(InDoubt(commands, reply))
            case Refused():
                self._completion.refuse(task, reply, command)
            case _:
                # The whole request was refused, so nothing of it was done.
                task.move(Pending(commands))

    def _await_outcomes(self, company: Company, model: WriteModel, tasks: Sequence[Task]) -> None:
        """Waits until what was sent can be seen, or until it can no longer be expected."""
        seconds = self._hidden.seconds(model, self._settle_seconds)
        deadline, pause, longest = time.monotonic() + seconds, FIRST_PAUSE, max(LONGEST_PAUSE, seconds / MOST_LOOKS)
        open_tasks = list(tasks)
        if open_tasks:
            LOGGER.info("The outcome of %s unknown; looking it up.", counted(len(open_tasks), "write is", "writes is"))
        while open_tasks and time.monotonic() < deadline:
            if self._stopped.wait(min(pause, max(0.0, deadline - time.monotonic()))):
                return
            pause = min(longest, pause * 2)
            open_tasks = self._decider.unseen(company, model, open_tasks)


def _creates(tasks: Sequence[Task]) -> bool:
    return any(task.commands and task.commands[0].operation is Operation.CREATE for task in tasks)
