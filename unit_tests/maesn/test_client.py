"""The client of Maesn's API, against a scripted server."""

from collections.abc import Iterator

import pytest

from sage_active.client import Company, ReadRequest
from sage_active.config import ConnectionConfig
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.resources.table import RESOURCE_BY_NAME
from unit_tests.loopback import Loopback, Reply, json_reply

QUICK = RetryPolicy(connect=1, read=1, answer=1, tries=0.5, first_pause=0.01, longest_pause=0.05)
DE = "sage-active-de"
COMPANY = Company("c1", "Muster GmbH", "DE", "active", True, "env-1")
CUSTOMERS = ReadRequest(RESOURCE_BY_NAME["customers"], COMPANY, {})
GOOD = {"meta": {"pagination": {"total": 1, "totalPages": 1}}, "data": [{"id": "1", "updatedDate": "2026-01-01"}]}


@pytest.fixture
def client(loopback: Loopback) -> Iterator[MaesnClient]:
    """A client of the scripted server."""
    credentials = {
        "auth_type": "maesn",
        "target_system": "sage-active-de",
        "api_key": "the-api-key",
        "account_key": "the-account-key",
    }
    config = ConnectionConfig.model_validate({"credentials": credentials, "sandbox_url": loopback.url})
    client = MaesnClient(config, user_agent="unit/1", retry_policy=QUICK)
    yield client
    client.close()


def test_keys_and_company_go_with_every_accounting_call(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(json_reply(GOOD))
    page = client.fetch(CUSTOMERS, 3, {"lastModifiedAt": "2026-01-01T00:00:00Z"}, 100)
    (request,) = loopback.requests
    assert request.path.startswith("/accounting/customers?")
    assert request.parameters == {
        "page": "3",
        "limit": "100",
        "companyId": "c1",
        "environmentName": "env-1",
        "lastModifiedAt": "2026-01-01T00:00:00Z",
    }
    assert (request.headers["x-api-key"], request.headers["x-account-key"]) == ("the-api-key", "the-account-key")
    assert (page.total, page.pages, list(page.page.keys)) == (1, 1, ["1"])
    assert list(page.page.dates) == ["2026-01-01T00:00:00.000000Z"]


def test_companies(loopback: Loopback, client: MaesnClient) -> None:
    rows = [
        {"id": "1", "name": "A", "environmentId": "e", "subscription": [{"status": "ok", "active": True}]},
        {"id": "2", "name": "B", "subscription": [{"active": False}]},
        {"id": "3", "name": None, "subscription": None},
        {"id": None, "name": "nameless"},
    ]
    loopback.script(json_reply({"data": rows}))
    assert client.companies() == [
        Company("1", "A", "DE", "ok", True, "e", DE),
        Company("2", "B", "DE", None, False, None, DE),
        Company("3", "", "DE", None, True, None, DE),
        Company("", "nameless", "DE", None, False, None, DE),
    ]


@pytest.mark.parametrize(
    "broken",
    [Reply(200, b'{"data":[{"id":"1","name":"\xff"}]}'), Reply(200, b"<html>"), Reply(200, b'{"data":[')],
    ids=["not-utf-8", "html", "cut"],
)
def test_a_broken_answer_is_asked_for_again(loopback: Loopback, client: MaesnClient, broken: Reply) -> None:
    loopback.script(broken, json_reply({"data": [{"id": "1", "name": "A"}]}))
    assert [company.name for company in client.companies()] == ["A"]
    assert len(loopback.requests) == 2


def test_a_row_that_is_not_utf_8_is_asked_for_again(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(Reply(200, b'{"data":[{"id":"1","companyName":"\xff"}]}'), json_reply(GOOD))
    assert [bytes(row) for row in client.fetch(CUSTOMERS, 1, {}, 100).page.rows] == [
        b'{"id": "1", "updatedDate": "2026-01-01"}'
    ]
    assert len(loopback.requests) == 2


def test_a_byte_order_mark_is_passed_over(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(Reply(200, b"\xef\xbb\xbf" + json_reply(GOOD).body))
    assert list(client.fetch(CUSTOMERS, 1, {}, 100).page.keys) == ["1"]
    assert len(loopback.requests) == 1


def test_a_value_of_another_type_is_reported_as_what_it_is(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(json_reply({**GOOD, "meta": {"pagination": {"total": "1"}}}))
    with pytest.raises(SageActiveError, match=r"contradicts itself.*got `str` - at `\$.meta") as raised:
        client.fetch(CUSTOMERS, 1, {}, 100)
    assert raised.value.fault is CONTRADICTION
    assert len(loopback.requests) > 1, "it is asked for again"


def test_pages_without_rows_contradict(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(json_reply({"data": None}))
    with pytest.raises(SageActiveError) as raised:
        client.fetch(CUSTOMERS, 1, {}, 100)
    assert raised.value.fault is CONTRADICTION


NO_ROWS = {"pagination": {"total": 0, "perPage": 100, "currentPage": 1, "totalPages": 0}}


@pytest.mark.parametrize("answer", [{"data": None, "errors": None}, {}, {"data": []}], ids=["null", "absent", "empty"])
def test_a_total_of_zero_means_no_rows(loopback: Loopback, client: MaesnClient, answer: dict[str, object]) -> None:
    loopback.script(json_reply({"meta": NO_ROWS, **answer}))
    reading = client.open(CUSTOMERS)
    assert [key for page in reading.rest() for key in page.keys] == []
    assert (reading.parts, reading.summary().stated, len(loopback.requests)) == (0, 0, 1)


def test_errors_beside_a_total_of_zero_still_contradict(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(json_reply({"meta": NO_ROWS, "errors": {"message": "no"}}))
    with pytest.raises(SageActiveError) as raised:
        client.fetch(CUSTOMERS, 1, {}, 100)
    assert raised.value.fault is CONTRADICTION


@pytest.mark.parametrize("pagination", [None, {}, {"total": 1.0, "totalPages": 1.0}, {"total": None}], ids=str)
def test_pagination_may_be_absent_or_floating(
    loopback: Loopback, client: MaesnClient, pagination: dict[str, float] | None
) -> None:
    loopback.script(json_reply({**GOOD, "meta": {"pagination": pagination}}))
    page = client.fetch(CUSTOMERS, 1, {}, 100)
    assert page.total == (1 if pagination and pagination.get("total") else None)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, "company-refused"), (401, "maesn-key-refused"), (403, "maesn-key-refused"), (404, "object-not-offered")],
)
def test_refusals(loopback: Loopback, client: MaesnClient, status: int, fault: str) -> None:
    loopback.script(json_reply({"message": "no"}, status))
    reason = client.probe([RESOURCE_BY_NAME["customers"]], COMPANY)["customers"]
    assert reason
    assert reason.fault.name == fault
    assert "the-api-key" not in str(reason)
    assert "{" not in str(reason), "words, not the body"
    assert len(loopback.requests) == 1
