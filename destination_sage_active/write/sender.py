"""Sends the next command of each record, many side by side; nothing is sent twice here."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeGuard

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
        self._pace = BatchSize(client.batch)

    def close(self) -> None:
        """Waits for what is under way, and lets go of the rest."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def send(self, company: Company, tasks: Sequence[Task], *, alone: bool) -> "list[Reply | SageActiveError]":
        """One reply for each task; the error itself where a whole request was refused, so that nothing was done.

        `alone`: each in a request of its own.
        """
        size = 1 if alone else self._pace.size
        commands = [self._complete(task, company) for task in tasks]
        for task in tasks:
            task.move(Sent(task.commands))
        seconds: list[float] = []

        def send(chunk: Sequence[Command], of: Sequence[Task]) -> list[Reply]:
            with UNFINISHED.kept():
                began = time.monotonic()
                try:
                    replies = self._client.send(company, chunk)
                finally:
                    seconds.append(time.monotonic() - began)
                self._note(company, of, chunk, replies)
                return replies

        sent: list[tuple[int, Future[list[Reply]]]] = []
        for start in range(0, len(commands), size):
            chunk = commands[start : start + size]
            sent.append((len(chunk), self._executor.submit(send, chunk, tasks[start : start + size])))
        replies: list[Reply | SageActiveError] = []
        verdict: Refused | SageActiveError | None = None
        for count, future in sent:
            outcomes: list[Reply | SageActiveError]
            try:
                outcomes = [verdict] * count if verdict and future.cancelled() else [*future.result()]
            except SageActiveError as error:
                outcomes = [error] * count
            replies.extend(outcomes)
            if verdict is None and (verdict := next((reply for reply in outcomes if concerns_all(reply)), None)):
                # What concerns every record of the stream is not asked for each of them.
                for _, waiting in sent:
                    waiting.cancel()
        if size > 1 or self._client.batch == 1:
            self._pace.observe(replies, max(seconds, default=0.0))
        return replies

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
        filled = {member: value for member, value in inputs.items() if value is not None}
        return replace(command, input={**command.input, "id": task.row.id, **filled})

    def _input(self, source: InputSource, task: Task, company: Company) -> Any:
        """What an act needs beside the document. Raises a configuration error where that is not clear."""
        match source:
            case RecordName(length=length):
                return task.item.key.shown[:length]
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
