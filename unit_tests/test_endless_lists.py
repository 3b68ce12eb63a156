"""Nothing goes on only because a server says so: pages, lists of companies, renewals, and pages that are too large."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sage_active.auth.authenticator import MOST_UNPROVED
from sage_active.client import Company, ReadRequest, every_page
from sage_active.config import ConnectionConfig, validated
from sage_active.connect import build_client
from sage_active.direct.client import DirectClient
from sage_active.direct.lookup import Lookup
from sage_active.direct.window_reader import ATTEMPTS
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.limits import MOST_COMPANIES, MostBytes
from sage_active.maesn.client import MaesnClient
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Reference
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

pytestmark = pytest.mark.slow

LITTLE = RetryPolicy(connect=1.0, read=2.0, answer=4.0, tries=0.2, first_pause=0.01, longest_pause=0.02)
COMPANY = Company("c1", "Muster GmbH", "DE", "READY", True, "env")
CUSTOMERS = RESOURCE_BY_NAME["customers"]
PER_PAGE, STATED = 100, 250
TOKENS = {"access_token": "a", "refresh_token": "r", "expires_in": 3600}
Answering = Callable[[ReceivedRequest], Reply]


def new_client(loopback: Loopback, connection: str) -> Any:
    """A client of the loopback server that gives up soon."""
    credentials: dict[str, Any] = {"auth_type": "maesn", "api_key": "api-key", "account_key": "account-key"}
    if connection == "direct":
        credentials = {"auth_type": "token", "client_id": "app", "refresh_token": "old", "subscription_key": "key-de"}
    config = {"credentials": {**credentials, "target_system": "sage-active-de"}, "sandbox_url": loopback.url}
    settings = validated(ConnectionConfig, {**config, "requests_per_minute": 100_000})
    return build_client(settings, config, user_agent="t", emit_now=lambda _: None, retry_policy=LITTLE)


@pytest.fixture
def direct(loopback: Loopback) -> Iterator[DirectClient]:
    """A client of Sage Active's own API."""
    direct = new_client(loopback, "direct")
    yield direct
    direct.close()


@pytest.fixture
def maesn(loopback: Loopback) -> Iterator[MaesnClient]:
    """A client of Maesn's API."""
    maesn = new_client(loopback, "maesn")
    yield maesn
    maesn.close()


def row(number: int, **more: Any) -> dict[str, Any]:
    """A row of either API."""
    date = "2026-01-01T00:00:00.000Z"
    return {"id": f"r{number}", "creationDate": date, "modificationDate": date, "updatedDate": date, **more}


def read(client: Any) -> list[str]:
    """The keys of all rows of customers, in the order of delivery."""
    reading = client.open(ReadRequest(CUSTOMERS, COMPANY, {}))
    return [key for page in every_page(reading) for key in page.keys]


def delivered_before_it_fails(client: Any, name: str = "contradiction") -> int:
    """The rows that were delivered before a read failed by name."""
    number = 0
    with pytest.raises(SageActiveError) as raised:
        reading = client.open(ReadRequest(CUSTOMERS, COMPANY, {}))
        parts = [reading.part(index) for index in range(reading.parts)]
        for page in itertools.chain(*parts, reading.rest()):
            number += len(page.keys)
    assert raised.value.fault.name == name
    return number


# --- directly ---


def graphql(rows_of: Callable[[int], list[dict[str, Any]]], stated: Any = STATED) -> Answering:
    """Pages that always announce another one, with a new cursor each."""
    numbers = itertools.count()

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply(TOKENS)
        aliases = re.findall(r"\b(c\d+): ", json.loads(request.body)["query"])
        if aliases:
            return json_reply({"data": {alias: {"totalCount": stated} for alias in aliases}})
        number = next(numbers)
        page_info = {"hasNextPage": True, "endCursor": f"cursor {number}"}
        return json_reply({"data": {"page": {"totalCount": stated, "nodes": rows_of(number), "pageInfo": page_info}}})

    return answer


def fresh(number: int) -> list[dict[str, Any]]:
    """Rows that were never there before."""
    return [row(number * PER_PAGE + index) for index in range(PER_PAGE)]


def same(_: int) -> list[dict[str, Any]]:
    """The same rows again."""
    return fresh(0)


def by_turns(number: int) -> list[dict[str, Any]]:
    """Two pages by turns."""
    return fresh(number % 2)


def none(_: int) -> list[dict[str, Any]]:
    """No rows."""
    return []


@pytest.mark.parametrize(
    ("rows_of", "stated"),
    [(fresh, STATED), (same, STATED), (by_turns, STATED), (none, STATED), (none, 0), (fresh, 10**15), (fresh, 0)],
    ids=["fresh", "same", "by turns", "none", "none of none", "beyond belief", "more than none"],
)
def test_pages_that_only_go_on_fail_by_name(
    loopback: Loopback, direct: DirectClient, rows_of: Callable[[int], list[dict[str, Any]]], stated: int
) -> None:
    loopback.script(graphql(rows_of, stated))
    assert delivered_before_it_fails(direct) <= ATTEMPTS * (STATED + PER_PAGE)
    assert len(loopback.requests) <= 60


