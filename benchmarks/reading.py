"""The races between the connector and the yardsticks, its memory, and its quick commands."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any, Final
from urllib.request import urlopen

from benchmarks.figures import Cost, Figure
from benchmarks.heavy_rows import HEAVY
from benchmarks.measure import BenchmarkError, Run, measured, records, serving
from benchmarks.server import ANNOUNCEMENT, COUNT_PATH
from benchmarks.targets import (
    BARE,
    COMMANDS,
    CONNECTOR,
    HEAVY_BOUNDS,
    IDS_BOUND,
    MEMORY,
    RACES,
    SERVER_HEADROOM,
    SPLICE,
    Command,
    HeavyBound,
    IdsBound,
    MemoryBound,
    Race,
)

CONNECTOR_COMMAND: Final = str(Path(sys.executable).parent / "source-sage-active")
SANDBOX_COMMAND: Final = str(Path(sys.executable).parent / "sage-active-sandbox")
STREAMS: Final = ("customers", "suppliers", "items", "invoices")
PROGRAMS: Final = {BARE: "bare", SPLICE: "splice"}
Say = Callable[[str], None]
CREDENTIALS: Final = {
    "direct": {
        "auth_type": "token",
        "client_id": "bench-client",
        "refresh_token": "bench-refresh-token",
        "access_token": "bench-access-token",
        "subscription_key": "bench-subscription-key",
    },
    "maesn": {"auth_type": "maesn", "api_key": "bench-api-key", "account_key": "bench-account-key"},
}


class Reading:
    """Measures in a folder of its own, `rounds` times each."""

    def __init__(self, folder: Path, rounds: int, say: Say) -> None:
        self._folder = folder
        self._rounds = rounds
        self._say = say
        self.figures: list[Figure] = []
        self.costs: list[Cost] = []

    def all(self) -> None:
        """Everything; figures and costs are kept in the order of the tables."""
        for race in RACES:
            self.race(race)
        for bound in MEMORY:
            self.memory(bound)
        self.all_heavy()
        self.commands(COMMANDS)

    def all_heavy(self, share: float = 1.0) -> None:
        """The memory that heavy rows take. `share`: of the rows that each bound has."""
        for bound in HEAVY_BOUNDS:
            self.heavy(replace(bound, rows=int(bound.rows * share)))
        requests = int(IDS_BOUND.most_requests * share)
        self.ids(replace(IDS_BOUND, rows=int(IDS_BOUND.rows * share), most_requests=requests))

    def race(self, race: Race) -> None:
        """Runs the programs in turn, after one run of each that is counted instead of measured."""
        with self._server(race.rows, race.latency_ms) as url:
            commands = {program: self.command(program, race.connection, url, race.rows) for program in race.programs}
            if race.latency_ms == 0:
                for program, command in commands.items():
                    self._counted(f"{race.title}, {program}", command, race.rows)
            runs: dict[str, list[Run]] = {program: [] for program in race.programs}
            for number in range(self._rounds):
                for program, command in commands.items():
                    runs[program].append(run := measured(command))
                    self._say(f"{race.title}: run {number + 1}, {program}, {run.seconds:.2f} s")
        pairs = list(zip(runs[BARE], runs[CONNECTOR], strict=True))
        wall = median(bare.seconds / connector.seconds for bare, connector in pairs)
        processor = median(bare.processor / connector.processor for bare, connector in pairs)
        self.figures.append(Figure(f"{race.title}, times as fast as the bare loop", wall, "×", race.floor))
        self.figures.append(Figure(f"{race.title}, processor time of the bare loop / connector", processor, "×"))
        self.costs += [_cost(race.title, program, race.rows, runs[program]) for program in race.programs]

    def _counted(self, title: str, command: Sequence[str], rows: int) -> None:
        if (number := records(command)) != rows:
            raise BenchmarkError(f"{title}: {number} of {rows} records are delivered")
        self._say(f"{title}: {number} records counted")

    def memory(self, bound: MemoryBound) -> None:
        """The connector's peak for each number of rows, at full speed; and the speed of the server alone."""
        runs = []
        for rows in bound.sizes:
            title = f"{bound.connection} read, {rows:,} records"
            with self._server(rows, 0) as url:
                if rows == bound.sizes[0]:
                    alone = measured(self._yardstick("raw", bound.connection, url, rows))
                runs.append(run := measured(self.command(CONNECTOR, bound.connection, url, rows)))
            self._say(f"{title}: peak {run.peak_mb:.0f} MB, {run.seconds:.1f} s")
            self.figures.append(Figure(f"{title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False))
            self.costs.append(_cost(title, CONNECTOR, rows, [run]))
        name = f"{bound.connection} read, growth of the peak"
        self.figures.append(Figure(name, runs[-1].peak_mb / runs[0].peak_mb, "×", bound.growth, at_least=False))
        title = f"{bound.connection} read, {bound.sizes[0]:,} records"
        self.costs.append(_cost(title, "server alone", bound.sizes[0], [alone]))
        headroom = runs[0].seconds / alone.seconds
        self.figures.append(Figure(f"{title}, server alone against the connector", headroom, "×", SERVER_HEADROOM))

    def heavy(self, bound: HeavyBound) -> None:
        """The connector's peak over heavy rows, all of which are counted."""
        kind = HEAVY[bound.kind]
        with self._server(bound.rows, 0, "--heavy", bound.kind) as url:
            command = self.command(CONNECTOR, kind.connection, url, bound.rows, [kind.stream])
            self._counted(bound.title, command, bound.rows)
            run = measured(command, mb_per_second=bound.mb_per_second)
        self._say(f"{bound.title}: peak {run.peak_mb:.0f} MB, {run.seconds:.1f} s, {run.written / 1e6:,.0f} MB written")
        self.figures.append(Figure(f"{bound.title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False))
        self.costs.append(_cost(bound.title, CONNECTOR, bound.rows, [run]))

    def ids(self, bound: IdsBound) -> None:
        """What the ids of many rows cost, all of which are counted, with the requests that the server counts."""
        kind = HEAVY[bound.kind]
        with self._server(bound.rows, 0, "--heavy", bound.kind) as url:
            only = {"record_ids_of": [kind.stream]}
            command = self.command(CONNECTOR, kind.connection, url, bound.rows, ["record_ids"], only)
            self._counted(bound.title, command, bound.rows)
            before = _answered(url)
            run = measured(command)
            requests = _answered(url) - before - 1
        self._say(f"{bound.title}: {requests} requests, peak {run.peak_mb:.0f} MB, {run.seconds:.1f} s")
        self.figures += [
            Figure(bound.title, requests, "requests", bound.most_requests, at_least=False),
            Figure(f"{bound.title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False),
        ]
        self.costs.append(_cost(bound.title, CONNECTOR, bound.rows, [run]))

    def commands(self, commands: Sequence[Command]) -> None:
        """The commands that users wait for, against the sandbox."""
        arguments = [SANDBOX_COMMAND, "--port", "0", "--write-config", str(self._folder)]
        with serving(arguments, ANNOUNCEMENT):
            for command in commands:
                config = ["--config", str(self._folder / f"{command.connection}-de.json")] if command.connection else []
                runs = [measured([CONNECTOR_COMMAND, command.name, *config]) for _ in range(self._rounds)]
                seconds = median(run.seconds for run in runs)
                title = f"{command.name}, {command.connection}" if command.connection else command.name
                self._say(f"{title}: {seconds:.2f} s")
                self.figures.append(Figure(title, seconds, "s", command.most_seconds, at_least=False))

    @contextmanager
    def _server(self, rows: int, latency_ms: int, *more: str) -> Iterator[str]:
        options = ["--rows", str(rows), "--latency-ms", str(latency_ms), *more]
        with serving([sys.executable, "-m", "benchmarks.server", *options], ANNOUNCEMENT) as url:
            yield url

    def command(
        self,
        program: str,
        connection: str,
        url: str,
        rows: int,
        streams: Sequence[str] = STREAMS,
        settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[str]:
        """How one of the programs is called that read everything; the connector reads `streams`, with `settings`."""
        if program != CONNECTOR:
            return self._yardstick(PROGRAMS[program], connection, url, rows)
        # The budget is as good as off, everything else is as a user has it.
        config = {
            "credentials": {"target_system": "sage-active-de", **CREDENTIALS[connection]},
            "sandbox_url": url,
            "requests_per_minute": 100_000,
            **settings,
        }
        return [
            CONNECTOR_COMMAND,
            "read",
            "--config",
            self._file(f"config-{connection}.json", config),
            "--catalog",
            self._file("catalog.json", _catalog(streams)),
        ]

    @staticmethod
    def _yardstick(program: str, connection: str, url: str, rows: int) -> list[str]:
        options = ["--url", url, "--connection", connection, "--rows", str(rows)]
        return [sys.executable, "-m", "benchmarks.yardsticks", program, *options]

    def _file(self, name: str, content: Any) -> str:
        path = self._folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


def _catalog(streams: Sequence[str]) -> dict[str, Any]:
    """All fields of these objects: an empty selection means everything."""
    stream = {"json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    return {
        "streams": [
            {"stream": {"name": name, **stream}, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
            for name in streams
        ]
    }


def _answered(url: str) -> int:
    """How many requests a server has answered so far, this one not included."""
    with urlopen(url + COUNT_PATH) as reply:
        return int(reply.read())


def _cost(title: str, program: str, rows: int, runs: Sequence[Run]) -> Cost:
    seconds = median(run.seconds for run in runs)
    processor = median(run.processor for run in runs)
    return Cost(title, program, seconds, rows / seconds, processor / rows * 1e6, max(run.peak_mb for run in runs))
