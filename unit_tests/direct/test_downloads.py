"""Contents of files: where a link may lead, and what of an answer counts."""

from typing import Any, cast

import pytest

from sage_active.client import Company
from sage_active.direct.downloads import Downloads
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import CONTRADICTION, Api
from sage_active.http.market_transports import MarketTransports
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.limits import MOST_BYTES_ON_THE_WIRE, MostBytes
from unit_tests.loopback import Loopback, Reply

COMPANY = Company("c1", "Muster", "DE", "READY", usable=True)
QUICK = RetryPolicy(connect=0.5, read=2.0, answer=10.0, tries=5.0, first_pause=0.01, longest_pause=0.05)


class Memory:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.begun = 0

    def begin(self) -> None:
        """Forgets what an earlier try has brought."""
        self.content.clear()
        self.begun += 1

    def write(self, piece: bytes, /) -> None:
        """Keeps it."""
        self.content += piece


def downloads(base: str) -> Downloads:
    """Those of an API at an address."""
    transport = Transport(
        Errors(Api.DIRECT, "sage-active-de"),
        user_agent="unit/1",
        budget=budget_of(100000),
        connections=1,
        retry_policy=QUICK,
        most_on_the_wire=MostBytes.FILE,
    )
    transports = MarketTransports({"sage-active-de": "key"}, lambda *_: transport)
    return Downloads(cast(Any, None), transports, transport.errors, lambda _: base)


@pytest.mark.parametrize(
    "link",
    ["//other.example/files/1", "https://other.example/1", "files/1", "", "/\\other", "/a b", "/ä", "/a\r\nX: 1"],
)
def test_the_signature_stays_with_its_own_address(loopback: Loopback, link: str) -> None:
    with pytest.raises(SageActiveError) as caught:
        downloads(loopback.url).fetch(COMPANY, link, Memory())
    assert caught.value.fault is CONTRADICTION
    assert loopback.requests == []


def test_only_the_last_try_counts_and_only_what_was_found(loopback: Loopback) -> None:
    content = bytes(range(256)) * (MOST_BYTES_ON_THE_WIRE // 256 + 1)
    loopback.script(Reply(503, b"not the file"), Reply(200, content), Reply(404, b"The link path has expired."))
    sink = Memory()
    fetching = downloads(loopback.url)
    assert fetching.fetch(COMPANY, "/files/1", sink)
    assert (sink.content == content, sink.begun) == (True, 1)
    assert not fetching.fetch(COMPANY, "/files/1", sink)
    assert sink.begun == 1
    assert {request.path for request in loopback.requests} == {"/files/1"}
