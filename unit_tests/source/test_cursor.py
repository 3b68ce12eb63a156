"""The cursor: one state for each company, never ahead of the server's clock, not too often."""

import itertools
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type
from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Company, Page
from sage_active.moments import format_utc
from source_sage_active.checkpoint import Checkpoint
from source_sage_active.cursor import SECONDS_BETWEEN_STATES, CompanyCursor
from source_sage_active.records import PageMessage

BEGAN = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
LOOKBACK = timedelta(minutes=60)
MOMENTS = st.integers(-100_000, 100_000).map(lambda seconds: BEGAN + timedelta(seconds=seconds))


class Clock:
    """Stands for `time.monotonic`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that only tests move."""
    clock = Clock()
    monkeypatch.setattr("source_sage_active.cursor.time.monotonic", clock)
    return clock


def new_cursor(state: Mapping[str, Any] | None = None) -> tuple[CompanyCursor, InMemoryMessageRepository]:
    """A cursor and where it emits."""
    repository = InMemoryMessageRepository()
    return CompanyCursor("customers", "direct", state or {}, repository, LOOKBACK), repository


def state_of(**cursors: str | None) -> dict[str, Any]:
    """The documented shape."""
    states = [{"partition": {"company_id": name}, "cursor": {"updated_at": value}} for name, value in cursors.items()]
    return {"connection": "direct", "states": states}


def page(company_id: str, *dates: datetime | None) -> PageMessage:
    """A page with rows of these dates."""
    texts = [format_utc(date) if date else None for date in dates]
    return PageMessage("customers", company_id, Page([b'{"id":"1"}'] * len(texts), ["1"] * len(texts), texts))


def emitted(repository: InMemoryMessageRepository) -> list[dict[str, Any]]:
    """The states emitted so far."""
    states = []
    for message in repository.consume_queue():
        assert message.type is Type.STATE
        dumped = AirbyteMessageSerializer.dump(message)["state"]
        assert dumped["type"] == "STREAM"
        assert dumped["stream"]["stream_descriptor"] == {"name": "customers"}
        states.append(dumped["stream"]["stream_state"])
    return states


def companies(state: Mapping[str, Any]) -> dict[str, str | None]:
    """Company -> cursor."""
    return {entry["partition"]["company_id"]: entry["cursor"]["updated_at"] for entry in state["states"]}


def test_each_company_has_a_state_of_its_own(clock: Clock) -> None:
    cursor, repository = new_cursor()
    cursor.observe(page("a", BEGAN - timedelta(days=2), BEGAN - timedelta(days=1), None))
    cursor.observe(page("a", BEGAN - timedelta(days=3)))
    cursor.observe(page("b", BEGAN - timedelta(days=9)))
    cursor.company_complete("a", BEGAN)
    clock.now += SECONDS_BETWEEN_STATES
    cursor.company_complete("b", BEGAN)
    one, two = emitted(repository)
    assert one == state_of(a="2026-01-30T09:30:00.000000Z")
    assert two == state_of(a="2026-01-30T09:30:00.000000Z", b="2026-01-22T09:30:00.000000Z")
    assert cursor.state == two


@given(dates=st.lists(MOMENTS, max_size=10), known=st.none() | MOMENTS)
def test_never_later_than_the_start_nor_earlier_than_what_was_delivered(
    dates: list[datetime], known: datetime | None
) -> None:
    cursor, _ = new_cursor(state_of(a=format_utc(known)) if known else None)
    cursor.observe(page("a", *dates))
    cursor.company_complete("a", BEGAN)
    reached = companies(cursor.state)["a"]
    expected = [*dates, *([known] if known else [])]
    assert reached == (format_utc(min(max(expected), BEGAN)) if expected else None)


def test_a_company_without_dates_is_read_in_full_again() -> None:
    cursor, repository = new_cursor()
    cursor.observe(page("a", None, None))
    cursor.company_complete("a", BEGAN)
    assert emitted(repository) == [state_of(a=None)]
    assert cursor.since("a") is None


