"""Rows that are final as soon as they are created: what comes before one is sent, and what after."""

import time
from collections.abc import Sequence

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.matcher import Match
from destination_sage_active.plan.planner import Decision
from destination_sage_active.plan.rows import is_younger, row_id
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.write.final_creations import FinalCreations
from destination_sage_active.write.second_looks import SecondLooks
from destination_sage_active.write.settlements import Settlements
from destination_sage_active.write.task import Task
from destination_sage_active.write.tax_control import TaxControl
from sage_active.client import Company
from sage_active.writing import Row, WriteModel


class FinalAtOnce:
    """Those of one sync."""

    def __init__(
        self,
        creations: FinalCreations,
        tax: TaxControl,
        settlements: Settlements,
        second_looks: SecondLooks,
        *,
        settle_seconds: float,
    ) -> None:
        self._creations = creations
        self._tax = tax
        self._settlements = settlements
        self._second_looks = second_looks
        self._settle_seconds = settle_seconds

    def admitted(
        self, company: Company, model: WriteModel, task: Task, decision: Decision, met: Match
    ) -> Decision | None:
        """What may be done now. None: the task has ended, or others must be done before it.

        Raises `Rejected` for a record that must not be created, `SageActiveError` if a look-up fails.
        """
        settlement = model.settlement
        if decision.creates:
            if met.near is not None:
                raise _nearly_there(model, task.item, met.near)
            if settlement:
                self._settlements.require_allowed(task.item, settlement)
            if not self._creations.admit(company, task):
                return None
            return self._settlements.admitted(company, task, decision, settlement) if settlement else decision
        if settlement:
            self._settlements.require_same(company, task, met.rows[0], settlement)
        if not self._creations.is_simulated and is_younger(met.rows[0], self._settle_seconds, time.time()):
            # What a run that has died had sent may still arrive.
            self._second_looks.track(company, model, [task])
        if task.row.is_own:
            self._tax.require(company, task.item, met.rows[0])
        return decision

    def created(self, company: Company, model: WriteModel, done: Sequence[Task]) -> list[Held | None]:
        """For each row that was created, why a person must look at it. Raises `SageActiveError`."""
        if model.settlement:
            return self._settlements.created(company, done, model.settlement)
        return self._tax.held(company, model, done)

    def count_created(self) -> None:
        """Counts what was created."""
        self._creations.count_created()


def _nearly_there(model: WriteModel, item: Item, row: Row) -> Rejected:
    """Why nothing is created beside a row that has the key of a record but for a part of what tells rows apart."""
    key = model.natural_key(item.identities[-1].member)
    member = f"{key.apart.within}[].{key.apart.member}" if key.apart else None
    return Rejected(member, f"{row_id(model, row)} has the same {key}, and some of these, but not all", "exists")
