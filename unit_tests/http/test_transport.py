"""HTTP over a real socket: what is retried, what is not, and how long."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from sage_active.errors import Errors, SageActiveError
from sage_active.faults import CUT_SHORT, UNREACHABLE, Action, Api, Kind, classify
from sage_active.http.request import Authenticator, Request, Unsigned
from sage_active.http.response import CLOCK_DOUBT, Response
from sage_active.http.retry_policy import WAITS_PER_STREAM, RetryPolicy
from sage_active.http.transport import MOST_RENEWALS, Transport, budget_of
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

pytestmark = pytest.mark.slow

QUICK = RetryPolicy(connect=0.5, read=0.3, answer=0.6, tries=5.0, first_pause=0.01, longest_pause=0.05)
CLOCK = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
GOOD = json_reply({"ok": True})


def new_transport(
    retry_policy: RetryPolicy = QUICK,
    *,
    per_minute: int = 100000,
    connections: int = 4,
    authenticator: Authenticator | None = None,
) -> Transport:
    """A transport of the direct API."""
    return Transport(
        Errors(Api.DIRECT, "sage-active-de"),
        user_agent="unit/1",
        budget=budget_of(per_minute),
        connections=connections,
        authenticator=authenticator,
        retry_policy=retry_policy,
    )


def decoder(transport: Transport) -> Callable[[Response], Any]:
    """Accepts JSON under 200, and lets the table of faults judge the rest."""

    def decode(answer: Response) -> Any:
        if answer.status != 200:
            text = answer.body.decode(errors="replace")
            fault = classify(Api.DIRECT, answer.status, text=text)
            raise transport.errors.of(fault, status=answer.status, detail=text)
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise transport.errors.of(CUT_SHORT, detail=str(error)) from None

    return decode


def send(
    loopback: Loopback, retry_policy: RetryPolicy = QUICK, authenticator: Authenticator | None = None, **how: Any
) -> Any:
    """One request until it is answered."""
    transport = new_transport(retry_policy, authenticator=authenticator)
    try:
        return transport.send(Request("POST", f"{loopback.url}/graphql", **how), decoder(transport))
    finally:
        transport.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The pauses that transports ask for; none of them is waited for."""
    requested: list[float] = []

    class Recorded(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            requested.append(timeout or 0.0)
            return False

    original = Transport.__init__

    def without_waiting(self: Transport, *args: Any, **how: Any) -> None:
        original(self, *args, **how)
        self._closed = Recorded()

    monkeypatch.setattr(Transport, "__init__", without_waiting)
    yield requested


# --- what passes ---


def test_a_plain_answer(loopback: Loopback) -> None:
    loopback.script(GOOD)
    assert send(loopback, body=b'{"q":1}', headers={"X-Y": "z"}, params={"a": "b c"}) == {"ok": True}
    (request,) = loopback.requests
    assert (request.method, request.body, request.headers["x-y"]) == ("POST", b'{"q":1}', "z")
    assert request.parameters == {"a": "b c"}
    assert request.headers["user-agent"] == "unit/1"


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"ok": True}, zipped=True),
        json_reply({"ok": True}, chunked=True),
        json_reply({"ok": True}, zipped=True, chunked=True),
    ],
    ids=["gzip", "chunked", "both"],
)
def test_encodings(loopback: Loopback, reply: Reply) -> None:
    loopback.script(reply)
    assert send(loopback) == {"ok": True}
    assert "gzip" in loopback.requests[0].headers["accept-encoding"]


def test_a_large_body_comes_whole(loopback: Loopback) -> None:
    content = {"rows": ["x" * 1000] * 3000}
    loopback.script(json_reply(content, zipped=True), json_reply(content, chunked=True))
    assert send(loopback) == content
    assert send(loopback) == content


