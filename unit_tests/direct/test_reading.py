"""Reading Sage Active directly, against a table in memory whose cursors are plain offsets and whose rows move."""

import itertools
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sage_active.client import Company, Page, ReadRequest
from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.contract import Contract, Field
from sage_active.direct.filters import Where
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.query import Shape, Variable
from sage_active.direct.reading import DirectReading
from sage_active.direct.window_reader import ATTEMPTS, COUNTS_PER_REQUEST
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import CONTRADICTION, FAULT_BY_NAME, Api
from sage_active.first_pages import FirstPageCache
from sage_active.moments import format_utc
from sage_active.resources.resource import Member
from sage_active.resources.table import RESOURCE_BY_NAME

START = datetime(2026, 1, 1, 12, 0, 0, 400000, tzinfo=timezone.utc)
COMPANY = Company("c1", "Muster GmbH", "DE", "READY", True)
CONTRACT = Contract()
ERRORS = Errors(Api.DIRECT, "sage-active-de")
# What a read of a small table may cost at most, however its rows move: a defence against endless reads.
MOST_REQUESTS = 3000


@dataclass
class Row:
    """One entity with what the filters look at."""

    id: str
    created: datetime | None
    modified: datetime | None = None
    status: str | None = None

    def values(self) -> dict[str, Any]:
        """The row as the API sends it."""
        dates = {"creationDate": self.created, "modificationDate": self.modified}
        return {"id": self.id, "status": self.status, **{k: v and format_utc(v) for k, v in dates.items()}}


Mutation = Callable[["Table"], None]


@dataclass
class Table:
    """The API: filters, counts and pages over `rows`; `script` moves the rows before the request of that number."""

    rows: list[Row]
    size: int = 5
    script: dict[int, list[Mutation]] = field(default_factory=dict)
    tick: timedelta = timedelta(milliseconds=300)
    refused_filters: frozenset[str] = frozenset()
    orders: bool = True
    dropped: frozenset[tuple[str, str]] = frozenset()
    lie: Callable[[int], int] = int
    contract: Contract = CONTRACT
    errors: Errors = ERRORS
    now: datetime = START
    listed_at: datetime | None = START
    requests: int = 0
    fetches: list[tuple[Where | None, bool]] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = itertools.count()

    def fields(self, request: ReadRequest) -> tuple[Field, ...]:
        return CONTRACT.fields("Customer")

    def shape(self, request: ReadRequest) -> Shape:
        return Shape(dropped=self.dropped)

    def page_size(self, request: ReadRequest) -> int:
        return self.size

    def fetch(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        where: Where | None,
        *,
        after: str | None,
        ordered: bool,
        guards: Sequence[Where | None] = (),
    ) -> FetchedPage:
        self._request(where, ordered)
        self.fetches.append((where, ordered))
        found = self._found(where)
        if ordered:
            found.sort(key=lambda row: (row.created or datetime.min.replace(tzinfo=timezone.utc), row.id))
        begin = int(after or 0)
        page_rows = found[begin : begin + self.size]
        dates = [row.modified or row.created for row in page_rows]
        end = begin + len(page_rows)
        return FetchedPage(
            page=Page(
                [json.dumps(row.values()).encode() for row in page_rows],
                [row.id for row in page_rows],
                [format_utc(date) if date else None for date in dates],
            ),
            earliest=next((format_utc(row.created) for row in page_rows if row.created), None),
            stated=self.lie(len(found)),
            guarded=tuple(len(self._found(guard)) for guard in guards),
            next=str(end) if page_rows else None,
            more=end < len(found),
            date=self.now.replace(microsecond=0),
        )

    def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
        for where in wheres:
            self._refuse(where)
        self._request(None, True)
        self.counted.append(len(wheres))
        return [len(self._found(where)) for where in wheres]

    def _request(self, where: Where | None, ordered: bool) -> None:
        for mutation in self.script.get(self.requests, ()):
            mutation(self)
        self.requests += 1
        assert self.requests < MOST_REQUESTS, "the read does not end"
        self.now += self.tick
        self._refuse(where)
        if ordered and not self.orders:
            raise refusal()

    def _refuse(self, where: Where | None) -> None:
        if where and any(f"'{name}'" in repr(where) for name in self.refused_filters):
            raise refusal()

    def _found(self, where: Where | None) -> list[Row]:
        return [row for row in self.rows if matches(row.values(), where)]


