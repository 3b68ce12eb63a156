"""The commands against servers whose answers are spoilt at random: each ends soon, by name, and tells no secret.

`python -m integration_tests.fuzz` runs 2,000 spoilt answers per connection. A failure names its seed;
`--first SEED --runs 1 --connection NAME` repeats that one.
"""

import argparse
import contextlib
import http.client
import io
import itertools
import json
import logging
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock
from urllib.parse import urlsplit

import sage_active.transport
import sage_active_cli.connection
from destination_sage_active import destination as destination_module
from integration_tests.connector import STREAMS, Connector, Outcome, secrets_of
from integration_tests.destination import Destination, records
from integration_tests.expected import usable
from integration_tests.fuzz_mutations import Reply, forms, spoilt
from sage_active.errors import configuration_error
from sage_active.faults import TABLE
from sage_active.patience import Patience
from sage_active_cli.run import main as command_line
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active import source as source_module
from unit_tests.loopback import Asked
from unit_tests.raw_loopback import RawLoopback

CONNECTIONS: Final = ("direct", "maesn")
MARKET: Final = "de"
RUNS: Final = 2000
# Much less than the patience of a real run.
PATIENCE: Final = Patience(
    connect=1.0, read=1.0, answer=1.5, tired_answer=1.0, tries=0.15, first_pause=0.01, longest_pause=0.03, proxy=0.1
)
LONGEST_SECONDS: Final = 30.0
MOST_KILOBYTES: Final = 200 * 1024
# A run has about so many requests: one of them is spoilt, or all from one on.
REQUESTS: Final = 14
COMMANDS: Final = ("read", "check", "write", "dry run", "companies")
WEIGHTS: Final = (6, 2, 2, 1, 1)
HEADERS: Final = ("content-type", "date", "content-encoding")
SAVED: Final = {"name": "Fuzz GmbH", "socialName": "Fuzz GmbH", "code": "FUZZ1", "number": "FUZZ1"}
TRACEBACK: Final = re.compile(r"Traceback \(most recent|  File \"/")


def _pattern(words: str) -> re.Pattern[str]:
    """Words of the table of faults, whatever is filled in."""
    return re.compile(".*".join(re.escape(each) for each in re.split(r"\{\w+\}", words)), re.DOTALL)


REMEDIES: Final = tuple(_pattern(fault.remedy) for fault in TABLE)
# Mistakes in the configuration have words of their own: a cause and a remedy, each a sentence.
CONFIGURATION: Final = str(configuration_error("A cause.", "A remedy.").internal_message)


