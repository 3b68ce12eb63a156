"""Reads of one large company that are killed anywhere and resumed: what a platform receives, against a model.

The workers of the framework are played step by step, in any order; a kill leaves a beginning of what was on the queue.
"""

import json
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Type
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.message.repository import LogMessage
from hypothesis import given
from hypothesis import strategies as st

from sage_active.attempts import Span
from sage_active.client import COMPANY_COLUMN, Reading, ReadRequest
from sage_active.direct.fingerprint import fingerprint
from sage_active.direct.reading import DirectReading
from sage_active.direct.resumed_reading import open_resumed
from sage_active.errors import SageActiveError
from sage_active.first_pages import FirstPageCache
from sage_active.markets import DIRECT
from sage_active.moments import format_utc, parse_utc
from sage_active.resources.table import RESOURCE_BY_NAME
from source_sage_active.announcement import Announcement
from source_sage_active.checkpoint import Checkpoint
from source_sage_active.cursor import SECONDS_BETWEEN_STATES, CompanyCursor
from source_sage_active.partitions import CompanyPartitions
from source_sage_active.records import PageMessage
from source_sage_active.shares import Share
from unit_tests.direct.test_reading import (
    COMPANY,
    CONTRACT,
    START,
    Mutation,
    Row,
    Table,
    create,
    delete,
    modify,
    spread,
)

pytestmark = pytest.mark.slow

RESOURCE = RESOURCE_BY_NAME["customers"]
WORKERS = 3
LONGEST_STEP = 4.0
MOST_MOVES = 3


class TableClient:
    """A client of one table in memory."""

    connection = DIRECT

    def __init__(self, table: Table) -> None:
        self._table = table

    def fingerprint(self, request: ReadRequest) -> str | None:
        return fingerprint(CONTRACT, request)

    def open(self, request: ReadRequest) -> Reading:
        if request.attempt:
            return open_resumed(self._table, request, request.attempt, FirstPageCache())
        return DirectReading.plan(self._table, request, FirstPageCache())


@dataclass
class Output(MessageRepository):
    """What was put on the queue, in order, and when."""

    clock: float = 1000.0
    items: list[tuple[float, Any]] = field(default_factory=list)

    def put(self, item: Any) -> None:
        """Puts something on the queue."""
        self.items.append((self.clock, item))

    def emit_message(self, message: AirbyteMessage) -> None:
        self.put(message)

    def log_message(self, level: Any, message_provider: Any) -> None:
        _: LogMessage = message_provider()

    def consume_queue(self) -> Iterator[AirbyteMessage]:
        yield from ()


class WatchedCursor(CompanyCursor):
    """Puts on the queue, beside the states, when a window was finished."""

    output: Output

    def window_complete(self, company_id: str, begun: Checkpoint, window: Span) -> None:
        self.output.put(window)
        super().window_complete(company_id, begun, window)


def attempt(table: Table, state: Mapping[str, Any], lookback: timedelta, chance: Any, **options: Any) -> Output:
    """One whole read; whoever looks at a beginning of what it put on the queue sees a read that was killed there."""
    output = Output()
    with patch("source_sage_active.cursor.time.monotonic", lambda: output.clock):
        cursor = WatchedCursor(RESOURCE.name, DIRECT, state, output, lookback)
        cursor.output = output

        def request(share: Share, company: Any) -> ReadRequest:
            since = cursor.since(share.state_id)
            return ReadRequest(RESOURCE, company, options.get("schema", {}), since, options.get("not_before"))

        client: Any = TableClient(table)
        announcement = Announcement(RESOURCE.name, output)
        partitions = CompanyPartitions(
            client,
            RESOURCE,
            [COMPANY],
            [],
            request,
            cursor,
            announcement,
            is_incremental=options.get("incremental", True),
        )
        waiting = [iter(partition.read()) for partition in partitions.generate()]
        running: list[Iterator[Any]] = []
        while running or waiting:
            while waiting and len(running) < WORKERS:
                running.append(waiting.pop(0))
            worker = chance.choice(running)
            is_failing = len(output.items) >= options.get("fails_after", math.inf)
            table.refused_filters = frozenset({"creationDate"} if is_failing else ())
            try:
                page = next(worker)
            except (StopIteration, SageActiveError):
                running.remove(worker)
                continue
            output.put(page)
            cursor.observe(page)
            output.clock += chance.uniform(0.0, LONGEST_STEP)
        cursor.ensure_at_least_one_state_emitted()
    return output