def refusal() -> GraphQLRefusal:
    """The server does not know a member of a filter."""
    return GraphQLRefusal.of(ERRORS.of(FAULT_BY_NAME["filter-unknown"], detail="no such member"), [])


def matches(row: Mapping[str, Any], where: Where | None) -> bool:
    """Whether a row passes a filter; comparisons with null are false, as in SQL."""
    for name, condition in (where or {}).items():
        if name == "and" and not all(matches(row, part) for part in condition):
            return False
        if name == "or" and not any(matches(row, part) for part in condition):
            return False
        if name not in ("and", "or") and not _compares(row.get(name), condition):
            return False
    return True


def _compares(value: Any, condition: Mapping[str, Any]) -> bool:
    for operator, raw in condition.items():
        wanted: Any = raw.value if isinstance(raw, Variable) else raw.name if isinstance(raw, Member) else raw
        if operator == "eq":
            fits = value == wanted
        elif operator == "neq":
            fits = value is not None and value != wanted
        elif operator == "nin":
            fits = value is not None and value not in wanted
        elif operator == "some":
            fits = any(matches(element, wanted) for element in value or ())
        else:
            fits = value is not None and _ordered(value, operator, wanted)
        if not fits:
            return False
    return True


def _ordered(value: str, operator: str, wanted: str) -> bool:
    left, right = datetime.fromisoformat(value), datetime.fromisoformat(wanted)
    return left >= right if operator == "gte" else left < right


def delete(number: int) -> Mutation:
    """One row disappears."""

    def mutate(table: Table) -> None:
        if table.rows:
            table.rows.pop(number % len(table.rows))

    return mutate


def delete_id(identifier: str) -> Mutation:
    """A certain row disappears."""

    def mutate(table: Table) -> None:
        table.rows = [row for row in table.rows if row.id != identifier]

    return mutate


def create(number: int) -> Mutation:
    """A row appears, created now; every third one shares its second with others."""

    def mutate(table: Table) -> None:
        created = table.now if number % 3 else table.now.replace(microsecond=0)
        table.rows.append(Row(f"new{next(table.names):03d}", created, created))

    return mutate


def modify(number: int) -> Mutation:
    """A row is changed now."""

    def mutate(table: Table) -> None:
        if table.rows:
            table.rows[number % len(table.rows)].modified = table.now

    return mutate


def modify_id(identifier: str) -> Mutation:
    """A certain row is changed now."""

    def mutate(table: Table) -> None:
        next(row for row in table.rows if row.id == identifier).modified = table.now

    return mutate


MUTATIONS = st.builds(lambda kind, number: kind(number), st.sampled_from([delete, create, modify]), st.integers(0, 200))


def scripts(most: int) -> st.SearchStrategy[dict[int, list[Mutation]]]:
    """Up to `most` mutations between requests."""
    moves = st.lists(st.tuples(st.integers(1, 90), MUTATIONS), max_size=most)
    return moves.map(lambda pairs: {n: [mutation for at, mutation in pairs if at == n] for n, _ in pairs})


SECONDS_BACK = st.one_of(st.integers(1, 3 * 365 * 86400), st.sampled_from([50, 86400, 86400 * 200]))
ROWS = st.lists(
    st.tuples(
        st.one_of(SECONDS_BACK, SECONDS_BACK, SECONDS_BACK, st.none(), st.integers(-90000, -1)),
        st.one_of(st.none(), st.integers(1, 40 * 86400)),
    ),
    max_size=110,
).map(
    lambda ages: [
        Row(
            f"r{number:03d}",
            None if created is None else START - timedelta(seconds=created),
            None if modified is None else START - timedelta(seconds=modified),
        )
        for number, (created, modified) in enumerate(ages)
    ]
)


