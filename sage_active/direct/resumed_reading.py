"""Goes on with a read that was not finished: first what it has left, then what has changed since it began.

A row of the windows that are done may have changed while, or since, they were read. Whatever that was has a date at or
after the moment at which the first attempt began, so that the second step brings it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sage_active.attempts import Attempt, Span, merged, uncovered
from sage_active.client import Page, Reading, ReadRequest, Summary, every_page
from sage_active.direct.page_fetcher import PageFetcher
from sage_active.direct.reading import DirectReading
from sage_active.direct.window_reader import ATTEMPTS
from sage_active.direct.windows import EVERYTHING, UNDATED, CountedWindow, Window, floor_second, plan_within
from sage_active.first_pages import FirstPageCache


class MissingWindows(DirectReading):
    """The first step: closed windows that are not done, and the rows without a creation date, with the old `since`.

    Rows created since the first attempt began are left to the second step. A company that no longer has windows,
    or fits into one page, is read whole: anything longer may be mostly done.
    """

    longest_sequence = 0

    @property
    def is_whole(self) -> bool:
        """Whether this is an ordinary read of the company, and no second step is needed."""
        return self._sequence is not None

    def rest(self) -> Iterator[Page]:
        """The rows without a creation date, and the check that no row lies outside of all windows."""
        if self.is_whole:
            yield from super().rest()
            return
        yield from self._window(UNDATED)
        self._require_partition()

    def _cut(self, total: int, target: int) -> list[CountedWindow]:
        until = floor_second(self._attempt.started_at)
        return plan_within(
            [Window.of(span) for span in uncovered(self._attempt.done, until)],
            self._reader.counts,
            earliest=self._earliest,
            until=until,
            total=total,
            target=target,
            most=2 * target,
        )

    def _require_partition(self) -> None:
        """Compares the sum of all windows, done or not, with the count without windows. Raises `SageActiveError`."""
        done = [Window.of(span) for span in merged(self._attempt.done)]
        windows = [*done, *self._delivered, Window(floor_second(self._attempt.started_at))]
        self._stated = sum(self._delivered.values())
        for _ in range(ATTEMPTS):
            *present, total = self._reader.counts([*windows, EVERYTHING])
            if sum(present) == total:
                return
        raise self._do_not_add_up(sum(present), total)

    @property
    def _attempt(self) -> Attempt:
        if self._request.attempt is None:
            raise ValueError("there is no attempt to go on with")
        return self._request.attempt


class ResumedReading:
    """Implements `Reading`: the two steps, the second one as part of the rest."""

    def __init__(self, missing_windows: MissingWindows, changes: Callable[[], Reading]) -> None:
        self._remainder = missing_windows
        self._open_changes = changes
        self._changes: Reading | None = None

    @property
    def started_at(self) -> datetime:
        """The server's clock at the start of the step that is under way: in the end, of the second one."""
        return (self._changes or self._remainder).started_at

    @property
    def parts(self) -> int:
        """The number of windows that are left."""
        return self._remainder.parts

    @property
    def windows(self) -> Sequence[Span]:
        """The creation dates of each part."""
        return self._remainder.windows

    def part(self, index: int) -> Iterator[Page]:
        """One window, complete when the iterator ends."""
        yield from self._remainder.part(index)

    def rest(self) -> Iterator[Page]:
        """The rest of the first step, and everything that has changed since the first attempt began."""
        yield from self._remainder.rest()
        self._changes = self._open_changes()
        yield from every_page(self._changes)

    def summary(self) -> Summary:
        """Both steps together."""
        left = self._remainder.summary()
        if self._changes is None:
            return left
        changes = self._changes.summary()
        return replace(
            left, stated=(left.stated or 0) + (changes.stated or 0), delivered=left.delivered + changes.delivered
        )


def open_resumed(fetcher: PageFetcher, request: ReadRequest, attempt: Attempt, waiting: FirstPageCache) -> Reading:
    """Plans what an attempt has left. Raises `SageActiveError`."""
    left = MissingWindows.plan(fetcher, request, waiting)
    if left.is_whole:
        return left
    changes = replace(request, since=attempt.changes_since, attempt=None)
    return ResumedReading(left, lambda: DirectReading.plan(fetcher, changes, waiting))
