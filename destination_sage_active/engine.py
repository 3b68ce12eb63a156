"""Takes records one by one, writes them in batches, and keeps account of every one of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.content import content_of
from destination_sage_active.input.deferred import DeferredRecords
from destination_sage_active.input.messages import Record
from destination_sage_active.input.routing import Routing
from destination_sage_active.input.states import StateQueue, Ticket
from destination_sage_active.plan.conditions.creation_conditions import CreationConditions
from destination_sage_active.plan.conditions.deleted import concerns_deleted, is_deleted
from destination_sage_active.plan.conditions.effects import Effects
from destination_sage_active.plan.conditions.final_rules import FinalRules
from destination_sage_active.plan.conditions.set_asides import reason_to_set_aside
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.dry_run import SimulatedRows
from destination_sage_active.plan.item import Item, rounds
from destination_sage_active.plan.item_builder import ItemBuilder
from destination_sage_active.plan.order import WritingOrder, made_of_final
from destination_sage_active.plan.planner import Options
from destination_sage_active.plan.references import References
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.final_table import FinalTable
from destination_sage_active.report.notices import Notices
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.report.report import Report, SetAside
from destination_sage_active.write.after_closing import AfterClosing
from destination_sage_active.write.batch import Batch
from destination_sage_active.write.buffers import Buffer, Buffers
from destination_sage_active.write.closing import Closing
from destination_sage_active.write.company_locks import CompanyLocks
from destination_sage_active.write.final_at_once import FinalAtOnce
from destination_sage_active.write.final_creations import FinalCreations
from destination_sage_active.write.hidden_creations import HiddenCreations
from destination_sage_active.write.journals import Journals
from destination_sage_active.write.outcome_recorder import OutcomeRecorder
from destination_sage_active.write.pilot import Pilot
from destination_sage_active.write.readiness import Readiness
from destination_sage_active.write.second_looks import SecondLooks
from destination_sage_active.write.settlements import Settlements
from destination_sage_active.write.states import NotWritten
from destination_sage_active.write.stream_failures import StreamFailures
from destination_sage_active.write.task import Result
from destination_sage_active.write.tax_control import TaxControl
from destination_sage_active.write.waiting_documents import WaitingDocuments
from sage_active.errors import SageActiveError
from sage_active.faults import Concern
from sage_active.writing import WriteClient

LOGGER = logging.getLogger("airbyte")
BROKEN_OFF: Final = "are written after all others, and the input broke off before its end"
OTHER_RUN: Final = "Let the other run come to its end, or end it, and let one run at a time write to a company."


class Engine:
    """One sync.

    Every record given to `record` ends as created, updated, unchanged, set aside or rejected, unless its stream, one
    that it refers to, or the connection fails. Raises `SageActiveError` for failures of the connection, and when too
    many records were rejected. `locks`: keep other runs on this machine away from the companies that are written to.
    """

    def __init__(
        self,
        client: WriteClient,
        config: DestinationConfig,
        routing: Routing,
        targets: Mapping[Stream, Target],
        states: StateQueue,
        report: Report,
        locks: CompanyLocks | None = None,
    ) -> None:
        self._models = models = {target.resource.name: client.model(target.resource) for target in targets.values()}
        journals = Journals(client)
        simulated = SimulatedRows() if config.dry_run else None
        self._report = report
        self._locks = locks
        self._notices = Notices(LOGGER)
        self._failures = StreamFailures(targets, states, report, config.max_rejected_percent)
        self._waiting = WaitingDocuments(config.zone)
        self._outcomes = OutcomeRecorder(
            client, report, self._failures, self._notices, self._waiting, is_dry_run=config.dry_run
        )
        self._effects = Effects(config)
        self._builder = ItemBuilder(config, routing, targets, models, self._effects)
        self._buffers = Buffers(WritingOrder(models))
        creating = [target for target in targets.values() if target.mode is not Mode.UPDATE]
        references = References(client, simulated, {models[target.resource.name].type for target in creating})
        states_of = ((target.resource.name, target.target_state) for target in targets.values())
        self._after_closing = AfterClosing(made_of_final(states_of, models))
        self._readiness = Readiness(references, creating, models, self._outcomes, self._failures, self._after_closing)
        rules, table = FinalRules(config, config.zone), FinalTable(LOGGER, is_dry_run=config.dry_run)
        pilot = Pilot(client, None if config.dry_run else rules.acts, self._failures)
        conditions, settle_seconds = CreationConditions(client, config.entries_with_vat), config.settle_seconds
        second_looks = SecondLooks(client, self._failures.twice, settle_seconds)
        at_once = FinalAtOnce(
            FinalCreations(rules, conditions, pilot, table, settle_seconds=settle_seconds, is_simulated=config.dry_run),
            TaxControl(client, conditions.tax),
            Settlements(client, config.payment_methods, is_simulated=config.dry_run),
            second_looks,
            settle_seconds=settle_seconds,
        )
        self._batch = Batch(
            client,
            Options(Rules(zone=config.zone), amount_tolerance=config.tolerance, allow_similar=config.allow_similar),
            report,
            journals.of,
            Receipts(config.report_path),
            settle_seconds=settle_seconds,
            hidden=HiddenCreations(config.files_settle_minutes),
            at_once=at_once,
            second_looks=second_looks,
            simulated=simulated,
        )
        self._table = table
        self._pilot = pilot
        # What is written last of all.
        self._payments = DeferredRecords()
        self._closing = Closing(
            client,
            self._batch,
            self._builder,
            references,
            rules,
            self._outcomes,
            self._failures,
            pilot,
            table,
            Rules(zone=config.zone),
            is_simulated=config.dry_run,
        )
        # Better at the start than after the first document was closed.
        for target in targets.values():
            if target.target_state:
                journals.require(
                    routing.companies.values(), models[target.resource.name], target.target_state, target.journal
                )
        if config.dry_run:
            # A state that came back would tell the platform that the records have been written.
            states.hold(None)

    @property
    def failed(self) -> Mapping[Stream, SageActiveError]:
        """The streams that cannot be written any further, or were not written in full, each with the reason."""
        return self._failures.failed

    def record(self, record: Record, ticket: Ticket) -> None:
        """Takes one record; writes when enough have come together."""
        self._failures.arrive(record.target.stream)
        if self._models[record.target.resource.name].settlement:
            self._payments.add(record, ticket)
        else:
            self._take(record, ticket)

    def flush_due(self) -> None:
        """Writes what has waited long enough, and the largest part where all together is too much.

        Called when states arrive as well, which wait for it.
        """
        self._flush(self._buffers.due())

    def finish(self, *, is_input_whole: bool = True) -> None:
        """Writes the rest, then what waits for what it refers to; then documents become final.

        Then others are made of them, which may become final too, and then open items are paid.

        Of an input that broke off the rest may have had what records refer to: these are left to the next sync.
        """
        if not is_input_whole:
            self._readiness.break_off()
        self._flush(self._buffers.all())
        for record, ticket in self._readiness.end_input():
            self._take(record, ticket)
        self._flush(self._buffers.all())
        self._batch.sweep()
        self._outcomes.flush()
        self._closing.run(self._waiting, is_input_whole=is_input_whole)
        self._outcomes.flush()
        if self._write_late(self._after_closing.drain(), is_input_whole=is_input_whole):
            self._closing.run(self._waiting, is_input_whole=is_input_whole)
            self._outcomes.flush()
        self._write_late(self._payments.drain(), is_input_whole=is_input_whole)
        self._pilot.conclude()
        self._failures.conclude()

    def close(self) -> None:
        """Ends all waiting, lets go of what was not written, and logs what is said once."""
        self._batch.close()
        self._notices.tell(self._builder.members)
        self._effects.tell()
        self._table.tell()
        self._readiness.close()
        self._after_closing.close()
        self._payments.close()
        self._waiting.close()
        if self._locks:
            self._locks.close()

    def _write_late(self, late: Iterable[tuple[Record, Ticket]], *, is_input_whole: bool) -> bool:
        """Writes what comes after the others; whether there was any.

        Not of an input that broke off: its rest may have had more of what these are made of, or pay.
        """
        is_empty = True
        for record, ticket in late:
            is_empty = False
            if is_input_whole:
                self._take(record, ticket)
            else:
                self._failures.leave(record.target, BROKEN_OFF, "See the error of the input.")
        if is_empty:
            return False
        self._flush(self._buffers.all())
        self._batch.sweep()
        self._outcomes.flush()
        return True

    def _take(self, record: Record, ticket: Ticket) -> None:
        target, is_deleted_row = record.target, False
        if target.stream in self.failed:
            return
        try:
            data = content_of(record)
            is_deleted_row = is_deleted(data)
            self._builder.complete(target, data)
            if is_deleted_row and not concerns_deleted(target):
                self._outcomes.set_aside(target, ticket, self._builder.shown_key(record), SetAside.DELETED)
                return
            if why := reason_to_set_aside(self._models[target.resource.name], data, self._models):
                self._outcomes.set_aside(target, ticket, self._builder.shown_key(record), why.text, why.amount)
                return
            is_first = not self._readiness.is_input_over or bool(self._models[target.resource.name].settlement)
            company, item = self._builder.build(record, ticket, data, is_deleted=is_deleted_row, is_first=is_first)
        except Rejected as reason:
            if is_deleted_row and target.deleted_rows == "ignore":
                self._outcomes.set_aside(target, ticket, self._builder.shown_key(record), SetAside.DELETED)
            else:
                self._outcomes.reject(record, ticket, self._builder.shown_key(record), reason)
            return
        buffer = self._buffers.of(company, target)
        if not buffer.items:
            self._report.started(target.stream)
        buffer.add(item)
        self.flush_due()

    def _flush(self, due: Sequence[Buffer]) -> None:
        """Writes what has come together; master data before the documents that may refer to it."""
        if not due:
            return
        for buffer in self._buffers.ranked(due):
            self._write(buffer, [item for item in buffer.drain() if item.target.stream not in self.failed])
        self._outcomes.flush()

    def _write(self, buffer: Buffer, items: Sequence[Item]) -> None:
        company, target = buffer.company, buffer.target
        if self._locks and (obstacle := self._locks.obstacle(company)):
            self._failures.leave(target, f"belong to {company.label}, and {obstacle} there", OTHER_RUN)
            return
        rest = self._readiness.newest(company, items)
        try:
            while rest:
                ready, rest = self._readiness.resolved(company, rest)
                for chunk in rounds(ready):
                    if target.stream not in self.failed:
                        for result in self._batch.write(company, chunk[0].model, chunk):
                            if not self._comes_later(result):
                                self._outcomes.record(company, result)
        except SageActiveError as error:
            if error.fault.concerns is not Concern.STREAM:
                raise
            # What may not be read to look records or their references up concerns every record of the stream.
            self._failures.fail(target, error, company)

    def _comes_later(self, result: Result) -> bool:
        """Whether a record waits until what it is made of is final."""
        ending = result.ending
        return isinstance(ending, NotWritten) and self._after_closing.takes(result.item, ending.reason.field)
