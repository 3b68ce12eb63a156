"""The stream `record_ids`: which records there are, read as the objects themselves are, and nothing else of them."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from sage_active.client import Page
from sage_active.odd_rows import odd_page
from sage_active.resources.resource import DirectResource, Resource, Scope
from source_sage_active.record_ids import KEY, PAGES_OF_A_WINDOW, id_page
from source_sage_active.records import PageMessage
from source_sage_active.source import SourceSageActive
from unit_tests.growth.company_server import MARKETS, CompanyServer, Row, page_of
from unit_tests.growth.fake_resources import BANK_TRANSACTIONS, JOURNALS, USERS, scoped
from unit_tests.growth.several_streams import ONE_COMPANY, created, sync

SALES: Final = Resource(
    name="sales_journals",
    direct=DirectResource(root="journalTypes", type="JournalType", where={"code": {"eq": "S"}}, page_size=50),
)
YEARS: Final = Resource(
    name="fiscal_years", direct=DirectResource(root="accountingExercises", type="AccountingExercise")
)
RESOURCES: Final = (SALES, YEARS, BANK_TRANSACTIONS, USERS)
MANY: Final = 700


@pytest.fixture(scope="module")
def server() -> Iterator[CompanyServer]:
    content: dict[str, Any] = {
        "journalTypes": [*created(3, code="S"), *created(2, 10, code="P")],
        "accountingExercises": created(2),
        "bankMovements": [{"id": "movement-1", "datePosted": "2026-01-05T00:00:00Z", "linkStatus": "LINKED"}],
        "users": [{"id": "user-1"}],
    }
    with CompanyServer(content) as server:
        yield server


@pytest.fixture(autouse=True)
def everybody_may(server: CompanyServer) -> Iterator[None]:
    yield
    server.refused = frozenset()


def objects(rows: Any) -> dict[str, set[str]]:
    """The ids of each object."""
    return {name: {row["id"] for row in rows if row["object"] == name} for name in {row["object"] for row in rows}}


def test_one_row_for_each_record_of_all_streams_with_dates(server: CompanyServer) -> None:
    outcome = sync(server, RESOURCES, full=["record_ids"], **ONE_COMPANY)
    rows = outcome.rows["record_ids"]
    assert objects(rows) == {
        "sales_journals": {"row-0000", "row-0001", "row-0002"},
        "fiscal_years": {"row-0000", "row-0001"},
        "bank_transactions": {"movement-1"},
    }
    assert {tuple(row) for row in rows} == {("object", "id", "company_id", "creation_date")}
    dates = {row["object"]: row["creation_date"] for row in rows}
    assert dates == dict.fromkeys(("sales_journals", "fiscal_years"), "2026-01-05T09:00:00.000000Z") | {
        "bank_transactions": None
    }
    assert outcome.statuses == {"record_ids": "COMPLETE"}
    selections = [set(re.findall(r"nodes \{ (.*?) \}", document)[0].split()) for document in documents(server)]
    assert selections == [{"id", "creationDate"}, {"id", "creationDate"}, {"id"}]
    assert {call.arguments["first"] for call in server.calls if call.root != "organizations" and not call.is_count} == {
        500
    }


def documents(server: CompanyServer) -> list[str]:
    """What was asked for in companies."""
    return [request.body.decode() for request in server.requests if "x-organizationid" in request.headers]


def test_what_discover_says(server: CompanyServer) -> None:
    (stream,) = [
        one.as_airbyte_stream() for one in SourceSageActive().streams(server.config) if one.name == "record_ids"
    ]
    assert [mode.value for mode in stream.supported_sync_modes] == ["full_refresh"]
    assert stream.source_defined_primary_key == [[name] for name in KEY]
    assert stream.json_schema["properties"].keys() == {"object", "company_id", "id", "creation_date"}
    assert all(column["description"] for column in stream.json_schema["properties"].values())
    assert stream.is_resumable is False


def test_by_default_it_lists_the_selected_streams(server: CompanyServer) -> None:
    outcome = sync(server, RESOURCES, incremental=["fiscal_years"], full=["record_ids", "users"], **ONE_COMPANY)
    assert objects(outcome.rows["record_ids"]).keys() == {"fiscal_years"}
    outcome = sync(server, RESOURCES, full=["record_ids", "users"], **ONE_COMPANY)
    assert len(objects(outcome.rows["record_ids"])) == 3, "none with dates is selected"


def test_the_option_names_streams(server: CompanyServer) -> None:
    outcome = sync(
        server, RESOURCES, full=["record_ids", "fiscal_years"], record_ids_of=["sales_journals"], **ONE_COMPANY
    )
    assert objects(outcome.rows["record_ids"]).keys() == {"sales_journals"}


@pytest.mark.parametrize("name", ["fiscal_yeasr", "users"])
def test_a_name_that_is_not_one_is_a_mistake_of_the_configuration(server: CompanyServer, name: str) -> None:
    outcome = sync(server, RESOURCES, full=["record_ids"], record_ids_of=[name], **ONE_COMPANY)
    assert f"'{name}'" in outcome.failure
    assert "sales_journals" in outcome.failure
    assert ("Did you mean fiscal_years?" in outcome.failure) == (name == "fiscal_yeasr")
    assert documents(server) == []


def test_what_is_refused_makes_it_incomplete_by_name_and_the_others_are_read(server: CompanyServer) -> None:
    server.refused = frozenset({"company-2"})
    outcome = sync(server, RESOURCES, full=["record_ids"], record_ids_of=["fiscal_years", "sales_journals"])
    assert outcome.statuses == {"record_ids": "INCOMPLETE"}
    rows = outcome.rows["record_ids"]
    assert {row["company_id"] for row in rows} == MARKETS.keys() - {"company-2"}
    assert objects(rows).keys() == {"fiscal_years", "sales_journals"}
    for name in ("fiscal_years", "sales_journals"):
        assert any(f"record_ids of {name}" in error and "company-2" in error for error in outcome.errors)


@pytest.mark.parametrize("names", [("journals", "fiscal_years"), ("fiscal_years", "journals")])
def test_a_company_that_cannot_be_used_is_named_once_whichever_object_comes_first(
    server: CompanyServer, names: tuple[str, ...]
) -> None:
    companies = [{"company_id": "company-1"}, {"company_id": "no-such-company"}]
    resources = [scoped(JOURNALS, Scope.MARKET), YEARS]
    outcome = sync(server, resources, full=["record_ids"], record_ids_of=names, companies=companies)
    assert outcome.statuses == {"record_ids": "INCOMPLETE"}
    assert sum("no-such-company" in error for error in outcome.errors) == 1
    assert objects(outcome.rows["record_ids"]).keys() == {*names}


def test_rows_that_companies_share_have_the_owner_of_their_stream(server: CompanyServer) -> None:
    shared = scoped(JOURNALS, Scope.MARKET)
    outcome = sync(server, [shared], full=["record_ids"])
    assert {row["company_id"] for row in outcome.rows["record_ids"]} == {"DE", "FR"}


def test_through_maesn_it_is_not_offered() -> None:
    config = {
        "credentials": {"auth_type": "maesn", "target_system": "sage-active-de", "api_key": "a", "account_key": "b"}
    }
    assert "record_ids" not in {stream.name for stream in SourceSageActive().streams(config)}


def test_windows_are_longer_than_those_of_whole_records() -> None:
    rows: list[Row] = [
        {"id": f"row-{number}", "creationDate": f"2025-{1 + number % 12:02}-{1 + number % 28:02}T09:00:00.000Z"}
        for number in range(MANY)
    ]
    seen: list[int] = []

    def watched(company: str, **arguments: Any) -> Any:
        del company
        page = page_of(rows, arguments)
        seen.append(len(page["nodes"]))
        return page

    with CompanyServer({"journalTypes": watched}) as server:
        outcome = sync(server, [JOURNALS], full=["record_ids"], **ONE_COMPANY)
    assert len({row["id"] for row in outcome.rows["record_ids"]}) == len(outcome.rows["record_ids"]) == MANY
    assert max(seen) == 500
    assert PAGES_OF_A_WINDOW > 8


def test_odd_rows_keep_what_can_be_read_of_them() -> None:
    rows = [b'{"id":"1","creationDate":"soon"}', b'{"creationDate":null}', b"[]"]
    page, _ = odd_page(rows, ("id",), ("creationDate",), "page 1")
    message = PageMessage("record_ids", "c1", id_page(page, "journals"))
    data = [record.record.data for record in message.messages() if record.record]
    assert data == [
        {"object": "journals", "id": "1", "company_id": "c1", "creation_date": None},
        {"object": "journals", "id": None, "company_id": "c1", "creation_date": None},
    ]


def test_the_names_of_objects_and_ids_are_written_as_json() -> None:
    page = id_page(Page([b"{}"], ['a"b'], ["2026-01-05T09:00:00.000000Z"]), "journals")
    (record,) = PageMessage("record_ids", None, page).messages()
    assert record.record
    assert record.record.data == {
        "object": "journals",
        "id": 'a"b',
        "company_id": None,
        "creation_date": "2026-01-05T09:00:00.000000Z",
    }
