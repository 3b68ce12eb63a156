"""Rows that are listed some time after they were created: without an answer it is not known whether they will be.

What had no outcome is looked for until the time is over, and never sent again by the same run
(docs/reference/files.md, "Uploads").
"""

from collections.abc import Sequence
from typing import Final

from destination_sage_active.record.rejection import Rejected
from destination_sage_active.write.task import Task
from sage_active.writing import Operation, Row, Unknown, WriteModel

SECONDS_OF_A_MINUTE: Final = 60


class HiddenCreations:
    """Those of one sync. `minutes`: how long one without an outcome is looked for."""

    def __init__(self, minutes: float) -> None:
        self._minutes = minutes

    def seconds(self, model: WriteModel, otherwise: float) -> float:
        """How long a write of an object without an outcome is looked for; `otherwise`: what is listed at once."""
        return self._minutes * SECONDS_OF_A_MINUTE if model.uploading else otherwise

    def unseen(self, model: WriteModel, task: Task, rows: Sequence[Row]) -> Rejected | None:
        """Why a record is given up whose create had no outcome and has not been listed."""
        if rows or model.uploading is None or not isinstance(task.doubt, Unknown):
            return None
        if not any(command.operation is Operation.CREATE for command in task.commands):
            return None
        return Rejected(
            None,
            f"its upload had no outcome, and it was not listed within {self._minutes:g} minutes "
            "(`files_settle_minutes`); it may still arrive, so it was not sent again. See whether Sage Active has it "
            "before the record is sent once more",
            "unknown",
        )
