"""What an answer may cost: bodies, headers and encodings without end, or that become large when they are decoded."""

import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import repeat
from typing import Any

import pytest

from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Action, Api
from sage_active.http.dates import http_date
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.limits import LONGEST_COOKIE, MEGABYTE, MOST_COOKIES, MostBytes
from unit_tests.loopback import Loopback, ReceivedRequest, Reply
from unit_tests.raw_loopback import Pieces, RawLoopback, head

pytestmark = pytest.mark.slow

LITTLE = RetryPolicy(connect=1.0, read=2.0, answer=4.0, tries=0.05, first_pause=0.01, longest_pause=0.02)
# What one answer may take beyond its own limit.
SLACK = 4 * MEGABYTE
BOMB_MEGABYTES = 200


def chunk(piece: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)


@cache
def bomb(window: int, times: int) -> bytes:
    """A small body that becomes a large one; `window`: of zlib, which chooses the encoding; `times`: how often."""
    compressor, blanks = zlib.compressobj(9, zlib.DEFLATED, window), b" " * MEGABYTE
    once = b"".join(compressor.compress(blanks) for _ in range(BOMB_MEGABYTES)) + compressor.flush()
    return once if times == 1 else gzip.compress(once)


GZIP, ZLIB, DEFLATE = 31, 15, -15
ENDLESS_CHUNKS = partial(repeat, chunk(b" " * 65536))


def whole(body: bytes, encoding: str) -> list[bytes]:
    """Head and body of an answer whose body is encoded."""
    return [head("200 OK", f"Content-Encoding: {encoding}", length=len(body)), body]


def encoded(body: bytes, encoding: str) -> Callable[[ReceivedRequest], Pieces]:
    """An answer whose body is encoded."""
    return lambda _: whole(body, encoding)


def exploding(encoding: str, window: int, times: int = 1) -> Callable[[ReceivedRequest], Pieces]:
    """An answer whose body becomes a large one; it is made when it is asked for."""
    return lambda _: whole(bomb(window, times), encoding)


def chunked(*lines: str) -> Callable[[ReceivedRequest], Pieces]:
    """An answer of chunks without end."""

    def answer(_: ReceivedRequest) -> Iterator[bytes]:
        yield head("200 OK", "Transfer-Encoding: chunked", *lines)
        yield from ENDLESS_CHUNKS()

    return answer


def endless(first: bytes, piece: bytes) -> Callable[[ReceivedRequest], Pieces]:
    """Pieces without end."""

    def answer(_: ReceivedRequest) -> Iterator[bytes]:
        yield first
        yield from repeat(piece)

    return answer


TOO_LARGE = {
    "gzip": exploding("gzip", GZIP),
    "gzip in gzip": exploding("gzip, gzip", GZIP, 2),
    "zlib": exploding("deflate", ZLIB),
    "deflate": exploding("deflate", DEFLATE),
    "chunks without end": chunked(),
    "body without length or end": endless(head(), b" " * 65536),
}
# What keeps the machine busy without becoming large: time ends it, whatever comes first.
BUSY = {
    "interim answers without end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "gzip of nothing without end": endless(
        head("200 OK", "Content-Encoding: gzip"), gzip.compress(b"", mtime=0) * 1000
    ),
}
BROKEN = {
    "headers without end": endless(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n" * 1000),
    "a header without end": endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536),
    "not HTTP": lambda _: [b"SSH-2.0-OpenSSH_9.2\r\n"],
    "shorter than promised": lambda _: [head(length=50), b'{"ok":true}'],
    "an encoding that was not asked for": encoded(b"\x8b\x00\x80{}\x03", "br"),
    "not gzip": encoded(b"{}", "gzip"),
}


@pytest.fixture(scope="module", autouse=True)
def bombs() -> None:
    """They are made before time is taken, and only where these tests run."""
    for window, times in ((GZIP, 1), (GZIP, 2), (ZLIB, 1), (DEFLATE, 1)):
        bomb(window, times)


