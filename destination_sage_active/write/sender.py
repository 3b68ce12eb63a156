"""Sends the next command of each record, many side by side; nothing is sent twice here."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple, TypeGuard

from destination_sage_active.record.outcome import Outcome
from destination_sage_active.report.report import ACTIONS
from destination_sage_active.write.batch_size import BatchSize
from destination_sage_active.write.journals import JournalOf
from destination_sage_active.write.receipt_log import ReceiptLog
from destination_sage_active.write.states import Sent
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.faults import Concern
from sage_active.resources.lifecycle import DayOf, InputSource, Journal, RecordName, RecordValue
from sage_active.runtime.shutdown import UNFINISHED
from sage_active.writing import Command, Done, Operation, Refused, Reply, WriteClient


class _Sent(NamedTuple):
    """What came of one request, and how long it took."""

    replies: "Sequence[Reply | SageActiveError]"
    seconds: float


class Sender:
    """`journal_of`: finds the journal of a type that documents of a company are posted to.

    `receipts`: takes at once, in the thread that sent it, what a record's first command did, and the row's id. A
    process that is told to end waits for requests that are under way, and for that.
    """

    def __init__(self, client: WriteClient, journal_of: JournalOf, receipts: ReceiptLog) -> None:
        self._client = client
        self._receipts = receipts
        self._journal_of = journal_of
        self._executor = ThreadPoolExecutor(max_workers=client.parallel, thread_name_prefix="writer")
        self._batch_size = BatchSize(client.batch)

    def close(self) -> None:
        """Waits for what is under way, and lets go of the rest."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def send(self, company: Company, tasks: Sequence[Task], *, alone: bool) -> "list[Reply | SageActiveError]":
        """One reply for each task; the error itself where a whole request was refused, so that nothing was done.

        `alone`: each in a request of its own.
        """
        # A file has a request of its own.
        alone = alone or bool(tasks and tasks[0].item.model.uploading)
        commands = [self._complete(task, company) for task in tasks]
        for task in tasks:
            task.move(Sent(task.commands))
        replies: dict[int, Sequence[Reply | SageActiveError]] = {}
        under_way: dict[Future[_Sent], int] = {}
        first, verdict = 0, None
        while under_way or (first < len(tasks) and verdict is None):
            while first < len(tasks) and verdict is None and len(under_way) < self._client.parallel:
                last = first + (1 if alone else self._batch_size.size)
                under_way[self._executor.submit(self._send, company, tasks[first:last], commands[first:last])] = first
                first = last
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                sent = future.result()
                replies[under_way.pop(future)] = sent.replies
                verdict = verdict or next(filter(concerns_all, sent.replies), None)
                if not alone:
                    self._batch_size.observe(sent.replies, sent.seconds)
        # What concerns every record of the stream is not asked for each of them.
        unsent = [verdict] * len(tasks[first:]) if verdict else []
        return [*chain.from_iterable(replies[position] for position in sorted(replies)), *unsent]

    def _send(self, company: Company, tasks: Sequence[Task], commands: Sequence[Command]) -> _Sent:
        """One request, in a thread of its own."""
        began = time.monotonic()
        with UNFINISHED.kept():
            try:
                replies = self._client.send(company, commands)
            except SageActiveError as error:
                return _Sent([error] * len(commands), time.monotonic() - began)
            seconds = time.monotonic() - began
            self._note(company, tasks, commands, replies)
            return _Sent(replies, seconds)

    def _note(
        self, company: Company, tasks: Sequence[Task], commands: Sequence[Command], replies: Sequence[Reply]
    ) -> None:
        for task, command, reply in zip(tasks, commands, replies, strict=True):
            if isinstance(reply, Done) and not task.row.has_receipt:
                item, row_id = task.item, task.row.id or reply.id
                is_new = command.operation is Operation.CREATE or task.row.is_own
                action = ACTIONS[Outcome.CREATED if is_new else Outcome.UPDATED]
                self._receipts.receipt(item.target.stream, item.key, action, row_id, company.id)
                task.row = replace(task.row, has_receipt=True)

    def _complete(self, task: Task, company: Company) -> Command:
        """The task's next command, with what is known only now."""
        command = task.commands[0]
        if command.operation is Operation.CREATE:
            return command
        lifecycle = task.item.model.lifecycle
        step = lifecycle.step(command.operation) if lifecycle else None
        inputs = {member: self._input(source, task, company) for member, source in step.inputs.items()} if step else {}
        given = {member: value for member, value in inputs.items() if value is not None}
        return replace(command, input={**command.input, "id": task.row.id, **given})

    def _input(self, source: InputSource, task: Task, company: Company) -> Any:
        """What an act needs beside the document. Raises a configuration error where that is not clear."""
        match source:
            case RecordName(length=length):
                return task.item.key.loggable[:length]
            case Journal(type=kind):
                return self._journal_of(company, kind, task.item.target.journal)
            case RecordValue(member=member):
                return task.item.values.get(member)
            case DayOf(member=member):
                # What the record does not say has not been changed.
                return str(task.item.values.get(member) or (task.row.found or {})[member])


def concerns_all(reply: "Reply | SageActiveError") -> TypeGuard["Refused | SageActiveError"]:
    """Whether a refusal concerns every record of the stream."""
    error = reply.error if isinstance(reply, Refused) else reply
    return isinstance(error, SageActiveError) and error.fault.concerns is Concern.STREAM
