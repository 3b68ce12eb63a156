"""Rows that weigh much come in smaller pages, through both connections, and nothing holds a page twice."""

import itertools
import json
import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sage_active.client import Company, Page, ReadRequest, every_page
from sage_active.direct.contract import Contract
from sage_active.direct.row_estimate import estimated_bytes
from sage_active.errors import SageActiveError
from sage_active.limits import BYTES_OF_A_PAGE, MEGABYTE, MostBytes
from sage_active.maesn.page_limits import LIMITS
from sage_active.resources.table import RESOURCE_BY_NAME
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.test_endless_lists import new_client, row

pytestmark = pytest.mark.slow

COMPANY = Company("c1", "Muster GmbH", "DE", "READY", True, "env")
CUSTOMERS = RESOURCE_BY_NAME["customers"]
Row = dict[str, Any]


class ListServer:
    """One list in both APIs; `requested`: how many rows each page was asked for; `zipped`: pages travel encoded."""

    def __init__(self, rows: Sequence[Row], *, zipped: bool = False) -> None:
        self.rows = rows
        self.zipped = zipped
        self.requested: list[int] = []

    def answer(self, request: ReceivedRequest) -> Reply:
        """One answer; filters are not looked at, but for one that selects rows without a date."""
        if request.path == "/connect/token":
            return json_reply({"access_token": "a", "refresh_token": "r", "expires_in": 3600})
        if request.method == "GET":
            limit, number = int(request.parameters["limit"]), int(request.parameters["page"])
            self.requested.append(limit)
            found = self.rows[(number - 1) * limit : number * limit]
            pagination = {"total": len(self.rows), "totalPages": -(-len(self.rows) // limit)}
            return json_reply({"meta": {"pagination": pagination}, "data": found}, zipped=self.zipped)
        body = json.loads(request.body)
        query, variables = body["query"], body["variables"]
        counted = {
            alias: {"totalCount": len(self._found(arguments, variables))}
            for alias, arguments in re.findall(r"\b([cg]\w*\d+): customers\((.*?)\) \{", query)
        }
        page = re.search(r"\bpage: customers\((.*?)\) \{", query)
        data = counted | ({"page": self._page(page[1], variables)} if page else {})
        return json_reply({"data": data}, zipped=self.zipped)

    def _page(self, arguments: str, variables: dict[str, Any]) -> dict[str, Any]:
        found, first = self._found(arguments, variables), int(re.findall(r"first: (\d+)", arguments)[0])
        self.requested.append(first)
        start = int(variables.get("after") or 0)
        info = {"hasNextPage": start + first < len(found), "endCursor": str(start + first)}
        return {"totalCount": len(found), "nodes": found[start : start + first], "pageInfo": info}

    def _found(self, arguments: str, variables: dict[str, Any]) -> Sequence[Row]:
        if "eq: null" in arguments:
            return []
        found = self.rows
        for operator, name in re.findall(r"creationDate: \{.*?(gte|lt): \$(\w+)", arguments):
            bound = variables[name][:19]
            found = [row for row in found if (row["creationDate"][:19] >= bound) == (operator == "gte")]
        for name in re.findall(r"gte: \$\w+, lt: \$(\w+)", arguments):
            found = [row for row in found if row["creationDate"][:19] < variables[name][:19]]
        return found


def dated(number: int, size: int) -> Row:
    """A row of so many bytes, one for each minute."""
    date = f"2026-01-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00.000Z"
    return {**row(number, text="x" * size), "creationDate": date, "modificationDate": date}


@pytest.fixture(params=["direct", "maesn"])
def client(request: pytest.FixtureRequest, loopback: Loopback) -> Iterator[Any]:
    """A client of the loopback server, through either connection."""
    client = new_client(loopback, request.param)
    yield client
    client.close()


@pytest.fixture
def direct(loopback: Loopback) -> Iterator[Any]:
    """A direct client of the loopback server."""
    client = new_client(loopback, "direct")
    yield client
    client.close()


@pytest.fixture
def maesn(loopback: Loopback) -> Iterator[Any]:
    """A client of the loopback server through Maesn."""
    client = new_client(loopback, "maesn")
    yield client
    client.close()


def read(client: Any, company: Company = COMPANY) -> list[Page]:
    """All pages of customers."""
    return list(every_page(client.open(ReadRequest(CUSTOMERS, company, {}))))


def keys(found: Sequence[Page]) -> list[str]:
    """The keys of some pages."""
    return sorted(key for page in found for key in page.keys)


# --- what a page asks for ---


@pytest.mark.parametrize(
    "resource", [RESOURCE_BY_NAME[name] for name in ("customers", "suppliers", "items", "invoices")]
)
def test_the_objects_of_the_table_begin_with_full_pages(resource: Any) -> None:
    assert estimated_bytes(Contract().fields(resource.direct.type)) * resource.direct.page_size <= BYTES_OF_A_PAGE


def test_entries_with_their_lines_begin_with_smaller_ones() -> None:
    contract = Contract()
    entry, line = (estimated_bytes(contract.fields(name)) for name in ("AccountingEntry", "AccountingEntryLine"))
    assert entry > 2 * line
    assert entry * 500 > BYTES_OF_A_PAGE


def test_light_rows_take_no_more_requests_than_ever(loopback: Loopback, client: Any) -> None:
    server = ListServer([dated(number, 1500) for number in range(1000)])
    loopback.script(server.answer)
    assert len(keys(read(client))) == 1000
    assert set(server.requested) == {500 if client.connection == "direct" else 100}


def test_heavy_rows_come_in_pages_of_about_two_megabytes(loopback: Loopback, client: Any) -> None:
    server = ListServer([dated(number, 50_000) for number in range(200)])
    loopback.script(server.answer)
    found = read(client)
    assert keys(found) == sorted(entry["id"] for entry in server.rows)
    assert max(page.size for page in found) <= 1.01 * BYTES_OF_A_PAGE
    if client.connection == "maesn":
        assert set(server.requested) <= set(LIMITS)
    # What was learned holds for the next company of the market.
    server.requested.clear()
    read(client, replace(COMPANY, id="c2"))
    assert max(server.requested) * 50_000 <= 1.01 * BYTES_OF_A_PAGE


@pytest.mark.parametrize("largest", [MEGABYTE, MostBytes.PAGE + MEGABYTE], ids=["a few a page", "one a page"])
def test_pages_that_are_too_large_are_asked_for_with_fewer_rows(loopback: Loopback, client: Any, largest: int) -> None:
    rows = [dated(number, largest if number == 5 else MEGABYTE) for number in range(7)]
    loopback.script(ListServer(rows, zipped=True).answer)
    assert keys(read(client)) == sorted(entry["id"] for entry in rows)
    request_count = len(loopback.requests)
    # What was learned holds for the next company.
    assert keys(read(client)) == sorted(entry["id"] for entry in rows)
    assert len(loopback.requests) - request_count < request_count


def test_five_megabytes_are_asked_for_again_in_smaller_pages(
    loopback: Loopback, direct: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "airbyte")
    server = ListServer([dated(number, 10 * 1024) for number in range(500)])
    loopback.script(server.answer)
    found = read(direct)
    assert keys(found) == sorted(entry["id"] for entry in server.rows)
    assert server.requested[:2] == [500, 125]
    assert max(page.size for page in found) <= MostBytes.PAGE
    assert "Stream customers: a page of 500 rows is too large; asking for 125." in caplog.messages


def test_one_row_beyond_every_answer_fails_by_name(loopback: Loopback, direct: Any) -> None:
    server = ListServer([dated(number, (number == 1) * MostBytes.WHOLE) for number in range(3)])
    loopback.script(server.answer)
    with pytest.raises(SageActiveError, match="an answer that is too large: more than 8 MB") as raised:
        read(direct)
    assert raised.value.fault.name == "too-heavy"
    assert server.requested[-1] == 1


def test_pages_grow_again_within_a_window(loopback: Loopback, direct: Any) -> None:
    heavy = [dated(number, 40_000) for number in range(120)]
    server = ListServer(heavy + [dated(number, 1000) for number in range(120, 4000)])
    loopback.script(server.answer)
    found = read(direct)
    assert keys(found) == sorted(entry["id"] for entry in server.rows)
    assert max(page.size for page in found) <= MostBytes.PAGE
    sizes = [len(page.keys) for page in found]
    assert min(sizes[:3]) < 120
    assert max(sizes) > 2 * sizes[1]


def test_others_that_find_rows_light_do_not_keep_a_page_from_becoming_smaller(loopback: Loopback, direct: Any) -> None:
    """While each of the first answers of the heavy company is made, a light one is read again and again."""
    heavy = ListServer([dated(number, 40_000) for number in range(400)])
    light = ListServer([dated(number, 100) for number in range(500)])

    def answer(request: ReceivedRequest) -> Reply:
        company = request.headers.get("x-organizationid")
        if company == "c2":
            return light.answer(request)
        if company and len(heavy.requested) < 3:
            for _ in range(12):
                read(direct, replace(COMPANY, id="c2"))
        return heavy.answer(request)

    loopback.script(answer)
    assert keys(read(direct)) == sorted(entry["id"] for entry in heavy.rows)
    assert heavy.requested[:3] == [500, 125, 31]


def test_maesns_limit_never_changes_while_parts_are_read(loopback: Loopback, maesn: Any) -> None:
    server = ListServer([dated(number, 15_000 + (number >= 100) * 60_000) for number in range(300)])
    loopback.script(server.answer)
    reading = maesn.open(ReadRequest(CUSTOMERS, COMPANY, {}))
    assert server.requested == [100]
    found = [page for index in range(reading.parts) for page in reading.part(index)]
    # A page of 100 of the heavier rows is too large: the rest reads everything anew.
    assert set(server.requested) == {100}
    found += list(reading.rest())
    assert set(keys(found)) == {entry["id"] for entry in server.rows}
    assert set(server.requested) <= {100, *LIMITS}
    passes = [limit for limit, _ in itertools.groupby(server.requested)]
    assert passes == sorted(passes, reverse=True)


def test_maesns_limit_goes_by_the_first_page_as_long_as_nothing_was_handed_out(loopback: Loopback, maesn: Any) -> None:
    server = ListServer([dated(number, 30_000) for number in range(300)])
    loopback.script(server.answer)
    reading = maesn.open(ReadRequest(CUSTOMERS, COMPANY, {}))
    assert server.requested == [100, 50]
    assert keys(list(every_page(reading))) == sorted(entry["id"] for entry in server.rows)
    # The first page was kept.
    assert len(server.requested) == 2 + 5


# --- who holds a page ---


class Rows(list[Any]):
    """Rows of which one can tell whether somebody still holds them."""


@pytest.mark.parametrize("number", [80, 1200], ids=["one page", "windows"])
def test_a_page_that_was_handed_out_is_held_by_nobody_else(
    loopback: Loopback, client: Any, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ListServer([dated(index, 100) for index in range(number)])
    loopback.script(server.answer)
    fetch: Callable[..., Any] = client.fetch

    def traceable(*arguments: Any, **options: Any) -> Any:
        fetched_page = fetch(*arguments, **options)
        return replace(fetched_page, page=replace(fetched_page.page, rows=Rows(fetched_page.page.rows)))

    monkeypatch.setattr(client, "fetch", traceable)
    reading = client.open(ReadRequest(CUSTOMERS, COMPANY, {}))
    for stream in (*(reading.part(index) for index in range(reading.parts)), reading.rest()):
        while page := next(stream, None):
            rows = weakref.ref(page.rows)
            assert rows() is not None
            del page
            assert rows() is None
