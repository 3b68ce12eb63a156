"""The benchmarks' rows have dated children, come in any selection, and are the same in every company."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from benchmarks.companies import COMPANY, company_id
from benchmarks.contract_rows import root_of
from benchmarks.documents import nodes_of
from benchmarks.rows import DIRECT
from benchmarks.server import PreparedPages
from benchmarks.spans import length, select_spans
from benchmarks.tables import FIRST_DAY, Row
from benchmarks.wire import Request
from sage_active.direct.contract import Contract
from sage_active.direct.filters import all_of, any_of, changed_since, moment
from sage_active.direct.query import Query, page_query
from sage_active.resources.table import RESOURCE_BY_NAME, RESOURCES

CONTRACT = Contract()
BEGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=timezone.utc)
TOTAL = 4 * 2500
PAGES = PreparedPages(TOTAL, companies=3, per_root=20)
ROOTS = sorted({resource.direct.root for resource in RESOURCES if resource.direct})


def answer(query: Query) -> Any:
    """What the server sends."""
    return json.loads(PAGES.answer(Request("POST", "/graphql", {}, query.body())))["data"]


def dates_of(value: Any) -> list[datetime]:
    """All dates of a row and of what is below it."""
    if isinstance(value, list):
        return [date for element in value for date in dates_of(element)]
    if not isinstance(value, Mapping):
        return []
    dates = [value[name] for name in ("creationDate", "modificationDate") if value.get(name)]
    return [*map(datetime.fromisoformat, dates), *(date for inner in value.values() for date in dates_of(inner))]


def rows_of(root: str) -> list[Row]:
    """All rows of one of the four objects."""
    table = DIRECT[root]
    return list(json.loads(b"[" + table.page(0, 2500) + b"]"))


@pytest.mark.parametrize("root", DIRECT)
def test_children_have_different_dates_and_some_are_later_than_their_row(root: str) -> None:
    rows = rows_of(root)
    if not any(dates_of(list(row.values())) for row in rows):
        assert root == "products"
        return
    rows_dates = [max(dates_of({name: row[name] for name in ("creationDate", "modificationDate")})) for row in rows]
    latest = [max(dates_of(row)) for row in rows]
    later = sum(child > row for row, child in zip(rows_dates, latest, strict=True))
    assert 0 < later < len(rows)
    assert len({child - row for row, child in zip(rows_dates, latest, strict=True)}) > 1


@pytest.mark.parametrize("seconds", [0, 100, 150, 86 * 500 + 120, 86400 + 80, 10**7])
def test_what_has_changed_since_includes_rows_whose_children_have(seconds: int) -> None:
    since = BEGIN + timedelta(seconds=seconds)
    binding = RESOURCE_BY_NAME["invoices"].on("direct")
    changed = changed_since(CONTRACT, binding.root, CONTRACT.fields(binding.type), moment("since", since))
    where = all_of(binding.where, any_of(changed, binding.open_documents))
    nodes = answer(page_query(binding.root, "id", where, first=2500))["page"]["nodes"]
    expected = [row["id"] for row in rows_of(binding.root) if max(dates_of(row)) >= since]
    assert [row["id"] for row in nodes] == expected


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_has_rows_that_the_contract_describes(root: str) -> None:
    served = root_of(CONTRACT, root, 20)
    rows = json.loads(b"[" + served.table.page(0, 20) + b"]")
    fields = {field.name for field in CONTRACT.fields(CONTRACT.row_type(root))}
    assert len(rows) == len({json.dumps(row) for row in rows}) == 20
    assert all(row.keys() - {"id"} <= fields for row in rows)


def test_nothing_is_open_in_any_root() -> None:
    for resource in RESOURCES:
        if resource.direct and (where := resource.direct.open_documents):
            table = root_of(CONTRACT, resource.direct.root, 20).table
            plain = json.loads(json.dumps(where, default=lambda member: member.name))
            assert length(select_spans(table, plain)) == 0, resource.name


def test_rows_come_with_the_members_that_are_selected() -> None:
    data = answer(page_query("customers", "id code since: creationDate contacts { id }", None, first=2))
    assert [list(row) for row in data["page"]["nodes"]] == [["id", "code", "since", "contacts"]] * 2
    assert nodes_of("totalCount") is None


def test_the_newest_row_is_found_from_the_end() -> None:
    query = page_query("customers", "date: creationDate", None, first=1)
    newest = Query(query.text.replace("{ creationDate: ASC }", "{ creationDate: DESC }"), query.variables)
    assert answer(newest)["page"]["nodes"] == [{"date": rows_of("customers")[-1]["creationDate"]}]


def test_all_companies_are_listed_page_by_page() -> None:
    selection = "id status"
    first = answer(page_query("organizations", selection, None, first=2, ordered=False))["page"]
    rest = answer(page_query("organizations", selection, None, first=2, after="2", ordered=False))["page"]
    assert [row["id"] for row in first["nodes"] + rest["nodes"]] == [COMPANY, company_id(2), company_id(3)]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
