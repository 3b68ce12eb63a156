"""Creates of rows that are final at once: whether one may be sent now, and how many there were.

They neither wait for the end of the input nor for each other. As long as the bounds of the configuration leave room for
some only, the others wait until the outcome of these is known.
"""

from collections import Counter, defaultdict
from typing import Final

from destination_sage_active.plan.amounts.sums import total_of
from destination_sage_active.plan.conditions.creation_conditions import CreationConditions
from destination_sage_active.plan.conditions.final_rules import FinalRules
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.report.final_table import FinalTable
from destination_sage_active.write.pilot import Pilot
from destination_sage_active.write.states import HeldBack, InDoubt, NotWritten, Pending, Planned, Sent, Written
from destination_sage_active.write.task import Task
from destination_sage_active.write.undecided import may_arrive, undecided
from destination_sage_active.write.waiting_documents import numbering_of
from sage_active.client import Company
from sage_active.writing import Unknown

NEVER_AGAIN: Final = (
    "whether it was paid is not known, and it is not sent a second time in this run; it is looked up by its key when "
    "it comes again"
)


class FinalCreations:
    """Those of one sync. `is_simulated`: a dry run, which creates nothing and has no pilot."""

    def __init__(
        self,
        rules: FinalRules,
        conditions: CreationConditions,
        pilot: Pilot,
        table: FinalTable,
        *,
        settle_seconds: float,
        is_simulated: bool,
    ) -> None:
        self._rules = rules
        self._conditions = conditions
        self._pilot = pilot
        self._table = table
        self._settle_seconds = settle_seconds
        self.is_simulated: Final = is_simulated
        # By object; a task that is decided about again keeps its place.
        self._open: defaultdict[str, dict[int, tuple[Company, Task]]] = defaultdict(dict)
        self._created: Counter[str] = Counter()

    def admit(self, company: Company, task: Task) -> bool:
        """Whether a record may be created now. False: it has ended, or others must be done before it.

        Raises `Rejected` or `Held` for one that must not be created, `SageActiveError` if a look-up fails.
        """
        item = task.item
        name, day = item.model.resource.name, self._day(task)
        if task.row.is_own:
            self._require_outcome(task)
            return True
        self._conditions.require(company, item)
        self._rules.require_creation(item.model.resource, day, numbering_of(item.model).day)
        most = self._rules.acts.max_per_run if self._rules.acts else None
        if self._is_bounded(most):
            self.count_created(name)
            created, on_its_way = self._created[name], len(self._open[name]) - (id(task) in self._open[name])
            if most is not None and created >= most:
                raise Held(None, f"{most} became final in this run already (`final_acts.max_per_run`)")
            if self._pilot.is_over(name, created):
                self._pilot.hold_back(item.target)
                task.move(HeldBack())
                return False
            if (most is not None and created + on_its_way >= most) or self._pilot.is_over(name, created + on_its_way):
                return False
        self._open[name][id(task)] = (company, task)
        return True

    def count_created(self, *names: str) -> None:
        """Counts what was created; what was not leaves its place to others."""
        for name in names or tuple(self._open):
            for position, (company, task) in list(self._open[name].items()):
                if _is_created(task):
                    self._note(name, company, task)
                if _is_created(task) or not isinstance(task.state, (Pending, Sent, InDoubt)):
                    del self._open[name][position]

    def _is_bounded(self, most: int | None) -> bool:
        """Whether it matters how many were created so far; else they are counted as many at once."""
        return most is not None or self._pilot.is_on or any(len(tasks) > 1000 for tasks in self._open.values())

    def _require_outcome(self, task: Task) -> None:
        """Raises `Rejected` for a record that may still be created: sent again, it would be there twice.

        A payment is never sent again in one run: it would pay twice.
        """
        if task.item.model.settlement:
            raise Rejected(None, NEVER_AGAIN, "unknown")
        if may_arrive(task, self._settle_seconds):
            raise undecided("looked up by its key")

    def _note(self, name: str, company: Company, task: Task) -> None:
        self._created[name] += 1
        numbering, day = numbering_of(task.item.model), self._day(task)
        lines, member = numbering.total_of_record or numbering.total or ("", "")
        self._table.add_plain(name, company, day, total_of(task.item.values.get(lines) or (), member))
        self._pilot.note(company, task.item.model, task.row.id, day)

    def _day(self, task: Task) -> str:
        return str(task.item.values.get(numbering_of(task.item.model).day) or "")


def _is_created(task: Task) -> bool:
    """Whether a task has created its row, or may have."""
    state, before = task.state, task.last_open
    if isinstance(state, Written):
        return state.outcome is Outcome.CREATED
    if isinstance(state, Planned):
        return state.decision.creates
    is_doubtful = isinstance(before, (Pending, InDoubt)) and isinstance(before.doubt, Unknown)
    return task.row.outcome is Outcome.CREATED or (isinstance(state, NotWritten) and is_doubtful)