@dataclass
class Platform:
    """What a platform keeps: records, and the last state."""

    rows: dict[str, set[str]] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)

    def receive(self, items: Sequence[tuple[float, Any]]) -> list[str]:
        """Takes a beginning of an output; returns the ids that came."""
        delivered: list[str] = []
        for _, item in items:
            if isinstance(item, PageMessage):
                for line in item.lines.splitlines():
                    row = json.loads(line)["record"]["data"]
                    self.rows.setdefault(row["id"], set()).add(version(row))
                    delivered.append(row["id"])
            elif isinstance(item, AirbyteMessage) and item.type is Type.STATE:
                self.state = AirbyteMessageSerializer.dump(item)["state"]["stream"]["stream_state"]
        return delivered

    @property
    def entry(self) -> Mapping[str, Any]:
        """The company's entry in the state; empty if there is none."""
        return next((entry for entry in self.state.get("states", ())), {})

    @property
    def done(self) -> list[Span]:
        """What the state says is finished."""
        spans = self.entry.get("resume", {}).get("done", [])
        return [(parse_utc(lower), parse_utc(upper)) for lower, upper in spans]

    def undelivered(self, table: Table) -> list[str]:
        """Rows that exist and were not received as they are."""
        return [row.id for row in table.rows if version(row.values()) not in self.rows.get(row.id, ())]


def version(row: Mapping[str, Any]) -> str:
    """What changes whenever the row does."""
    return f"{row['creationDate']} {row['modificationDate']}"


def is_in(spans: Sequence[Span], created: datetime | None) -> bool:
    """Whether a creation date lies in one of the spans."""
    return created is not None and any(lower <= created < upper for lower, upper in spans)


def state_of(cursor: datetime | None, **members: Any) -> dict[str, Any]:
    """A state of the company."""
    moment = cursor and format_utc(cursor)
    entry = {"partition": {COMPANY_COLUMN: COMPANY.id}, "cursor": {"updated_at": moment}, **members}
    return {"connection": DIRECT, "states": [entry]}


MOVES = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.builds(lambda kind, at: kind(at), st.sampled_from([create, modify, delete]), st.integers(0, 99)),
    ),
    max_size=MOST_MOVES,
)
# How much of its output a read leaves behind, how rows move meanwhile, and the hours until the next one.
KILLS = st.lists(st.tuples(st.floats(0.0, 1.0), MOVES, st.integers(0, 100)), min_size=1, max_size=3)


def changed_at(row: Row) -> datetime:
    """When a row last changed."""
    return max(filter(None, (row.created, row.modified)))


def moved(table: Table, moves: Sequence[tuple[int, Mutation]]) -> None:
    """Lets rows move during the next read."""
    table.requests = 0
    table.script = {at: [move for when, move in moves if when == at] for at, _ in moves}


def settled(table: Table, platform: Platform, lookback: timedelta) -> set[str]:
    """Rows of finished windows that have not changed since the first attempt began."""
    if not platform.done:
        return set()
    began = parse_utc(platform.entry["resume"]["started_at"]) - lookback
    return {row.id for row in table.rows if is_in(platform.done, row.created) and changed_at(row) < began}


def forgotten(items: Sequence[tuple[float, Any]], platform: Platform) -> list[Span]:
    """Windows that were finished long before the kill and that the last state does not know."""
    if not items or "resume" not in platform.entry:
        return []
    last = items[-1][0] - SECONDS_BETWEEN_STATES - LONGEST_STEP
    windows = [item for at, item in items if isinstance(item, tuple) and at <= last]
    return [window for window in windows if not any(a <= window[0] and window[1] <= b for a, b in platform.done)]


@given(
    number=st.integers(0, 60),
    undated=st.integers(0, 2),
    size=st.integers(1, 4),
    lookback=st.sampled_from([timedelta(), timedelta(minutes=60)]),
    known=st.none() | st.integers(1, 60),
    kills=KILLS,
    chance=st.randoms(use_true_random=False),
)
def test_whatever_is_killed_nothing_is_missing_and_little_comes_again(
    number: int,
    undated: int,
    size: int,
    lookback: timedelta,
    known: int | None,
    kills: list[tuple[float, list[tuple[int, Mutation]], int]],
    chance: Any,
) -> None:
    rows = [*spread(number), *(Row(f"undated{index}", None, START) for index in range(undated))]
    for row in rows[:number:3]:
        row.modified = START - timedelta(hours=chance.randint(1, 1000))
    table, platform = Table(rows, size), Platform()
    since = None if known is None else START - timedelta(days=known)
    if since:
        platform.state = state_of(since)
        platform.rows = {row.id: {version(row.values())} for row in rows if changed_at(row) < since}
    cursor = since and format_utc(since)
    for share, moves, hours in kills:
        moved(table, moves)
        due = [row for row in table.rows if since is None or changed_at(row) >= since - lookback]
        # What fits into one page is read whole.
        kept = settled(table, platform, lookback) if len(due) > size + MOST_MOVES else set()
        began = table.now
        output = attempt(table, platform.state, lookback, chance)
        items = output.items[: round(share * len(output.items))]
        delivered = set(platform.receive(items))
        assert not kept & delivered - {row.id for row in table.rows if changed_at(row) >= began}
        assert forgotten(items, platform) == []
        if "resume" in platform.entry:
            assert platform.entry["cursor"]["updated_at"] == cursor
        else:
            cursor = platform.entry["cursor"]["updated_at"] if platform.entry else None
            since = parse_utc(cursor) if cursor else None
        table.now += timedelta(hours=hours)
    for moves in (kills[0][1], []):
        moved(table, moves)
        platform.receive(attempt(table, platform.state, lookback, chance).items)
        assert "resume" not in platform.entry
        table.now += timedelta(hours=1)
    assert platform.undelivered(table) == []


