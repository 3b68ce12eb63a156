"""Puts outcomes where they belong: the report, the states that wait for them, the streams that failed."""

from decimal import Decimal
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.amounts.rate_shares import Share, rate_shares, record_shares
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Held, Rejected, Twice
from destination_sage_active.report.notices import Notices
from destination_sage_active.report.report import ACTIONS, COMPARED, Report, SetAside
from destination_sage_active.write.states import (
    Absent,
    AwaitsEnd,
    HeldBack,
    NotWritten,
    Planned,
    StreamFailed,
    Written,
)
from destination_sage_active.write.stream_failures import StreamFailures
from destination_sage_active.write.task import Result
from destination_sage_active.write.waiting_documents import WaitingDocuments
from sage_active.client import Company
from sage_active.writing import WriteClient

OUTCOMES_AT_ONCE: Final = 500


class OutcomeRecorder:
    """The outcomes of one sync.

    Raises a configuration error when too many records of a stream were rejected.
    """

    def __init__(
        self,
        client: WriteClient,
        report: Report,
        failures: StreamFailures,
        notices: Notices,
        waiting: WaitingDocuments,
        *,
        is_dry_run: bool = False,
    ) -> None:
        self._client = client
        self._report = report
        self._failures = failures
        self._notices = notices
        self._waiting = waiting
        self._is_dry_run = is_dry_run
        self._outcomes: list[tuple[Ticket, Outcome]] = []

    def record(self, company: Company, result: Result) -> None:
        """Takes what became of an item that was to be written."""
        item = result.item
        match result.ending:
            case Written(outcome):
                self._written(company, result, outcome)
            case Planned():
                self._record_plan(result, result.ending)
            case AwaitsEnd():
                self._await_end(company, result)
            case HeldBack():
                if result.row.id:
                    self._receipt(company, result, ACTIONS[Outcome.HELD])
                self._report.held_back(
                    item.target.stream, item.key, item.record.line, is_draft=not item.model.creates_final
                )
            case Absent():
                self.set_aside(item.target, item.ticket, item.key, SetAside.NOT_THERE)
            case NotWritten(reason):
                if result.row.id and isinstance(reason, Held):
                    # A person will look for it.
                    self._receipt(company, result, ACTIONS[Outcome.HELD])
                if isinstance(reason, Twice):
                    self._failures.twice(item.target, company, item.key, reason)
                self.reject(item.record, item.ticket, item.key, reason)
            case StreamFailed(error):
                self._failures.fail(item.target, error, company)

    def reject(self, record: Record, ticket: Ticket, key: RecordKey | None, reason: Rejected) -> None:
        """The record is not written; `key`: how messages name it, if it can be named."""
        stream = record.target.stream
        outcome = Outcome.HELD if isinstance(reason, Held) else Outcome.REJECTED
        self._report.rejected(stream, key, reason.field, reason.reason, record.line, code=reason.code, outcome=outcome)
        self._without_traffic(ticket, outcome)

    def set_aside(
        self, target: Target, ticket: Ticket, key: RecordKey | None, why: str, amount: Decimal | None = None
    ) -> None:
        """There is nothing to do for the record, and that is right."""
        self._report.set_aside(target.stream, key, why, amount)
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
        """Takes an outcome for which nothing was sent; there may be very many of them."""
        self._outcomes.append((ticket, outcome))
        if len(self._outcomes) >= OUTCOMES_AT_ONCE:
            self.flush()

    def _written(self, company: Company, result: Result, outcome: Outcome) -> None:
        item, row = result.item, result.row
        self._note_kept(result)
        if not row.has_receipt or row.differences or row.chosen:
            self._receipt(company, result, COMPARED if row.has_receipt else ACTIONS[outcome])
        self._report.written(item.target.stream, item.key, outcome, row.differences)
        self._outcomes.append((item.ticket, outcome))

    def _record_plan(self, result: Result, plan: Planned) -> None:
        item, decision = result.item, plan.decision
        self._note_kept(result)
        outcome = Outcome.CREATED if decision.creates else Outcome.UPDATED if decision.commands else Outcome.UNCHANGED
        # Before the end of the input it would have been created, or updated.
        outcome = outcome if result.row.outcome is None else result.row.outcome
        self._report.simulated(item.target.stream, item.key, outcome, decision.changed, result.row.differences)
        self._outcomes.append((item.ticket, outcome))

    def _await_end(self, company: Company, result: Result) -> None:
        """Keeps the document until the end; of an earlier version of its record only the content counts."""
        item, row, shares = result.item, result.row, tuple[Share, ...]()
        if self._is_dry_run:
            is_as_it_is = row.found is not None and row.outcome is None
            shares = rate_shares(item.model, row.found or {}) if is_as_it_is else record_shares(item.model, item)
        earlier = self._waiting.add(company, result, shares)
        if earlier is None:
            return
        # The later version of the record makes the document final, if anything does.
        outcome = Outcome.UNCHANGED if earlier.row.outcome is None else earlier.row.outcome
        if self._is_dry_run:
            self._report.simulated(earlier.target.stream, earlier.key, outcome, earlier.row.changed)
        else:
            self._report.written(earlier.target.stream, earlier.key, outcome)
        self._outcomes.append((earlier.ticket, outcome))

    def _receipt(self, company: Company, result: Result, action: str) -> None:
        item, row = result.item, result.row
        self._report.receipt(
            item.target.stream, item.key, action, row.id or "", company.id, row.differences, row.chosen
        )

    def _note_kept(self, result: Result) -> None:
        if result.row.keeps_lines:
            self._notices.kept(result.item.target.stream, result.item.key)
