"""Going on with a read that was not finished, against a table in memory: what is left, then what has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.attempts import BEGINNING, Attempt, Span
from sage_active.client import Reading, ReadRequest, every_page
from sage_active.direct.filters import Where
from sage_active.direct.reading import DirectReading
from sage_active.direct.resumed_reading import ResumedReading, open_resumed
from sage_active.direct.windows import floor_second
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION
from sage_active.first_pages import FirstPageCache
from unit_tests.direct.test_reading import ROWS, START, Row, Table, everything, is_due, plan, request, spread

SIZE = 5


class Leaking(Table):
    """States one row more without windows than in them."""

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        return [count + (where is None) for where, count in zip(wheres, super().count(request, wheres), strict=True)]


def attempt_at(table: Table, *done: Span, lookback: int = 0) -> Attempt:
    """An attempt that began at the present of a table and has finished these spans."""
    began = floor_second(table.now)
    return Attempt(began, done, began - timedelta(minutes=lookback))


def resumed(table: Table, attempt: Attempt, **how: Any) -> Reading:
    """What goes on with the attempt."""
    wanted: ReadRequest = request(attempt=attempt, **how)
    return open_resumed(table, wanted, attempt, FirstPageCache())


def keys_of(reading: Reading) -> list[str]:
    """The keys of all pages."""
    return [key for page in every_page(reading) for key in page.keys]


def done_before(rows: list[Row], number: int) -> Span:
    """The span of the first rows."""
    created = rows[number].created
    assert created is not None
    return BEGINNING, floor_second(created)


def later(table: Table, hours: int = 24) -> None:
    """Time passes."""
    table.now += timedelta(hours=hours)


def test_only_what_is_left_comes() -> None:
    rows = spread(60)
    table = Table(rows, SIZE)
    attempt = attempt_at(table, done_before(rows, 40))
    later(table)
    reading = resumed(table, attempt)
    assert isinstance(reading, ResumedReading)
    assert keys_of(reading) == [row.id for row in rows[40:]]
    assert reading.summary().stated == reading.summary().delivered == 20


def test_the_windows_are_those_that_are_left() -> None:
    rows = spread(60)
    table = Table(rows, SIZE)
    done = done_before(rows, 20), (floor_second(rows[30].created or START), floor_second(rows[40].created or START))
    reading = resumed(table, attempt_at(table, *done))
    assert reading.parts == len(reading.windows) > 1
    lowest, highest = reading.windows[0], reading.windows[-1]
    assert lowest[0] == done[0][1]
    assert highest[1] <= floor_second(table.now)
    assert all(upper <= done[1][0] or lower >= done[1][1] for lower, upper in reading.windows)
    assert sorted(keys_of(reading)) == [row.id for row in (*rows[20:30], *rows[40:])]


def test_what_has_changed_since_the_attempt_began_comes_too() -> None:
    rows = spread(60)
    table = Table(rows, SIZE)
    attempt = attempt_at(table, done_before(rows, 60 - 1))
    later(table)
    rows[3].modified = table.now
    rows.append(Row("new", table.now, table.now))
    later(table)
    reading = resumed(table, attempt)
    assert sorted(keys_of(reading)) == ["new", "r003", "r059"]
    assert reading.started_at > attempt.started_at + timedelta(hours=47)


def test_the_lookback_goes_back_from_the_start_of_the_attempt() -> None:
    rows = spread(60)
    rows[3].modified = START - timedelta(minutes=30)
    table = Table(rows, SIZE)
    done = (BEGINNING, floor_second(START))
    assert keys_of(resumed(table, attempt_at(table, done))) == []
    assert keys_of(resumed(table, attempt_at(table, done, lookback=60))) == ["r003"]


def test_rows_without_a_creation_date_always_come() -> None:
    rows = [*spread(60), Row("undated", None), Row("half", None, START - timedelta(days=90))]
    table = Table(rows, SIZE)
    keys = keys_of(resumed(table, attempt_at(table, (BEGINNING, floor_second(START)))))
    assert set(keys) == {"undated", "half"}


def test_the_old_moment_bounds_what_is_left() -> None:
    since = START - timedelta(days=30)
    rows = spread(80)
    for row in rows[::2]:
        row.modified = since + timedelta(days=1)
    table = Table(rows, SIZE)
    attempt = attempt_at(table, done_before(rows, 20))
    later(table)
    keys = keys_of(resumed(table, attempt, since=since))
    assert sorted(keys) == sorted(row.id for row in rows[20:] if is_due(row, since))


def test_an_attempt_that_had_finished_its_windows_has_its_rest_left() -> None:
    table = Table(spread(60), SIZE)
    reading = resumed(table, attempt_at(table, (BEGINNING, floor_second(START))))
    assert (reading.parts, keys_of(reading)) == (0, [])


def test_a_company_that_was_emptied_is_complete() -> None:
    rows = spread(60)
    table = Table([], SIZE)
    assert keys_of(resumed(table, attempt_at(table, done_before(rows, 20)))) == []


def test_a_company_that_shrank_to_a_page_is_read_whole() -> None:
    rows = spread(60)
    table = Table(rows[:4], SIZE)
    reading = resumed(table, attempt_at(table, done_before(rows, 20)))
    assert isinstance(reading, DirectReading)
    assert keys_of(reading) == [row.id for row in rows[:4]]


def test_rows_deleted_from_finished_windows_are_no_contradiction() -> None:
    rows = spread(60)
    table = Table([row for row in rows if row.id not in ("r001", "r017")], SIZE)
    assert keys_of(resumed(table, attempt_at(table, done_before(rows, 40)))) == [row.id for row in rows[40:]]


def test_a_server_without_windows_is_read_whole_once() -> None:
    rows = spread(60)
    table = Table(rows, SIZE, orders=False, refused_filters=frozenset({"creationDate"}))
    keys = keys_of(resumed(table, attempt_at(table, done_before(rows, 40))))
    assert keys == [row.id for row in rows]


def test_rows_outside_of_all_windows_are_a_contradiction() -> None:
    rows = spread(60)
    table = Leaking(rows, SIZE)
    attempt = attempt_at(table, done_before(rows, 40))
    with pytest.raises(SageActiveError) as raised:
        keys_of(resumed(table, attempt))
    assert raised.value.fault is CONTRADICTION


@given(
    rows=ROWS,
    size=st.integers(1, 4),
    back=st.none() | st.integers(1, 400),
    chance=st.randoms(use_true_random=False),
    hours=st.integers(0, 5),
)
def test_two_attempts_deliver_all_that_one_would(
    rows: list[Row], size: int, back: int | None, chance: Any, hours: int
) -> None:
    since = None if back is None else (START - timedelta(days=back)).replace(microsecond=0)
    table = Table(rows, size)
    first = plan(table, request(since=since))
    chosen = [index for index in range(first.parts) if chance.random() < 0.6]
    delivered = {key for index in chosen for page in first.part(index) for key in page.keys}
    attempt = Attempt(first.started_at, [first.windows[index] for index in chosen], first.started_at)
    later(table, hours)
    changed = [row for row in rows if chance.random() < 0.1]
    for row in changed:
        row.modified = table.now
    table.requests = 0
    again = keys_of(resumed(table, attempt, since=since))
    expected = {row.id for row in rows if since is None or is_due(row, since)}
    assert expected <= delivered | set(again)
    assert {row.id for row in changed} <= set(again)


def test_the_whole_of_a_plan_is_its_windows() -> None:
    table = Table(spread(160), SIZE)
    reading = plan(table, request())
    assert reading.windows[0][0] == BEGINNING
    assert reading.windows[-1][1] == datetime.fromisoformat("2026-01-01T12:00:00+00:00")
    assert len(everything(reading)) == 160