def test_a_company_without_changes_keeps_its_state() -> None:
    cursor, repository = new_cursor(state_of(a="2026-01-30T09:30:00.000000Z"))
    cursor.company_complete("a", BEGAN)
    assert emitted(repository) == [state_of(a="2026-01-30T09:30:00.000000Z")]


def test_changes_are_asked_for_a_little_earlier_than_the_state() -> None:
    cursor, _ = new_cursor(state_of(a="2026-01-30T09:30:00.000000Z", gone=None))
    assert cursor.since("a") == datetime(2026, 1, 30, 8, 30, tzinfo=timezone.utc)
    assert cursor.since("gone") is None
    assert cursor.since("new") is None


def test_companies_that_left_stay_in_the_state() -> None:
    cursor, repository = new_cursor(state_of(left="2025-01-01T00:00:00.000000Z", a="2026-01-01T00:00:00.000000Z"))
    cursor.observe(page("a", BEGAN))
    cursor.company_complete("a", BEGAN)
    (state,) = emitted(repository)
    assert companies(state) == {"left": "2025-01-01T00:00:00.000000Z", "a": format_utc(BEGAN)}


def test_a_company_that_is_not_complete_moves_nothing() -> None:
    cursor, repository = new_cursor(state_of(a="2026-01-01T00:00:00.000000Z"))
    cursor.observe(page("a", BEGAN))
    cursor.ensure_at_least_one_state_emitted()
    assert emitted(repository) == [state_of(a="2026-01-01T00:00:00.000000Z")]


def test_at_most_one_state_in_ten_seconds_and_the_last(clock: Clock) -> None:
    cursor, repository = new_cursor()
    times: list[float] = []
    for number in range(100):
        cursor.observe(page(f"c{number}", BEGAN))
        cursor.company_complete(f"c{number}", BEGAN)
        times += [clock.now] * len(emitted(repository))
        clock.now += 0.7
    assert times[0] == 1000.0
    assert all(later - earlier >= SECONDS_BETWEEN_STATES for earlier, later in itertools.pairwise(times))
    assert len(times) == 7
    cursor.ensure_at_least_one_state_emitted()
    (last,) = emitted(repository)
    assert set(companies(last)) == {f"c{number}" for number in range(100)}
    cursor.ensure_at_least_one_state_emitted()
    assert emitted(repository) == []


def test_a_stream_without_companies_emits_one_state() -> None:
    cursor, repository = new_cursor()
    cursor.ensure_at_least_one_state_emitted()
    cursor.ensure_at_least_one_state_emitted()
    assert emitted(repository) == [state_of()]


