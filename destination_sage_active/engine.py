"""Takes records one by one, writes them in batches, and keeps account of every one of them."""

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.deferred import DeferredRecords
from destination_sage_active.input.messages import Record
from destination_sage_active.input.routing import Routing
from destination_sage_active.input.states import StateQueue, Ticket
from destination_sage_active.plan.amounts import contradiction, stated_amounts
from destination_sage_active.plan.currency import HOME, in_home_currency, other_currencies
from destination_sage_active.plan.days import Days
from destination_sage_active.plan.deleted import Revivals, deleted_values
from destination_sage_active.plan.deleted import is_deleted as is_deleted_row
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.documents import refused_document
from destination_sage_active.plan.item import Item, identities, record_owner, shown_key
from destination_sage_active.plan.members import Members
from destination_sage_active.plan.net_prices import refuse_gross_prices
from destination_sage_active.plan.planner import Decision, Options
from destination_sage_active.plan.references import References, unanswered
from destination_sage_active.plan.validate import validate
from destination_sage_active.plan.versions import Versions, version_of
from destination_sage_active.record.key import RecordKey, disabling_member
from destination_sage_active.record.marker import without_markers
from destination_sage_active.record.outcome import NOT_WRITTEN, Outcome
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.notices import Notices
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.report.report import ACTIONS, COMPARED, REMOVED, Report, SetAside
from destination_sage_active.write.batch import Batch
from destination_sage_active.write.sender import STREAM_FAULTS
from sage_active.client import Company
from sage_active.errors import SageActiveError, configuration_error
from sage_active.writing import WriteClient, WriteModel, key_text

LOGGER = logging.getLogger("airbyte")
DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
# Enough for ten requests of a hundred keys side by side, and for ten of five mutations twenty times.
FLUSH_RECORDS: Final = 1000
FLUSH_BYTES: Final = 8 << 20
FLUSH_SECONDS: Final = 10.0
# What all buffers together may hold, however many streams and companies there are.
HELD_RECORDS: Final = 2 * FLUSH_RECORDS
HELD_BYTES: Final = FLUSH_BYTES
OUTCOMES_AT_ONCE: Final = 500
NUMBERS: Final = frozenset({"operationalNumber"})
COMPANY_COLUMN: Final = "company_id"
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)
Place = tuple[Stream, str]


class _Buffer:
    """Records of one stream for one company, on their way."""

    def __init__(self, company: Company, target: Target) -> None:
        self.company = company
        self.target = target
        self.items: list[Item] = []
        self.bytes = 0
        self.since = time.monotonic()

    @property
    def is_due(self) -> bool:
        return (
            len(self.items) >= FLUSH_RECORDS
            or self.bytes >= FLUSH_BYTES
            or time.monotonic() - self.since > FLUSH_SECONDS
        )

    @property
    def load(self) -> float:
        """Its share of what all buffers together may hold."""
        return max(len(self.items) / HELD_RECORDS, self.bytes / HELD_BYTES)


