"""A sandbox behind a gateway that spoils its answers, in a process of its own: its memory is not the connector's."""

import http.client
import itertools
import multiprocessing
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

from integration_tests import maesn_records
from integration_tests.connector import secrets_of
from integration_tests.expected import usable
from integration_tests.fuzz_mutations import Reply, spoilt
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.loopback import ReceivedRequest
from unit_tests.raw_loopback import RawLoopback

MARKET: Final = "de"
# A run has about so many requests: one of them is spoilt, or all from one on.
REQUESTS: Final = 14
NEVER: Final = sys.maxsize
HEADERS: Final = ("content-type", "date", "content-encoding")
UNSENT: Final = frozenset({"accept-encoding", "content-length"})
# At the end of each secret, so that its encoded forms differ from it.
DISGUISE: Final = "/+=\"<&>'% ."


@dataclass(frozen=True)
class Served:
    """What a client needs to know: its configuration, a company, and an item that can be written there."""

    configuration: dict[str, Any]
    company_id: str
    item: Mapping[str, Any]


@dataclass
class Gateway:
    """Between a command and the sandbox."""

    sandbox: Sandbox
    secrets: Sequence[str]
    names: list[str] = field(default_factory=list)
    _random: Random = field(default_factory=Random)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _first: int = NEVER
    _last: int = NEVER

    def begin(self, seed: int) -> None:
        """Chooses what is spoilt from now on."""
        self.sandbox.reset_tokens()
        self.sandbox.requests.clear()
        self.names = []
        self._random = Random(seed)
        self._numbers = itertools.count()
        # The first requests, of the sign-in and the companies, are made by every command.
        self._first = int(REQUESTS * self._random.random() ** 2)
        self._last = self._first if self._random.random() < 0.5 else NEVER

    def answer(self, request: ReceivedRequest) -> Iterator[bytes]:
        """The sandbox's answer, or what becomes of it."""
        reply = self._forwarded(request)
        if self._first <= next(self._numbers) <= self._last:
            name, reply = spoilt(reply, self._random, self.secrets)
            self.names.append(name)
        yield from reply.pieces()

    def _forwarded(self, request: ReceivedRequest) -> Reply:
        connection = http.client.HTTPConnection(urlsplit(self.sandbox.url).netloc, timeout=20.0)
        try:
            headers = {name: _bare(value) for name, value in request.headers.items() if name not in UNSENT}
            connection.request(request.method, request.path, _bare(request.body.decode()).encode(), headers)
            response = connection.getresponse()
            kept = tuple((name, value) for name, value in response.getheaders() if name.lower() in HEADERS)
            return Reply(response.status, kept, response.read())
        finally:
            connection.close()


class Remote:
    """The gateway as the process of the commands sees it."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe
        self.served: Served = pipe.recv()

    def begin(self, seed: int) -> None:
        """Forgets the last run, and chooses what is spoilt from now on."""
        self._pipe.send(seed)
        self._pipe.recv()

    def names(self) -> tuple[str, ...]:
        """The mutations of this run so far."""
        self._pipe.send(None)
        names: tuple[str, ...] = self._pipe.recv()
        return names


@contextmanager
def spoiling(connection: str) -> Iterator[Remote]:
    """A gateway for one connection; spoils nothing before the first `begin`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, connection), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Remote(ours)
    finally:
        ours.close()
        process.join(10.0)


def _serve(pipe: "Connection[Any, Any]", connection: str) -> None:
    with Sandbox(rows=6, companies_per_market=1, requests_per_minute=10**6) as sandbox:
        configuration = sandbox.configuration(connection, MARKET)
        hidden = {value: f"{value}{DISGUISE}" for value in secrets_of(configuration)}
        credentials = {name: hidden.get(value, value) for name, value in configuration["credentials"].items()}
        gateway = Gateway(sandbox, tuple(hidden.values()))
        with RawLoopback(gateway.answer) as server:
            (company, *_) = usable(sandbox, MARKET)
            (item,) = (
                maesn_records.of(sandbox, company, "items", 1)
                if connection == "maesn"
                else RichRecords(sandbox, company).of("items", 1)
            )
            pipe.send(Served({"credentials": credentials, "sandbox_url": server.url}, company.id, item))
            try:
                while True:
                    seed = pipe.recv()
                    if seed is None:
                        pipe.send(tuple(gateway.names))
                    else:
                        gateway.begin(seed)
                        pipe.send(True)
            except EOFError:
                return


def _bare(text: str) -> str:
    """Secrets as the sandbox knows them."""
    return text.replace(DISGUISE, "").replace(quote_plus(DISGUISE), "")
