"""An item while it is being written, and the result that it ends with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from destination_sage_active.plan.amounts.differences import Difference
from destination_sage_active.plan.amounts.treatments import Chosen
from destination_sage_active.plan.item import Item
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.write.states import FOLLOWING, Doubt, Ending, InDoubt, Open, Pending, Sent
from sage_active.writing import Command, Refused, Row, Unknown


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What is known of an item's row in Sage Active, and what this run has done to it.

    `id`: None until there is one; `outcome`: of the commands so far, None where nothing was sent; `is_own`: a create
    was sent for it; `is_marked`: its document carries the mark; `keeps_lines`: it has lines that the record lacks, and
    they stay; `has_receipt`: the report has it already; `is_unread`: its content was written, and what the API made of
    it has not been read; `differences`: its amounts that Sage Active has otherwise; `found`: the row as it was when it
    was last decided about, None before a create; `awaits_end`: what would make it final waits until the input has
    ended; `changed`: the members that a dry run would have changed; `chosen`: what the API has filled in of taxes;
    `is_adopted`: it was there without a mark, and became the item's in this run.
    """

    id: str | None = None
    outcome: Outcome | None = None
    is_own: bool = False
    is_marked: bool = False
    keeps_lines: bool = False
    has_receipt: bool = False
    is_unread: bool = False
    differences: tuple[Difference, ...] = ()
    found: Row | None = None
    awaits_end: bool = False
    changed: tuple[str, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    is_adopted: bool = False

    @property
    def is_written(self) -> bool:
        """Whether a command has taken effect, as far as that is known: also a create whose row was found later."""
        return self.outcome is not None or (self.is_own and self.id is not None)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item. `row`: as far as one is known."""

    item: Item
    ending: Ending
    row: KnownRow


class Task:
    """An item that is being written.

    `row`: what is known of its row; it is replaced, never changed. `is_ending`: the input has ended, so that what makes
    the item final no longer waits.
    """

    __slots__ = ("_last_open", "_state", "is_ending", "item", "row")

    def __init__(self, item: Item, row: KnownRow | None = None, *, is_ending: bool = False) -> None:
        self.item: Final = item
        self.is_ending: Final = is_ending
        self.row = row or KnownRow()
        self._last_open: Open = Pending()
        self._state: Open | Ending = self._last_open

    @property
    def state(self) -> Open | Ending:
        """How far it has come."""
        return self._state

    def move(self, state: Open | Ending) -> None:
        """Puts it into its next state. Raises `RuntimeError` for one that may not follow."""
        if state.stage not in FOLLOWING[self._state.stage]:
            raise RuntimeError(f"an item that is {self._state.stage.value} cannot become {state.stage.value}")
        self._state = state
        if isinstance(state, (Pending, Sent, InDoubt)):
            self._last_open = state

    @property
    def last_open(self) -> Open:
        """How far it had come before it ended: what was still to be done then, and whether that was in doubt."""
        return self._last_open

    @property
    def commands(self) -> tuple[Command, ...]:
        """What is still to be sent, or on its way, or in doubt."""
        return self._state.commands if isinstance(self._state, (Pending, Sent, InDoubt)) else ()

    @property
    def is_in_doubt(self) -> bool:
        """Whether it must be looked up and decided about again."""
        return isinstance(self._state, InDoubt)

    @property
    def doubt(self) -> Doubt | None:
        """What came of its last command, where that was not done."""
        return self._state.doubt if isinstance(self._state, (Pending, InDoubt)) else None

    @property
    def refusal(self) -> Refused | None:
        """Why the API did not take its last command."""
        return self.doubt if isinstance(self.doubt, Refused) else None

    @property
    def may_still_happen(self) -> bool:
        """Whether its last command may take effect later."""
        return isinstance(self.doubt, Unknown) and self.doubt.may_still

    def start_over(self) -> None:
        """Forgets the row that was created or found for it: another one has its place."""
        self.move(Pending(doubt=None if self.refusal else self.doubt))
        self.row = KnownRow()


def results(tasks: Iterable[Task]) -> Iterator[Result]:
    """The results of those among tasks that have ended."""
    for task in tasks:
        if not isinstance(task.state, (Pending, Sent, InDoubt)):
            yield Result(task.item, task.state, task.row)
