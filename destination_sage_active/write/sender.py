"""Sends the next command of each record, many side by side; nothing is sent twice here."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final, TypeGuard

from destination_sage_active.plan.item import Item
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.write.batch_size import BatchSize
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.faults import rows
from sage_active.runtime.shutdown import UNFINISHED
from sage_active.writing import Command, Done, Operation, Refused, Reply, WriteClient

# Refusals that concern every record of the stream.
STREAM_FAULTS: Final = rows("right-missing", "edition-lacks-feature", "object-not-offered")


class Sender:
    """`journal_of`: finds the journal that invoices of a company are posted to.

    `written`: is told at once, in the thread that sent it, what a record's first command did, and the row's id. A
    process that is told to end waits for requests that are under way, and for that.
    """

    def __init__(
        self,
        client: WriteClient,
        journal_of: Callable[[Company], str],
        written: Callable[[Item, Company, Outcome, str], None],
    ) -> None:
        self._client = client
        self._written = written
        self._journal_of = journal_of
        self._executor = ThreadPoolExecutor(max_workers=client.parallel, thread_name_prefix="writer")
        self._pace = BatchSize(client.batch)

    def close(self) -> None:
        """Waits for what is under way, and lets go of the rest."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def send(self, company: Company, items: Sequence[Item], *, alone: bool) -> "list[Reply | SageActiveError]":
        """One reply for each item; the error itself where a whole request was refused, so that nothing was done.

        `alone`: each in a request of its own.
        """
        size = 1 if alone else self._pace.size
        commands = [self._complete(item, company) for item in items]
        seconds: list[float] = []

        def send(chunk: Sequence[Command], of: Sequence[Item]) -> list[Reply]:
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
            sent.append((len(chunk), self._executor.submit(send, chunk, items[start : start + size])))
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
        self, company: Company, items: Sequence[Item], commands: Sequence[Command], replies: Sequence[Reply]
    ) -> None:
        for item, command, reply in zip(items, commands, replies, strict=True):
            if isinstance(reply, Done) and not item.has_receipt:
                is_new = command.operation is Operation.CREATE or item.is_own
                self._written(item, company, Outcome.CREATED if is_new else Outcome.UPDATED, item.id or reply.id)
                item.has_receipt = True

    def _complete(self, item: Item, company: Company) -> Command:
        """The item's next command, with what is known only now."""
        command = item.commands[0]
        if command.operation is Operation.CREATE:
            return command
        extra = {"id": item.id}
        if command.operation is Operation.POST:
            extra |= {
                "accountingEntryDescription": item.key.shown[:200],
                "journalTypeId": self._journal_of(company),
            }
        return replace(command, input={**command.input, **extra})


def concerns_all(reply: "Reply | SageActiveError") -> TypeGuard["Refused | SageActiveError"]:
    """Whether a refusal concerns every record of the stream."""
    error = reply.error if isinstance(reply, Refused) else reply
    return isinstance(error, SageActiveError) and error.fault in STREAM_FAULTS
