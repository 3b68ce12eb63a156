"""Writes records of one object in one company: look up, decide, send, look up again where the outcome is unknown."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple, Protocol

from destination_sage_active.configuration import MissingChildren
from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.claims import Claims
from destination_sage_active.plan.dry_run import SimulatedRows
from destination_sage_active.plan.item import Item, carries, require_key
from destination_sage_active.plan.matcher import Match, Matcher, following, is_among, require_own_document
from destination_sage_active.plan.planner import Decision, Options, plan_record
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.report.redaction import without_values
from destination_sage_active.write.amount_control import CONTENT, AmountControl
from destination_sage_active.write.duplicates import Duplicates
from destination_sage_active.write.removals import Removal, Removals
from destination_sage_active.write.sender import STREAM_FAULTS, Sender, concerns_all
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.faults import rows
from sage_active.writing import Command, Done, Operation, Refused, Reply, Row, Unknown, WriteClient, WriteModel

LOGGER = logging.getLogger("airbyte")
# A first try, one after an unknown outcome, and one more: then the record, or the API, is to blame.
MOST_ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
# The API answered, so it is the record that it cannot digest.
RECORD_FAULTS: Final = rows("write-refused", "graphql-error", "business-rule", "server-time-out")


class Outcomes(Protocol):
    """Who is told what became of a record."""

    def written(self, item: Item, company: Company, outcome: Outcome, row_id: str) -> None:
        """The API has just said that it wrote it. Called in several threads, before `finished`."""

    def removed(self, item: Item, company: Company, row_id: str) -> None:
        """What was written for it is gone again, because another run had created the same document before."""

    def finished(self, item: Item, outcome: Outcome, company: Company) -> None:
        """It is in Sage Active."""

    def set_aside(self, item: Item) -> None:
        """It is a deleted row that Sage Active does not have."""

    def simulated(self, item: Item, decision: Decision, company: Company) -> None:
        """A dry run would have written it so."""

    def rejected(self, item: Item, reason: Rejected, company: Company | None = None) -> None:
        """It is not written, or not finished, for this reason; `company`: where it is, if it is there."""

    def stream_failed(self, item: Item, error: SageActiveError, company: Company) -> None:
        """Nothing of its stream can be written."""


class _Plan(NamedTuple):
    """A record, the rows that it meets, and what is to be done."""

    item: Item
    met: Sequence[Row]
    decision: Decision

    @property
    def removal(self) -> Removal | None:
        removals = self.decision.removals
        return Removal(self.item, self.met[0], removals) if removals else None


class Batch:
    """The writing of one sync; keeps no records."""

    def __init__(
        self,
        client: WriteClient,
        options: Options,
        outcomes: Outcomes,
        journal_of: Callable[[Company], str],
        receipts: Receipts,
        *,
        settle_seconds: float,
        dry_run: bool,
    ) -> None:
        self._client = client
        self._options: Mapping[MissingChildren | None, Options] = {
            None: options,
            "keep": replace(options, rules=replace(options.rules, remove_missing=False)),
            "remove": replace(options, rules=replace(options.rules, remove_missing=True)),
        }
        self._outcomes = outcomes
        self._settle_seconds = settle_seconds
        self._dry_run = dry_run
        self._stopped = threading.Event()
        self.duplicates: Final = Duplicates(client)
        # A dry run neither creates nor removes anything.
        self._claims = Claims()
        self._matches = Matcher(client, None if dry_run else self.duplicates, self._claims, settle_seconds)
        self._sending = Sender(client, journal_of, outcomes.written)
        self._control = AmountControl(client, options)
        self._simulated = SimulatedRows()
        self._removals = Removals(client, receipts)

    def pause(self, seconds: float) -> None:
        """Waits, unless all waiting was ended."""
        self._stopped.wait(seconds)

    def close(self) -> None:
        """Ends all waiting."""
        self._stopped.set()
        self._sending.close()

    def write(self, company: Company, model: WriteModel, items: Sequence[Item]) -> None:
        """Writes records no two of which have the same key; each ends with an outcome.

        Raises `SageActiveError` when the connection fails, or when something may not be read (`STREAM_FAULTS`); records
        without an outcome are then to be written again.
        """
        rest = list(items)
        while rest:
            rest = self._write(company, model, rest)

    def _write(self, company: Company, model: WriteModel, items: Sequence[Item]) -> list[Item]:
        """Writes the records of which each leads to a row of its own; returns the others."""
        open_items, put_off, alone = list(items), list[Item](), False
        for attempt in range(MOST_ATTEMPTS):
            active = self._decide(company, model, open_items, put_off, fresh=attempt > 0)
            open_items = self._carry_out(company, model, active, put_off, alone=alone)
            if not open_items:
                return put_off
            self._await_outcomes(company, model, [item for item in open_items if item.doubt and item.doubt.may_still])
            # What is alone in its request cannot be taken for another's fault.
            alone = True
        # What was sent last may have taken effect.
        are_others_written = any(item.outcome is not None for item in items)
        for item in self._decide(company, model, open_items, put_off, fresh=True):
            self._give_up(item, company, are_others_written=are_others_written)
        return put_off

    # --- deciding ---

    def _decide(
        self, company: Company, model: WriteModel, items: Sequence[Item], put_off: list[Item], *, fresh: bool
    ) -> list[Item]:
        """Looks the records up and decides; returns those for which something must be sent.

        `put_off`: takes those that lead to the same row as another one, which goes first.
        """
        plans = self._plans(company, model, items, put_off, fresh=fresh)
        wanted = [(index, removal) for index, plan in enumerate(plans) if (removal := plan.removal)]
        held = self._removals.held(company, model, [removal for _, removal in wanted])
        reasons = {index: held[place] for place, (index, _) in enumerate(wanted) if place in held}
        active = []
        for index, (item, met, decision) in enumerate(plans):
            if index in reasons:
                self._outcomes.rejected(item, reasons[index], company)
                continue
            item.commands, item.changed = deque(decision.commands), decision.changed
            item.id = decision.id
            item.keeps_lines = bool(decision.missing) and not decision.removals
            sent = (command.input for command in decision.commands)
            item.is_marked = any(carries(model, row, *item.marks(model)) for row in (*met, *sent))
            if item.is_own and met and item.marker:
                self.duplicates.track(company, model, [item.marker])
            if self._dry_run:
                row_id = self._simulated.note(company, model, item, decision, met)
                self._claims.note(company, model, item, row_id)
                self._outcomes.simulated(item, decision, company)
            elif decision.commands:
                active.append(item)
            else:
                self._finish(item, company)
        return active

    def _plans(
        self, company: Company, model: WriteModel, items: Sequence[Item], put_off: list[Item], *, fresh: bool
    ) -> "list[_Plan]":
        """What is to be done for each record that is neither put off nor rejected."""
        matches = self._matches.find(company, model, items, fresh=fresh)
        plans, later = [], following(model, items, [match.rows for match in matches])
        for index, (item, match) in enumerate(zip(items, matches, strict=True)):
            if index in later:
                put_off.append(item)
                continue
            if match.rows and not is_among(model, item.id, match.rows):
                item.start_over()
            refused = item.commands[0] if item.refusal else None
            if item.refusal and not match.rows:
                self._refused(item, item.refusal, refused)
                continue
            met = self._simulated.existing(company, model, item, match, self._is_anothers(company, model, item))
            if item.is_deleted and not met.rows:
                self._outcomes.set_aside(item)
                continue
            try:
                decision = self._decision(model, item, met)
                item.id = decision.id
                if decision.creates:
                    self._control.foresee(model, item)
                # What a dry run would have changed is not what Sage Active computed.
                is_as_it_is = bool(match.rows and met.rows) and met.rows[0] is match.rows[0]
                if is_as_it_is and not _changes_content(decision):
                    self._control.judge(model, item, match.rows[0])
            except Rejected as reason:
                self._outcomes.rejected(item, reason, company)
                continue
            if (
                item.refusal
                and refused
                and any(command.operation is refused.operation for command in decision.commands)
            ):
                self._refused(item, item.refusal, refused)
                continue
            plans.append(_Plan(item, met.rows, decision))
        return plans

    def _is_anothers(self, company: Company, model: WriteModel, item: Item) -> Callable[[Row], bool]:
        return partial(self._claims.is_anothers, company, model, item)

    def _decision(self, model: WriteModel, item: Item, match: Match) -> Decision:
        existing = match.rows
        if not existing and item.target.mode is not Mode.UPDATE:
            require_key(model, item)
        if not existing and match.is_taken:
            require_own_document(model, item)
        return plan_record(
            model,
            # Nothing is created of a row that its source has deleted.
            Mode.UPDATE if item.is_deleted else item.target.mode,
            item.values,
            existing,
            self._options[item.target.missing_children],
            is_own=item.is_own,
            marker=item.marker,
            needs_marker=match.is_taken or item.key.member not in model.document_keys,
        )

    # --- sending ---

    def _carry_out(
        self, company: Company, model: WriteModel, items: Sequence[Item], put_off: list[Item], *, alone: bool
    ) -> list[Item]:
        """Sends each item's commands one after the other; returns the items that must be decided about again."""
        return [
            item
            for chunk in self._control.rounds(company, model, items)
            for item in self._send_all(company, model, chunk, put_off, alone=alone)
        ]

    def _send_all(
        self, company: Company, model: WriteModel, items: Sequence[Item], put_off: list[Item], *, alone: bool
    ) -> list[Item]:
        again: list[Item] = []
        while items:
            are_new = [item.commands[0].operation is Operation.CREATE for item in items]
            replies = self._sending.send(company, items, alone=alone)
            are_done = [self._takes(item, reply, again, company) for item, reply in zip(items, replies, strict=True)]
            done = [item for item, is_done in zip(items, are_done, strict=True) if is_done]
            errors = (reply for reply in replies if isinstance(reply, SageActiveError))
            failure = next((error for error in errors if error.fault not in STREAM_FAULTS), None)
            if failure:
                for item in done:
                    self._finish_if_done(item, company)
                raise failure
            created = [item for item, *both in zip(items, are_new, are_done, strict=True) if all(both)]
            gone = self.duplicates.check(company, model, created) if created else {}
            lost = [item for item in done if item.id and item.id in gone]
            stays = [item for item in done if not (item.id and item.id in gone)]
            items = []
            for item, reason in zip(stays, self._control.held(company, model, stays), strict=True):
                if reason:
                    self._outcomes.rejected(item, reason, company)
                elif not self._finish_if_done(item, company):
                    items.append(item)
            for item in lost:
                if item.has_receipt:
                    self._outcomes.removed(item, company, item.id or "")
                item.start_over()
            # The document that stays is another's, and may differ.
            items += self._decide(company, model, lost, put_off, fresh=True) if lost else []
        return again

    def _takes(self, item: Item, reply: "Reply | SageActiveError", again: list[Item], company: Company) -> bool:
        """Takes the reply to an item's first command; whether the item can go on."""
        command = item.commands[0]
        item.doubt, item.refusal = None, None
        match reply:
            case Done(id=row_id):
                item.commands.popleft()
                item.is_unread = item.is_unread or command.operation in CONTENT
                item.id = item.id or row_id
                if command.operation is Operation.CREATE:
                    item.is_own, item.outcome = True, Outcome.CREATED
                elif item.outcome is None:
                    item.outcome = Outcome.UPDATED
                return True
            case Unknown():
                if command.operation is Operation.CREATE:
                    item.is_own = True
                elif item.outcome is None:
                    item.outcome = Outcome.UPDATED
                item.doubt = reply
                again.append(item)
            case Refused() | SageActiveError() if concerns_all(reply):
                error = reply if isinstance(reply, SageActiveError) else reply.error
                self._outcomes.stream_failed(item, error, company)
            case Refused() if command.operation is not Operation.UPDATE:
                # Somebody else may have done it in the meantime.
                item.refusal = reply
                again.append(item)
            case Refused():
                self._refused(item, reply, command)
        return False

    # --- unknown outcomes ---

    def _await_outcomes(self, company: Company, model: WriteModel, items: Sequence[Item]) -> None:
        """Waits until what was sent can be seen, or until it can no longer be expected."""
        deadline, pause = time.monotonic() + self._settle_seconds, FIRST_PAUSE
        open_items = list(items)
        if open_items:
            LOGGER.info("The outcome of %d writes is unknown; looking them up.", len(open_items))
        while open_items and time.monotonic() < deadline:
            if self._stopped.wait(min(pause, max(0.0, deadline - time.monotonic()))):
                return
            pause = min(LONGEST_PAUSE, pause * 2)
            matches = self._matches.find(company, model, open_items, fresh=True)
            open_items = [
                item
                for item, match in zip(open_items, matches, strict=True)
                if not self._has_happened(model, item, match)
            ]

    def _has_happened(self, model: WriteModel, item: Item, match: Match) -> bool:
        operation = item.commands[0].operation
        if operation is Operation.CREATE:
            return bool(match.rows)
        try:
            decision = self._decision(model, item, match)
        except Rejected:
            return True
        return all(command.operation is not operation for command in decision.commands)

    def _give_up(self, item: Item, company: Company, *, are_others_written: bool) -> None:
        """Rejects a record that alone cannot be written; raises where the API does not write at all."""
        reply = item.doubt or item.refusal
        error = reply.error if reply else None
        if error is None or item.refusal or error.fault in RECORD_FAULTS or are_others_written:
            reason = without_values(error, item.values) if error else "its outcome stays unknown"
            self._outcomes.rejected(item, Rejected(None, reason, error.fault.name if error else "unknown"))
            return
        raise error.located(item.target.label, company.label)

    # --- outcomes ---

    def _refused(self, item: Item, refusal: Refused, command: Command | None = None) -> None:
        reason = without_values(refusal.error, item.values)
        if command and item.outcome is Outcome.CREATED:
            reason = f"was created as {item.id}, but to {command.operation.value} it was refused: {reason}"
        self._outcomes.rejected(item, Rejected(refusal.field, reason, refusal.error.fault.name))

    def _finish_if_done(self, item: Item, company: Company) -> bool:
        if item.commands:
            return False
        self._finish(item, company)
        return True

    def _finish(self, item: Item, company: Company) -> None:
        if item.outcome is None:
            item.outcome = Outcome.CREATED if item.is_own else Outcome.UNCHANGED
        self._claims.note(company, self._client.model(item.target.resource), item, item.id or "")
        self._outcomes.finished(item, item.outcome, company)


def _changes_content(decision: Decision) -> bool:
    return any(command.operation in CONTENT for command in decision.commands)