@pytest.mark.parametrize("rows_of", [fresh, same, by_turns, none], ids=["fresh", "same", "by turns", "none"])
def test_lookups_that_only_go_on_fail_by_name(
    loopback: Loopback, direct: DirectClient, rows_of: Callable[[int], list[dict[str, Any]]]
) -> None:
    loopback.script(graphql(rows_of))
    accounts = Reference("AccountingAccount", ("code",), ())
    with pytest.raises(SageActiveError) as raised:
        Lookup(direct, frozenset()).resolve(COMPANY, accounts, [("1",)], fresh=False)
    assert raised.value.fault.name == "contradiction"
    assert len(loopback.requests) <= 30


@pytest.mark.parametrize("odd", [None, {}, {"id": None}, {"id": ""}, [], "text", 5], ids=repr)
def test_a_looked_up_row_that_is_none_costs_only_itself(loopback: Loopback, direct: DirectClient, odd: Any) -> None:
    page = {"totalCount": 2, "nodes": [odd, {"id": "a", "code": "1"}], "pageInfo": {"hasNextPage": False}}
    loopback.script(json_reply(TOKENS), json_reply({"data": {"page": page}}))
    accounts = Reference("AccountingAccount", ("code",), ())
    found = Lookup(direct, frozenset()).resolve(COMPANY, accounts, [("1",)], fresh=False)
    assert found[("1",)].id == "a"


def organizations(ids: Callable[[int], list[Any]], stated: int | None) -> Answering:
    """A list of organizations that always announces another page."""
    return graphql(lambda number: [{"id": identifier, "status": "READY"} for identifier in ids(number)], stated)


@pytest.mark.parametrize(
    ("ids", "stated"),
    [
        (lambda number: [f"c{number * 500 + index}" for index in range(500)], None),
        (lambda number: [f"c{number * 500 + index}" for index in range(500)], 10**9),
        (lambda _: ["c1", "c2"], None),
        (lambda _: [], None),
    ],
    ids=["fresh", "fresh and stated", "same", "none"],
)
def test_companies_that_only_go_on_fail_by_name(
    loopback: Loopback, direct: DirectClient, ids: Callable[[int], list[Any]], stated: int | None
) -> None:
    loopback.script(organizations(ids, stated))
    with pytest.raises(SageActiveError, match="contradicts itself while `companies` is read"):
        direct.companies()
    assert len(loopback.requests) <= MOST_COMPANIES / 500 + 3


@pytest.mark.parametrize("odd", [None, {}, {"id": None}, {"id": " "}, {"id": 5}, {"id": "ü€"}, [], "text"], ids=repr)
def test_an_organization_that_is_none_is_a_contradiction(loopback: Loopback, direct: DirectClient, odd: Any) -> None:
    page = {"totalCount": 2, "nodes": [{"id": "c1"}, odd], "pageInfo": {"hasNextPage": False}}
    loopback.script(json_reply(TOKENS), json_reply({"data": {"page": page}}))
    with pytest.raises(SageActiveError, match="contradicts itself"):
        direct.companies()


def test_renewals_that_change_nothing_end(loopback: Loopback, direct: DirectClient) -> None:
    tokens = itertools.count()

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply({**TOKENS, "access_token": f"a{next(tokens)}", "refresh_token": "r"})
        return json_reply({"message": "JWT is invalid or has expired."}, 401)

    loopback.script(answer)
    for _ in range(5):
        with pytest.raises(SageActiveError, match="also after it was renewed"):
            read(direct)
    assert next(tokens) == 1 + MOST_UNPROVED


def test_a_token_that_was_accepted_may_be_renewed_again(loopback: Loopback, direct: DirectClient) -> None:
    page = json_reply({"data": {"page": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}}})
    tokens = itertools.count()
    valid: set[str] = set()

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            valid.add(f"Bearer a{next(tokens)}")
            return json_reply({**TOKENS, "access_token": f"a{len(valid) - 1}"})
        return page if request.headers["authorization"] in valid else json_reply({}, 401)

    loopback.script(answer)
    for _ in range(2 * MOST_UNPROVED):
        assert read(direct) == []
        # As if the server had forgotten the token.
        valid.remove(max(valid))
        valid.add(f"gone {len(valid)}")


def test_a_request_outlasts_a_stream_that_spoils_the_tokens_of_all(loopback: Loopback, direct: DirectClient) -> None:
    page = json_reply({"data": {"page": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}}})
    tokens = itertools.count()

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply({**TOKENS, "access_token": f"a{next(tokens)}", "refresh_token": "r"})
        # Another stream has used up what it may before this one gets a token that is still good.
        return page if request.headers["authorization"] == f"Bearer a{MOST_UNPROVED}" else json_reply({}, 401)

    loopback.script(answer)
    assert read(direct) == []


