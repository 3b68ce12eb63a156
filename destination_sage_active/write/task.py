"""How far the writing of one item has come."""

from collections import deque
from dataclasses import dataclass, field

from destination_sage_active.plan.differences import Difference
from destination_sage_active.plan.item import Item
from destination_sage_active.record.outcome import Outcome
from sage_active.writing import Command, Refused, Unknown


@dataclass(slots=True, eq=False)
class Task:
    """An item that is being written.

    `commands`: what is still to be sent; `id`: of its row, once there is one; `reply`: what came of the last command,
    where that was not done; `is_own`: a create was sent for it; `is_marked`: its document carries the mark;
    `keeps_lines`: it has lines that the record lacks, and they stay; `has_receipt`: the report has it already;
    `is_unread`: its content was written, and what the API made of it has not been read; `differences`: its amounts that
    Sage Active has otherwise.
    """

    item: Item
    commands: deque[Command] = field(default_factory=deque)
    id: str | None = None
    outcome: Outcome | None = None
    reply: Refused | Unknown | None = None
    is_own: bool = False
    is_marked: bool = False
    keeps_lines: bool = False
    has_receipt: bool = False
    is_unread: bool = False
    differences: tuple[Difference, ...] = ()

    @property
    def refusal(self) -> Refused | None:
        """Why the API did not take its last command."""
        return self.reply if isinstance(self.reply, Refused) else None

    @property
    def may_still_happen(self) -> bool:
        """Whether its last command may take effect later."""
        return isinstance(self.reply, Unknown) and self.reply.may_still

    def start_over(self) -> None:
        """Forgets the row that was created or found for it: another one has its place."""
        self.id, self.outcome, self.is_own, self.commands = None, None, False, deque()
        if self.refusal:
            self.reply = None
        self.has_receipt = False
        self.is_unread, self.differences = False, ()
