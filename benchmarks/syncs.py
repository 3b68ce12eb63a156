"""Whole syncs of one or many companies, first ones and later ones, with the requests that the server counts."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.bounds import Pace
from benchmarks.companies import COMPANY, company_id
from benchmarks.connector import CONNECTOR_COMMAND, Caller
from benchmarks.figures import Cost, Figure
from benchmarks.measure import BenchmarkError, Run, measured, serving
from benchmarks.streams import StreamNames, stream_names
from benchmarks.targets import CONNECTOR, MOST_MB, Check, Sync
from benchmarks.wire import ANNOUNCEMENT, Answered, answered

SPECIFICATION: Final = Path(__file__).parent.parent / "source_sage_active" / "spec.json"
State = dict[str, Any]


class Syncs:
    """Measures in a folder of its own, once each: the number of requests is the same every time."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._caller = Caller(folder)
        self._say = say
        self._names: StreamNames | None = None
        self.figures: list[Figure] = []
        self.costs: list[Cost] = []

    def sync(self, sync: Sync) -> None:
        """One run, after the first run that it goes on from."""
        streams = self._streams(sync)
        states = self._states(sync, streams) if sync.known is not None else None
        with _server(sync.rows, sync.companies, sync.latency_ms) as url:
            run = measured(self._command(sync, url, streams, states))
            requests = answered(url)
        self._say(f"{sync.title}: {requests.of_companies} of {requests.all} requests, {run.seconds:.2f} s")
        self.figures += list(figures_of(sync, run, requests))
        if sync.has_pace or sync.shows_wall:
            rows = len(streams) * sync.companies * (sync.rows if sync.known is None else sync.rows - sync.known or 1)
            processor = run.processor / rows * 1e6
            self.costs.append(Cost(sync.title, CONNECTOR, run.seconds, rows / run.seconds, processor, run.peak_mb))

    def check(self, check: Check) -> None:
        """The command `check`. Raises `BenchmarkError` unless it succeeds without a remark on a stream."""
        with _server(1, check.companies, check.latency_ms) as url:
            command = [CONNECTOR_COMMAND, "check", "--config", str(self._caller.config("direct", url))]
            output = subprocess.run(command, capture_output=True, check=False).stdout
            if b'"SUCCEEDED"' not in output or b"Stream " in output:
                raise BenchmarkError(f"the check does not succeed: {output[-2000:]!r}")
            before = answered(url).all
            run = measured(command)
            requests = answered(url).all - before
        self._say(f"{check.title}: {requests} requests, {run.seconds:.2f} s")
        self.figures += [
            Figure(check.title, run.seconds, "s", check.most_seconds, at_least=False),
            Figure(f"{check.title}, requests", requests, "requests", check.most_requests, at_least=False),
        ]

    def _streams(self, sync: Sync) -> Sequence[str]:
        if isinstance(sync.streams, tuple):
            return sync.streams
        self._names = self._names or stream_names()
        listed: list[str] = getattr(self._names, sync.kind)
        if len(listed) < sync.streams:
            raise BenchmarkError(f"{sync.title}: there are only {len(listed)} such streams")
        return listed[: sync.streams]

    def _command(self, sync: Sync, url: str, streams: Sequence[str], states: Path | None = None) -> list[str]:
        settings = {"reread_open_documents": sync.open_documents}
        return self._caller.read("direct", url, streams, settings=settings, budget=sync.budget, states=states)

    def _states(self, sync: Sync, streams: Sequence[str]) -> Path:
        """The states of a run over the rows that are known: those of one company, written for all of them."""
        with _server(sync.known or 0, 1, 0) as url:
            done = subprocess.run(self._command(sync, url, streams), capture_output=True, check=False)
        if done.returncode:
            raise BenchmarkError(f"{sync.title}: the run before it fails: {done.stdout[-2000:]!r}")
        states = last_states(done.stdout)
        if states.keys() != set(streams):
            raise BenchmarkError(f"{sync.title}: states of {len(states)} of {len(streams)} streams")
        path = self._folder / "states.json"
        path.write_text(json.dumps([for_companies(state, sync.companies) for state in states.values()]), "utf-8")
        return path


def figures_of(sync: Sync, run: Run, requests: Answered) -> Iterator[Figure]:
    """What a run came to beside its bounds."""
    if sync.most_per_company is not None:
        per_company = requests.of_companies / sync.companies
        yield Figure(f"{sync.title}, requests", per_company, "a company", sync.most_per_company, at_least=False)
    else:
        yield Figure(f"{sync.title}, requests", requests.of_companies, "requests", sync.most_requests, at_least=False)
    if sync.shows_wall:
        yield Figure(sync.title, run.seconds, "s")
    if sync.has_pace:
        most = pace_of(sync).most_seconds(requests.all)
        yield Figure(sync.title, run.seconds, "s", most, at_least=False)
        yield Figure(f"{sync.title}, peak memory", run.peak_mb, "MB", MOST_MB, at_least=False)


def pace_of(sync: Sync) -> Pace:
    """How fast a run may send: with the source's defaults where the sync does not say it."""
    defaults = json.loads(SPECIFICATION.read_text(encoding="utf-8"))["connectionSpecification"]["properties"]
    budget = sync.budget or defaults["requests_per_minute"]["default"]
    return Pace(sync.latency_ms / 1000, defaults["num_workers"]["default"], budget)


def last_states(output: bytes) -> Mapping[str, State]:
    """The last state of each stream, as a platform keeps it."""
    messages = (json.loads(line) for line in output.splitlines() if line.startswith(b'{"type":"STATE"'))
    return {message["state"]["stream"]["stream_descriptor"]["name"]: message["state"] for message in messages}


def for_companies(state: State, companies: int) -> State:
    """A state of the first company as one of several companies with the same rows."""
    stream_state = state["stream"]["stream_state"]
    entries = [entry for listed in stream_state["states"] for entry in _entries(listed, companies)]
    return {**state, "stream": {**state["stream"], "stream_state": {**stream_state, "states": entries}}}


def _entries(entry: State, companies: int) -> Iterator[State]:
    text = json.dumps(entry)
    # What belongs to a market has one entry.
    numbers = range(1, companies + 1) if COMPANY in text else (1,)
    yield from (json.loads(text.replace(COMPANY, company_id(number))) for number in numbers)


@contextmanager
def _server(rows: int, companies: int, latency_ms: int) -> Iterator[str]:
    options = ["--rows", "0", "--per-root", rows, "--companies", companies, "--latency-ms", latency_ms]
    command = [sys.executable, "-m", "benchmarks.server", *map(str, options)]
    with serving(command, ANNOUNCEMENT) as url:
        yield url
