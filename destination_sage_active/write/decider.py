"""Looks records up and decides what is to be sent for each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from destination_sage_active.input.catalog import Mode
from destination_sage_active.options.stream_target import MissingChildren
from destination_sage_active.plan.amounts.tax_lines import unlike_the_tax_lines
from destination_sage_active.plan.claims import Claims
from destination_sage_active.plan.conditions.similar import SimilarDocuments
from destination_sage_active.plan.dry_run import SimulatedRows
from destination_sage_active.plan.foreign import require_decided, require_ours, require_same_key
from destination_sage_active.plan.identity import require_key
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.matcher import Match, Matcher, following, is_among, require_own_document
from destination_sage_active.plan.planner import Decision, Options, before_the_end, is_final_act, plan_record
from destination_sage_active.plan.rows import carries
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.write.amount_control import CONTENT, AmountControl
from destination_sage_active.write.completion import Completion
from destination_sage_active.write.duplicates import Duplicates
from destination_sage_active.write.final_at_once import FinalAtOnce
from destination_sage_active.write.generations import Generations
from destination_sage_active.write.hidden_creations import HiddenCreations
from destination_sage_active.write.origins import Origins
from destination_sage_active.write.removals import Removal, Removals
from destination_sage_active.write.second_looks import may_be_twice
from destination_sage_active.write.states import Absent, AwaitsEnd, InDoubt, NotWritten, Pending, Planned
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.writing import Operation, Row, WriteClient, WriteModel


class _Plan(NamedTuple):
    """A record, the rows that it meets, and what is to be done."""

    task: Task
    met: Sequence[Row]
    decision: Decision

    @property
    def removal(self) -> Removal | None:
        removals = self.decision.removals
        return Removal(self.task.item, self.met[0], removals) if removals else None


class Decider:
    """The decisions of one sync.

    `at_once`: for objects that are final when they are created; `hidden`: for those that are listed late; `simulated`:
    what a dry run would have written; None: what is decided is sent.
    """

    def __init__(
        self,
        client: WriteClient,
        options: Options,
        completion: Completion,
        control: AmountControl,
        duplicates: Duplicates,
        claims: Claims,
        receipts: Receipts,
        at_once: FinalAtOnce | None,
        generations: Generations,
        hidden: HiddenCreations,
        *,
        settle_seconds: float,
        simulated: SimulatedRows | None,
    ) -> None:
        self._options: Mapping[MissingChildren | None, Options] = {
            None: options,
            "keep": replace(options, rules=replace(options.rules, remove_missing=False)),
            "remove": replace(options, rules=replace(options.rules, remove_missing=True)),
        }
        self._completion = completion
        self._control = control
        self._duplicates = duplicates
        self._claims = claims
        self._at_once = at_once
        self._generations = generations
        self._hidden = hidden
        self._simulated = simulated
        self._removals = Removals(client, receipts)
        self._origins = Origins(client)
        self._similar = SimilarDocuments(client, is_allowed=options.allow_similar, keeps=simulated is not None)
        # A dry run neither creates nor removes anything.
        self._matches = Matcher(client, None if simulated else duplicates, claims, settle_seconds)

    def decide(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], put_off: list[Task], *, fresh: bool
    ) -> list[Task]:
        """Looks the records up and decides; returns those for which something must be sent.

        `put_off`: takes those that lead to the same row as another one, which goes first.
        """
        plans = self._plans(company, model, tasks, put_off, fresh=fresh)
        wanted = [(index, removal) for index, plan in enumerate(plans) if (removal := plan.removal)]
        held = self._removals.held(company, model, [removal for _, removal in wanted])
        reasons: dict[int, Rejected] = {
            index: held[position] for position, (index, _) in enumerate(wanted) if position in held
        }
        # What this run may have taken over already is not asked about again.
        untried = {index: (task.item, plan) for index, (task, _, plan) in enumerate(plans) if task.doubt is None}
        reasons |= self._origins.rejected(company, model, untried)
        new = {index: plan.task.item for index, plan in enumerate(plans) if plan.decision.creates}
        reasons |= self._similar.held(company, model, new)
        active = []
        for index, (task, met, decision) in enumerate(plans):
            if index in reasons:
                task.move(NotWritten(reasons[index]))
                continue
            item, now = task.item, decision if task.is_ending else before_the_end(model, decision)
            inputs = (command.input for command in decision.commands)
            task.row = replace(
                task.row,
                id=decision.id,
                is_marked=any(carries(model, row, *item.marks) for row in (*met, *inputs)),
                keeps_lines=bool(decision.missing_parts) and not decision.removals,
                found=met[0] if met else None,
                awaits_end=len(now.commands) < len(decision.commands),
            )
            task.move(Pending(now.commands, task.doubt))
            if task.row.is_own and met and item.marker:
                self._duplicates.track(company, model, [item.marker])
            if self._simulated and not task.is_ending:
                self._simulate(self._simulated, company, model, task, now, met)
            elif now.commands:
                active.append(task)
            else:
                self._completion.finish(task, company)
        return active

    def simulate(self, company: Company, model: WriteModel, task: Task) -> None:
        """Takes what a dry run would do at the end of the input as done."""
        if self._simulated:
            decision = Decision(task.row.id, task.commands, task.row.changed)
            met = [task.row.found] if task.row.found else []
            self._simulate(self._simulated, company, model, task, decision, met)

    def _simulate(
        self,
        simulated: SimulatedRows,
        company: Company,
        model: WriteModel,
        task: Task,
        decision: Decision,
        met: Sequence[Row],
    ) -> None:
        row_id = simulated.note(company, model, task.item, decision, met)
        self._claims.note(company, task.item, row_id, is_marked=task.row.is_marked)
        if not task.row.awaits_end:
            task.move(Planned(decision))
            return
        outcome = Outcome.CREATED if decision.creates else Outcome.UPDATED if decision.commands else None
        task.row = replace(task.row, id=row_id, outcome=outcome, changed=decision.changed)
        task.move(AwaitsEnd())

    def unseen(self, company: Company, model: WriteModel, tasks: Sequence[Task]) -> list[Task]:
        """The tasks whose first command has not taken effect, as far as can be seen now."""
        matches = self._matches.find(company, model, [task.item for task in tasks], fresh=True)
        matches = self._generations.look(company, model, tasks, matches)
        return [task for task, match in zip(tasks, matches, strict=True) if not self._has_happened(model, task, match)]

    def _plans(
        self, company: Company, model: WriteModel, tasks: Sequence[Task], put_off: list[Task], *, fresh: bool
    ) -> list[_Plan]:
        """What is to be done for each record that is neither put off nor rejected."""
        items = [task.item for task in tasks]
        matches = self._matches.find(company, model, items, fresh=fresh)
        matches = self._generations.find(company, model, tasks, matches)
        plans, later = [], following(model, items, [match.rows for match in matches])
        for index, (task, match) in enumerate(zip(tasks, matches, strict=True)):
            if index in later:
                put_off.append(task)
                continue
            if match.rows and not is_among(model, task.row.id, match.rows):
                task.start_over()
            refusal = task.refusal
            refused = task.commands[0] if refusal else None
            if refusal and not match.rows:
                self._completion.refuse(task, refusal, refused)
                continue
            if hidden := self._hidden.unseen(model, task, match.rows):
                task.move(NotWritten(hidden))
                continue
            met = self._met(company, model, task.item, match)
            if task.item.is_deleted and not met.rows:
                task.move(Absent())
                continue
            try:
                self._require_sound(company, model, task, met)
                decision = self._decision(model, task, met)
                task.row = replace(task.row, id=decision.id, is_adopted=task.row.is_adopted or met.is_adopted)
                self._control_amounts(model, task, decision, match, met)
                admitted = self._admitted(company, model, task, decision, met)
                if admitted is None:
                    if isinstance(task.state, Pending | InDoubt):
                        put_off.append(task)
                    continue
            except Rejected as reason:
                task.move(NotWritten(reason))
                continue
            if refusal and refused and any(command.operation is refused.operation for command in admitted.commands):
                self._completion.refuse(task, refusal, refused)
                continue
            plans.append(_Plan(task, met.rows, admitted))
        return plans

    def _met(self, company: Company, model: WriteModel, item: Item, match: Match) -> Match:
        """What the record meets; in a dry run also what would have been written before."""
        if self._simulated is None or match.is_adopted:
            return match
        is_anothers: Callable[[Row], bool] = partial(self._claims.is_anothers, company, model, item)
        return self._simulated.existing(company, model, item, match, is_anothers)

    def _control_amounts(self, model: WriteModel, task: Task, decision: Decision, match: Match, met: Match) -> None:
        """Raises `Held` for a document that must not be created, or go on, with other amounts than its record's."""
        if self._simulated and decision.creates and any(is_final_act(model, act) for act in decision.commands):
            self._control.foresee(model, task.item)
        # What a dry run would have changed is not what Sage Active computed.
        is_as_it_is = bool(match.rows and met.rows) and met.rows[0] is match.rows[0]
        content = before_the_end(model, decision).commands
        if is_as_it_is and not any(command.operation in CONTENT for command in content):
            self._control.judge(model, task, match.rows[0])

    def _require_sound(self, company: Company, model: WriteModel, task: Task, met: Match) -> None:
        """Raises `Rejected` for a record that contradicts itself, or whose document is, or may be, another record's."""
        if met.doubt:
            raise met.doubt
        tolerance = self._options[None].amount_tolerance
        if wrong := unlike_the_tax_lines(model, task.item, company.market, tolerance):
            raise wrong
        is_bound = may_be_twice(model) and not model.creates_final
        if is_bound and any(self._claims.is_anothers(company, model, task.item, row) for row in met.rows):
            raise Rejected(
                None, "another record of this sync has this key, and one document cannot be both", "ambiguous"
            )

    def _decision(self, model: WriteModel, task: Task, match: Match) -> Decision:
        item, existing = task.item, match.rows
        options = self._options[item.target.missing_children]
        if item.state is not None:
            options = replace(options, target_state=item.state)
        if not existing and item.target.mode is not Mode.UPDATE:
            require_key(item)
        if not existing and match.is_taken:
            require_own_document(model, item)
        decision = plan_record(
            model,
            # Nothing is created of a row that its source has deleted.
            Mode.UPDATE if item.is_deleted else item.target.mode,
            item.values,
            existing,
            options,
            is_own=task.row.is_own,
            adopts=task.row.is_adopted or match.is_adopted,
            marker=item.marker,
            needs_marker=match.is_taken or item.key.member not in model.document_keys,
            number=item.number,
            withheld=item.withheld,
        )
        for row in existing:
            require_ours(model, row, decision)
            require_same_key(model, item.values, row, decision)
            require_decided(model, row, options.target_state)
        return decision

    def _admitted(
        self, company: Company, model: WriteModel, task: Task, decision: Decision, met: Match
    ) -> Decision | None:
        """What may be done now of what is to be done. None: the task must wait, or has ended. Raises `Rejected`."""
        admissible = self._generations.next_decision(company, model, task, decision)
        if admissible is None or not model.creates_final or self._at_once is None:
            return admissible
        return self._at_once.admitted(company, model, task, admissible, met)

    def _has_happened(self, model: WriteModel, task: Task, match: Match) -> bool:
        operation = task.commands[0].operation
        if operation is Operation.CREATE:
            return bool(match.rows or match.doubt)
        try:
            decision = self._decision(model, task, match)
        except Rejected:
            return True
        left = decision if task.is_ending else before_the_end(model, decision)
        return all(command.operation is not operation for command in left.commands)