def request(name: str = "customers", **how: Any) -> ReadRequest:
    """A request for one object of the company."""
    return ReadRequest(RESOURCE_BY_NAME[name], COMPANY, {}, **how)


def plan(table: Table, read_request: ReadRequest, cache: FirstPageCache | None = None) -> DirectReading:
    """The reading of a request."""
    return DirectReading.plan(table, read_request, cache or FirstPageCache())


def everything(reading: DirectReading) -> list[str]:
    """The keys of all pages in the order of delivery."""
    pages = [page for index in range(reading.parts) for page in reading.part(index)]
    pages += list(reading.rest())
    assert all(page.keys for page in pages), "empty pages are of no use"
    assert all(len(page.rows) == len(page.keys) == len(page.dates) for page in pages)
    return [key for page in pages for key in page.keys]


def copied(rows: Sequence[Row]) -> list[Row]:
    """Rows that the original table cannot change."""
    return [replace(row) for row in rows]


def spread(number: int, *, days: int = 1, modified: datetime | None = None) -> list[Row]:
    """Rows a day apart, the last one a day before the start."""
    return [Row(f"r{index:03d}", START - timedelta(days=days * (number - index)), modified) for index in range(number)]


def is_due(row: Row, since: datetime) -> bool:
    """Whether a row has changed since then, as far as anybody can tell: nobody can where it has no dates."""
    dates = [date for date in (row.created, row.modified) if date and date.year > 1]
    return not dates or max(dates) >= since


# --- at least once ---


@given(rows=ROWS, size=st.integers(1, 12))
def test_rows_that_stand_still_come_exactly_once(rows: list[Row], size: int) -> None:
    table = Table(rows, size)
    keys = everything(plan(table, request()))
    assert sorted(keys) == sorted(row.id for row in rows)


# When the companies were listed: just before the read, long before, by a clock that is ahead, or nobody knows.
LISTED = st.sampled_from([START, START - timedelta(hours=3), START + timedelta(seconds=5), None])


@given(rows=ROWS, size=st.integers(1, 4), script=scripts(2), tick=st.sampled_from([1, 400, 2500]), listed=LISTED)
def test_rows_that_stay_are_delivered_while_others_move(
    rows: list[Row], size: int, script: dict[int, list[Mutation]], tick: int, listed: datetime | None
) -> None:
    table = Table(rows, size, script, timedelta(milliseconds=tick), listed_at=listed)
    before = {row.id for row in rows}
    keys = set(everything(plan(table, request())))
    stayed = before & {row.id for row in table.rows}
    assert stayed <= keys


@given(
    rows=ROWS,
    size=st.integers(1, 4),
    script=scripts(2),
    back=st.integers(0, 60),
    not_before=st.booleans(),
    listed=LISTED,
)
def test_changed_rows_that_stay_are_delivered_while_others_move(
    rows: list[Row],
    size: int,
    script: dict[int, list[Mutation]],
    back: int,
    not_before: bool,
    listed: datetime | None,
) -> None:
    since = (START - timedelta(days=back)).replace(microsecond=0)
    table = Table(rows, size, script, listed_at=listed)
    changed = {row.id for row in rows if is_due(row, since)}
    read_request = request(not_before=since) if not_before else request(since=since)
    keys = set(everything(plan(table, read_request)))
    stayed = changed & {row.id for row in table.rows}
    assert stayed <= keys
    touched = {row.id for row in table.rows if row.modified and row.modified >= START} | changed
    assert keys <= touched | {row.id for row in rows if row.id not in {remaining.id for remaining in table.rows}} | {
        row.id for row in table.rows if row.id.startswith("new")
    }