@dataclass
class Gateway:
    """Between a command and the sandbox: spoils the answers that `begin` chooses."""

    url: str
    secrets: Sequence[str] = ()
    names: list[str] = field(default_factory=list)
    _random: Random = field(default_factory=Random)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _first: int = 0
    _last: int = 0

    def begin(self, seed: int, secrets: Sequence[str]) -> None:
        """Chooses what is spoilt from now on."""
        self.secrets, self.names = secrets, []
        self._random = Random(seed)
        self._numbers = itertools.count()
        # The first requests, of the sign-in and the companies, are made by every command.
        self._first = int(REQUESTS * self._random.random() ** 2)
        self._last = self._first if self._random.random() < 0.5 else sys.maxsize

    def answer(self, asked: Asked) -> Iterator[bytes]:
        """The sandbox's answer, or what becomes of it."""
        reply = self._forwarded(asked)
        if self._first <= next(self._numbers) <= self._last:
            name, reply = spoilt(reply, self._random, self.secrets)
            self.names.append(name)
        yield from reply.pieces()

    def _forwarded(self, asked: Asked) -> Reply:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20.0)
        try:
            headers = {name: value for name, value in asked.headers.items() if name != "accept-encoding"}
            connection.request(asked.method, asked.path, asked.body, headers)
            response = connection.getresponse()
            kept = tuple((name, value) for name, value in response.getheaders() if name.lower() in HEADERS)
            return Reply(response.status, kept, response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Verdict:
    """What one run came to; `problems` is empty when all is as it should be."""

    connection: str
    seed: int
    command: str
    spoilt: tuple[str, ...]
    failed: bool
    seconds: float
    problems: tuple[str, ...]

    def __str__(self) -> str:
        spoils = ", ".join(sorted(set(self.spoilt))) or "nothing"
        problems = "; ".join(self.problems)
        return f"{self.connection} {self.seed} ({self.command}; {spoils}; {self.seconds:.1f} s): {problems}"


@contextmanager
def little_patience() -> Iterator[None]:
    """Every command waits as long as `PATIENCE` says."""
    with ExitStack() as stack:
        for module in (source_module, destination_module):
            stack.enter_context(mock.patch.object(module, "SHORT_PATIENCE", PATIENCE))
        stack.enter_context(mock.patch.object(sage_active_cli.connection, "PATIENCE", PATIENCE))
        stack.enter_context(mock.patch.object(sage_active.transport, "Patience", lambda: PATIENCE))
        yield


class Bench:
    """One sandbox and one gateway, over which commands of one connection are run."""

    def __init__(self, sandbox: Sandbox, gateway: Gateway, url: str, connection: str, folder: Path) -> None:
        self._sandbox = sandbox
        self._gateway = gateway
        self._connection = connection
        self._company = usable(sandbox, MARKET)[0]
        self._config = {
            **sandbox.configuration(connection, MARKET),
            "sandbox_url": url,
            "num_workers": 2,
            "requests_per_minute": 100_000,
        }
        self._folder = folder
        # Discovered from the sandbox itself, before anything is spoilt.
        self._catalogs = Connector.over(sandbox, connection, MARKET, folder).streams()
        self._commands: Mapping[str, Callable[[], Outcome]] = {
            "read": self._read,
            "check": lambda: self._connector().check(),
            "write": self._write,
            "dry run": lambda: self._write(dry_run=True),
            "companies": self._companies,
        }

    def run(self, seed: int) -> Verdict:
        """One command while answers are spoilt."""
        self._sandbox.reset_tokens()
        self._sandbox.requests.clear()
        (command,) = Random(seed).choices(COMMANDS, WEIGHTS)
        secrets = secrets_of(self._config)
        self._gateway.begin(seed, secrets)
        began = time.monotonic()
        outcome = self._commands[command]()
        seconds = time.monotonic() - began
        problems = [*_problems(outcome, secrets)]
        if seconds > LONGEST_SECONDS:
            problems.append(f"it took {seconds:.0f} s")
        return Verdict(
            self._connection,
            seed,
            command,
            tuple(self._gateway.names),
            outcome.code != 0,
            seconds,
            tuple(problems),
        )

    def _connector(self) -> Connector:
        return Connector(self._folder, {**self._config}, apply_controls=False, catalogs=self._catalogs)

    def _read(self) -> Outcome:
        return self._connector().read(STREAMS)

    def _write(self, **options: Any) -> Outcome:
        destination = Destination.over(
            self._sandbox, self._connection, self._company, self._folder / "destination", settle_seconds=0, **options
        )
        destination.set(**{**self._config, "num_workers": None})
        return destination.write(records("customers", [SAVED]), {"customers": "append"})

    def _companies(self) -> Outcome:
        config = self._folder / "command.json"
        config.write_text(json.dumps(self._config), encoding="utf-8")
        config.chmod(0o600)
        out, err = io.StringIO(), io.StringIO()
        root, logger = logging.getLogger(), logging.getLogger("airbyte")
        saved = (root.handlers, logger.handlers)
        began = time.monotonic()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = command_line(["companies", "--config", str(config)])
        finally:
            root.handlers, logger.handlers = saved
        return Outcome(code, [], out.getvalue() + err.getvalue(), time.monotonic() - began)


def _problems(outcome: Outcome, secrets: Sequence[str]) -> Iterator[str]:
    """What is wrong with the output of a command."""
    told = [line.text.decode() for line in outcome.lines if line.type not in ("RECORD", "STATE", "CONTROL")]
    output = "\n".join((*told, outcome.stderr))
    if TRACEBACK.search(output) or any(error.get("stack_trace") for error in outcome.errors):
        yield "a stack trace"
    for secret in secrets:
        for form, text in forms(secret).items():
            # JSON writes a backslash twice.
            if text in output or text.replace("\\", "\\\\") in output:
                yield f"a secret, {form}"
    for message in _failures(outcome):
        if not any(remedy.search(message) for remedy in REMEDIES):
            yield f"no cause and remedy: {message[:300]}"
    if outcome.code not in (0, 1):
        yield f"exit code {outcome.code}"
    if outcome.code and not _has_failed_by_name(outcome):
        yield "a failure that nobody explains"


def _failures(outcome: Outcome) -> Iterator[str]:
    """The messages that have to name a cause and a remedy."""
    for error in outcome.errors:
        if error.get("internal_message") != CONFIGURATION:
            yield error["message"]
    for status in outcome.of_type("CONNECTION_STATUS"):
        if status["status"] == "FAILED":
            yield status["message"]


def _has_failed_by_name(outcome: Outcome) -> bool:
    return bool(outcome.errors) or "sage-active: " in outcome.stderr


def verdicts(connection: str, seeds: Sequence[int]) -> Iterator[Verdict]:
    """Runs the seeds of one connection."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sandbox = stack.enter_context(Sandbox(rows=6, companies_per_market=1, requests_per_minute=10**6))
        gateway = Gateway(sandbox.url)
        server = stack.enter_context(RawLoopback(gateway.answer))
        stack.enter_context(little_patience())
        bench = Bench(sandbox, gateway, server.url, connection, folder)
        for seed in seeds:
            yield bench.run(seed)


def main() -> int:
    """Runs as many as the options say; 1 when something was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, help="spoilt answers per connection")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--connection", choices=CONNECTIONS, action="append")
    options = parser.parse_args()
    wrong = 0
    for connection in options.connection or CONNECTIONS:
        commands: Counter[str] = Counter()
        began = time.monotonic()
        for verdict in verdicts(connection, range(options.first, options.first + options.runs)):
            commands[f"{verdict.command} {'failed by name' if verdict.failed else 'went well'}"] += 1
            if verdict.problems:
                wrong += 1
                print(verdict, flush=True)
        told = ", ".join(f"{number} × {name}" for name, number in sorted(commands.items()))
        print(f"{connection}: {told}; {time.monotonic() - began:.0f} s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{wrong} runs with problems; memory at most {peak / 1024:.0f} MB, sandbox included")
    return 1 if wrong or peak > MOST_KILOBYTES else 0


if __name__ == "__main__":
    sys.exit(main())
