"""Among the versions of a record the one with the greatest cursor counts, however they come."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.content.versions import NAMES_AT_ONCE, Cursor, Version, Versions, cursor_of
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.report.report import Report
from sage_active.errors import SageActiveError
from unit_tests.destination.test_engine import Sync
from unit_tests.destination.write_memory import ITEMS, Memory

MOMENTS = (
    "2026-11-25T11:00:00Z",
    "2026-11-25 11:00:00.5",
    "2026-11-25T13:00:00.500001+02:00",
    "2026-11-25T11:00:00.5000011Z",
    "2026-11-26",
)


def synced(memory: Memory, records: Sequence[dict[str, Any] | None], mode: Mode = Mode.UPSERT, **more: Any) -> Report:
    """Writes records, a flush at each None; the cursor is `at`."""
    sync = Sync(memory, mode=mode)
    sync.target = replace(sync.target, cursor=("at",), **more)
    for record in records:
        if record is None:
            sync.engine._flush(sync.engine._buffers.all())
        else:
            sync.take(record)
    sync.finish()
    return sync.report


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        *pairwise(MOMENTS),
        (9, 10),
        ("9", "10"),
        (Decimal("9.5"), "1e1"),
        (-1, 0),
    ],
)
def test_moments_are_compared_as_moments_and_numbers_as_numbers(earlier: Any, later: Any) -> None:
    first, second = cursor_of(earlier), cursor_of(later)
    assert first
    assert second
    assert second.is_newer_than(first)
    assert not first.is_newer_than(second)


@pytest.mark.parametrize("value", [None, True, "", "binlog.000003:154", [1], {"a": 1}, "NaN", "2026-13-01"])
def test_what_has_no_order_is_not_a_cursor(value: Any) -> None:
    assert cursor_of(value) is None


def test_a_number_and_a_moment_cannot_be_compared() -> None:
    number, moment = cursor_of(5), cursor_of("2026-01-01")
    assert number
    assert moment
    assert not number.is_newer_than(moment)
    assert not moment.is_newer_than(number)


@settings(max_examples=60, deadline=None)
@given(
    events=st.lists(
        st.none() | st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.booleans()), min_size=1, max_size=30
    ),
    kind=st.sampled_from(["moment", "number", "text"]),
)
def test_the_greatest_cursor_wins_in_any_order_and_batching(
    events: list[tuple[str, int, bool] | None], kind: str
) -> None:
    """Deleted rows are among the versions, and of equal cursors the last one counts."""
    memory = Memory(ITEMS, unique="code")
    records: list[dict[str, Any] | None] = []
    for number, event in enumerate(events):
        if event is None:
            records.append(None)
            continue
        code, at, is_deleted = event
        cursor: Any = {
            "moment": f"2026-01-0{at + 1}T00:00:00Z" if at < 9 else "2026-02-01",
            "number": at,
            "text": str(at),
        }[kind]
        content = {"_fivetran_deleted": True} if is_deleted else {"name": f"N{number}"}
        records.append({"id": code, "code": code, "at": cursor, **content})
    report = synced(memory, records)
    names = {row["code"]: row["name"] for row in memory.rows}
    for code in "ABC":
        own_events = [(event[1], number, event[2]) for number, event in enumerate(events) if event and event[0] == code]
        live = [entry for entry in own_events if not entry[2]]
        greatest = max((entry[0] for entry in own_events), default=None)
        newest = [number for at, number, is_deleted in own_events if at == greatest and not is_deleted]
        if newest:
            assert names[code] == f"N{newest[-1]}"
        # What came before the newest version, in a batch of its own, may have been written.
        assert live or code not in names
    counts = report.counts((None, "items"))
    assert sum(counts.values()) == sum(event is not None for event in events)
    assert counts[Outcome.REJECTED] == 0


@pytest.mark.parametrize("mode", [Mode.UPSERT, Mode.UPDATE])
@pytest.mark.parametrize("is_flushed", [False, True])
def test_an_older_version_that_comes_later_is_set_aside(mode: Mode, is_flushed: bool) -> None:
    memory = Memory(ITEMS, unique="code")
    memory.rows.append(
        {**dict.fromkeys(field.name for field in ITEMS.fields), "id": "r0", "code": "A", "name": "first"}
    )
    versions = [{"id": "1", "code": "A", "name": "new", "at": 2}, {"id": "1", "code": "A", "name": "old", "at": 1}]
    report = synced(memory, [versions[0], *([None] if is_flushed else []), versions[1]], mode)
    assert [row["name"] for row in memory.rows] == ["new"]
    assert report.counts((None, "items"))[Outcome.SET_ASIDE] == 1


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_of_what_is_only_created_the_newest_version_counts(is_newest_first: bool) -> None:
    memory = Memory(ITEMS, unique="code")
    versions = [{"id": 1.0, "code": "A", "name": "new", "at": 2}, {"id": "1", "code": "A", "name": "old", "at": 1}]
    report = synced(memory, versions if is_newest_first else versions[::-1], Mode.APPEND)
    assert [row["name"] for row in memory.rows] == ["new"]
    assert report.counts((None, "items"))[Outcome.SET_ASIDE] == 1


def test_two_rows_of_one_code_are_not_versions_where_only_created() -> None:
    memory = Memory(ITEMS, unique="code")
    rows = [{"id": "1", "code": "A", "name": "one", "at": 2}, {"id": "2", "code": "A", "name": "other", "at": 1}]
    report = synced(memory, rows, Mode.APPEND)
    assert [row["name"] for row in memory.rows] == ["one"]
    assert report.counts((None, "items"))[Outcome.REJECTED] == 1


def test_without_a_usable_cursor_the_order_of_arrival_counts() -> None:
    memory = Memory(ITEMS, unique="code")
    synced(memory, [{"code": "A", "name": name, "at": at} for name, at in (("1", "b"), ("2", None), ("3", "a"))])
    assert [row["name"] for row in memory.rows] == ["3"]


def test_one_row_of_the_source_is_one_record_although_its_code_changes() -> None:
    memory = Memory(ITEMS, unique="code")
    synced(memory, [{"id": "1", "code": "B", "name": "new", "at": 2}, {"id": "1", "code": "A", "name": "old", "at": 1}])
    assert [row["code"] for row in memory.rows] == ["B"]


def test_a_great_many_keys_are_kept() -> None:
    versions = Versions()
    names = [number.to_bytes(16, "big") for number in range(3 * NAMES_AT_ONCE)]
    assert versions.older([Version((name,), Cursor("n", Decimal(2))) for name in names]) == set()
    assert versions.older([Version((name,), Cursor("n", Decimal(1))) for name in names]) == set(range(len(names)))
    versions.close()


def test_a_file_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", refuse)
    with pytest.raises(SageActiveError, match=r"disk is full.*TMPDIR"):
        Versions().older([Version((b"x",), Cursor("n", Decimal(1)))])


def test_json_numbers_stay_exact() -> None:
    assert cursor_of(json.loads("12345678901234567890")) == Cursor("n", Decimal("12345678901234567890"))