@given(rows=ROWS, size=st.integers(1, 6), script=scripts(25), since=st.booleans())
def test_a_restless_table_is_read_whole_or_fails_by_name(
    rows: list[Row], size: int, script: dict[int, list[Mutation]], since: bool
) -> None:
    table = Table(rows, size, script)
    moment = START - timedelta(days=20)
    wanted = {row.id for row in rows if not since or is_due(row, moment)}
    try:
        keys = set(everything(plan(table, request(since=moment if since else None))))
    except SageActiveError as error:
        assert error.fault is CONTRADICTION
    else:
        assert wanted & {row.id for row in table.rows} <= keys


@settings(max_examples=20)
@given(number=st.integers(1, 60), size=st.integers(2, 10), script=scripts(2))
def test_rows_that_share_a_timestamp(number: int, size: int, script: dict[int, list[Mutation]]) -> None:
    rows = [Row(f"r{index:03d}", START - timedelta(days=3)) for index in range(number)]
    table = Table(rows, size, script)
    keys = set(everything(plan(table, request())))
    assert {row.id for row in table.rows if row.id.startswith("r")} <= keys


def test_rows_of_the_future_come_last_and_complete() -> None:
    rows = [*spread(30), *(Row(f"f{index:03d}", START + timedelta(days=index + 1)) for index in range(17))]
    keys = everything(plan(Table(rows, 2), request()))
    assert sorted(set(keys)) == sorted(row.id for row in rows)


def test_only_rows_of_the_future() -> None:
    rows = [Row(f"f{index:03d}", START + timedelta(days=index + 1)) for index in range(50)]
    keys = everything(plan(Table(rows, 2), request()))
    assert sorted(set(keys)) == sorted(row.id for row in rows)


def test_rows_without_dates_are_read_in_a_window_of_their_own() -> None:
    rows = [*spread(40), *(Row(f"u{index:03d}", None) for index in range(13))]
    keys = everything(plan(Table(rows, 2), request()))
    assert sorted(keys) == sorted(row.id for row in rows)


def test_only_rows_without_dates() -> None:
    rows = [Row(f"u{index:03d}", None) for index in range(53)]
    keys = everything(plan(Table(rows, 2), request()))
    assert sorted(keys) == sorted(row.id for row in rows)


@pytest.mark.parametrize("never", [None, datetime(1, 1, 1, tzinfo=timezone.utc)], ids=["null", "year-1"])
@pytest.mark.parametrize("bound", ["since", "not_before"])
@pytest.mark.parametrize("number", [3, 40])
def test_rows_without_dates_come_whatever_changed(never: datetime | None, bound: str, number: int) -> None:
    undated = [Row(f"u{index:03d}", never, never) for index in range(number)]
    half = [Row("created", START - timedelta(days=200), never), Row("modified", never, START - timedelta(days=200))]
    table = Table([*spread(30), *undated, *half], 2)
    how: dict[str, Any] = {bound: START - timedelta(days=10)}
    keys = everything(plan(table, request(**how)))
    recent = {f"r{index:03d}" for index in range(20, 30)}
    assert sorted(keys) == sorted(recent | {row.id for row in undated})


def test_a_row_that_leaves_between_pages_does_not_hide_the_next_one() -> None:
    rows = spread(160)
    # The first window, of two pages, is read right after planning; its first row goes before its second page is sent.
    table = Table(copied(rows))
    reading = plan(table, request())
    table.script[table.requests + 1] = [delete_id("r000")]
    assert {row.id for row in rows[1:]} <= set(everything(reading))