class Engine:
    """One sync. `failed`: the streams of which nothing more can be written, or in the end not everything was, and why.

    Every record given to `record` ends as created, updated, unchanged, set aside or rejected, unless its stream, one
    that it refers to, or the connection fails. Raises `SageActiveError` for failures of the connection, and when too
    many records were rejected.
    """

    def __init__(
        self,
        client: WriteClient,
        config: DestinationConfig,
        routing: Routing,
        targets: Mapping[Stream, Target],
        states: StateQueue,
        report: Report,
    ) -> None:
        self.failed: Final[dict[Stream, SageActiveError]] = {}
        self._client = client
        self._config = config
        self._routing = routing
        self._targets = targets
        self._states = states
        self._report = report
        # Streams that go on, and have records that can be written only when another stream is fixed.
        self._incomplete: dict[Stream, SageActiveError] = {}
        self._spoke_of_currencies: set[Stream] = set()
        self._models = {target.resource.name: client.model(target.resource) for target in targets.values()}
        self._may_come = {
            self._models[target.resource.name].type for target in targets.values() if target.mode is not Mode.UPDATE
        }
        self._members = {
            target.stream: Members(
                self._models[target.resource.name],
                [path[0] for path in (*target.primary_key, target.cursor) if path],
            )
            for target in targets.values()
        }
        self._notices = Notices(LOGGER)
        self._left_out = frozenset() if config.keep_numbers else NUMBERS
        self._buffers: dict[Place, _Buffer] = {}
        self._outcomes: list[tuple[Ticket, Outcome]] = []
        self._arrived: Counter[Stream] = Counter()
        self._waiting = DeferredRecords()
        self._is_input_over = False
        self._is_input_whole = True
        self._versions = Versions()
        self._revivals = Revivals()
        self._began = time.monotonic()
        self._references = References(client)
        self._days = Days(config.zone, self._models)
        self._options = Options(Rules(zone=config.zone), config.invoice_status, Decimal(str(config.amount_tolerance)))
        self._batch = Batch(
            client,
            self._options,
            self,
            self._journal,
            Receipts(config.report_path),
            settle_seconds=config.settle_seconds,
            dry_run=config.dry_run,
        )
        if config.invoice_status == "posted" and any(target.resource.document for target in targets.values()):
            for company in routing.companies.values():
                # Better at the start than after the first invoice was closed.
                self._journal(company)
        if config.dry_run:
            # A state that came back would tell the platform that the records have been written.
            states.hold(None)

    # --- what comes in ---

    def record(self, record: Record, ticket: Ticket) -> None:
        """Takes one record; writes when enough have come together."""
        self._arrived[record.target.stream] += 1
        self._take(record, ticket)

    def _take(self, record: Record, ticket: Ticket) -> None:
        if record.target.stream in self.failed:
            return
        is_deleted = False
        try:
            data = _data(record)
            is_deleted = is_deleted_row(data)
            self._members[record.target.stream].complete(data)
            if is_deleted and not _matters(record.target):
                self._set_aside(record.target, ticket, self._shown_key(record), SetAside.DELETED)
                return
            buffer, item = self._item(record, ticket, data, is_deleted=is_deleted)
        except Rejected as reason:
            if is_deleted and record.target.deleted_rows == "ignore":
                self._set_aside(record.target, ticket, self._shown_key(record), SetAside.DELETED)
            else:
                self._reject(record, ticket, self._shown_key(record), reason)
            return
        if not buffer.items:
            buffer.since = time.monotonic()
        buffer.items.append(item)
        buffer.bytes += len(record.line)
        self.flush_due()

    def flush_due(self) -> None:
        """Writes what has waited long enough, and the largest part where all together is too much.

        Called when states arrive as well, which wait for it.
        """
        due = [buffer for buffer in self._buffers.values() if buffer.items and buffer.is_due]
        if not due and sum(buffer.load for buffer in self._buffers.values()) >= 1:
            due = [max(self._buffers.values(), key=lambda buffer: buffer.load)]
        self._flush(due)

    def finish(self, *, is_input_whole: bool = True) -> None:
        """Writes the rest: what waits for what it refers to comes last.

        Of an input that broke off the rest may have had what records refer to: these are left to the next sync.
        """
        self._is_input_whole = is_input_whole
        self._flush(list(self._buffers.values()))
        self._is_input_over = True
        for record, ticket in self._waiting.drain():
            self._take(record, ticket)
        self._flush(list(self._buffers.values()))
        self._sweep()
        self._flush_outcomes()
        self._fail_rejected()
        self.failed.update({stream: error for stream, error in self._incomplete.items() if stream not in self.failed})

    def close(self) -> None:
        """Ends all waiting, lets go of what was not written, and logs what is said once."""
        self._batch.close()
        self._notices.tell(self._members)
        self._waiting.close()
        self._versions.close()

    # --- from records to items ---

    def _item(self, record: Record, ticket: Ticket, data: dict[str, Any], *, is_deleted: bool) -> tuple[_Buffer, Item]:
        target, model = record.target, self._models[record.target.resource.name]
        company = self._routing.company(data.get(COMPANY_COLUMN))
        own_ids = self._routing.has_own_ids(data.get(COMPANY_COLUMN), company)
        if is_deleted:
            values = deleted_values(model, data)
        else:
            refused_document(model, data)
            data = self._in_home_currency(target, data)
            refuse_gross_prices(model, data)
            values = validate(model.fields, data, own_ids=own_ids, left_out=self._left_out)
        if model.marker and model.marker in values:
            values[model.marker] = without_markers(values[model.marker])
        for name in (*model.keys, *model.document_keys):
            if values.get(name):
                # Blanks around a key that were sent would hide the record from the next lookup.
                values[name] = model.key_form(name, values[name]) or None
        converted = self._days.convert(model.resource.name, values)
        found = identities(model, target, data, values, own_ids=own_ids, source_id=self._config.source_id)
        stated = None if is_deleted else stated_amounts(model, data)
        if stated and (wrong := contradiction(model, values, stated, self._options.amount_tolerance)):
            raise wrong
        if not is_deleted or target.deleted_rows == "disable":
            self._routing.accepted(data.get(COMPANY_COLUMN))
        place = (target.stream, company.id)
        if place not in self._buffers:
            self._buffers[place] = _Buffer(company, target)
            self._report.started(target.stream)
        owner = record_owner(model, target, data, self._config.source_id)
        marker = owner if model.marker else None
        version = version_of(target, company, data, found, marker)
        if is_deleted:
            # The key has found its way into the identities, and nothing else of the record counts.
            values = dict.fromkeys(_disabling(model), True)
        item = Item(record, ticket, values, found, marker, owner, version=version, is_deleted=is_deleted, stated=stated)
        if converted and not is_deleted and not self._is_input_over:
            # What waited has been reported when it came.
            self._days.report(target.stream, item.key, converted)
        return self._buffers[place], item

    def _in_home_currency(self, target: Target, data: dict[str, Any]) -> dict[str, Any]:
        """The record in the company's currency; says once for each stream that it speaks of another one as well."""
        model = self._models[target.resource.name]
        in_home = in_home_currency(model, data)
        if target.stream not in self._spoke_of_currencies and (others := list(other_currencies(model, data))):
            self._spoke_of_currencies.add(target.stream)
            LOGGER.warning(
                "Stream `%s`: amounts are written as %s; what %s says is not.",
                *(target.label, HOME, " and ".join(f"`{name}`" for name in dict.fromkeys(others))),
            )
        return in_home

    def _shown_key(self, record: Record) -> RecordKey | None:
        try:
            data = DECODER.decode(record.data)
        except UNREADABLE:
            return None
        with suppress(Rejected):  # the reason has been given; what names the record may be there all the same
            self._members[record.target.stream].complete(data)
        return shown_key(self._models[record.target.resource.name], record.target, data)

    # --- writing ---

    def _flush(self, due: Sequence[_Buffer]) -> None:
        """Writes what has come together; master data before the documents that may refer to it."""
        if not due:
            return
        companies = {buffer.company.id for buffer in due if buffer.target.resource.document}
        masters = [
            buffer
            for buffer in self._buffers.values()
            if not buffer.target.resource.document and (buffer in due or buffer.company.id in companies)
        ]
        for buffer in (*masters, *(buffer for buffer in due if buffer.target.resource.document)):
            items, buffer.items, buffer.bytes = buffer.items, [], 0
            self._write(buffer, [item for item in items if item.target.stream not in self.failed])
        self._flush_outcomes()

    def _write(self, buffer: _Buffer, items: Sequence[Item]) -> None:
        model = self._models[buffer.target.resource.name]
        items = self._newest(buffer, items)
        try:
            for chunk in _rounds(self._resolved(buffer.company, items)):
                if buffer.target.stream not in self.failed:
                    self._batch.write(buffer.company, model, chunk)
        except SageActiveError as error:
            if error.fault not in STREAM_FAULTS:
                raise
            # What may not be read to look records or their references up concerns every record of the stream.
            self._fail(buffer.target, error, buffer.company)

    def _newest(self, buffer: _Buffer, items: Sequence[Item]) -> list[Item]:
        """The records that are content, or that disable a row; older versions and deleted rows are set aside."""
        older = self._versions.older([item.version for item in items])
        newest = []
        for index, item in enumerate(items):
            if index in older:
                self._set_aside(item.target, item.ticket, item.key, SetAside.OLDER)
            elif item.is_deleted and item.target.deleted_rows == "ignore":
                self._set_aside(item.target, item.ticket, item.key, SetAside.DELETED)
            else:
                newest.append(item)
        if buffer.target.deleted_rows == "disable":
            members = _disabling(self._models[buffer.target.resource.name])
            for item in newest:
                self._revivals.pass_by(item, _names(buffer.company, item), members)
        return newest

    def _resolved(self, company: Company, items: Sequence[Item]) -> list[Item]:
        """The items whose references are known; others wait for what is still to come, or are rejected or left.

        A later version of a record that waits waits too, or the earlier one would be written over it.
        """
        missing = self._references.fill(company, items, fresh=self._is_input_over)
        ready = []
        for index, item in enumerate(items):
            need, names = missing.get(index), _names(company, item)
            if isinstance(need, Rejected):
                self.rejected(item, need)
            elif not self._is_input_over and (
                self._waiting.holds(names) or (need and need.reference.type in self._may_come)
            ):
                self._waiting.add(item.record, item.ticket, names)
            elif need is None:
                ready.append(item)
            elif lost := self._lost(need.reference.type):
                self._leave(
                    item.target,
                    f"refer to what stream `{lost.label}` was to bring, and that one was not written completely",
                    f"Fix what the error of `{lost.label}` names.",
                )
            elif not self._is_input_whole:
                self._leave(
                    item.target,
                    "refer to what is not there, and the input broke off before its end",
                    "See the error of the input.",
                )
            else:
                self.rejected(item, unanswered(need))
        return ready

    def _lost(self, type_name: str) -> Target | None:
        """The stream that was to bring entities of this type, and did not bring all of them."""
        for target in self._targets.values():
            is_source = target.mode is not Mode.UPDATE and self._models[target.resource.name].type == type_name
            if is_source and (target.stream in self.failed or target.stream in self._incomplete):
                return target
        return None

    def _leave(self, target: Target, why: str, remedy: str) -> None:
        """Leaves a record without an outcome: nothing is wrong with it, and the next sync must bring it again."""
        if target.stream not in self._incomplete:
            self._states.hold(target.stream)
            self._incomplete[target.stream] = configuration_error(
                f"Stream `{target.label}` has records that {why}.",
                f"{remedy} The next sync brings these records again.",
            )

    def _sweep(self) -> None:
        """Looks for documents that are there twice once nothing that was sent before this run can still arrive."""
        if not self._batch.duplicates.are_possible:
            return
        rest = self._began + self._config.settle_seconds - time.monotonic()
        if rest > 0:
            LOGGER.info("Looking in %.0f seconds whether a document was created twice.", rest)
            self._batch.pause(rest)
        if removed := self._batch.duplicates.sweep():
            LOGGER.warning("%d documents were there twice; the later drafts were removed.", removed)

    def _journal(self, company: Company) -> str:
        journals = self._client.sales_journals(company)
        wanted = self._config.posting_journal
        if wanted is not None and wanted in journals:
            return journals[wanted]
        if wanted is None and len(journals) == 1:
            return next(iter(journals.values()))
        known = ", ".join(sorted(journals)) or "none"
        raise configuration_error(
            f"{company.label} has no journal {wanted!r} for sales invoices."
            if wanted
            else f"{company.label} has {len(journals)} journals for sales invoices.",
            f"Put the code of one into `posting_journal`: {known}.",
        )

    # --- what became of them (batch.Outcomes) ---

    def written(self, item: Item, company: Company, outcome: Outcome, row_id: str) -> None:
        """The API has just said that it wrote it; whatever comes next, there is a receipt."""
        self._report.receipt(item.target.stream, item.key, ACTIONS[outcome], row_id, company.id)

    def removed(self, item: Item, company: Company, row_id: str) -> None:
        """What was written for it is gone again; the receipt of the document that stays comes next."""
        self._report.receipt(item.target.stream, item.key, REMOVED, row_id, company.id)

    def finished(self, item: Item, outcome: Outcome, company: Company) -> None:
        """It is in Sage Active."""
        self._note_kept(item)
        if not item.has_receipt or item.differences:
            action = COMPARED if item.has_receipt else ACTIONS[outcome]
            self._report.receipt(item.target.stream, item.key, action, item.id or "", company.id, item.differences)
        self._report.written(item.target.stream, item.key, outcome, item.differences)
        self._outcomes.append((item.ticket, outcome))

    def simulated(self, item: Item, decision: Decision, company: Company) -> None:
        """A dry run would have written it so."""
        self._note_kept(item)
        outcome = Outcome.CREATED if decision.creates else Outcome.UPDATED if decision.commands else Outcome.UNCHANGED
        model = self._models[item.target.resource.name]
        if decision.creates and model.keys and (code := key_text(item.values.get(model.keys[0]))):
            self._references.simulate(company, model.type, [(code,)])
        self._report.simulated(item.target.stream, item.key, outcome, decision.changed, item.differences)
        self._outcomes.append((item.ticket, outcome))

    def _note_kept(self, item: Item) -> None:
        if item.keeps_lines:
            self._notices.kept(item.target.stream, item.key)

    def rejected(self, item: Item, reason: Rejected, company: Company | None = None) -> None:
        """It is not written, or not finished, for this reason."""
        if company and item.id and isinstance(reason, Held):
            # A person will look for it.
            self._report.receipt(
                item.target.stream, item.key, ACTIONS[Outcome.HELD], item.id, company.id, item.differences
            )
        self._reject(item.record, item.ticket, item.key, reason)

    def set_aside(self, item: Item) -> None:
        """It is a deleted row that Sage Active does not have."""
        self._set_aside(item.target, item.ticket, item.key, SetAside.NOT_THERE)

    def stream_failed(self, item: Item, error: SageActiveError, company: Company) -> None:
        """Nothing of its stream can be written."""
        self._fail(item.target, error, company)

    def _fail(self, target: Target, error: SageActiveError, company: Company) -> None:
        if target.stream not in self.failed:
            self.failed[target.stream] = error.located(target.label, f"Stream `{target.label}`, {company.label}")
            self._states.hold(target.stream)

    def _reject(self, record: Record, ticket: Ticket, key: RecordKey | None, reason: Rejected) -> None:
        stream = record.target.stream
        outcome = Outcome.HELD if isinstance(reason, Held) else Outcome.REJECTED
        self._report.rejected(stream, key, reason.field, reason.reason, record.line, code=reason.code, outcome=outcome)
        self._without_traffic(ticket, outcome)

    def _set_aside(self, target: Target, ticket: Ticket, key: RecordKey | None, why: SetAside) -> None:
        self._report.set_aside(target.stream, key, why)
        self._without_traffic(ticket, Outcome.SET_ASIDE)

    def _without_traffic(self, ticket: Ticket, outcome: Outcome) -> None:
        """Takes an outcome for which nothing was sent, of which there may be very many."""
        self._outcomes.append((ticket, outcome))
        if len(self._outcomes) >= OUTCOMES_AT_ONCE:
            self._flush_outcomes()

    def _fail_rejected(self) -> None:
        """A stream of which nothing but rejected records came has failed, however few they are."""
        for stream, target in self._targets.items():
            counts, arrived = self._report.counts(stream), self._arrived[stream]
            rejected = sum(counts[outcome] for outcome in NOT_WRITTEN)
            if arrived and rejected == arrived and stream not in self.failed:
                self._states.hold(stream)
                self.failed[stream] = configuration_error(
                    f"Stream `{target.label}`: all of its {arrived} records were rejected."
                    if arrived > 1
                    else f"Stream `{target.label}`: its only record was rejected.",
                    "The log (and `rejected.jsonl` in `report_path`) says why. Fix the source, and run the sync again.",
                )

    def _check_rejects(self, target: Target) -> None:
        arrived = self._arrived[target.stream]
        if self._report.too_many(target.stream, arrived):
            self._states.hold(None)
            counts = self._report.counts(target.stream)
            rejected = sum(counts[outcome] for outcome in NOT_WRITTEN)
            raise configuration_error(
                f"Stream `{target.label}`: {rejected} of {arrived} records were rejected, "
                f"more than {self._config.max_rejected_percent} percent; the sync stops and no further state is kept.",
                "The log (and `rejected.jsonl` in `report_path`) says why each was rejected. Fix the source, or raise "
                "`max_rejected_percent`, and run the sync again: nothing is written twice.",
            )

    def _flush_outcomes(self) -> None:
        """Lets the states go whose records have an outcome, after all of this round have been counted."""
        for target in self._targets.values():
            self._check_rejects(target)
        # A state that left would end the chance to tell of what the next sync cannot find.
        self._client.confirm()
        outcomes, self._outcomes = self._outcomes, []
        for ticket, outcome in outcomes:
            ticket.finish(outcome)


