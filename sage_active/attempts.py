"""Reads that were not finished: which rows of a company, by their creation dates, need not come again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

# Creation dates from the first moment (included) to the second one (excluded).
Span = tuple[datetime, datetime]
# Where a span begins that has no lower end.
BEGINNING: Final = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A read of a company that was begun and not finished.

    `started_at`: the server's clock when it began, for the first time; `done`: the creation dates of which every row
    was delivered, in order, whole seconds; `changes_since`: from when on it is asked what has changed since it began.
    """

    started_at: datetime
    done: Sequence[Span]
    changes_since: datetime


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same creation dates in as few spans as possible, in order.

    >>> first, second, third = (datetime(2026, 1, day) for day in (1, 2, 3))
    >>> merged([(second, third), (first, second)]) == ((first, third),)
    True
    """
    joined: list[Span] = []
    for lower, upper in sorted(spans):
        if joined and lower <= joined[-1][1]:
            start, end = joined.pop()
            joined.append((start, max(end, upper)))
        else:
            joined.append((lower, upper))
    return tuple(joined)


def uncovered(done: Iterable[Span], until: datetime) -> list[Span]:
    """The creation dates before `until` that lie in none of the spans.

    >>> first, second, third = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 2, 3))
    >>> uncovered([(first, second)], third) == [(BEGINNING, first), (second, third)]
    True
    """
    gaps: list[Span] = []
    reached = BEGINNING
    for lower, upper in merged(done):
        if reached < min(lower, until):
            gaps.append((reached, min(lower, until)))
        reached = upper
    if reached < until:
        gaps.append((reached, until))
    return gaps