@pytest.mark.parametrize("listed_at", [START, START + timedelta(seconds=5), None], ids=["listed", "ahead", "unknown"])
@pytest.mark.parametrize("changes", [False, True], ids=["everything", "changes"])
def test_a_row_that_leaves_a_sequence_while_another_one_arrives_hides_no_row(
    listed_at: datetime | None, changes: bool
) -> None:
    # Rows without dates sort first, new ones last; the number of all rows stays what it was.
    rows = [Row("undated", None), *spread(4)]
    table = Table(copied(rows), 1, listed_at=listed_at)
    reading = plan(table, request(since=SINCE if changes else None))
    assert reading.parts == 0
    table.script[table.requests + 1] = [delete_id("undated"), create(0)]
    assert {row.id for row in rows[1:]} <= set(everything(reading))


def test_rows_that_arrive_while_a_sequence_is_read_do_not_disturb_it() -> None:
    table = Table(spread(60))
    table.script = {number: [create(1)] for number in range(1, 60)}
    assert everything(plan(table, request())) == [f"r{number:03d}" for number in range(60)]
    assert table.requests == 12


@pytest.mark.parametrize(
    ("undated", "fresh", "requests"), [(0, 0, 4), (2, 0, 4 + 2), (0, 2, 4 + 1), (2, 2, 4 + 2)], ids=repr
)
def test_what_is_not_in_the_sequence_is_read_after_it(undated: int, fresh: int, requests: int) -> None:
    rows = [*spread(20), *(Row(f"u{number}", None) for number in range(undated))]
    rows += [Row(f"new{number}", START) for number in range(fresh)]
    table = Table(rows)
    reading = plan(table, request())
    assert sorted(everything(reading)) == sorted(row.id for row in rows)
    assert reading.summary().stated == reading.summary().delivered == len(rows)
    assert table.requests == requests


def test_rows_that_arrive_while_reading_are_read_in_the_last_window() -> None:
    table = Table(spread(140), script={6: [create(1)] * 23})
    keys = everything(plan(table, request()))
    assert {row.id for row in table.rows} <= set(keys)


def test_a_row_that_becomes_visible_late_is_found_by_the_sum() -> None:
    table = Table(spread(140))
    reading = plan(table, request())
    keys = [key for index in range(reading.parts) for page in reading.part(index) for key in page.keys]
    table.rows.append(Row("late", START - timedelta(days=20)))
    keys += [key for page in reading.rest() for key in page.keys]
    assert "late" in keys
    assert reading.summary().stated == len(table.rows)
    assert reading.summary().delivered == len(table.rows)


# --- the guard ---

SINCE = START - timedelta(days=100)


def _changed_rows(number: int) -> list[Row]:
    return [Row(f"r{index:03d}", START - timedelta(days=200), START - timedelta(days=1)) for index in range(number)]


def test_one_row_leaves_and_another_enters_the_filter_at_once() -> None:
    # Same second, so there is one window; the row that enters sorts last, the row that leaves sorted first.
    rows = [*_changed_rows(12), Row("z", START - timedelta(days=200), START - timedelta(days=199))]
    table = Table(copied(rows))
    reading = plan(table, request(since=SINCE))
    table.script[table.requests] = [delete_id("r000"), modify_id("z")]
    assert {row.id for row in rows[1:]} <= set(everything(reading))


def test_a_window_that_outgrew_its_plan_is_guarded_too() -> None:
    quiet = [Row(f"y{index}", START - timedelta(days=200), START - timedelta(days=199)) for index in range(2)]
    far = [Row(f"w{index}", START - timedelta(days=50), START - timedelta(days=1)) for index in range(6)]
    table = Table([*_changed_rows(5), *quiet, *far])
    reading = plan(table, request(since=SINCE, window_pages=1))
    assert reading.parts == 2
    # The first window was planned as one page; now it has two, and between them a row leaves as another one enters.
    table.script[table.requests] = [modify_id("y0")]
    table.script[table.requests + 1] = [delete_id("r000"), modify_id("y1")]
    assert {f"r{index:03d}" for index in range(1, 5)} | {"y0"} <= set(everything(reading))


