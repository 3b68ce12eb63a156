"""Creates that nobody answered: what may still arrive is not sent a second time."""

from typing import Final

from destination_sage_active.record.rejection import Rejected
from destination_sage_active.write.task import Task

# The server lets a request run so long (docs/reference/server-behaviour.md, "Limits").
LONGEST_REQUEST_SECONDS: Final = 30.0
UNDECIDED: Final = (
    "whether it was created is not known, and it could still be; it is {sought} when it comes again, and not sent a "
    "second time before (`settle_seconds` above 30 waits for it in the same run)"
)


def may_arrive(task: Task, settle_seconds: float) -> bool:
    """Whether what was sent for a record may arrive after its outcome was waited for."""
    return task.may_still_happen and settle_seconds <= LONGEST_REQUEST_SECONDS


def undecided(sought: str) -> Rejected:
    """Why such a record is not written; `sought`: how it is found when it comes again."""
    return Rejected(None, UNDECIDED.format(sought=sought), "unknown")