def test_a_form(loopback: Loopback) -> None:
    loopback.script(GOOD)
    send(loopback, body={"grant_type": "refresh_token", "refresh_token": "a+b/c="})
    assert loopback.requests[0].form == {"grant_type": "refresh_token", "refresh_token": "a+b/c="}
    assert loopback.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_clock_of_the_server() -> None:
    answer = Response(200, {"Date": "Sat, 31 Jan 2026 09:30:00 GMT"}, b"")
    assert answer.date == CLOCK
    for text in ("", "yesterday"):
        assert Response(200, {"Date": text}, b"").date <= datetime.now(timezone.utc) - CLOCK_DOUBT


# --- what is tried again ---

BROKEN = {
    "500": Reply(500, b""),
    "502-html": Reply(502, b"<html>Bad gateway</html>"),
    "503": Reply(503),
    "429": Reply(429),
    "html-200": Reply(200, b"<!doctype html><html>Sign in</html>", {"Content-Type": "text/html"}),
    "truncated-json": Reply(200, b'{"data":{"page"'),
    "empty-200": Reply(200, b""),
    "length-mismatch": Reply(200, b'{"ok":true}', missing_bytes=4),
    "length-mismatch-nothing-came": Reply(200, b'{"ok":true}', missing_bytes=11),
    "chunked-cut": Reply(200, b'{"ok":true}', chunked=True, missing_bytes=4),
    "chunked-cut-before-the-first": Reply(200, b'{"ok":true}', chunked=True, missing_bytes=11),
    "gzip-cut": Reply(200, b'{"ok":true}', zipped=True, missing_bytes=6),
    "gzip-that-is-none": Reply(200, b'{"ok":true}', {"Content-Encoding": "gzip"}),
    "reset": Reply(reset=True),
    "stall": Reply(stall=1.5),
    "drip": Reply(200, b'{"ok":' + b" " * 100 + b"true}", drip=0.05),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_broken_answers_are_asked_for_again(loopback: Loopback, broken: Reply) -> None:
    loopback.script(broken, broken, GOOD)
    assert send(loopback, body=b"same") == {"ok": True}
    assert len(loopback.requests) == 3
    assert {request.body for request in loopback.requests} == {b"same"}


@pytest.mark.parametrize(
    "broken",
    [BROKEN["503"], BROKEN["reset"], BROKEN["empty-200"], BROKEN["drip"]],
    ids=["503", "reset", "empty", "drip"],
)
def test_retries_end(loopback: Loopback, broken: Reply) -> None:
    loopback.script(broken)
    retry_policy = RetryPolicy(connect=0.2, read=0.2, answer=0.2, tries=0.5, first_pause=0.05, longest_pause=0.1)
    began = time.monotonic()
    with pytest.raises(SageActiveError) as raised:
        send(loopback, retry_policy)
    assert time.monotonic() - began < 2.0
    assert raised.value.fault.kind is Kind.TRANSIENT
    assert 2 <= len(loopback.requests) <= 12


def test_nobody_listens() -> None:
    with Loopback(GOOD) as gone:
        pass
    with pytest.raises(SageActiveError, match=r"could not be reached: .*refused") as raised:
        send(gone, RetryPolicy(tries=0.1, first_pause=0.02, longest_pause=0.02))
    assert raised.value.fault is UNREACHABLE
    assert gone.url.rsplit(":", 1)[1] not in str(raised.value)


def test_pauses_grow_up_to_the_longest(loopback: Loopback, pauses: list[float]) -> None:
    loopback.script(*[Reply(503)] * 8, GOOD)
    assert send(loopback, RetryPolicy(tries=1000, first_pause=0.5, longest_pause=4.0)) == {"ok": True}
    longest = [0.5, 1, 2, 4, 4, 4, 4, 4]
    assert len(pauses) == len(longest)
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))


