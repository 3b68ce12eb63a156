"""Makes documents final after the input has ended: one after the other, in the order of their dates.

A document gets its number when it is closed, and the numbers of a series must follow the dates. So nothing is closed
before all drafts are there, and nothing goes on before the outcome of the document before it is known.
"""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from destination_sage_active.input.content import content_of
from destination_sage_active.plan.amounts.rate_shares import rate_shares
from destination_sage_active.plan.amounts.treatments import require_treatments
from destination_sage_active.plan.conditions.final_rules import FinalRules
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.found_rows import rows_by_id
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.item_builder import ItemBuilder
from destination_sage_active.plan.references import References, unanswered
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.report.final_table import FinalTable
from destination_sage_active.write.batch import Batch
from destination_sage_active.write.outcome_recorder import OutcomeRecorder
from destination_sage_active.write.pilot import Pilot
from destination_sage_active.write.states import Ending, HeldBack, InDoubt, NotWritten, Pending
from destination_sage_active.write.stream_failures import StreamFailures
from destination_sage_active.write.task import Result, Task, results
from destination_sage_active.write.waiting_documents import WaitingDocument, WaitingDocuments, numbering_of
from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.writing import Command, Unknown, WriteClient, WriteModel

# One look-up of so many documents, then one request for each step of each of them.
AT_ONCE: Final = 100
DOUBT: Final = "whether the document before it in its number series became final is not known"


