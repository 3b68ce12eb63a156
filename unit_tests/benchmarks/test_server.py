"""The server of the benchmarks honours what the source asks for."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from benchmarks.documents import root_fields
from benchmarks.rows import DIRECT
from benchmarks.server import PreparedPages
from benchmarks.spans import intersection, part, union
from benchmarks.tables import FIRST_DAY, ROWS_PER_DAY, SECONDS_BETWEEN_ROWS
from benchmarks.wire import Server
from sage_active.direct.filters import Where
from sage_active.direct.query import count_query, page_query
from sage_active.direct.windows import UNDATED, Window

pytestmark = pytest.mark.slow

TOTAL = 10_000
ROWS = TOTAL // 4
BEGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=timezone.utc)
WHOLE = " ".join(DIRECT["salesInvoices"].sample)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server(PreparedPages(TOTAL).answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.url
    server.close()
    thread.join()


def page(url: str, where: Where | None, first: int = 500, after: str | None = None) -> dict[str, Any]:
    """One page of invoices."""
    query = page_query("salesInvoices", WHOLE, where, first=first, after=after)
    answer: dict[str, Any] = requests.post(f"{url}/graphql", data=query.body(), timeout=10).json()
    return dict(answer["data"]["page"])


def everything(url: str, where: Where | None) -> list[dict[str, Any]]:
    """All rows of a filter, page after page."""
    rows: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        got = page(url, where, 700, after)
        rows += got["nodes"]
        if not got["pageInfo"]["hasNextPage"]:
            assert len(rows) == got["totalCount"]
            return rows
        after = got["pageInfo"]["endCursor"]


def test_all_rows_come_once_in_the_order_of_creation(url: str) -> None:
    rows = everything(url, None)
    assert len({row["id"] for row in rows}) == ROWS
    created = [row["creationDate"] for row in rows]
    assert created == sorted(created)
    assert len(set(created)) == ROWS
    assert all(row["modificationDate"] > row["creationDate"] for row in rows)
    assert 1000 < len(json.dumps(rows[0])) < 2000
    assert {"lines", "openItems", "paymentTermLines"} <= rows[0].keys()


@pytest.mark.parametrize("seconds", [0, 1, 86, 87, ROWS_PER_DAY * SECONDS_BETWEEN_ROWS, 86400, 200_000, 10**7])
def test_a_window_holds_what_its_dates_say(url: str, seconds: int) -> None:
    edge = BEGIN + timedelta(seconds=seconds)
    text = edge.isoformat()
    below, above = (everything(url, window.where()) for window in (Window(None, edge), Window(edge)))
    assert len(below) + len(above) == ROWS
    assert all(datetime.fromisoformat(row["creationDate"]) < edge for row in below), text
    assert all(datetime.fromisoformat(row["creationDate"]) >= edge for row in above), text


def test_counts_of_several_filters_in_one_request(url: str) -> None:
    edge = BEGIN + timedelta(days=1)
    wheres = {"c0": None, "c1": Window(None, edge).where(), "c2": UNDATED.where()}
    body = count_query("salesInvoices", wheres).body()
    data = requests.post(f"{url}/graphql", data=body, timeout=10).json()["data"]
    assert [data[alias]["totalCount"] for alias in wheres] == [ROWS, ROWS_PER_DAY, 0]


def test_a_filter_that_it_does_not_know_is_refused(url: str) -> None:
    query = page_query("salesInvoices", "id", {"nothing": {"eq": "Draft"}}, first=1)
    answer = requests.post(f"{url}/graphql", data=query.body(), timeout=10)
    assert answer.status_code == 400
    assert "does not know" in answer.json()["errors"][0]["message"]


def test_numbered_pages_with_their_total(url: str) -> None:
    rows = []
    for number in range(1, 27):
        parameters = {"page": str(number), "limit": "100"}
        body = requests.get(f"{url}/accounting/invoices", params=parameters, timeout=10).json()
        assert (body["meta"]["pagination"]["total"], body["meta"]["pagination"]["totalPages"]) == (ROWS, 25)
        rows += body["data"]
    assert len({row["invoiceId"] for row in rows}) == len(rows) == ROWS


def test_root_fields_of_a_document() -> None:
    text = "query($a: T) { page: x(first: 5, where: { n: { gte: $a } }) { nodes { id } } other(first: 1) { id } last }"
    fields = list(root_fields(text))
    assert [(field.alias, field.name) for field in fields] == [("page", "x"), ("other", "other"), ("last", "last")]
    assert fields[0].values({"a": "b"}) == {"first": 5, "where": {"n": {"gte": "b"}}}


def test_spans() -> None:
    assert union([(5, 9), (0, 3), (3, 4), (8, 12)]) == [(0, 4), (5, 12)]
    assert intersection([(0, 4), (5, 12)], [(3, 6)]) == [(3, 4), (5, 6)]
    assert part([(0, 4), (5, 12)], 3, 4) == [(3, 4), (5, 8)]
    assert part([(0, 4)], 4, 4) == []