@pytest.fixture(params=list(Api), ids=lambda api: api.name.lower())
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A transport of each API."""
    transport = Transport(
        Errors(request.param, "t"), user_agent="t", budget=budget_of(10**5), connections=1, retry_policy=LITTLE
    )
    yield transport
    transport.close()


def body(answer: Response) -> Any:
    """What an answer says."""
    return json.loads(answer.body)


@pytest.mark.parametrize("answer", TOO_LARGE.values(), ids=TOO_LARGE)
def test_an_answer_that_is_too_large_is_cut_while_it_arrives(
    transport: Transport, answer: Callable[[ReceivedRequest], Pieces]
) -> None:
    tracemalloc.start()
    began = time.monotonic()
    try:
        with RawLoopback(answer) as server, pytest.raises(SageActiveError) as raised:
            transport.send(Request("GET", server.url), body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised.value.fault.name == "too-heavy"
    assert peak < MostBytes.WHOLE + SLACK
    assert time.monotonic() - began < LITTLE.answer
    # Asking again for the same would cost the same.
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_not_one_is_reported_clearly(
    transport: Transport, answer: Callable[[ReceivedRequest], Pieces]
) -> None:
    with RawLoopback(answer) as server, pytest.raises(SageActiveError) as raised:
        transport.send(Request("GET", server.url), body)
    assert raised.value.fault.name == "unreachable"
    assert "Error" not in str(raised.value)
    assert "Exception" not in str(raised.value)


@pytest.mark.parametrize("answer", BUSY.values(), ids=BUSY)
def test_an_answer_that_says_nothing_ends(answer: Callable[[ReceivedRequest], Pieces]) -> None:
    retry_policy = replace(LITTLE, answer=0.3, tries=0.0)
    transport = Transport(
        Errors(Api.MAESN, "t"), user_agent="t", budget=budget_of(1000), connections=1, retry_policy=retry_policy
    )
    with RawLoopback(answer) as server, pytest.raises(SageActiveError) as raised:
        transport.send(Request("GET", server.url), body)
    transport.close()
    assert raised.value.fault.name in ("unreachable", "too-heavy")


def test_what_follows_the_body_is_not_taken_for_the_next_answer() -> None:
    retry_policy = replace(LITTLE, tries=3.0)
    transport = Transport(
        Errors(Api.MAESN, "t"), user_agent="t", budget=budget_of(1000), connections=1, retry_policy=retry_policy
    )
    surplus = head(length=2) + b"{}" + head(length=16) + b'{"smuggled":true}'
    with RawLoopback(lambda _: [surplus]) as server:
        assert [transport.send(Request("GET", server.url), body) for _ in range(3)] == [{}] * 3
    transport.close()


def test_the_limit_is_that_of_what_is_asked_for(loopback: Loopback) -> None:
    transport = Transport(
        Errors(Api.MAESN, "t"), user_agent="t", budget=budget_of(10**5), connections=1, retry_policy=LITTLE
    )
    loopback.script(Reply(200, b'"%s"' % (b"x" * (MostBytes.PAGE + 1)), zipped=True))
    assert len(transport.send(Request("GET", loopback.url), body)) > MostBytes.PAGE
    with pytest.raises(SageActiveError, match="more than 4 MB") as raised:
        transport.send(Request("GET", loopback.url, most=MostBytes.PAGE), body)
    assert raised.value.fault.action is Action.SMALLER_PAGE
    transport.close()


def test_an_answer_that_is_nested_too_deeply_is_reported_at_once(loopback: Loopback, transport: Transport) -> None:
    loopback.script(Reply(200, b"[" * 100_000))
    for send in (transport.send, transport.send_once):
        with pytest.raises(SageActiveError, match="nested too deeply") as raised:
            send(Request("GET", loopback.url), body)
        assert raised.value.fault.name == "too-deep"
    assert len(loopback.requests) == 2


def test_few_and_small_cookies_are_kept(loopback: Loopback, transport: Transport) -> None:
    answers = [
        Reply(headers={"Set-Cookie": f"c{number}={'v' * (10 if number else LONGEST_COOKIE)}"})
        for number in range(MOST_COOKIES + 10)
    ]
    loopback.script(*answers)
    for _ in answers:
        transport.send(Request("GET", loopback.url), body)
    kept = loopback.requests[-1].headers["cookie"].split("; ")
    assert len(kept) == MOST_COOKIES
    assert kept[0] == "c1=" + "v" * 10


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 2026 00:00:00 +999999",
        "Mon, 01 Jan 2026 00:00:99 GMT",
        "31",
        ",",
    ],
)
def test_a_date_that_is_none_is_none(text: str | None) -> None:
    assert http_date(text) is None
    answer = Response(200, {"Date": text or "", "Retry-After": text or ""}, b"")
    assert answer.date.year > 2000


def test_a_date_is_in_utc() -> None:
    moment = http_date("Sat, 31 Jan 2026 11:30:00 +0200")
    assert moment
    assert moment.isoformat() == "2026-01-31T09:30:00+00:00"


@pytest.mark.parametrize(
    ("location", "outline"),
    [
        ("http://login.captive.test/?key=hidden", "HTTP 302, to login.captive.test"),
        ("/elsewhere", "HTTP 302"),
        ("http://[::1", "HTTP 302"),
        ("http://ü.test/", "HTTP 302"),
    ],
)
def test_a_redirect_names_the_host_that_it_leads_to(location: str, outline: str) -> None:
    assert Response(302, {"Location": location}, b"").outline == outline
    assert Response(418, {"Location": location}, b"").outline == "HTTP 418"