class Closing:
    """The final acts of one sync. `is_simulated`: a dry run, which makes nothing final and has no pilot."""

    def __init__(
        self,
        client: WriteClient,
        batch: Batch,
        builder: ItemBuilder,
        references: References,
        rules: FinalRules,
        outcomes: OutcomeRecorder,
        failures: StreamFailures,
        pilot: Pilot,
        table: FinalTable,
        diff_rules: Rules,
        *,
        is_simulated: bool,
    ) -> None:
        self._client = client
        self._batch = batch
        self._builder = builder
        self._references = references
        self._rules = rules
        self._outcomes = outcomes
        self._failures = failures
        self._table = table
        self._diff_rules = diff_rules
        self._zone = diff_rules.zone
        self._is_simulated = is_simulated
        self._pilot = pilot
        self._finalized: Counter[str] = Counter()

    def run(self, waiting: WaitingDocuments, *, is_input_whole: bool) -> None:
        """Makes everything final that waits and may be. Raises `SageActiveError` when the connection fails.

        Of an input that broke off the rest may be dated earlier, so nothing is made final; nor is anything of a stream
        of which not everything was written.
        """
        for company, entries in waiting.drain():
            rest = []
            for entry in entries:
                if self._failures.concern(entry.target.stream):
                    continue
                if is_input_whole:
                    rest.append(entry)
                else:
                    self._failures.leave(
                        entry.target,
                        "are drafts and were to become final after the others, and the input broke off before its end",
                        "See the error of the input.",
                    )
            for model, documents in _by_model(rest):
                self._locate(company, model, documents)
            by_series: defaultdict[str | None, list[WaitingDocument]] = defaultdict(list)
            for entry in rest:
                by_series[entry.series].append(entry)
            for series, documents in by_series.items():
                # Sorting keeps the order of records of one day.
                ordered = sorted(documents, key=lambda entry: entry.day)
                for result in self._close_series(company, series, ordered, waiting):
                    self._outcomes.record(company, result)

    def _locate(self, company: Company, model: WriteModel, entries: Sequence[WaitingDocument]) -> None:
        """Finds out the date and the number series of every document."""
        rows = rows_by_id(self._client, company, model, [entry.id for entry in entries], fresh=True)
        for entry in entries:
            if row := rows.get(entry.id.lower()):
                entry.stand_at(row, self._zone)
            entry.day = entry.day or self._rules.today
            if entry.series is None and self._is_simulated:
                entry.series = self._client.usual_series(model.resource, company)

    def _close_series(
        self,
        company: Company,
        series: str | None,
        entries: Sequence[WaitingDocument],
        waiting: WaitingDocuments,
    ) -> Iterator[Result]:
        """Makes the documents of a series final, as far as they may be, and yields what became of each."""
        last = self._client.last_final_day(entries[0].model.resource, company, series, self._zone)
        doubt: str | None = None
        for model, documents in _rounds(entries):
            chunk = {id(entry.ticket): entry for entry in documents}
            tasks = self._tasks(company, chunk.values(), waiting)
            while tasks:
                active, tasks = yield from self._batch.decide_at_the_end(company, model, tasks)
                for task in active:
                    entry = chunk[id(task.item.ticket)]
                    if self._failures.concern(entry.target.stream):
                        continue
                    if hindrance := self._hindrance(company, task, entry, last, doubt):
                        task.move(hindrance)
                        yield from results([task])
                    else:
                        last, doubt = yield from self._finalize(company, task, entry, last)
            self._outcomes.flush()

    def _tasks(self, company: Company, entries: Iterable[WaitingDocument], waiting: WaitingDocuments) -> list[Task]:
        """The documents with their records, as they are written; what can no longer be told is rejected."""
        built: list[tuple[Item, WaitingDocument]] = []
        for entry in entries:
            record = waiting.record(entry)
            try:
                data = content_of(record)
                self._builder.complete(entry.target, data)
                _, item = self._builder.build(record, entry.ticket, data, is_deleted=False, is_first=False)
            except Rejected as reason:
                self._outcomes.reject(record, entry.ticket, self._builder.shown_key(record), reason)
                continue
            built.append((item, entry))
        tasks = []
        results = self._references.fill(company, [item for item, _ in built])
        for (item, entry), result in zip(built, results, strict=True):
            if isinstance(result, Item):
                tasks.append(Task(result, entry.row, is_ending=True))
            else:
                wrong = result if isinstance(result, Rejected) else unanswered(result)
                self._outcomes.reject(item.record, item.ticket, item.key, wrong)
        return tasks

    def _hindrance(
        self, company: Company, task: Task, entry: WaitingDocument, last: str | None, doubt: str | None
    ) -> Ending | None:
        """What keeps a document from becoming final. Raises `SageActiveError`."""
        model, row = task.item.model, task.row.found or {}
        name = model.resource.name
        try:
            # What has its number already is not dated too late for it.
            before = last if model.lifecycle is None or model.lifecycle.is_editable(row) else None
            self._rules.require(task.item, row, entry.day, numbering_of(model).day, before)
            require_treatments(self._client, company, task.item, row, self._diff_rules, is_simulated=self._is_simulated)
            if doubt:
                raise Held(None, doubt)
            acts = self._rules.acts
            if acts and acts.max_per_run is not None and self._finalized[name] >= acts.max_per_run:
                raise Held(None, f"{acts.max_per_run} became final in this run already (`final_acts.max_per_run`)")
        except Held as reason:
            return NotWritten(reason)
        if self._pilot.is_over(name, self._finalized[name]):
            self._pilot.hold_back(task.item.target)
            return HeldBack()
        return None

    def _finalize(
        self, company: Company, task: Task, entry: WaitingDocument, last: str | None
    ) -> Generator[Result, None, tuple[str | None, str | None]]:
        """Makes a document final; returns the last day of its series then, and why nothing may follow it."""
        model = task.item.model
        wanted = _final_steps(model, task.commands)
        yield from self._batch.finalize(company, model, task, is_simulated=self._is_simulated)
        before_end = task.last_open
        left = _final_steps(model, before_end.commands)
        is_in_doubt = isinstance(before_end, (Pending, InDoubt)) and isinstance(before_end.doubt, Unknown)
        if not self._is_simulated and is_in_doubt and before_end.commands:
            self._finalized[model.resource.name] += 1
            # Without a series nothing depends on the number that it got.
            has_series = numbering_of(model).series is not None
            return last, DOUBT if has_series else None
        if left == wanted and not self._is_simulated:
            return last, None
        self._finalized[model.resource.name] += 1
        self._table.add(
            model.resource.name, company, entry.day, entry.shares or rate_shares(model, task.row.found or {})
        )
        self._pilot.note(company, model, task.row.id, entry.day)
        self._require_kept_number(company, task)
        return max(last or "", entry.day), None

    def _require_kept_number(self, company: Company, task: Task) -> None:
        """Ends a stream whose documents become final under other numbers than their own."""
        item, model = task.item, task.item.model
        id_member, member, row_id = model.resource.key(model.connection), numbering_of(model).number, task.row.id
        if self._is_simulated or item.number is None or member is None or row_id is None:
            return
        for row in self._client.find(model.resource, company, id_member, [row_id], fresh=True):
            if str(row.get(member) or "") != item.number:
                error = configuration_error(
                    f"Sage Active gave {item.key.loggable} the number {row.get(member)} instead of its own; "
                    "nothing more is made final.",
                    "Correct that document in Sage Active, and set `keep_numbers` to false: it does not keep them.",
                )
                self._failures.fail(item.target, error, company)


def _final_steps(model: WriteModel, commands: Iterable[Command]) -> int:
    """How many of the commands are final steps; a number of its own alone leaves a document a draft."""
    return sum(model.lifecycle.is_final(command.operation) for command in commands) if model.lifecycle else 0


def _by_model(entries: Iterable[WaitingDocument]) -> Iterator[tuple[WriteModel, list[WaitingDocument]]]:
    """Documents that follow each other and are of one object."""
    for _, documents in groupby(entries, key=lambda entry: entry.model.resource.name):
        of_one = list(documents)
        yield of_one[0].model, of_one


def _rounds(entries: Sequence[WaitingDocument]) -> Iterator[tuple[WriteModel, list[WaitingDocument]]]:
    """Documents that are looked up together, in their order: of one object, and not too many."""
    for model, documents in _by_model(entries):
        for start in range(0, len(documents), AT_ONCE):
            yield model, documents[start : start + AT_ONCE]