@pytest.mark.parametrize("token", ["ü€", "a\nb", "a\u0000"], ids=repr)
def test_a_token_that_no_header_carries_is_reported(loopback: Loopback, direct: DirectClient, token: str) -> None:
    loopback.script(json_reply({**TOKENS, "access_token": token}))
    with pytest.raises(SageActiveError, match="access token that cannot be used") as raised:
        direct.companies()
    assert raised.value.fault.name == "token-unusable"
    assert len(loopback.requests) == 1


# --- through Maesn ---


def numbered(rows_of: Callable[[int], list[dict[str, Any]]], total: Any, pages: Any) -> Answering:
    """Pages of a list; `total` and `pages` may be functions of the number of the request."""
    numbers = itertools.count()

    def answer(request: ReceivedRequest) -> Reply:
        number = next(numbers)
        pagination = {
            "total": total(number) if callable(total) else total,
            "totalPages": pages(number) if callable(pages) else pages,
        }
        return json_reply({"meta": {"pagination": pagination}, "data": rows_of(int(request.parameters["page"]))})

    return answer


def growing(number: int) -> int:
    """More with every request."""
    return 1000 + number


@pytest.mark.parametrize(
    ("rows_of", "total", "pages"),
    [
        (same, 1e15, 1e13),
        (fresh, 1e15, 1e13),
        (fresh, STATED, 1e6),
        (fresh, STATED, 1e13),
        (same, 1000, 1e6),
        (by_turns, 1000, 1e6),
        (by_turns, 1000, None),
        (none, 1000, 1e6),
        (same, None, 1e6),
        (fresh, None, 1e13),
        (fresh, growing, growing),
        (fresh, growing, None),
        (fresh, -5, -1),
    ],
)
def test_numbered_pages_that_only_go_on_fail_by_name(
    loopback: Loopback, maesn: MaesnClient, rows_of: Callable[[int], list[dict[str, Any]]], total: Any, pages: Any
) -> None:
    loopback.script(numbered(rows_of, total, pages))
    assert delivered_before_it_fails(maesn) <= (ATTEMPTS + 1) * 1000
    assert len(loopback.requests) <= 60


def test_a_list_that_comes_whole_on_its_first_page_is_whole(loopback: Loopback, maesn: MaesnClient) -> None:
    loopback.script(numbered(same, PER_PAGE, 500))
    assert set(read(maesn)) == {row["id"] for row in fresh(0)}
    assert len(loopback.requests) <= 10


@pytest.mark.slow
def test_warnings_of_one_kind_are_shown_a_few_times(
    loopback: Loopback, maesn: MaesnClient, caplog: pytest.LogCaptureFixture
) -> None:
    warnings = [f"{'w' * 100_000} {number}" for number in range(30)]
    loopback.script(json_reply({"meta": {"warnings": warnings, "pagination": {"total": 0}}, "data": []}))
    for _ in range(10):
        read(maesn)
    texts = [entry.getMessage() for entry in caplog.records]
    assert len(texts) == 101
    assert sum(map(len, texts)) < 50_000


# --- pages that are too large ---


def heavy(rows: list[dict[str, Any]]) -> Answering:
    """A list of rows that says how many of them it wants to be asked for."""

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/connect/token":
            return json_reply(TOKENS)
        if request.method == "GET":
            limit, number = int(request.parameters["limit"]), int(request.parameters["page"])
            part = rows[(number - 1) * limit : number * limit]
            pagination = {"total": len(rows), "totalPages": -(-len(rows) // limit)}
            return json_reply({"meta": {"pagination": pagination}, "data": part}, zipped=True)
        body = json.loads(request.body)
        aliases = re.findall(r"\b(c\d+): ", body["query"])
        if aliases:
            return json_reply({"data": {alias: {"totalCount": len(rows)} for alias in aliases}})
        first = int(re.findall(r"first: (\d+)", body["query"])[0])
        start = int(body["variables"].get("after") or 0)
        page_info = {"hasNextPage": start + first < len(rows), "endCursor": str(start + first)}
        page = {"totalCount": len(rows), "nodes": rows[start : start + first], "pageInfo": page_info}
        return json_reply({"data": {"page": page}}, zipped=True)

    return answer


@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_one_row_that_is_too_large_fails_by_name(loopback: Loopback, connection: str) -> None:
    loopback.script(heavy([row(number, text="x" * (number == 1) * MostBytes.WHOLE) for number in range(3)]))
    client = new_client(loopback, connection)
    try:
        assert delivered_before_it_fails(client, "too-heavy") <= 20
    finally:
        client.close()
    assert len(loopback.requests) <= 30