def _data(record: Record) -> dict[str, Any]:
    """The content of a record. Raises `Rejected` when it cannot be read."""
    if record.fault:
        raise Rejected(None, record.fault, "unreadable")
    try:
        return DECODER.decode(record.data)
    except RecursionError:
        reason = "it is nested too deeply"
    except InvalidOperation:
        reason = "it has a number that is too large"
    except UnicodeDecodeError:
        reason = "it is not in UTF-8"
    except msgspec.DecodeError as error:
        reason = str(error)
    raise Rejected(None, f"cannot be read: {reason}", "unreadable")


def _matters(target: Target) -> bool:
    """Whether a deleted row of a stream says more than that nothing is to be done."""
    return target.deleted_rows == "disable" or bool(target.cursor)


def _disabling(model: WriteModel) -> tuple[str, ...]:
    member = disabling_member(model.resource, model.connection)
    return (member,) if member else ()


def _names(company: Company, item: Item) -> set[tuple[str, str, str]]:
    """Everything by which a record is recognised, whatever the member is called."""
    values = {identity.value for identity in item.identities} | ({item.marker} if item.marker else set())
    return {(company.id, item.target.resource.name, value) for value in values}


def _rounds(items: Sequence[Item]) -> list[list[Item]]:
    """The items in rounds that have every key once, in their order: a later record meets what an earlier one wrote."""
    rounds: list[list[Item]] = []
    seen: dict[RecordKey, int] = {}
    for item in items:
        number = max((seen[identity] + 1 for identity in item.identities if identity in seen), default=0)
        seen.update(dict.fromkeys(item.identities, number))
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(item)
    return rounds
