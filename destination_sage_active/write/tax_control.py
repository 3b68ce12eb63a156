"""Reads back what was created from records with VAT: without a tax register it is held for a person to look at."""

from collections.abc import Sequence

from destination_sage_active.plan.amounts.tax_accounts import TaxAccounts, require_register
from destination_sage_active.plan.found_rows import rows_by_id
from destination_sage_active.plan.item import Item
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Held
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.writing import Row, WriteClient, WriteModel


class TaxControl:
    """That of one sync."""

    def __init__(self, client: WriteClient, accounts: TaxAccounts) -> None:
        self._client = client
        self._accounts = accounts

    def require(self, company: Company, item: Item, row: Row) -> None:
        """Raises `Held` for a row that was created from a record with VAT, and has no tax register."""
        if self._accounts.touched(company, item):
            require_register(item, row)

    def held(self, company: Company, model: WriteModel, tasks: Sequence[Task]) -> list[Held | None]:
        """For each task why a person must look at what it has created. Raises `SageActiveError`."""
        with_tax = [
            task
            for task in tasks
            if model.creates_final
            and task.row.outcome is Outcome.CREATED
            and task.row.id
            and self._accounts.touched(company, task.item)
        ]
        if not with_tax:
            return [None] * len(tasks)
        rows = rows_by_id(self._client, company, model, [task.row.id or "" for task in with_tax], fresh=True)
        reasons = {id(task): _reason(task, rows.get((task.row.id or "").lower(), {})) for task in with_tax}
        return [reasons.get(id(task)) for task in tasks]


def _reason(task: Task, row: Row) -> Held | None:
    try:
        require_register(task.item, row)
    except Held as reason:
        return reason
    return None