def test_a_document_that_is_settled_while_another_one_changes_hides_no_row() -> None:
    def settle_document(table: Table) -> None:
        next(row for row in table.rows if row.id == "r000").status = "Collected"

    old = START - timedelta(days=150)
    rows = [Row(f"r{index:03d}", old, old, status="Pending") for index in range(12)]
    rows.append(Row("z", old, old, status="Collected"))
    table = Table(rows)
    reading = plan(table, request("invoices", since=SINCE, open_documents=True))
    table.script[table.requests] = [settle_document, modify_id("z")]
    assert {f"r{index:03d}" for index in range(1, 12)} <= set(everything(reading))


# --- failing by name ---


def test_counts_that_never_agree_fail_by_name() -> None:
    table = Table(spread(8), 100, lie=lambda count: count + 1)
    reading = plan(table, request())
    with pytest.raises(SageActiveError) as raised:
        everything(reading)
    assert raised.value.fault is CONTRADICTION
    assert "9" in str(raised.value)
    assert "8" in str(raised.value)
    assert table.requests < 20


def test_counts_that_never_agree_fail_by_name_with_windows_too() -> None:
    table = Table(spread(160), lie=lambda count: count + 1)
    reading = plan(table, request())
    with pytest.raises(SageActiveError) as raised:
        everything(reading)
    assert raised.value.fault is CONTRADICTION
    assert table.requests < 500


def test_a_sum_that_never_agrees_fails_by_name() -> None:
    class Liar(Table):
        def count(self, request: ReadRequest, wheres: Sequence[Where | None]) -> list[int]:
            return [n + (where is None) for n, where in zip(super().count(request, wheres), wheres, strict=True)]

        def fetch(self, *args: Any, guards: Sequence[Where | None] = (), **how: Any) -> FetchedPage:
            page = super().fetch(*args, guards=guards, **how)
            counts = [n and n + (where is None) for n, where in zip(page.guarded, guards, strict=True)]
            return replace(page, guarded=tuple(counts))

    table = Liar(spread(160))
    reading = plan(table, request())
    with pytest.raises(SageActiveError, match="without windows it states 161") as raised:
        everything(reading)
    assert raised.value.fault is CONTRADICTION


def test_a_cursor_that_does_not_move_ends() -> None:
    class Stuck(Table):
        def fetch(self, *args: Any, **how: Any) -> FetchedPage:
            return replace(super().fetch(*args, **{**how, "after": None}), next="0", more=True)

    with pytest.raises(SageActiveError, match="cursor does not move"):
        everything(plan(Stuck(spread(20)), request()))


def test_messages_about_moving_rows_state_numbers(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(spread(160))
    reading = plan(table, request())
    table.script[table.requests + 1] = [delete_id("r000")]
    with caplog.at_level(logging.INFO, "airbyte"):
        everything(reading)
    (message,) = [record.getMessage() for record in caplog.records if "reading these rows again" in record.getMessage()]
    assert "(" not in message, message


@pytest.mark.parametrize("which", ["first", "middle"])
def test_a_window_that_keeps_moving_is_read_in_halves(which: str) -> None:
    table = Table(spread(160))
    reading = plan(table, request())
    index = 0 if which == "first" else reading.parts // 2
    before = table.requests
    # One row less before each second page of every attempt.
    window_rows = [row.id for row in table.rows]
    start = 0 if which == "first" else next(n for n, row in enumerate(table.rows) if _in_part(reading, index, row))
    for attempt in range(ATTEMPTS):
        table.script[before + 1 + 2 * attempt] = [delete_id(window_rows[start + attempt])]
    keys = {key for page in reading.part(index) for key in page.keys}
    assert keys
    inside = {row.id for row in table.rows if _in_part(reading, index, row)}
    assert inside <= keys


def _in_part(reading: DirectReading, index: int, row: Row) -> bool:
    window = reading._windows[index].window
    assert row.created
    assert window.upper
    return (window.lower is None or window.lower <= row.created) and row.created < window.upper


# --- cost ---


@pytest.mark.parametrize("number", [0, 1, 5])
def test_small_sets_take_one_request(number: int) -> None:
    table = Table(spread(number))
    reading = plan(table, request())
    assert reading.parts == 0
    assert len(everything(reading)) == number
    assert table.requests == 1


@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=8), room=st.integers(0, 1500))
def test_first_pages_beyond_the_room_for_them_are_asked_for_again(sizes: list[int], room: int) -> None:
    tables = [Table(spread(number)) for number in sizes]
    cache = FirstPageCache(room)
    readings = [plan(table, request(), cache) for table in tables]
    assert [len(everything(reading)) for reading in readings] == sizes
    kept = [table for table in tables if table.requests == 1]
    assert sum(len(json.dumps(row.values())) for table in kept for row in table.rows) <= room
    assert len(kept) >= sizes.count(0)