# --- rules, one by one ---


def killed(table: Table, state: Mapping[str, Any], **options: Any) -> Platform:
    """A platform that has received half of a read."""
    platform = Platform(state=state)
    output = attempt(table, state, timedelta(), Random(1), **options)
    platform.receive(output.items[: len(output.items) // 2])
    return platform


def ids_of(output: Output) -> list[str]:
    """The ids of all records."""
    return Platform().receive(output.items)


def again(table: Table, platform: Platform, **options: Any) -> list[str]:
    """The ids that the next read brings."""
    table.requests = 0
    return ids_of(attempt(table, platform.state, options.pop("lookback", timedelta()), Random(2), **options))


def test_a_killed_read_leaves_a_checkpoint_and_no_cursor() -> None:
    table = Table(spread(90), 3)
    platform = killed(table, {})
    resume = platform.entry["resume"]
    assert platform.entry["cursor"] == {"updated_at": None}
    assert set(resume) == {"request", "since", "started_at", "latest", "done"}
    assert resume["since"] is None
    assert resume["started_at"] == "2026-01-01T12:00:00.000000Z"
    rest = again(table, platform)
    assert 0 < len(rest) < 90
    assert platform.rows.keys() | set(rest) == {row.id for row in table.rows}


def test_the_cursor_is_the_latest_date_of_all_attempts() -> None:
    table = Table(spread(90), 3)
    # The latest row comes in the first attempt, and is gone when the second one begins.
    table.rows[0].modified = START - timedelta(hours=1)
    platform = killed(table, {})
    assert is_in(platform.done, table.rows[0].created)
    del table.rows[0]
    table.requests = 0
    platform.receive(attempt(table, platform.state, timedelta(), Random(3)).items)
    assert platform.entry == state_of(START - timedelta(hours=1))["states"][0]


def test_small_reads_have_no_checkpoints() -> None:
    assert "resume" not in killed(Table(spread(9), 3), {}).entry


def test_a_full_refresh_has_no_checkpoints() -> None:
    assert "resume" not in killed(Table(spread(90), 3), {}, incremental=False).entry


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"schema": {"properties": {"id": {}, "code": {}}}}, "fields"),
        ({"not_before": START - timedelta(days=3000)}, "fields"),
        ({"lookback": timedelta(minutes=60)}, "lookback"),
    ],
    ids=["fields", "start_date", "lookback"],
)
def test_another_shape_begins_anew_with_one_line(
    options: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table(spread(90), 3)
    platform = killed(table, state_of(START - timedelta(days=80)))
    assert platform.done
    with caplog.at_level(logging.INFO, "airbyte"):
        delivered = again(table, platform, **options)
    assert len(set(delivered)) >= 80
    (line,) = [text for text in caplog.messages if "begins anew" in text]
    assert why in line
    assert "customers" in line


def test_the_state_forgets_another_shape_before_its_records() -> None:
    table = Table(spread(90), 3)
    platform = killed(table, {})
    table.requests = 0
    output = attempt(table, platform.state, timedelta(), Random(4), schema={"properties": {"code": {}}})
    platform.receive(output.items[:1])
    assert platform.entry == state_of(None)["states"][0]


def test_an_earlier_cursor_by_hand_begins_anew() -> None:
    table = Table(spread(90), 3)
    platform = killed(table, state_of(START - timedelta(days=70)))
    platform.state["states"][0]["cursor"]["updated_at"] = format_utc(START - timedelta(days=88))
    assert len(again(table, platform)) == 88


def test_a_clock_that_was_put_back_begins_anew() -> None:
    table = Table(spread(90), 3)
    platform = killed(table, {})
    table.now = START - timedelta(hours=1)
    assert sorted(again(table, platform)) == sorted(row.id for row in table.rows)


def test_a_read_that_fails_leaves_what_it_has_finished() -> None:
    table = Table(spread(90), 3)
    output = attempt(table, {}, timedelta(), Random(5), fails_after=20)
    platform = Platform()
    platform.receive(output.items)
    assert platform.done
    assert platform.rows.keys() | set(again(table, platform)) == {row.id for row in table.rows}


def test_a_company_with_a_checkpoint_has_rows_to_lose() -> None:
    cursor = CompanyCursor("customers", DIRECT, killed(Table(spread(90), 3), {}).state, Output(), timedelta())
    assert cursor.has_cursor(COMPANY.id)