def test_threads_lose_no_company() -> None:
    cursor, _ = new_cursor()

    def complete(number: int) -> None:
        for index in range(50):
            cursor.observe(page(f"{number}-{index}", BEGAN - timedelta(seconds=index)))
            cursor.company_complete(f"{number}-{index}", BEGAN)

    threads = [threading.Thread(target=complete, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    expected = {f"{n}-{index}": format_utc(BEGAN - timedelta(seconds=index)) for n in range(6) for index in range(50)}
    assert companies(cursor.state) == expected


def test_other_messages_are_not_pages() -> None:
    cursor, _ = new_cursor()
    cursor.observe(AirbyteMessage(type=Type.LOG))
    assert cursor.state == state_of()


def test_companies_are_told_apart_by_id() -> None:
    one, other = Company("a", "Same", "DE", None, True), Company("b", "Same", "DE", None, True)
    cursor, _ = new_cursor(state_of(a="2026-01-30T09:30:00.000000Z"))
    assert cursor.since(one.id) is not None
    assert cursor.since(other.id) is None


@pytest.mark.parametrize(
    "state",
    [
        {"states": None},
        {"states": {}},
        {"states": [1]},
        {"states": [{"partition": {"company_id": "a"}}]},
        {"states": [{"partition": {"company_id": "a"}, "cursor": None}]},
        {"states": [{"partition": {"company_id": 5}, "cursor": {"updated_at": None}}]},
        state_of(a="yesterday"),
        state_of(a="0001-01-01T00:00:00Z"),
        {"states": [{"partition": {"company_id": "a"}, "cursor": {"updated_at": 20260131}}]},
    ],
)
def test_a_state_that_cannot_be_read_means_everything_and_is_reported(
    state: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    cursor, _ = new_cursor(state)
    assert cursor.since("a") is None
    (entry,) = caplog.records
    assert (entry.levelname, "customers" in entry.getMessage()) == ("WARNING", True)


@pytest.mark.parametrize(
    ("ahead", "lookback", "is_ahead"),
    [(-1, 0, False), (0, 0, False), (1, 0, True), (600, 3600, False), (1800, 3600, True), (30, 60, False)],
)
def test_a_state_ahead_of_the_servers_clock_is_believed_as_far_as_the_lookback_makes_up_for_it(
    ahead: int, lookback: int, is_ahead: bool
) -> None:
    state = state_of(a=format_utc(BEGAN + timedelta(seconds=ahead)), b=None)
    cursor = CompanyCursor("customers", "direct", state, InMemoryMessageRepository(), timedelta(seconds=lookback))
    assert cursor.is_ahead("a", BEGAN) is is_ahead
    assert not cursor.is_ahead("b", BEGAN)
    assert not cursor.is_ahead("c", BEGAN)


# --- checkpoints of a company that is not complete ---

BEGUN = Checkpoint("5f2b", BEGAN)


def windows(state: Mapping[str, Any]) -> list[list[str]]:
    """What the only company has finished."""
    (entry,) = state["states"]
    return [list(span) for span in entry["resume"]["done"]]


def span(first: int, last: int) -> tuple[datetime, datetime]:
    """A window of whole days before the start."""
    return BEGAN - timedelta(days=first), BEGAN - timedelta(days=last)


def test_windows_wait_ten_seconds_and_then_for_the_next_page(clock: Clock) -> None:
    cursor, repository = new_cursor()
    cursor.window_complete("a", BEGUN, span(9, 8))
    clock.now += SECONDS_BETWEEN_STATES - 1
    cursor.window_complete("a", BEGUN, span(7, 6))
    cursor.observe(page("a", BEGAN))
    (first,) = emitted(repository)
    assert len(windows(first)) == 1
    clock.now += 1
    cursor.observe(page("a", BEGAN))
    cursor.observe(page("a", BEGAN))
    (second,) = emitted(repository)
    assert len(windows(second)) == 2


def test_a_page_alone_brings_no_state(clock: Clock) -> None:
    cursor, repository = new_cursor()
    for _ in range(3):
        cursor.observe(page("a", BEGAN))
        clock.now += SECONDS_BETWEEN_STATES
    assert emitted(repository) == []


@given(order=st.permutations(range(6)))
def test_windows_that_finish_in_any_order_become_one(order: list[int]) -> None:
    cursor, _ = new_cursor()
    for number in order:
        cursor.window_complete("a", BEGUN, span(number + 1, number))
    assert windows(cursor.state) == [[format_utc(moment) for moment in span(6, 0)]]


def test_the_company_is_complete_at_the_latest_date_of_all_attempts() -> None:
    first, _ = new_cursor(state_of(a=format_utc(BEGAN - timedelta(days=30))))
    first.observe(page("a", BEGAN - timedelta(days=1)))
    first.window_complete("a", BEGUN, span(9, 8))
    assert companies(first.state) == {"a": format_utc(BEGAN - timedelta(days=30))}
    second, _ = new_cursor(first.state)
    second.observe(page("a", BEGAN - timedelta(days=2)))
    second.company_complete("a", BEGAN + timedelta(hours=1))
    assert second.state == state_of(a=format_utc(BEGAN - timedelta(days=1)))


def test_what_is_forgotten_leaves_the_state_at_once(clock: Clock) -> None:
    first, _ = new_cursor()
    first.window_complete("a", BEGUN, span(9, 8))
    cursor, repository = new_cursor(first.state)
    cursor.drop_checkpoint("b")
    assert emitted(repository) == []
    cursor.drop_checkpoint("a")
    assert emitted(repository) == [state_of(a=None)]
