"""Windows of creation dates: a partition of time, sized by what a fake API states."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.direct.query import Variable
from sage_active.direct.windows import EVERYTHING, SECOND, UNDATED, CountedWindow, Window, floor_second, plan

START = datetime(2015, 1, 1, tzinfo=timezone.utc)
UNTIL = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=timezone.utc)
SPAN = int((UNTIL - START).total_seconds())
# It takes 29 halvings to get from eleven years to one second; larger targets take far fewer.
MOST_CALLS = 34

OFFSETS = st.integers(0, SPAN * 1_000_000)
ANYWHERE = st.lists(OFFSETS, max_size=300)
CLUSTERED = st.builds(
    lambda centres, inside: [centre + offset for centre in centres for offset in inside],
    st.lists(OFFSETS, min_size=1, max_size=4),
    st.lists(st.integers(0, 5_000_000), min_size=1, max_size=80),
)
ONE_SECOND = st.builds(
    lambda second, inside: [second * 1_000_000 + offset for offset in inside],
    st.integers(0, SPAN),
    st.lists(st.integers(0, 999_999), min_size=1, max_size=200),
)
DATES = st.one_of(ANYWHERE, CLUSTERED, ONE_SECOND, st.builds(lambda a, b: a + b, CLUSTERED, ANYWHERE)).map(
    lambda offsets: sorted(START + timedelta(microseconds=offset) for offset in offsets)
)


class Counter:
    """States counts as the API does."""

    def __init__(self, dates: Sequence[datetime]) -> None:
        self.dates = dates
        self.calls = 0
        self.windows = 0

    def __call__(self, windows: Sequence[Window]) -> list[int]:
        self.calls += 1
        self.windows += len(windows)
        return [sum(contains(window, date) for date in self.dates) for window in windows]


def contains(window: Window, date: datetime) -> bool:
    """Whether a creation date belongs to a window."""
    return (window.lower is None or window.lower <= date) and (window.upper is None or date < window.upper)


def planned_windows(
    dates: Sequence[datetime], earliest: datetime, target: int, most: int
) -> tuple[list[CountedWindow], Counter]:
    """A plan for rows with these creation dates."""
    counter = Counter(dates)
    windows = plan(counter, earliest=earliest, until=UNTIL, total=len(dates), target=target, most=most)
    return windows, counter


def assert_partition(windows: Sequence[CountedWindow]) -> None:
    """Everything before `until`, in order, without gap or overlap."""
    assert windows[0].window.lower is None
    assert windows[-1].window.upper == floor_second(UNTIL)
    for before, after in itertools.pairwise(windows):
        assert before.window.upper == after.window.lower
        assert before.window.upper is not None
    for counted in windows:
        lower, upper = counted.window.lower, counted.window.upper
        assert upper is not None
        assert upper.microsecond == 0
        assert lower is None or lower < upper


@given(dates=DATES, target=st.integers(1, 50), factor=st.integers(1, 3))
def test_windows_cover_all_time_and_state_right_counts(dates: list[datetime], target: int, factor: int) -> None:
    windows, counter = planned_windows(dates, dates[0] if dates else START, target, target * factor)
    assert_partition(windows)
    assert [counted.count for counted in windows] == Counter(dates)([counted.window for counted in windows])
    assert sum(counted.count for counted in windows) == sum(date < floor_second(UNTIL) for date in dates)
    assert counter.calls <= MOST_CALLS


@given(dates=DATES, target=st.integers(1, 50), factor=st.integers(1, 3))
def test_only_single_seconds_hold_more_than_the_most(dates: list[datetime], target: int, factor: int) -> None:
    windows, _ = planned_windows(dates, dates[0] if dates else START, target, target * factor)
    for counted in windows:
        lower = counted.window.lower or floor_second(dates[0] if dates else START)
        assert counted.window.upper is not None
        assert counted.count <= target * factor or counted.window.upper - lower == SECOND


@given(dates=DATES.filter(bool), target=st.integers(1, 50), late=st.integers(1, 400))
def test_rows_before_the_earliest_are_covered(dates: list[datetime], target: int, late: int) -> None:
    windows, counter = planned_windows(dates, dates[0] + timedelta(days=late), target, 2 * target)
    assert_partition(windows)
    assert sum(counted.count for counted in windows) == sum(date < floor_second(UNTIL) for date in dates)
    assert counter.calls <= 2 * MOST_CALLS


def test_many_rows_before_the_earliest_do_not_end_in_one_window() -> None:
    dates = [START + timedelta(days=day) for day in range(1000)]
    windows, _ = planned_windows(dates, UNTIL - timedelta(days=1), 10, 20)
    assert max(counted.count for counted in windows) <= 20


@given(dates=DATES.filter(bool), target=st.integers(1, 50))
def test_small_neighbours_become_one(dates: list[datetime], target: int) -> None:
    windows, _ = planned_windows(dates, dates[0], target, 2 * target)
    for before, after in itertools.pairwise(windows):
        assert before.count + after.count > target


@given(days=st.lists(st.integers(0, 4000), min_size=1, max_size=50))
def test_rows_of_the_future_belong_to_no_closed_window(days: list[int]) -> None:
    dates = [floor_second(UNTIL) + timedelta(days=day) for day in days]
    windows, _ = planned_windows(dates, min(dates), 5, 10)
    assert_partition(windows)
    assert sum(counted.count for counted in windows) == 0


def test_an_import_in_one_second_takes_few_counts() -> None:
    dates = [START] * 5000 + [START + timedelta(days=day) for day in range(3000)]
    windows, counter = planned_windows(dates, START, 500, 1000)
    assert [counted.count for counted in windows if counted.count > 1000] == [5001]
    assert counter.calls <= 10


def test_nothing_is_one_empty_window() -> None:
    windows, counter = planned_windows([], START, 10, 20)
    assert windows == [CountedWindow(Window(None, floor_second(UNTIL)), 0)]
    assert counter.calls == 1


def test_few_rows_need_one_count() -> None:
    dates = [START + timedelta(days=day) for day in range(100)]
    windows, counter = planned_windows(dates, START, 500, 1000)
    assert [counted.count for counted in windows] == [100]
    assert counter.calls == 1
    assert counter.windows <= 8


@given(lower=st.none() | st.integers(0, 1000), seconds=st.integers(1, 5000), number=st.integers(1, 40))
def test_pieces_are_a_partition(lower: int | None, seconds: int, number: int) -> None:
    begin = START + timedelta(seconds=lower) if lower is not None else None
    upper = (begin or START) + timedelta(seconds=seconds)
    pieces = Window(begin, upper).pieces(number, START)
    assert len(pieces) == min(number, seconds)
    assert pieces[0].lower == begin
    assert pieces[-1].upper == upper
    assert all(before.upper == after.lower for before, after in itertools.pairwise(pieces))
    lengths = [(piece.upper or upper) - (piece.lower or START) for piece in pieces]
    assert max(lengths) - min(lengths) <= SECOND


@pytest.mark.parametrize("window", [EVERYTHING, UNDATED, Window(START)])
def test_windows_without_an_end_are_not_cut(window: Window) -> None:
    assert window.pieces(8, START) == [window]


def test_filters_of_windows() -> None:
    lower, upper = START, START + timedelta(hours=1)
    assert EVERYTHING.where() is None
    assert UNDATED.where() == {"creationDate": {"eq": None}}
    gte = Variable("from_20150101000000", "DateTime", "2015-01-01T00:00:00Z")
    less = Variable("to_20150101010000", "DateTime", "2015-01-01T01:00:00Z")
    assert Window(lower).where() == {"creationDate": {"gte": gte}}
    assert Window(None, upper).where() == {"creationDate": {"lt": less}}
    assert Window(lower, upper).where() == {"creationDate": {"gte": gte, "lt": less}}
