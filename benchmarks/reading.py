"""The races between the connector and the yardsticks, its memory, and its quick commands."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.connector import CONNECTOR_COMMAND, Caller, reads_of, yardstick
from benchmarks.figures import Cost, Figure
from benchmarks.heavy_rows import HEAVY
from benchmarks.measure import BenchmarkError, Run, measured, records, serving
from benchmarks.targets import (
    CONNECTOR,
    SERVER_HEADROOM,
    Command,
    HeavyBound,
    IdsBound,
    MemoryBound,
    Race,
    Rival,
)
from benchmarks.wire import ANNOUNCEMENT, answered

SANDBOX_COMMAND: Final = str(Path(sys.executable).parent / "sage-active-sandbox")
Say = Callable[[str], None]


class Reading:
    """Measures in a folder of its own, `rounds` times each. Figures and costs are kept in the order of measuring."""

    def __init__(self, folder: Path, rounds: int, say: Say) -> None:
        self._folder = folder
        self._caller = Caller(folder)
        self._rounds = rounds
        self._say = say
        self.figures: list[Figure] = []
        self.costs: list[Cost] = []

    def race(self, race: Race) -> None:
        """Runs the programs in turn, after one run of each that is counted instead of measured."""
        programs = (CONNECTOR, *(rival.program for rival in race.rivals))
        with self.server(race.rows, race.latency_ms, race.kind) as url:
            commands = {program: self._caller.racing(program, race, url) for program in programs}
            if race.latency_ms == 0:
                for program, command in commands.items():
                    self._counted(f"{race.title}, {program}", command, race.rows)
            runs: dict[str, list[Run]] = {program: [] for program in programs}
            for number in range(self._rounds):
                for program, command in commands.items():
                    runs[program].append(run := measured(command))
                    self._say(f"{race.title}: run {number + 1}, {program}, {run.seconds:.2f} s")
        for rival in race.rivals:
            self._compare(race, rival, list(zip(runs[rival.program], runs[CONNECTOR], strict=True)))
        self.costs += [_cost(race.title, program, race.rows, runs[program]) for program in programs]

    def _compare(self, race: Race, rival: Rival, pairs: Sequence[tuple[Run, Run]]) -> None:
        wall = median(other.seconds / connector.seconds for other, connector in pairs)
        processor = median(other.processor / connector.processor for other, connector in pairs)
        self.figures += [
            Figure(
                f"{race.title}, processor time of the {rival.program} / connector",
                processor,
                "×",
                rival.processor,
                aim=rival.aim,
            ),
        ]
        # Other medians of the wall clock stand in the table of costs.
        if rival.wall is not None:
            title = f"{race.title}, times as fast as the {rival.program}"
            self.figures.append(Figure(title, wall, "×", rival.wall))

    def _counted(self, title: str, command: Sequence[str], rows: int) -> None:
        if (number := records(command)) != rows:
            raise BenchmarkError(f"{title}: {number} of {rows} records are delivered")
        self._say(f"{title}: {number} records counted")

    def memory(self, bound: MemoryBound) -> None:
        """The connector's peak for each number of rows, at full speed; and the speed of the server alone."""
        runs = []
        for rows in bound.sizes:
            title = f"{bound.connection} read, {rows:,} records"
            with self.server(rows, 0) as url:
                if rows == bound.sizes[0]:
                    reads = reads_of(bound.connection)
                    alone_command = yardstick("raw", bound.connection, url, rows // len(reads), reads)
                    # The first time, the server makes its rows.
                    measured(alone_command)
                    alone = measured(alone_command)
                runs.append(run := measured(self._caller.read(bound.connection, url)))
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
        with self.server(bound.rows, 0, bound.kind) as url:
            command = self._caller.read(kind.connection, url, [kind.stream])
            self._counted(bound.title, command, bound.rows)
            run = measured(command, mb_per_second=bound.mb_per_second)
        self._say(f"{bound.title}: peak {run.peak_mb:.0f} MB, {run.seconds:.1f} s, {run.written / 1e6:,.0f} MB written")
        self.figures.append(Figure(f"{bound.title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False))
        self.costs.append(_cost(bound.title, CONNECTOR, bound.rows, [run]))

    def ids(self, bound: IdsBound) -> None:
        """What the ids of many rows cost, all of which are counted, with the requests that the server counts."""
        kind = HEAVY[bound.kind]
        with self.server(bound.rows, 0, bound.kind) as url:
            settings = {"record_ids_of": [kind.stream]}
            command = self._caller.read(kind.connection, url, ["record_ids"], settings=settings)
            self._counted(bound.title, command, bound.rows)
            before = answered(url).all
            run = measured(command)
            requests = answered(url).all - before
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

    @staticmethod
    @contextmanager
    def server(rows: int, latency_ms: int, kind: str | None = None) -> Iterator[str]:
        """A server of so many rows of the four objects, or of one kind."""
        options = ["--rows", str(rows), "--latency-ms", str(latency_ms), *(["--heavy", kind] if kind else [])]
        with serving([sys.executable, "-m", "benchmarks.server", *options], ANNOUNCEMENT) as url:
            yield url


def _cost(title: str, program: str, rows: int, runs: Sequence[Run]) -> Cost:
    seconds = median(run.seconds for run in runs)
    processor = median(run.processor for run in runs)
    return Cost(title, program, seconds, rows / seconds, processor / rows * 1e6, max(run.peak_mb for run in runs))
