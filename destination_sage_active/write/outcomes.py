"""What a batch needs to say of the items that it was given."""

from typing import Protocol

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.errors import SageActiveError


class Outcomes(Protocol):
    """Takes what became of items. Each gets one of `finished`, `simulated`, `absent`, `rejected`, `stream_failed`."""

    def written(self, item: Item, company: Company, outcome: Outcome, row_id: str) -> None:
        """The API has just said that it wrote it. Called in several threads, before `finished`."""

    def removed(self, item: Item, company: Company, row_id: str) -> None:
        """What was written for it is gone again, because another run had created the same document before."""

    def finished(self, task: Task, outcome: Outcome, company: Company) -> None:
        """It is in Sage Active."""

    def absent(self, item: Item) -> None:
        """It is a deleted row that Sage Active does not have."""

    def simulated(self, task: Task, decision: Decision, company: Company) -> None:
        """A dry run would have written it so."""

    def rejected(self, task: Task, reason: Rejected, company: Company | None = None) -> None:
        """It is not written, or not finished, for this reason; `company`: where it is, if it is there."""

    def stream_failed(self, item: Item, error: SageActiveError, company: Company) -> None:
        """Nothing of its stream can be written."""