# --- Retry-After ---


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": format_datetime(CLOCK + timedelta(seconds=9), usegmt=True)}, 9.0),
        ({"Retry-After": format_datetime(CLOCK - timedelta(seconds=9), usegmt=True)}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "²"}, None),
        ({}, None),
    ],
)
def test_what_the_server_asks_to_wait(headers: Mapping[str, str], expected: float | None) -> None:
    answer = Response(429, {"Date": format_datetime(CLOCK, usegmt=True), **headers}, b"")
    assert answer.retry_after == expected


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("requested", ["7", "date"])
def test_the_pause_that_the_server_asks_for_is_kept(
    loopback: Loopback, pauses: list[float], status: int, requested: str
) -> None:
    clock = format_datetime(CLOCK, usegmt=True)
    text = format_datetime(CLOCK + timedelta(seconds=7), usegmt=True) if requested == "date" else requested
    loopback.script(Reply(status, headers={"Retry-After": text, "Date": clock}), GOOD)
    assert send(loopback, RetryPolicy(tries=60)) == {"ok": True}
    assert len(pauses) == 1
    assert 7.0 <= pauses[0] < 8.0


def test_429_without_a_time_pauses_as_for_other_faults(loopback: Loopback, pauses: list[float]) -> None:
    loopback.script(Reply(429), GOOD)
    send(loopback, RetryPolicy(first_pause=0.5))
    assert len(pauses) == 1
    assert 0.25 <= pauses[0] <= 0.5


def test_a_server_that_asks_to_wait_no_time_is_not_hammered(loopback: Loopback) -> None:
    loopback.script(Reply(429, headers={"Retry-After": "0"}))
    with pytest.raises(SageActiveError):
        send(loopback, RetryPolicy(tries=0.6, first_pause=0.05, longest_pause=0.2))
    assert len(loopback.requests) <= 15


def test_a_wait_longer_than_the_retries_ends_at_once(loopback: Loopback) -> None:
    loopback.script(Reply(429, headers={"Retry-After": "3600"}))
    with pytest.raises(SageActiveError, match="429") as raised:
        send(loopback)
    assert raised.value.fault.name == "rate-limited"
    assert len(loopback.requests) == 1


# --- what is not tried again ---


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(loopback: Loopback, status: int) -> None:
    with Loopback(GOOD) as elsewhere:
        loopback.script(Reply(status, headers={"Location": f"{elsewhere.url}/graphql"}))
        with pytest.raises(SageActiveError) as raised:
            send(loopback, headers={"Authorization": "Bearer secret"})
        assert raised.value.fault.action is Action.FAIL
        assert elsewhere.requests == []
        assert len(loopback.requests) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405, 418])
def test_refusals_are_final(loopback: Loopback, status: int) -> None:
    loopback.script(Reply(status, b"no"))
    with pytest.raises(SageActiveError):
        send(loopback)
    assert len(loopback.requests) == 1


