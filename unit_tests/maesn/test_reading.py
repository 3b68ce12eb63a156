"""Reading through Maesn: numbered pages over a list in memory whose rows move, and the total that proves the read."""

import itertools
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Company, Page, ReadRequest
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import CONTRADICTION, FAULT_BY_NAME, Api
from sage_active.first_pages import FirstPageCache
from sage_active.maesn.page_limits import ROWS_PER_PAGE, PageLimits
from sage_active.maesn.reading import LONG_AGO, ROWS_OF_A_PROBE, SIDE_BY_SIDE, FetchedPage, MaesnReading
from sage_active.resources.table import RESOURCE_BY_NAME

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
COMPANY = Company("c1", "Muster GmbH", "DE", "active", True, "env")
ERRORS = Errors(Api.MAESN, "sage-active-de")
MOST_REQUESTS = 400


@dataclass
class Row:
    """A record: its key, its date as the filter sees it, and its payment status."""

    id: str
    changed: datetime | None = None
    status: str = "FULLY_PAID"


Mutation = Callable[["Shelf"], None]


@dataclass
class Shelf:
    """The API: pages of `rows` by number; `script` moves the rows before the request of that number."""

    rows: list[Row]
    script: dict[int, list[Mutation]] = field(default_factory=dict)
    per_page: int | None = None
    states_total: bool = True
    states_pages: bool = True
    ignores_page: bool = False
    shows_dates: bool = True
    refused: frozenset[str] = frozenset()
    lie: Callable[[int], int] = int
    errors: Errors = ERRORS
    requests: list[tuple[int, dict[str, str], int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = itertools.count()

    def fetch(self, request: ReadRequest, number: int, filters: Mapping[str, str], limit: int) -> FetchedPage:
        for mutation in self.script.get(len(self.requests), ()):
            mutation(self)
        self.requests.append((number, dict(filters), limit))
        assert len(self.requests) < MOST_REQUESTS, "the read does not end"
        if filters.get("paymentStatus") in self.refused:
            raise ERRORS.of(FAULT_BY_NAME["company-refused"], status=400)
        found = [row for row in self.rows if self._passes(row, filters)]
        size = min(limit, self.per_page or limit)
        begin = 0 if self.ignores_page else (number - 1) * size
        page_rows = found[begin : begin + size]
        total = self.lie(len(found))
        return FetchedPage(
            page=Page(
                [f'{{"id":"{row.id}"}}'.encode() for row in page_rows],
                [row.id for row in page_rows],
                [
                    row.changed.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if row.changed and self.shows_dates else None
                    for row in page_rows
                ],
            ),
            total=total if self.states_total else None,
            pages=-(-total // size) if self.states_pages else None,
            date=NOW,
        )

    def _passes(self, row: Row, filters: Mapping[str, str]) -> bool:
        since = filters.get("lastModifiedAt")
        wanted = filters.get("paymentStatus")
        is_changed = since is None or (row.changed is not None and row.changed >= datetime.fromisoformat(since))
        return is_changed and wanted in (None, row.status)


def delete(number: int) -> Mutation:
    """A row disappears."""

    def mutate(shelf: Shelf) -> None:
        if shelf.rows:
            shelf.rows.pop(number % len(shelf.rows))

    return mutate


def append(number: int) -> Mutation:
    """Rows appear at the end."""

    def mutate(shelf: Shelf) -> None:
        shelf.rows += [Row(f"new{next(shelf.names)}", NOW) for _ in range(number % 3 + 1)]

    return mutate


def insert(number: int) -> Mutation:
    """A row appears somewhere."""

    def mutate(shelf: Shelf) -> None:
        shelf.rows.insert(number % (len(shelf.rows) + 1), Row(f"new{next(shelf.names)}", NOW))

    return mutate


# One movement between two requests: a deletion and an insertion at once leave no trace in any total.
SCRIPTS = st.dictionaries(
    st.integers(1, 12),
    st.builds(lambda kind, n: [kind(n)], st.sampled_from([delete, append, insert]), st.integers(0, 1000)),
    max_size=2,
)


def rows(number: int, *, days: int = 1) -> list[Row]:
    """Rows changed a day apart, the last one a day ago."""
    return [Row(f"r{index:04d}", NOW - timedelta(days=days * (number - index))) for index in range(number)]


def request(name: str = "customers", **how: Any) -> ReadRequest:
    """A request for one object of the company."""
    return ReadRequest(RESOURCE_BY_NAME[name], COMPANY, {}, **how)


def plan(shelf: Shelf, read_request: ReadRequest, cache: FirstPageCache | None = None) -> MaesnReading:
    """The reading of a request."""
    assert read_request.resource.maesn
    return MaesnReading.plan(shelf, read_request, read_request.resource.maesn, cache or FirstPageCache(), PageLimits())


def everything(reading: MaesnReading) -> list[str]:
    """The keys of all pages."""
    pages = [page for index in range(reading.parts) for page in reading.part(index)]
    pages += list(reading.rest())
    return [key for page in pages for key in page.keys]


@pytest.mark.parametrize("number", [0, 1, 99, 101, 450])
def test_a_first_page_that_found_no_room_is_asked_for_again(number: int) -> None:
    shelf = Shelf(rows(number))
    reading = plan(shelf, request(), FirstPageCache(0))
    assert sorted(everything(reading)) == [row.id for row in rows(number)]
    assert len(shelf.requests) == max(1, -(-number // ROWS_PER_PAGE)) + (number > 0)
    assert (reading.summary().stated, reading.summary().delivered) == (number, number)


@given(number=st.integers(0, 900))
def test_rows_that_stand_still_come_exactly_once(number: int) -> None:
    shelf = Shelf(rows(number))
    reading = plan(shelf, request())
    assert reading.parts == (min(SIDE_BY_SIDE, -(-number // ROWS_PER_PAGE)) if number > ROWS_PER_PAGE else 0)
    assert sorted(everything(reading)) == [row.id for row in rows(number)]
    assert len(shelf.requests) == max(1, -(-number // ROWS_PER_PAGE))
    assert (reading.summary().stated, reading.summary().delivered) == (number, number)
    assert reading.started_at == NOW


@given(number=st.integers(0, 700), script=SCRIPTS)
def test_rows_that_stay_are_delivered_while_others_move(number: int, script: dict[int, list[Mutation]]) -> None:
    shelf = Shelf(rows(number), script)
    keys = set(everything(plan(shelf, request())))
    assert {row.id for row in shelf.rows if row.id.startswith("r")} <= keys


@given(number=st.integers(150, 500), moves=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 500)), max_size=30))
def test_a_restless_list_is_read_whole_or_fails_by_name(number: int, moves: list[tuple[int, int]]) -> None:
    shelf = Shelf(rows(number), {at: [delete(which)] for at, which in moves})
    try:
        keys = set(everything(plan(shelf, request())))
    except SageActiveError as error:
        assert error.fault is CONTRADICTION
    else:
        assert {row.id for row in shelf.rows} <= keys


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
@pytest.mark.parametrize("per_page", [None, 30])
def test_without_pagination_pages_are_asked_for_until_one_is_empty_twice(number: int, per_page: int | None) -> None:
    shelf = Shelf(rows(number), states_total=False, states_pages=False, per_page=per_page)
    reading = plan(shelf, request())
    assert reading.parts == 0
    assert everything(reading) == [row.id for row in rows(number)]
    assert reading.summary().stated is None
    assert len(shelf.requests) == -(-number // (per_page or ROWS_PER_PAGE)) + 2


@pytest.mark.parametrize("faulty", range(4))
def test_without_pagination_one_empty_page_ends_nothing(faulty: int) -> None:
    class Failing(Shelf):
        def fetch(self, *args: Any) -> FetchedPage:
            page = super().fetch(*args)
            nothing = replace(page, page=Page([], [], []))
            return nothing if len(self.requests) == faulty + 1 else page

    shelf = Failing(rows(350), states_total=False, states_pages=False)
    assert everything(plan(shelf, request())) == [row.id for row in rows(350)]


@pytest.mark.parametrize("number", [ROWS_PER_PAGE, 2 * ROWS_PER_PAGE])
def test_without_pagination_a_page_that_brings_nothing_new_is_the_end(number: int) -> None:
    shelf = Shelf(rows(number), states_total=False, states_pages=False, ignores_page=True, per_page=ROWS_PER_PAGE)
    keys = everything(plan(shelf, request()))
    assert set(keys) == {row.id for row in rows(ROWS_PER_PAGE)}


def test_a_total_without_a_number_of_pages_still_counts() -> None:
    shelf = Shelf(rows(250), states_pages=False)
    assert everything(plan(shelf, request())) == [row.id for row in rows(250)]
    assert len(shelf.requests) == 3, "the total that is met is the end"


def test_pages_that_are_shorter_than_asked_for() -> None:
    shelf = Shelf(rows(250), per_page=30)
    assert sorted(everything(plan(shelf, request()))) == [row.id for row in rows(250)]


def test_pages_read_by_threads_are_read_once_each() -> None:
    shelf = Shelf(rows(1000))
    reading = plan(shelf, request())
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        parts = list(
            pool.map(lambda index: [key for page in reading.part(index) for key in page.keys], range(reading.parts))
        )
    assert sorted(key for part in parts for key in part) == [row.id for row in rows(1000)]
    assert list(reading.rest()) == []
    assert sorted(number for number, _, _ in shelf.requests) == list(range(1, 11))


@pytest.mark.parametrize("number", [50, 250])
def test_a_total_that_is_never_met_fails_by_name(number: int) -> None:
    shelf = Shelf(rows(number), lie=lambda count: count + 1)
    with pytest.raises(SageActiveError, match=f"states {number + 1} rows and delivers {number}") as raised:
        everything(plan(shelf, request()))
    assert raised.value.fault is CONTRADICTION
    assert len(shelf.requests) < 30


def test_duplicates_are_not_a_proof() -> None:
    class Doubling(Shelf):
        def fetch(self, *args: Any) -> FetchedPage:
            page = super().fetch(*args)
            keys = [*page.page.keys[:-1], page.page.keys[0]]
            return replace(page, page=replace(page.page, keys=keys))

    with pytest.raises(SageActiveError):
        everything(plan(Doubling(rows(250)), request()))


def test_invoices_are_asked_for_in_a_stated_order() -> None:
    shelf = Shelf(rows(250))
    everything(plan(shelf, request("invoices")))
    assert all(filters == {"orderField": "createdDate", "orderDir": "ASC"} for _, filters, _ in shelf.requests)


# --- the change filter ---

SINCE = NOW - timedelta(days=20, microseconds=-1)


def test_changes_are_asked_for_at_whole_seconds_when_all_rows_are_dated() -> None:
    shelf = Shelf(rows(250))
    reading = plan(shelf, request(since=SINCE))
    assert everything(reading) == [
        row.id for row in rows(250) if row.changed and row.changed >= NOW - timedelta(days=20)
    ]
    probes, reads = shelf.requests[:2], shelf.requests[2:]
    assert [filters for _, filters, _ in probes] == [{}, {"lastModifiedAt": LONG_AGO}]
    assert {limit for _, _, limit in probes} == {ROWS_OF_A_PROBE}
    assert {filters["lastModifiedAt"] for _, filters, _ in reads} == {"2026-01-11T09:30:00Z"}
    assert reading.summary().changed_since == "2026-01-11T09:30:00Z"


def test_the_later_of_state_and_start_date_counts() -> None:
    shelf = Shelf(rows(5))
    plan(shelf, request(since=NOW - timedelta(days=3), not_before=NOW - timedelta(days=2)))
    assert shelf.requests[-1][1]["lastModifiedAt"] == "2026-01-29T09:30:00Z"


@pytest.mark.parametrize("flaw", ["a row without a date", "no dates shown", "no total"])
def test_a_filter_that_would_miss_rows_is_not_used(flaw: str, caplog: pytest.LogCaptureFixture) -> None:
    content = rows(250)
    if flaw == "a row without a date":
        content[200].changed = None
    shelf = Shelf(content, shows_dates=flaw != "no dates shown", states_total=flaw != "no total")
    with caplog.at_level(logging.WARNING, "airbyte"):
        reading = plan(shelf, request(since=SINCE))
    assert sorted(everything(reading)) == [row.id for row in rows(250)]
    assert reading.summary().changed_since is None
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "lastModifiedAt" in warning
    assert "customers" in warning


def test_a_full_read_asks_for_no_probe() -> None:
    shelf = Shelf(rows(5))
    everything(plan(shelf, request()))
    assert len(shelf.requests) == 1


@given(number=st.integers(0, 400), days=st.integers(0, 400), script=SCRIPTS)
def test_changed_rows_that_stay_are_delivered_while_others_move(
    number: int, days: int, script: dict[int, list[Mutation]]
) -> None:
    since = NOW - timedelta(days=days)
    # The two probes of the filter come first; they may well see different totals.
    shelf = Shelf(rows(number), {at + 1: moves for at, moves in script.items()})
    keys = set(everything(plan(shelf, request(since=since))))
    wanted = {row.id for row in shelf.rows if row.changed and row.changed >= since and row.id.startswith("r")}
    assert wanted <= keys


# --- documents that are not final ---


def _invoices() -> list[Row]:
    content = rows(260, days=3)
    for row in content[:220]:
        row.status = "PENDING"
    content[220].status = "NO_OPEN_ITEM"
    content[221].status = "PARTLY_PAID"
    return content


def test_open_documents_are_read_again() -> None:
    content = _invoices()
    shelf = Shelf(content)
    reading = plan(shelf, request("invoices", since=SINCE, open_documents=True))
    keys = set(everything(reading))
    changed = {row.id for row in content if row.changed and row.changed >= SINCE - timedelta(seconds=1)}
    still_open = {row.id for row in content if row.status != "FULLY_PAID"}
    assert keys == changed | still_open
    assert reading.summary().delivered == len(keys)


@pytest.mark.parametrize(
    "read_request",
    [request("invoices", open_documents=True), request("invoices", since=SINCE), request("customers", since=SINCE)],
    ids=["full", "not wanted", "no documents"],
)
def test_open_documents_are_read_where_it_matters_only(read_request: ReadRequest) -> None:
    shelf = Shelf(_invoices())
    everything(plan(shelf, read_request))
    assert not any("paymentStatus" in filters for _, filters, _ in shelf.requests)


def test_a_refused_status_filter_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    content = _invoices()
    shelf = Shelf(content, refused=frozenset({"NO_OPEN_ITEM"}))
    with caplog.at_level(logging.WARNING, "airbyte"):
        keys = set(everything(plan(shelf, request("invoices", since=SINCE, open_documents=True))))
    assert {row.id for row in content if row.status in ("PENDING", "PARTLY_PAID")} <= keys
    assert "NO_OPEN_ITEM" in caplog.text


def test_an_open_document_is_not_hidden_by_another_one_that_is_paid_meanwhile() -> None:
    def paid(shelf: Shelf) -> None:
        next(row for row in shelf.rows if row.status == "PENDING").status = "FULLY_PAID"

    content = _invoices()
    shelf = Shelf(content)
    reading = plan(shelf, request("invoices", since=SINCE, open_documents=True))
    # Probes, first page, then NO_OPEN_ITEM, then the first of three pages of PENDING.
    shelf.script[len(shelf.requests) + 2] = [paid]
    keys = set(everything(reading))
    assert {row.id for row in content if row.status == "PENDING"} <= keys


def test_other_errors_of_open_documents_fail() -> None:
    class Failing(Shelf):
        def fetch(self, request: ReadRequest, number: int, filters: Mapping[str, str], limit: int) -> FetchedPage:
            if "paymentStatus" in filters:
                raise ERRORS.of(FAULT_BY_NAME["maesn-key-refused"], status=401)
            return super().fetch(request, number, filters, limit)

    with pytest.raises(SageActiveError, match="HTTP 401"):
        everything(plan(Failing(_invoices()), request("invoices", since=SINCE, open_documents=True)))
