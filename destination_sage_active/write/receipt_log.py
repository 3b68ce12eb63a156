"""Where a batch writes down what it has done, in the moment in which it knows."""

from collections.abc import Sequence
from typing import Protocol

from destination_sage_active.plan.amounts.differences import Difference
from destination_sage_active.plan.amounts.treatments import Chosen
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.stream import Stream


class ReceiptLog(Protocol):
    """Keeps receipts; used by several threads."""

    def receipt(
        self,
        stream: Stream,
        key: RecordKey | None,
        action: str,
        row_id: str,
        company_id: str,
        differences: Sequence[Difference] = (),
        chosen: Sequence[Chosen] = (),
    ) -> None:
        """Writes down what is in Sage Active, or what was removed again, durably before it returns."""