@pytest.mark.parametrize(("number", "size", "requests"), [(501, 500, 2), (1000, 500, 2), (1001, 500, 3), (400, 20, 20)])
def test_what_fits_into_a_few_pages_takes_a_request_for_each(number: int, size: int, requests: int) -> None:
    table = Table(spread(number), size)
    reading = plan(table, request())
    assert reading.parts == 0
    assert len(everything(reading)) == number
    assert reading.summary().stated == number
    assert table.requests == requests


def test_without_the_servers_clock_the_first_page_comes_twice_and_the_tail_is_asked_for() -> None:
    table = Table(spread(501), 500, listed_at=None)
    assert len(everything(plan(table, request()))) == 501
    assert table.requests == 1 + 2 + 1


def test_a_first_page_that_was_not_kept_is_asked_for_again() -> None:
    table = Table(spread(20))
    assert len(everything(plan(table, request(), FirstPageCache(0)))) == 20
    assert table.requests == 5


def test_the_first_page_of_changes_comes_with_its_guards() -> None:
    table = Table(_changed_rows(12))
    assert len(everything(plan(table, request(since=SINCE)))) == 12
    assert table.requests == 3


@pytest.mark.parametrize("undated", [0, 1])
def test_the_end_of_a_large_read_takes_one_request_and_one_for_undated_rows(undated: int) -> None:
    table = Table([*spread(200), *(Row(f"u{index:03d}", None) for index in range(undated))])
    reading = plan(table, request())
    assert reading.parts
    for index in range(reading.parts):
        list(reading.part(index))
    before = table.requests
    assert sum(len(page.keys) for page in reading.rest()) == undated
    assert table.requests - before == 1 + undated


def test_a_count_beside_the_last_page_that_is_null_is_asked_for() -> None:
    class Silent(Table):
        def fetch(self, *args: Any, **how: Any) -> FetchedPage:
            page = super().fetch(*args, **how)
            return replace(page, guarded=(None,) * len(page.guarded))

    table = Silent([*spread(200), Row("undated", None)])
    assert len(everything(plan(table, request()))) == 201


def test_a_sequence_that_keeps_moving_is_read_in_halves() -> None:
    rows = spread(60)
    table = Table(copied(rows))
    # One row less before the second page of every attempt.
    table.script = {1 + 2 * attempt: [delete_id(rows[attempt].id)] for attempt in range(ATTEMPTS)}
    reading = plan(table, request())
    assert reading.parts == 0
    assert {row.id for row in table.rows} <= set(everything(reading))
    assert len(table.rows) == 60 - ATTEMPTS
    assert reading.summary().stated == reading.summary().delivered == len(table.rows)


def test_large_sets_take_few_requests_besides_their_pages() -> None:
    table = Table(spread(1200), 50)
    assert len(everything(plan(table, request()))) == 1200
    pages = 1200 // 50
    # One short page at most for each window, and planning; one for undated rows, the open window and the sum.
    assert table.requests <= 2 * pages + 6
    assert max(table.counted) <= COUNTS_PER_REQUEST


