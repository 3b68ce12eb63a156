"""What became of a record."""

from enum import IntEnum
from typing import Final


class Outcome(IntEnum):
    """What became of a record.

    HELD: deliberately left undone, wholly or in part, until a person has looked; it counts as rejected.
    SET_ASIDE: there was nothing to do, and that is right: a deleted row, for instance.
    """

    CREATED = 0
    UPDATED = 1
    UNCHANGED = 2
    REJECTED = 3
    HELD = 4
    SET_ASIDE = 5


# What the platform is told was not written, and what counts towards `max_rejected_percent`.
NOT_WRITTEN: Final = (Outcome.REJECTED, Outcome.HELD)
