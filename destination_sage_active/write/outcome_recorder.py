"""Puts outcomes where they belong: the report, the states that wait for them, the streams that failed."""

from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.report.notices import Notices
from destination_sage_active.report.report import ACTIONS, COMPARED, REMOVED, Report, SetAside
from destination_sage_active.write.stream_failures import StreamFailures
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.writing import WriteClient

OUTCOMES_AT_ONCE: Final = 500


class OutcomeRecorder:
    """The outcomes of one sync; satisfies `Outcomes`.

    Raises a configuration error when too many records of a stream were rejected.
    """

    def __init__(self, client: WriteClient, report: Report, failures: StreamFailures, notices: Notices) -> None:
        self._client = client
        self._report = report
        self._failures = failures
        self._notices = notices
        self._outcomes: list[tuple[Ticket, Outcome]] = []

    # --- of items that a batch was given ---

    def written(self, item: Item, company: Company, outcome: Outcome, row_id: str) -> None:
        """The API has just said that it wrote it; whatever comes next, there is a receipt."""
        self._report.receipt(item.target.stream, item.key, ACTIONS[outcome], row_id, company.id)

    def removed(self, item: Item, company: Company, row_id: str) -> None:
        """What was written for it is gone again; the receipt of the document that stays comes next."""
        self._report.receipt(item.target.stream, item.key, REMOVED, row_id, company.id)

    def finished(self, task: Task, outcome: Outcome, company: Company) -> None:
        """It is in Sage Active."""
        item = task.item
        self._note_kept(task)
        if not task.has_receipt or task.differences:
            action = COMPARED if task.has_receipt else ACTIONS[outcome]
            self._report.receipt(item.target.stream, item.key, action, task.id or "", company.id, task.differences)
        self._report.written(item.target.stream, item.key, outcome, task.differences)
        self._outcomes.append((item.ticket, outcome))

    def absent(self, item: Item) -> None:
        """It is a deleted row that Sage Active does not have."""
        self.set_aside(item.target, item.ticket, item.key, SetAside.NOT_THERE)

    def simulated(self, task: Task, decision: Decision, company: Company) -> None:
        """A dry run would have written it so."""
        item = task.item
        self._note_kept(task)
        outcome = Outcome.CREATED if decision.creates else Outcome.UPDATED if decision.commands else Outcome.UNCHANGED
        self._report.simulated(item.target.stream, item.key, outcome, decision.changed, task.differences)
        self._outcomes.append((item.ticket, outcome))

    def rejected(self, task: Task, reason: Rejected, company: Company | None = None) -> None:
        """It is not written, or not finished, for this reason."""
        item = task.item
        if company and task.id and isinstance(reason, Held):
            # A person will look for it.
            action = ACTIONS[Outcome.HELD]
            self._report.receipt(item.target.stream, item.key, action, task.id, company.id, task.differences)
        self.reject(item.record, item.ticket, item.key, reason)

    def stream_failed(self, item: Item, error: SageActiveError, company: Company) -> None:
        """Nothing of its stream can be written."""
        self._failures.fail(item.target, error, company)

    # --- of records for which nothing is sent ---

    def reject(self, record: Record, ticket: Ticket, key: RecordKey | None, reason: Rejected) -> None:
        """The record is not written; `key`: how messages name it, if it can be named."""
        stream = record.target.stream
        outcome = Outcome.HELD if isinstance(reason, Held) else Outcome.REJECTED
        self._report.rejected(stream, key, reason.field, reason.reason, record.line, code=reason.code, outcome=outcome)
        self._without_traffic(ticket, outcome)

    def set_aside(self, target: Target, ticket: Ticket, key: RecordKey | None, why: SetAside) -> None:
        """There is nothing to do for the record, and that is right."""
        self._report.set_aside(target.stream, key, why)
        self._without_traffic(ticket, Outcome.SET_ASIDE)

    def flush(self) -> None:
        """Lets the states go whose records have an outcome, after all of this round have been counted."""
        self._failures.check_rejected()
        # A state that left would end the chance to tell of what the next sync cannot find.
        self._client.confirm()
        outcomes, self._outcomes = self._outcomes, []
        for ticket, outcome in outcomes:
            ticket.finish(outcome)

    def _without_traffic(self, ticket: Ticket, outcome: Outcome) -> None:
        """Takes an outcome for which nothing was sent, of which there may be very many."""
        self._outcomes.append((ticket, outcome))
        if len(self._outcomes) >= OUTCOMES_AT_ONCE:
            self.flush()

    def _note_kept(self, task: Task) -> None:
        if task.keeps_lines:
            self._notices.kept(task.item.target.stream, task.item.key)
