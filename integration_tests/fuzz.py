"""The commands against servers whose answers are spoilt at random: each ends soon, by name, and tells no secret.

`python -m integration_tests.fuzz` runs 2,000 spoilt answers per connection. A failure names its seed;
`--first SEED --runs 1 --connection NAME` repeats that one.
"""

import argparse
import contextlib
import io
import itertools
import json
import logging
import multiprocessing
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

import sage_active.http.transport
import sage_active_cli.connection
from destination_sage_active import destination as destination_module
from integration_tests.connector import STREAMS, Connector, Outcome, secrets_of
from integration_tests.destination import Destination, records
from integration_tests.fuzz_gateway import Remote, spoiling
from integration_tests.fuzz_mutations import forms
from sage_active.errors import configuration_error
from sage_active.faults import TABLE
from sage_active.http.retry_policy import RetryPolicy
from sage_active_cli.run import main as command_line
from source_sage_active import source as source_module

CONNECTIONS: Final = ("direct", "maesn")
RUNS: Final = 2000
# Much less than the patience of a real run.
PATIENCE: Final = RetryPolicy(
    connect=1.0, read=1.0, answer=1.5, single_try=1.0, tries=0.15, first_pause=0.01, longest_pause=0.03, proxy=0.1
)
LONGEST_SECONDS: Final = 30.0
MOST_KILOBYTES: Final = 200 * 1024
ROOM_KILOBYTES: Final = 64 * 1024
SEEDS_PER_PROCESS: Final = 50
PROCESSES: Final = 2
COMMANDS: Final = ("read", "check", "write", "dry run", "companies")
WEIGHTS: Final = (6, 2, 2, 1, 1)
UNMASKED: Final = frozenset({"RECORD", "STATE", "CONTROL"})
TRACEBACK: Final = re.compile(r"Traceback \(most recent|  File \"/")


def _pattern(template: str) -> re.Pattern[str]:
    """Words of the table of faults, whatever is filled in."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\{\w+\}", template)), re.DOTALL)


REMEDIES: Final = tuple(_pattern(fault.remedy) for fault in TABLE)
# Mistakes in the configuration have words of their own: a cause and a remedy, each a sentence.
CONFIGURATION: Final = str(configuration_error("A cause.", "A remedy.").internal_message)


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
            stack.enter_context(mock.patch.object(module, "INTERACTIVE_RETRIES", PATIENCE))
        stack.enter_context(mock.patch.object(sage_active_cli.connection, "COMMAND_RETRIES", PATIENCE))
        stack.enter_context(mock.patch.object(sage_active.http.transport, "RetryPolicy", lambda: PATIENCE))
        yield


class Bench:
    """Runs the commands of one connection over one gateway."""

    def __init__(self, remote: Remote, connection: str, folder: Path) -> None:
        self._remote = remote
        self._connection = connection
        self._config = {**remote.served.configuration, "num_workers": 2, "requests_per_minute": 100_000}
        self._folder = folder
        self._written = 0
        # Whatever runs here besides may have taken more already.
        self._most = max(MOST_KILOBYTES, _peak() + ROOM_KILOBYTES)
        # Discovered before anything is spoilt.
        self._catalogs = Connector(folder, {**self._config}, apply_controls=False).streams()
        self._commands: Mapping[str, Callable[[], Outcome]] = {
            "read": lambda: self._connector().read(STREAMS),
            "check": lambda: self._connector().check(),
            "write": self._write,
            "dry run": lambda: self._write(dry_run=True),
            "companies": self._companies,
        }

    def run(self, seed: int) -> Verdict:
        """One command while answers are spoilt."""
        (command,) = Random(seed).choices(COMMANDS, WEIGHTS)
        self._remote.begin(seed)
        began = time.monotonic()
        outcome = self._commands[command]()
        seconds = time.monotonic() - began
        problems = [*_problems(outcome, secrets_of(self._config))]
        if seconds > LONGEST_SECONDS:
            problems.append(f"it took {seconds:.0f} s")
        peak = _peak()
        if peak > self._most:
            problems.append(f"{peak / 1024:.0f} MB of memory")
            self._most = peak
        names = self._remote.names()
        return Verdict(self._connection, seed, command, names, outcome.code != 0, seconds, tuple(problems))

    def _connector(self, **options: Any) -> Connector:
        return Connector(self._folder, {**self._config, **options}, apply_controls=False, catalogs=self._catalogs)

    def _write(self, **options: Any) -> Outcome:
        """Writes an item that is new in every run."""
        self._written += 1
        served = self._remote.served
        key, mode = ("itemNumber", "append") if self._connection == "maesn" else ("code", "append_dedup")
        settings = {"companies": [{"company_id": served.company_id}], "settle_seconds": 0, **options}
        destination = Destination(self._connector(**settings), self._folder / "report")
        return destination.write(records("items", [{**served.item, key: f"F{self._written}"}]), {"items": mode})

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
    texts = [text for line in outcome.lines if line.type not in UNMASKED for text in _texts(line.message)]
    output = "\n".join((*texts, outcome.stderr))
    if TRACEBACK.search(output) or any(error.get("stack_trace") for error in outcome.errors):
        yield "a stack trace"
    for secret in secrets:
        # What is read is compared: a line of JSON has escapes of its own.
        yield from (f"a secret, {form}" for form, text in forms(secret).items() if text in output)
    for message in _failures(outcome):
        if not any(remedy.search(message) for remedy in REMEDIES):
            yield f"no cause and remedy: {message[:300]}"
    if outcome.code not in (0, 1):
        yield f"exit code {outcome.code}"
    if outcome.code and not _has_failed_by_name(outcome):
        yield "a failure that nobody explains"


def _texts(value: Any) -> Iterator[str]:
    """All texts of a message."""
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _texts(item)


def _failures(outcome: Outcome) -> Iterator[str]:
    """The messages that must name a cause and a remedy."""
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
    with tempfile.TemporaryDirectory() as folder, spoiling(connection) as remote, little_patience():
        bench = Bench(remote, connection, Path(folder))
        for seed in seeds:
            yield bench.run(seed)


def in_fresh_processes(connection: str, seeds: Sequence[int]) -> Iterator[Verdict]:
    """Runs the seeds in processes that do not grow old: memory is that of one run, not of all that went before."""
    chunks = [seeds[start : start + SEEDS_PER_PROCESS] for start in range(0, len(seeds), SEEDS_PER_PROCESS)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, max_tasks_per_child=1) as executor:
        for found in executor.map(_chunk, itertools.repeat(connection), chunks):
            yield from found


def _chunk(connection: str, seeds: Sequence[int]) -> list[Verdict]:
    return list(verdicts(connection, seeds))


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
        for verdict in in_fresh_processes(connection, range(options.first, options.first + options.runs)):
            commands[f"{verdict.command} {'failed by name' if verdict.failed else 'went well'}"] += 1
            if verdict.problems:
                wrong += 1
                print(verdict, flush=True)
        summary = ", ".join(f"{number} × {name}" for name, number in sorted(commands.items()))
        print(f"{connection}: {summary}; {time.monotonic() - began:.0f} s", flush=True)
    print(f"{wrong} runs with problems")
    return 1 if wrong else 0


def _peak() -> int:
    """Kilobytes of memory that this process has taken at most.

    Not `ru_maxrss`: that of a program includes what the process that started it had taken.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    sys.exit(main())
