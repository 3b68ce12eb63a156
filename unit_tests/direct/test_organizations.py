"""The list of a sign-in's companies: complete, or an error; and what becomes of labels that the server refuses."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from sage_active.config import ConnectionConfig, validated
from sage_active.connect import build_client
from sage_active.direct.client import DirectClient
from sage_active.direct.organizations import ATTEMPTS
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

LITTLE = RetryPolicy(connect=1.0, read=2.0, answer=4.0, tries=0.2, first_pause=0.01, longest_pause=0.02)
CREDENTIALS = {
    "auth_type": "token",
    "client_id": "app",
    "refresh_token": "old",
    "subscription_key": "key-de",
    "target_system": "sage-active-de",
}
TOKENS = json_reply({"access_token": "a", "refresh_token": "r", "expires_in": 3600})


@pytest.fixture
def client(loopback: Loopback) -> Iterator[DirectClient]:
    """A client of the loopback server that gives up soon."""
    config: dict[str, Any] = {"credentials": CREDENTIALS, "sandbox_url": loopback.url, "requests_per_minute": 100_000}
    settings = validated(ConnectionConfig, config)
    client = build_client(settings, config, user_agent="t", emit_now=lambda _: None, retry_policy=LITTLE)
    assert isinstance(client, DirectClient)
    yield client
    client.close()


def organization(identifier: str, **more: Any) -> dict[str, Any]:
    """A company that can be used."""
    known = {"id": identifier, "status": "READY", "onboardingCompleted": True}
    return {**known, "legislationCode": "DE", "socialName": identifier.title(), **more}


def listed(*ids: str, total: int | None, cursor: str | None = None) -> Reply:
    """A page of the list; with a cursor it is not the last one."""
    page_info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    nodes = [organization(identifier) for identifier in ids]
    return json_reply({"data": {"page": {"totalCount": total, "nodes": nodes, "pageInfo": page_info}}})


def ids_of(client: DirectClient) -> list[str]:
    """The ids of the companies, as they are listed."""
    return [company.id for company in client.companies()]


def test_all_pages_are_read_and_name_no_company(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, listed("a", "b", total=3, cursor="x"), listed("c", total=3))
    companies = client.companies()
    assert [(company.id, company.name, company.market, company.usable) for company in companies] == [
        ("a", "A", "DE", True),
        ("b", "B", "DE", True),
        ("c", "C", "DE", True),
    ]
    first, second = loopback.requests[1:]
    assert json.loads(first.body)["variables"] == {}
    assert json.loads(second.body)["variables"] == {"after": "x"}
    assert all("x-organizationid" not in {name.lower() for name in page.headers} for page in (first, second))


def test_a_list_that_states_no_count_is_read_to_its_end(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, listed("a", total=None, cursor="x"), listed("b", total=None))
    assert ids_of(client) == ["a", "b"]


def test_a_company_that_is_created_meanwhile_costs_a_second_look(loopback: Loopback, client: DirectClient) -> None:
    moved = [listed("a", "b", total=3, cursor="x"), listed("c", "d", total=4)]
    steady = [listed("a", "b", total=4, cursor="x"), listed("c", "d", total=4)]
    loopback.script(TOKENS, *moved, *steady)
    assert ids_of(client) == ["a", "b", "c", "d"]


def test_a_company_that_the_server_lists_twice_counts_twice(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, listed("a", "a", "b", total=3))
    assert ids_of(client) == ["a", "a", "b"]


def test_a_list_that_stays_short_is_an_error(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, listed("a", "b", total=3))
    with pytest.raises(SageActiveError, match="`companies` is read: a list of companies with 2 rows where it states 3"):
        client.companies()
    assert len(loopback.requests) == 1 + ATTEMPTS


def test_three_wrong_lists_in_a_row_cost_nothing_but_time(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, *[listed("a", "b", total=3)] * 3, listed("a", "b", "c", total=3))
    assert ids_of(client) == ["a", "b", "c"]


def test_a_list_that_only_goes_on_is_not_read_again(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(TOKENS, listed("a", "b", total=9, cursor="x"), listed("a", "b", total=9, cursor="y"))
    with pytest.raises(SageActiveError, match="nothing new") as raised:
        client.companies()
    assert raised.value.fault.name == "contradiction"
    assert len(loopback.requests) == 3


def unknown_to_the_server(*names: str) -> Any:
    """A list of one company whose server does not know some fields."""

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return TOKENS
        document = json.loads(request.body)["query"]
        if refused := [name for name in names if name in document]:
            errors = [
                {
                    "message": f"The field `{name}` does not exist on the type `Organization`.",
                    "extensions": {"type": "Organization", "field": name},
                }
                for name in refused
            ]
            return json_reply({"errors": errors}, 400)
        return json_reply({"data": {"page": {"totalCount": 1, "nodes": [without(*names)], "pageInfo": {}}}})

    return answer


def without(*names: str) -> dict[str, Any]:
    """A company that lacks some fields."""
    return {name: value for name, value in organization("a").items() if name not in names}


def test_labels_that_the_server_refuses_are_left_out_with_one_warning_each(
    loopback: Loopback, client: DirectClient, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.script(unknown_to_the_server("legislationCode", "socialName"))
    with caplog.at_level(logging.WARNING, "airbyte"):
        (company,) = client.companies()
        client.companies()
    assert (company.name, company.market) == ("a", "DE")
    assert ["Organization.legislationCode" in message for message in caplog.messages] == [True, False]
    assert ["Organization.socialName" in message for message in caplog.messages] == [False, True]
    # A token, the refused query, and one for each list.
    assert len(loopback.requests) == 4


@pytest.mark.parametrize("name", ["status", "onboardingCompleted"])
def test_what_tells_whether_a_company_can_be_used_is_not_left_out(
    loopback: Loopback, client: DirectClient, name: str
) -> None:
    loopback.script(unknown_to_the_server("socialName", name))
    with pytest.raises(SageActiveError, match=name):
        client.companies()