def test_started_at_is_the_servers_clock_and_windows_end_there() -> None:
    table = Table(spread(140), now=START + timedelta(days=1))
    reading = plan(table, request())
    assert reading.started_at == (START + timedelta(days=1, milliseconds=300)).replace(microsecond=0)
    assert reading._windows[-1].window.upper is not None
    assert reading._windows[-1].window.upper <= reading.started_at


# --- falling back ---


def test_refused_change_dates_are_read_unfiltered(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(spread(40), refused_filters=frozenset({"modificationDate"}))
    with caplog.at_level(logging.WARNING, "airbyte"):
        reading = plan(table, request(since=START - timedelta(days=3)))
    assert len(everything(reading)) == 40
    assert reading.summary().changed_since is None
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "customers" in warning.getMessage()
    assert "Muster GmbH" in warning.getMessage()


def test_a_refused_order_is_read_whole_in_one_window() -> None:
    table = Table(spread(40), orders=False)
    reading = plan(table, request())
    assert reading.parts == 0
    assert len(set(everything(reading))) == 40
    assert all(where is None and not ordered for where, ordered in table.fetches[2:])


def test_a_server_without_creation_dates_is_read_whole() -> None:
    table = Table(spread(40), dropped=frozenset({("Customer", "creationDate")}))
    reading = plan(table, request(since=START))
    assert reading.parts == 0
    assert len(set(everything(reading))) == 40
    assert reading.summary().dropped == ("Customer.creationDate",)


def test_a_server_without_modification_dates_is_not_asked_for_changes() -> None:
    table = Table(spread(40), dropped=frozenset({("Customer", "modificationDate")}))
    assert len(set(everything(plan(table, request(since=START))))) == 40


def test_a_refusal_that_no_fallback_mends_is_raised() -> None:
    class Refusing(Table):
        def fetch(self, *args: Any, **how: Any) -> FetchedPage:
            raise refusal()

    with pytest.raises(GraphQLRefusal):
        plan(Refusing([]), request())


def test_other_errors_are_not_a_reason_to_fall_back() -> None:
    class Failing(Table):
        def fetch(self, *args: Any, **how: Any) -> FetchedPage:
            self.requests += 1
            raise GraphQLRefusal.of(ERRORS.of(FAULT_BY_NAME["right-missing"]), [])

    table = Failing([])
    with pytest.raises(GraphQLRefusal):
        plan(table, request())
    assert table.requests == 1


# --- filters ---


def test_open_documents_are_read_beside_changes() -> None:
    old = START - timedelta(days=150)
    rows = [Row("paid", old, old, "Collected"), Row("open", old, old, "Pending"), Row("fresh", old, START, "Collected")]
    rows.append(Row("unknown", old, old, None))
    read_request = request("invoices", since=SINCE, open_documents=True)
    assert sorted(everything(plan(Table(copied(rows)), read_request))) == ["fresh", "open", "unknown"]
    closed = replace(read_request, open_documents=False)
    assert everything(plan(Table(copied(rows)), closed)) == ["fresh"]
    first = replace(read_request, since=None)
    assert len(everything(plan(Table(copied(rows)), first))) == 4


def test_start_date_bounds_open_documents_too() -> None:
    old = START - timedelta(days=150)
    rows = [Row("old", old, old, "Pending"), Row("new", old, START - timedelta(days=2), "Pending")]
    read_request = request("invoices", since=START, not_before=START - timedelta(days=10), open_documents=True)
    assert everything(plan(Table(rows), read_request)) == ["new"]


def test_the_summary_of_a_filtered_read() -> None:
    table = Table(spread(40))
    reading = plan(table, request(since=(START - timedelta(days=10)).replace(microsecond=0)))
    keys = everything(reading)
    summary = reading.summary()
    assert (summary.stated, summary.delivered) == (len(keys), len(keys))
    assert summary.changed_since == "2025-12-22T12:00:00.000000Z"
