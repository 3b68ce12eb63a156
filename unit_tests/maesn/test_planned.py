"""Whether Maesn answers for what it plans, against a scripted server: three verdicts, and none."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.planned_probe import CONTROL
from sage_active.markets import MAESN
from sage_active.offer import Offer, Verdict
from sage_active.resources.capabilities import cell, is_planned
from sage_active.resources.resource import READ, Cell
from sage_active.resources.table import RESOURCES, offered
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.odd_servers import CREDENTIALS

pytestmark = pytest.mark.slow

QUICK: Final = RetryPolicy(connect=2, read=1.5, answer=1.5, tries=0.3, first_pause=0.01, longest_pause=0.05)
COMPANY: Final = Company("c1", "Muster GmbH", "DE", None, True, "e1")
PLANNED: Final = next(resource for resource in RESOURCES if is_planned(resource, MAESN))
PATH: Final = PLANNED.on(MAESN).path
ROWS: Final = {"meta": {"pagination": {"total": 1, "totalPages": 1}}, "data": [{"id": "1"}]}
NO_TOTAL: Final[dict[str, Any]] = {"data": []}


def stating(total: int | None, **members: Any) -> dict[str, Any]:
    """An envelope that states a total."""
    return {"meta": {"pagination": {"total": total, "totalPages": 1}}, **members}


@pytest.fixture
def client(loopback: Loopback) -> Iterator[MaesnClient]:
    """A client of the scripted server, which soon gives up."""
    config = ConnectionConfig.model_validate({"credentials": CREDENTIALS["maesn"], "sandbox_url": loopback.url})
    client = MaesnClient(config, user_agent="unit/1", retry_policy=QUICK)
    yield client
    client.close()


def maesn(*replies: Reply, control: Reply | None = None) -> Callable[[ReceivedRequest], Reply]:
    """A server with the answers to what is planned, in their order, the last one for ever."""
    left = list(replies)

    def answer(request: ReceivedRequest) -> Reply:
        if not request.path.startswith(f"/accounting/{PATH}?"):
            return control or json_reply(ROWS)
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def lists(loopback: Loopback) -> list[tuple[str, str | None]]:
    """What each request asks for: path below /accounting, and its limit."""
    return [
        (request.path.partition("?")[0].removeprefix("/accounting/"), request.parameters.get("limit"))
        for request in loopback.requests
    ]


def test_the_control_is_what_maesn_offers_without_reserve() -> None:
    assert cell(CONTROL, MAESN, READ) is Cell.OFFERED
    assert CONTROL in offered(MAESN)


def test_a_list_is_asked_for_after_the_control_in_the_same_company(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(maesn(json_reply(ROWS)))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.ROWS)
    assert lists(loopback) == [(CONTROL.on(MAESN).path, "5"), (PATH, "5")]
    for request in loopback.requests:
        assert (request.method, request.parameters["page"]) == ("GET", "1")
        assert (request.parameters["companyId"], request.parameters["environmentName"]) == ("c1", "e1")


@pytest.mark.parametrize("status", [404, 405, 501])
def test_what_there_is_not_is_not_offered_at_the_first_answer(
    loopback: Loopback, client: MaesnClient, status: int
) -> None:
    loopback.script(maesn(Reply(status, b"<html>")))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.NOT_OFFERED, status)
    assert len(loopback.requests) == 2


@pytest.mark.parametrize(
    ("second", "offer"),
    [
        (json_reply({}, 400), Offer(Verdict.NOT_OFFERED, 400)),
        (json_reply({}, 404), Offer(Verdict.NOT_OFFERED, 404)),
        (json_reply(ROWS), Offer(Verdict.ROWS)),
        (json_reply(stating(0, data=[])), Offer(Verdict.EMPTY)),
    ],
    ids=["400 again", "404", "rows", "empty"],
)
def test_a_bad_request_is_made_once_more_without_a_limit(
    loopback: Loopback, client: MaesnClient, second: Reply, offer: Offer
) -> None:
    loopback.script(maesn(json_reply({"message": "limit"}, 400), second))
    assert client.offer(PLANNED, COMPANY) == offer
    assert lists(loopback)[1:] == [(PATH, "5"), (PATH, None)]


@pytest.mark.parametrize(
    "body",
    [
        stating(0, data=[]),
        stating(0, data=None),
        stating(0),
        stating(None, data=[]),
        NO_TOTAL,
    ],
    ids=str,
)
def test_a_list_without_rows_is_empty(loopback: Loopback, client: MaesnClient, body: dict[str, Any]) -> None:
    loopback.script(maesn(json_reply(body)))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.EMPTY)


@pytest.mark.parametrize(
    "rows", [[{"id": 7}], [{"name": "odd"}, {"id": "1"}], ["text", {"id": "1", "new": []}]], ids=str
)
def test_one_row_with_a_key_is_enough(loopback: Loopback, client: MaesnClient, rows: list[Any]) -> None:
    loopback.script(maesn(json_reply(stating(9, data=rows))))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.ROWS)


# Answers from which nothing follows about an object: of the keys, the server, or the way there.
NO_ANSWER: Final = {
    "401": json_reply({"message": "no"}, 401),
    "403": json_reply({"message": "no"}, 403),
    "408": json_reply({}, 408),
    "418": json_reply({}, 418),
    "429": json_reply({}, 429),
    "500": json_reply({}, 500),
    "503": Reply(503, b"<html>"),
    "redirect": Reply(302, headers={"Location": "http://127.0.0.1:9/"}),
    "no content": Reply(204, b""),
    "time-out": json_reply(ROWS, stall=4.0),
    "reset": Reply(reset=True),
    "html": Reply(200, b"<html>"),
    "cut": Reply(200, b'{"data":[{"id":"1"}'),
    "no envelope": Reply(200, b"[]"),
    "no list": json_reply({}),
    "null": json_reply(stating(None, data=None)),
    "an object": json_reply(stating(1, data={"id": "1"})),
    "rows that are others": json_reply(stating(1, data=[{"number": "1"}, {"id": None}, {"id": ""}, {"id": {}}, 1])),
    "rows that are missing": json_reply(stating(3, data=[])),
    "errors": json_reply(stating(0, data=[], errors={"message": "no"})),
}


@pytest.mark.parametrize("once", [False, True], ids=["patiently", "once"])
@pytest.mark.parametrize("reply", NO_ANSWER.values(), ids=NO_ANSWER)
def test_no_verdict(loopback: Loopback, client: MaesnClient, reply: Reply, once: bool) -> None:
    loopback.script(maesn(reply))
    with pytest.raises(SageActiveError) as raised:
        client.offer(PLANNED, COMPANY, once=once)
    message = str(raised.value)
    assert message.startswith(f"Company 'Muster GmbH' (c1), asked whether `{PLANNED.name}` is offered yet: ")
    assert not once or lists(loopback) == [(CONTROL.on(MAESN).path, "5"), (PATH, "5")]


@pytest.mark.parametrize(
    "first", [json_reply({}, 503), Reply(reset=True), Reply(200, b"<html>")], ids=["503", "reset", "html"]
)
@pytest.mark.parametrize("then", [json_reply(ROWS), json_reply({}, 404)], ids=["rows", "404"])
def test_what_passes_is_waited_for(loopback: Loopback, client: MaesnClient, first: Reply, then: Reply) -> None:
    loopback.script(maesn(first, then))
    expected = Offer(Verdict.ROWS) if then.status == 200 else Offer(Verdict.NOT_OFFERED, 404)
    assert client.offer(PLANNED, COMPANY) == expected


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 429, 500, 501])
@pytest.mark.parametrize("reply", [json_reply({}, 404), json_reply(ROWS)], ids=["404", "rows"])
def test_where_the_control_fails_nothing_else_is_asked(
    loopback: Loopback, client: MaesnClient, status: int, reply: Reply
) -> None:
    loopback.script(maesn(reply, control=json_reply({}, status)))
    with pytest.raises(SageActiveError, match=f"asked whether `{PLANNED.name}` is offered yet"):
        client.offer(PLANNED, COMPANY)
    assert {path for path, _ in lists(loopback)} == {CONTROL.on(MAESN).path}


def test_an_empty_company_has_a_control_too(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(maesn(json_reply(ROWS), control=json_reply(stating(0, data=[]))))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.ROWS)


def test_odd_rows_of_the_control_do_not_matter(loopback: Loopback, client: MaesnClient) -> None:
    loopback.script(maesn(json_reply({}, 404), control=json_reply(stating(1, data=[{"name": "odd"}]))))
    assert client.offer(PLANNED, COMPANY) == Offer(Verdict.NOT_OFFERED, 404)
