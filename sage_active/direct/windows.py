"""Windows of creation dates: how many, and where they begin and end, follows the counts that the API states.

A creation date never changes, so a row cannot move between windows while they are read; this is what makes the counts a
proof (docs/reference/queries.md, "Cursors").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sage_active.attempts import BEGINNING, Span
from sage_active.direct.filters import Where, moment
from sage_active.moments import whole_second

SECOND: Final = timedelta(seconds=1)
MOST_PIECES: Final = 32
FEWEST_PIECES: Final = 8
# How many times as many rows the windows may have together: rows arrive while they are counted.
MOST_GROWTH: Final = 4


@dataclass(frozen=True, slots=True)
class Window:
    """Creation dates from `lower` (included) to `upper` (excluded), whole seconds; None is unbounded.

    `undated`: the rows without one.
    """

    lower: datetime | None = None
    upper: datetime | None = None
    undated: bool = False

    @classmethod
    def of(cls, span: Span) -> "Window":
        """The window of these creation dates."""
        lower, upper = span
        return cls(None if lower == BEGINNING else lower, upper)

    @property
    def span(self) -> Span:
        """The creation dates of a closed window. Raises `ValueError` for one without an end."""
        if self.upper is None:
            raise ValueError("a window without an end")
        return self.lower or BEGINNING, self.upper

    @property
    def label(self) -> str:
        """How messages name its rows, after "page 1"; empty for everything."""
        if self.undated:
            return " of the rows without a creation date"
        bounds = [f"from {whole_second(self.lower)}"] if self.lower else []
        bounds += [f"before {whole_second(self.upper)}"] if self.upper else []
        return f" of the rows created {' and '.join(bounds)}" if bounds else ""

    def where(self) -> Where | None:
        """The filter that selects the window's rows; None selects everything."""
        if self.undated:
            return {"creationDate": {"eq": None}}
        bounds = {}
        if self.lower:
            bounds["gte"] = moment(f"from_{self.lower:%Y%m%d%H%M%S}", self.lower)
        if self.upper:
            bounds["lt"] = moment(f"to_{self.upper:%Y%m%d%H%M%S}", self.upper)
        return {"creationDate": bounds} if bounds else None

    def pieces(self, number: int, earliest: datetime) -> "list[Window]":
        """The window cut into at most `number` windows of about the same length; itself when it is too short."""
        if self.undated or self.upper is None:
            return [self]
        lower = self.lower or min(earliest, self.upper - SECOND)
        seconds = int((self.upper - lower) / SECOND)
        number = max(1, min(number, seconds))
        edges = [lower + timedelta(seconds=seconds * step // number) for step in range(1, number)]
        return [Window(start, end) for start, end in zip([self.lower, *edges], [*edges, self.upper], strict=True)]


EVERYTHING: Final = Window()
UNDATED: Final = Window(undated=True)


@dataclass(frozen=True, slots=True)
class CountedWindow:
    """A window and the number of rows that the API states for it."""

    window: Window
    count: int


class ImplausibleCountsError(Exception):
    """The windows together have so many more rows than the whole that no plan can be made of their counts."""


def floor_second(value: datetime) -> datetime:
    """`value` without its fraction of a second."""
    return value.replace(microsecond=0)


def plan(
    count: Callable[[Sequence[Window]], Sequence[int]],
    *,
    earliest: datetime,
    until: datetime,
    total: int,
    target: int,
    most: int,
) -> list[CountedWindow]:
    """Windows that cover everything before `until`, in order, without gap or overlap.

    `count` states the rows of several windows at once; `target` rows are aimed at, more than `most` are cut further
    while the window is longer than a second. Neighbours that are small together become one.

    Raises `ImplausibleCountsError`: cutting such windows further would never end.
    """
    earliest, until = floor_second(earliest), floor_second(until)
    whole = Window(None, until).pieces(min(MOST_PIECES, max(1, -(-total // target))), earliest)
    return plan_within(whole, count, earliest=earliest, until=until, total=total, target=target, most=most)


def plan_within(
    windows: Sequence[Window],
    count: Callable[[Sequence[Window]], Sequence[int]],
    *,
    earliest: datetime,
    until: datetime,
    total: int,
    target: int,
    most: int,
) -> list[CountedWindow]:
    """The same for what these windows cover, which are in order and may have gaps; `total`: their rows at most."""
    earliest, until = floor_second(earliest), floor_second(until)
    todo = list(windows)
    counted: list[CountedWindow] = []
    while todo:
        if todo[0].lower is None and todo[0].upper and todo[0].upper <= earliest:
            earliest = _further_back(todo[0].upper, until)
        stated = [CountedWindow(*pair) for pair in zip(todo, count(todo), strict=True)]
        if sum(piece.count for piece in (*counted, *stated)) > MOST_GROWTH * max(total, most):
            raise ImplausibleCountsError
        todo = []
        for candidate in stated:
            cut = _cut(candidate, target, earliest) if candidate.count > most else []
            if len(cut) > 1:
                todo.extend(cut)
            else:
                counted.append(candidate)
    return _merged(sorted(counted, key=lambda piece: (piece.window.lower is not None, piece.window.lower)), target)


def _cut(counted: CountedWindow, target: int, earliest: datetime) -> list[Window]:
    """A window in pieces: by its count, but enough of them that rows which lie close together are found soon."""
    window = counted.window
    if window.lower is None and window.upper and window.upper - SECOND <= earliest < window.upper:
        # What lies before the earliest date known, if anything does, apart from that date's own second.
        return [Window(None, earliest), Window(earliest, window.upper)]
    return window.pieces(min(MOST_PIECES, max(FEWEST_PIECES, -(-counted.count // target))), earliest)


def _further_back(upper: datetime, until: datetime) -> datetime:
    """A lower end for rows that lie before the earliest date known: each look goes back twice as far."""
    oldest = datetime.min.replace(tzinfo=until.tzinfo)
    span = max(timedelta(days=1), 2 * (until - upper))
    return upper - span if upper - oldest > span else oldest


def _merged(windows: Sequence[CountedWindow], target: int) -> list[CountedWindow]:
    merged: list[CountedWindow] = []
    for counted in windows:
        touches = bool(merged) and merged[-1].window.upper == counted.window.lower
        if touches and merged[-1].count + counted.count <= target:
            previous = merged.pop()
            joined = Window(previous.window.lower, counted.window.upper)
            merged.append(CountedWindow(joined, previous.count + counted.count))
        else:
            merged.append(counted)
    return merged
