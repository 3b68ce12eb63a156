"""What an API answers that is asked for a resource which it only plans."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Whether the resource can be read already."""

    ROWS = "answers with rows"
    # Weaker: an endpoint that is not finished may answer so. Neither a deletion nor a state follows from it.
    EMPTY = "answers with no rows"
    NOT_OFFERED = "is not offered yet"


@dataclass(frozen=True, slots=True)
class Offer:
    """The verdict, and the HTTP status that it rests on."""

    verdict: Verdict
    status: int = 200