def test_netrc_does_not_replace_the_credentials(
    loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    loopback.script(GOOD)
    send(loopback, headers={"Authorization": "Bearer mine"})
    send(loopback)
    assert [request.headers.get("authorization") for request in loopback.requests] == ["Bearer mine", None]


# --- renewing ---


class Tokens(Unsigned):
    """Headers that change with each renewal."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def headers(self, request: Request) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {len(self.refused)}"}

    def renew(self, refused: str, request: Request) -> bool:
        self.refused.append(refused)
        return True


def test_a_refused_access_token_is_renewed_once(loopback: Loopback) -> None:
    tokens = Tokens()
    loopback.script(Reply(401, b'{"message":"expired"}'), GOOD)
    assert send(loopback, authenticator=tokens) == {"ok": True}
    assert tokens.refused == ["Bearer 0"]
    assert [request.headers["authorization"] for request in loopback.requests] == ["Bearer 0", "Bearer 1"]


def test_who_was_refused_is_tried_while_nobody_else_is(loopback: Loopback) -> None:
    tries, under_way, counting, over = Counter[bytes](), [0], threading.Lock(), threading.Event()
    together: list[int] = []

    def answer(request: ReceivedRequest) -> Reply:
        with counting:
            tries[request.body] += 1
            if tries[request.body] == 1:
                return Reply(401, b"{}")
            under_way[0] += 1
            together.append(under_way[0])
        over.wait(0.02)
        with counting:
            under_way[0] -= 1
        return GOOD

    loopback.script(answer)
    transport = new_transport(QUICK, authenticator=Tokens())
    requests = [Request("POST", f"{loopback.url}/graphql", body=f"{number}".encode()) for number in range(8)]
    with ThreadPoolExecutor(len(requests)) as threads:
        replies = list(threads.map(lambda request: transport.send(request, decoder(transport)), requests))
    transport.close()
    assert replies == [{"ok": True}] * len(requests)
    assert together == [1] * len(requests)


def test_refusals_in_a_row_are_final(loopback: Loopback) -> None:
    tokens = Tokens()
    loopback.script(Reply(401, b"{}"))
    with pytest.raises(SageActiveError, match="also after it was renewed") as raised:
        send(loopback, authenticator=tokens)
    assert raised.value.fault.kind is Kind.CONFIGURATION
    assert (tokens.refused, len(loopback.requests)) == (
        [f"Bearer {number}" for number in range(MOST_RENEWALS)],
        MOST_RENEWALS + 1,
    )


def test_a_wrong_subscription_key_is_not_a_reason_to_renew(loopback: Loopback) -> None:
    tokens = Tokens()
    text = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
    loopback.script(json_reply({"statusCode": 401, "message": text}, 401))
    with pytest.raises(SageActiveError, match="subscription_key") as raised:
        send(loopback, authenticator=tokens)
    assert raised.value.fault.name == "wrong-subscription-key"
    assert (tokens.refused, len(loopback.requests)) == ([], 1)


def test_an_outage_after_the_renewal_is_waited_for(loopback: Loopback) -> None:
    tokens = Tokens()
    loopback.script(Reply(503), Reply(401, b"{}"), Reply(503), GOOD)
    assert send(loopback, authenticator=tokens) == {"ok": True}
    assert tokens.refused == ["Bearer 0"]


# --- limits and ends ---


def test_the_budget_is_shared_and_ahead_of_the_server(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    class SpentError(Exception):
        """Instead of waiting for the next minute."""

    def spent(seconds: float) -> None:
        assert 0 < seconds <= 60
        raise SpentError

    loopback.script(GOOD)
    transport = new_transport(per_minute=5)
    outcomes: list[str] = []

    def ask() -> None:
        try:
            transport.send(Request("GET", loopback.url), decoder(transport))
        except SpentError:
            outcomes.append("spent")
        else:
            outcomes.append("sent")

    monkeypatch.setattr("airbyte_cdk.sources.streams.call_rate.time.sleep", spent)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    transport.close()
    assert sorted(outcomes) == ["sent"] * 5 + ["spent"] * 3
    assert len(loopback.requests) == 5


def test_closing_ends_every_wait(loopback: Loopback) -> None:
    loopback.script(Reply(429, headers={"Retry-After": "30"}))
    transport = new_transport(RetryPolicy())
    failed: list[SageActiveError] = []

    def ask() -> None:
        try:
            transport.send(Request("GET", loopback.url), decoder(transport))
        except SageActiveError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    deadline = time.monotonic() + 5
    while not loopback.requests and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    transport.close()
    thread.join(3)
    assert not thread.is_alive()
    assert [error.fault.name for error in failed] == ["rate-limited"]


def test_one_try_only(loopback: Loopback) -> None:
    loopback.script(Reply(503), Reply(reset=True), GOOD)
    transport = new_transport()
    for fault in ("server-error", "unreachable"):
        with pytest.raises(SageActiveError) as raised:
            transport.send_once(Request("GET", loopback.url), decoder(transport))
        assert raised.value.fault.name == fault
    assert transport.send_once(Request("GET", loopback.url), decoder(transport)) == {"ok": True}
    transport.close()
    assert len(loopback.requests) == 3


def test_headers_that_drip_do_not_outlast_the_deadline() -> None:
    # The body's deadline does not help while the status line and the headers are still on their way.
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
                if stop.wait(0.02):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    transport = new_transport(RetryPolicy(connect=0.5, read=0.5, answer=0.5, tries=0.1))
    began = time.monotonic()
    with pytest.raises(SageActiveError):
        transport.send_once(Request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}"), decoder(transport))
    took = time.monotonic() - began
    stop.set()
    transport.close()
    thread.join(5)
    listener.close()
    assert took < 2.0


def test_requests_are_sent_side_by_side(loopback: Loopback) -> None:
    together = threading.Barrier(4, timeout=5)

    def wait_for_all(request: ReceivedRequest) -> Reply:
        together.wait()
        return GOOD

    loopback.script(wait_for_all)
    transport = new_transport(RetryPolicy(read=5), connections=4)
    results: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(transport.send(Request("GET", loopback.url), decoder(transport)))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    transport.close()
    assert results == [{"ok": True}] * 4


def test_no_request_outlasts_five_minutes() -> None:
    assert RetryPolicy().longest <= 300.0


@pytest.mark.slow
def test_a_stream_that_gave_up_is_not_tried_before_it_lives(loopback: Loopback) -> None:
    transport = new_transport(QUICK)
    loopback.script(Reply(503))
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers"), decoder(transport))
    request_count = len(loopback.requests)
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers"), decoder(transport))
    assert len(loopback.requests) == request_count
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="items"), decoder(transport))
    assert len(loopback.requests) > request_count
    transport.close()


@pytest.mark.slow
def test_one_company_that_fails_does_not_cost_the_others_their_retries(loopback: Loopback) -> None:
    transport = new_transport(QUICK)
    loopback.script(Reply(503))
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers", company="a"), decoder(transport))
    loopback.script(json_reply({"ok": True}))
    request_count = len(loopback.requests)
    transport.send(Request("GET", loopback.url, stream="customers", company="b"), decoder(transport))
    assert len(loopback.requests) == request_count + 1
    # Something has succeeded: a passing fault of the next company is waited for again.
    loopback.script(Reply(503), Reply(503), json_reply({"ok": True}))
    transport.send(Request("GET", loopback.url, stream="customers", company="c"), decoder(transport))
    transport.close()


@pytest.mark.slow
def test_companies_that_fail_do_not_keep_the_others_from_being_tried(loopback: Loopback) -> None:
    transport = new_transport(QUICK)
    loopback.script(Reply(503))
    for company in ("a", "b", "c", "d", "e"):
        request_count = len(loopback.requests)
        with pytest.raises(SageActiveError):
            transport.send(Request("GET", loopback.url, stream="customers", company=company), decoder(transport))
        if company != "a":
            assert len(loopback.requests) == request_count + 1
    loopback.script(GOOD)
    assert transport.send(Request("GET", loopback.url, stream="customers", company="f"), decoder(transport)) == {
        "ok": True
    }
    transport.close()


def test_a_company_after_one_that_failed_may_say_when_to_come_back(loopback: Loopback) -> None:
    transport = new_transport(replace(QUICK, tries=0.5, longest_pause=1.0))
    loopback.script(Reply(503))
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers", company="a"), decoder(transport))
    loopback.script(Reply(429, headers={"Retry-After": "1"}), GOOD)
    assert transport.send(Request("GET", loopback.url, stream="customers", company="b"), decoder(transport)) == {
        "ok": True
    }
    transport.close()


def test_a_stream_in_which_nothing_succeeds_fails_soon(loopback: Loopback) -> None:
    retry_policy = replace(QUICK, tries=0.3, single_try=1.0, read=1.0)
    transport = new_transport(retry_policy)
    loopback.script(Reply(503))
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers", company="a"), decoder(transport))
    # One try of the next company takes longer than all of the stream may.
    loopback.script(Reply(503, stall=WAITS_PER_STREAM * retry_policy.tries))
    with pytest.raises(SageActiveError):
        transport.send(Request("GET", loopback.url, stream="customers", company="b"), decoder(transport))
    request_count = len(loopback.requests)
    for company in ("c", "d"):
        with pytest.raises(SageActiveError):
            transport.send(Request("GET", loopback.url, stream="customers", company=company), decoder(transport))
    assert len(loopback.requests) == request_count
    transport.close()


# Each uses up what is left of the stream's time for retries, or a good part of it.
MOST_COMPANIES = 20


def test_a_stream_has_so_much_time_for_retries_and_no_more(loopback: Loopback) -> None:
    transport = new_transport(replace(QUICK, tries=0.3))
    tried = [MOST_COMPANIES]
    for company in range(MOST_COMPANIES):
        if tried[-1] == 1:
            break
        loopback.script(Reply(503))
        request_count = len(loopback.requests)
        with pytest.raises(SageActiveError):
            transport.send(Request("GET", loopback.url, stream="customers", company=str(company)), decoder(transport))
        tried.append(len(loopback.requests) - request_count)
        loopback.script(GOOD)
        transport.send(Request("GET", loopback.url, stream="customers", company="healthy"), decoder(transport))
    assert tried[1] > 1
    assert tried[-1] == 1
    transport.close()


# --- what must not be sent twice ---


@pytest.mark.parametrize(
    "reply",
    [
        Reply(reset=True),
        Reply(500),
        Reply(503, b"", {"Retry-After": "0"}),
        Reply(200, b'{"ok"'),
        Reply(200, b'{"ok":true}', missing_bytes=4),
        Reply(200, b'{"ok":true}', stall=2),
        Reply(200, b'{"ok":true}', drip=0.1),
    ],
    ids=["reset", "500", "503", "cut", "short", "stall", "drip"],
)
def test_a_request_that_is_not_idempotent_is_sent_once_whatever_becomes_of_it(loopback: Loopback, reply: Reply) -> None:
    loopback.script(reply, GOOD)
    with pytest.raises(SageActiveError) as raised:
        send(loopback, idempotent=False)
    assert raised.value.fault.name in ("unreachable", "server-error", "cut-short")
    assert len(loopback.requests) == 1


def test_what_the_gateway_refused_is_sent_again_even_if_it_is_not_idempotent(loopback: Loopback) -> None:
    tokens = Tokens()
    loopback.script(Reply(429), Reply(401), Reply(429), GOOD)
    answer = send(loopback, idempotent=False, authenticator=tokens)
    assert answer == {"ok": True}
    assert tokens.refused == ["Bearer 0"]
    assert len(loopback.requests) == 4


def test_what_never_left_is_sent_again_even_if_it_is_not_idempotent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        tried: list[str] = []

        class Counting(Unsigned):
            def headers(self, request: Request) -> Mapping[str, str]:
                tried.append(request.method)
                return {}

        retry_policy = RetryPolicy(connect=0.2, tries=1.5, first_pause=0.01, longest_pause=0.05)
        transport = new_transport(retry_policy, authenticator=Counting())
        with pytest.raises(SageActiveError) as raised:
            transport.send(Request("POST", url, idempotent=False), decoder(transport))
        transport.close()
    assert raised.value.fault is UNREACHABLE
    assert len(tried) > 1


def test_who_could_not_be_reached_is_named_and_nothing_else_of_the_address() -> None:
    transport = new_transport(RetryPolicy(tries=0.0, first_pause=0.0))
    with pytest.raises(SageActiveError) as raised:
        transport.send(
            Request("GET", "http://127.0.0.1:9/accounting", params={"companyId": "hidden"}), decoder(transport)
        )
    assert "(127.0.0.1)" in str(raised.value)
    assert "hidden" not in str(raised.value)
