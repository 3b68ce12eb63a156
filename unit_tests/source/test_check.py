"""`check`: a few requests and a short message, however many streams and companies there are."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pytest
from airbyte_cdk.models import Status
from graphql import GraphQLObjectType, get_named_type

from sage_active.client import Client, Company
from sage_active.companies import names
from sage_active.config import validated
from sage_active.connect import build_client
from sage_active.direct.contract import Contract
from sage_active.direct.server_limits import MOST_ALIASES
from sage_active.direct.strategies.smallest import smallest
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.limits import MOST_LISTED
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import DirectResource, Resource
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import offered
from source_sage_active.check import COMPANIES_PROBED, probed, shortened
from source_sage_active.configuration import SourceConfig
from source_sage_active.source import SourceSageActive
from unit_tests.direct.direct_writing import TOKENS
from unit_tests.direct.test_aliased import aliases_in
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.odd_servers import CREDENTIALS

pytestmark = pytest.mark.slow

# What is asked for, in the table's order.
OFFERED_ROOTS: Final = [
    smallest(Contract(), resource.on(DIRECT), "").root
    for resource in offered(DIRECT)
    if resource.on(DIRECT).is_in("DE")
]
# In the requests of the first company.
CHUNKS: Final = [OFFERED_ROOTS[start : start + MOST_ALIASES] for start in range(0, len(OFFERED_ROOTS), MOST_ALIASES)]
LOGGER: Final = logging.getLogger("airbyte")
QUICK: Final = RetryPolicy(connect=1, read=2, answer=4, tries=0.2, first_pause=0.01, longest_pause=0.05)
MOST_REQUESTS: Final = 6
# A message that a person reads to its end.
MOST_CHARACTERS: Final = 4000
NO_ROWS: Final[Mapping[str, Any]] = {"nodes": []}
NO_RIGHT: Final = {"message": "not authorized", "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
UNKNOWN_ROOT: Final = {"message": "The field `{root}` does not exist on the type `Query`."}
# What a root field has in a company, by their number and name: a connection, null, or the error of it.
Part = Mapping[str, Any] | None
Parts = Callable[[int, str], Part]


def connection_roots() -> list[Resource]:
    """A fake resource for each root field of the contract that has pages."""
    query = packaged_schema().query_type
    assert query
    roots: list[Resource] = []
    for name, declared in query.fields.items():
        named = get_named_type(declared.type)
        if isinstance(named, GraphQLObjectType) and {"nodes", "pageInfo"} <= named.fields.keys():
            row = get_named_type(named.fields["nodes"].type)
            roots.append(Resource(name=name, direct=DirectResource(root=name, type=row.name)))
    return roots


ROOTS: Final = connection_roots()


def organization(number: int) -> dict[str, Any]:
    """A company as the API lists it."""
    return {
        "id": f"39fb5540-bdea-4807-96d8-{number:012}",
        "status": "READY",
        "onboardingCompleted": True,
        "legislationCode": "DE",
        "socialName": f"Company {number} with a name of the usual length",
    }


def direct_api(companies: int, parts: Parts = lambda *_: NO_ROWS) -> Callable[..., Reply]:
    """The API with so many companies."""
    listed = [organization(number) for number in range(companies)]

    def answer(request: ReceivedRequest) -> Reply:
        if request.path.endswith("/connect/token"):
            return json_reply(TOKENS)
        if (company_id := request.headers.get("x-organizationid")) is None:
            page = {"totalCount": companies, "nodes": listed, "pageInfo": {"hasNextPage": False}}
            return json_reply({"data": {"page": page}})
        roots = aliases_in(json.loads(request.body)["query"])
        answers = {alias: parts(int(company_id[-12:]), root) for alias, root in roots.items()}
        refused = {alias: part for alias, part in answers.items() if part and "message" in part}
        errors = [{**part, "path": [alias]} for alias, part in refused.items()]
        data = {alias: None if alias in refused else part for alias, part in answers.items()}
        return json_reply({"data": data, "errors": errors})

    return answer


@contextmanager
def opened(loopback: Loopback) -> Iterator[tuple[Client, list[Company]]]:
    """A direct connection and its companies."""
    config = {"credentials": CREDENTIALS["direct"], "sandbox_url": loopback.url}
    settings = validated(SourceConfig, config)
    client = build_client(settings, config, user_agent="unit/1", emit_now=lambda _: None, retry_policy=QUICK)
    try:
        yield client, client.companies()
    finally:
        client.close()


def remarks(loopback: Loopback, resources: Sequence[Resource] = ROOTS) -> list[str]:
    """What `check` says about the streams."""
    with opened(loopback) as (client, companies):
        return probed(client, resources, companies)


def status(loopback: Loopback, connection: str = "direct") -> tuple[Status, str]:
    """The result of the command."""
    config = {"credentials": CREDENTIALS[connection], "sandbox_url": loopback.url}
    outcome = SourceSageActive(emit_now=lambda _: None).check(LOGGER, config)
    return outcome.status, outcome.message or ""


def roots_asked(loopback: Loopback) -> list[tuple[int, list[str]]]:
    """The company and the root fields of each request for rows."""
    rows = [request for request in loopback.requests if "x-organizationid" in request.headers]
    return [
        (int(request.headers["x-organizationid"][-12:]), [*aliases_in(json.loads(request.body)["query"]).values()])
        for request in rows
    ]


def test_the_contract_has_the_fake_resources() -> None:
    assert len(ROOTS) == 51


@pytest.mark.parametrize("companies", [1, 3, 1000])
def test_all_streams_are_checked_with_a_handful_of_requests(loopback: Loopback, companies: int) -> None:
    loopback.script(direct_api(companies))
    assert remarks(loopback) == []
    assert len(loopback.requests) <= MOST_REQUESTS
    first = [root for number, roots in roots_asked(loopback) if number == 0 for root in roots]
    assert first == [resource.name for resource in ROOTS]
    assert {number for number, _ in roots_asked(loopback)} == set(range(min(companies, COMPANIES_PROBED)))


def test_the_command_takes_a_handful_of_requests_and_is_short_with_a_thousand_companies(loopback: Loopback) -> None:
    loopback.script(direct_api(1000))
    outcome, message = status(loopback)
    assert outcome is Status.SUCCEEDED
    assert message.startswith("Connected. Companies: 'Company 0 with a name of the usual length' (")
    assert message.endswith(" and 990 more.")
    assert len(message) < MOST_CHARACTERS
    assert len(loopback.requests) <= MOST_REQUESTS


def test_a_refused_stream_is_a_remark(loopback: Loopback) -> None:
    loopback.script(direct_api(2, lambda number, root: NO_RIGHT if (number, root) == (0, "suppliers") else NO_ROWS))
    outcome, message = status(loopback)
    assert outcome is Status.SUCCEEDED
    assert "Stream suppliers: Company 'Company 0" in message
    assert "lacks a right" in message
    assert roots_asked(loopback) == [
        *((0, chunk) for chunk in CHUNKS),
        (1, OFFERED_ROOTS[:1]),
    ]


def test_in_another_company_it_is_enough_that_something_can_be_read(loopback: Loopback) -> None:
    loopback.script(direct_api(2, lambda number, root: NO_RIGHT if number and root == "customers" else NO_ROWS))
    outcome, message = status(loopback)
    assert outcome is Status.SUCCEEDED
    assert message.count("lacks a right") == 1
    assert "Stream customers: Company 'Company 1" in message
    assert [len(roots) for number, roots in roots_asked(loopback) if number == 1] == [
        1,
        MOST_ALIASES,
        len(OFFERED_ROOTS) - 1 - MOST_ALIASES,
    ]


@pytest.mark.parametrize("company", [0, 1])
def test_a_company_of_which_nothing_can_be_read_fails(loopback: Loopback, company: int) -> None:
    loopback.script(direct_api(2, lambda number, _: NO_RIGHT if number == company else NO_ROWS))
    outcome, message = status(loopback)
    assert outcome is Status.FAILED
    assert message.startswith(f"Company 'Company {company} ")
    assert "lacks a right" in message


def test_a_stream_that_the_server_no_longer_knows_does_not_fail_the_others(loopback: Loopback) -> None:
    unknown = {"message": UNKNOWN_ROOT["message"].format(root="suppliers")}
    loopback.script(direct_api(1, lambda _, root: unknown if root == "suppliers" else NO_ROWS))
    outcome, message = status(loopback)
    assert outcome is Status.SUCCEEDED
    assert "Stream suppliers: " in message
    assert "no longer knows something" in message


def test_what_may_pass_is_waited_for_on_its_own(loopback: Loopback) -> None:
    seen: list[str] = []

    def part(_: int, root: str) -> Part:
        seen.append(root)
        if root == "suppliers" and seen.count(root) < 3:
            return {"message": "Unexpected Execution Error"}
        return None if root == "products" and seen.count(root) < 2 else NO_ROWS

    loopback.script(direct_api(1, part))
    assert remarks(loopback, offered("direct")) == []
    assert [roots for _, roots in roots_asked(loopback)] == [
        *CHUNKS,
        ["suppliers"],
        ["suppliers"],
        ["products"],
    ]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"message": "Unexpected Execution Error"}, "keeps answering with an error"),
        (None, "contradicts itself while `suppliers` is read: a page that is null"),
    ],
    ids=["error", "null"],
)
def test_what_does_not_pass_fails_by_name(loopback: Loopback, part: Part, message: str) -> None:
    loopback.script(direct_api(1, lambda _, root: part if root == "suppliers" else NO_ROWS))
    with pytest.raises(SageActiveError, match=message) as raised:
        remarks(loopback, offered("direct"))
    assert str(raised.value).startswith("Company 'Company 0 ")


def test_a_server_that_is_down_fails_with_the_company(loopback: Loopback) -> None:
    api = direct_api(1)
    loopback.script(lambda request: Reply(503) if "x-organizationid" in request.headers else api(request))
    with pytest.raises(SageActiveError, match=r"^Company 'Company 0 .* has trouble of its own \(HTTP 503\)"):
        remarks(loopback)


def test_many_refused_streams_keep_the_message_short(loopback: Loopback) -> None:
    loopback.script(direct_api(1, lambda _, root: NO_ROWS if root == "customers" else NO_RIGHT))
    found = remarks(loopback)
    assert len(found) == len(ROOTS) - 1
    assert len(roots_asked(loopback)) == 2
    message = shortened(found)
    assert message[:-1] == found[:MOST_LISTED]
    assert message[-1] == f"The log has {len(found) - MOST_LISTED} more remarks of this kind."
    assert shortened(found[:MOST_LISTED]) == found[:MOST_LISTED]


@pytest.mark.parametrize("number", [0, 1, MOST_LISTED, MOST_LISTED + 1, 1000])
def test_lists_of_companies_are_cut(number: int) -> None:
    companies = [Company(f"id-{index}", "Muster", "DE", "READY", True) for index in range(number)]
    text = names(companies)
    assert text.count("'Muster'") == min(number, MOST_LISTED)
    assert text.endswith(f" and {number - MOST_LISTED} more") == (number > MOST_LISTED)


# --- through Maesn, where a request has one object ---


# The paths of what Maesn offers, and of what it plans.
PATHS: Final = {
    expected: [one.on(MAESN).path for one in offered(MAESN) if is_planned(one, MAESN) is expected]
    for expected in (False, True)
}


def maesn_api(companies: int, refused: frozenset[tuple[str, str]] = frozenset()) -> Callable[[ReceivedRequest], Reply]:
    """Maesn with so many companies; `refused`: companies and objects that answer 404."""

    def answer(request: ReceivedRequest) -> Reply:
        path = request.path.partition("?")[0]
        if path == "/auth/companies":
            listed = [{"id": f"c{number}", "name": f"N{number}", "environmentId": "e"} for number in range(companies)]
            return json_reply({"data": listed})
        key = (request.parameters["companyId"], path.rpartition("/")[2])
        return json_reply({"message": "no"}, 404) if key in refused else json_reply({"data": []})

    return answer


def accounting_calls(loopback: Loopback) -> list[tuple[str, str]]:
    calls = [request for request in loopback.requests if request.path.startswith("/accounting")]
    return [(call.parameters["companyId"], call.path.partition("?")[0].rpartition("/")[2]) for call in calls]


def test_through_maesn_every_object_is_asked_for_in_the_first_company(loopback: Loopback) -> None:
    loopback.script(maesn_api(1000))
    outcome, message = status(loopback, "maesn")
    assert outcome is Status.SUCCEEDED
    assert " and 990 more. Planned through Maesn, asked for in Company 'N0' (c0): " in message
    first = [("c0", path) for path in PATHS[False]]
    others = [(f"c{number}", first[0][1]) for number in range(1, COMPANIES_PROBED)]
    # What is planned is asked for last, each after a control.
    expected = [("c0", name) for path in PATHS[True] for name in (first[0][1], path)]
    assert accounting_calls(loopback) == [*first, *others, *expected]


def test_through_maesn_a_refused_object_is_a_remark(loopback: Loopback) -> None:
    loopback.script(maesn_api(2, frozenset({("c0", "suppliers"), ("c1", "customers")})))
    outcome, message = status(loopback, "maesn")
    assert outcome is Status.SUCCEEDED
    assert "Stream suppliers: Company 'N0' (c0): Maesn does not offer this" in message
    assert "Stream customers: Company 'N1' (c1): " in message


def test_through_maesn_a_server_that_is_down_fails_at_the_first_object(loopback: Loopback) -> None:
    api = maesn_api(1)
    loopback.script(lambda request: Reply(503) if request.path.startswith("/accounting") else api(request))
    config = {"credentials": CREDENTIALS["maesn"], "sandbox_url": loopback.url}
    client = build_client(
        validated(SourceConfig, config), config, user_agent="unit/1", emit_now=lambda _: None, retry_policy=QUICK
    )
    with pytest.raises(SageActiveError, match="Company 'N0'"):
        probed(client, offered("maesn"), client.companies())
    client.close()
    assert {path for _, path in accounting_calls(loopback)} == {"customers"}
