"""`make bench` and `make bench-check`: measures, prints the table, and says what missed its target."""

import argparse
import compileall
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from benchmarks.figures import HEADS, Figure, as_json, machine, rendered, table
from benchmarks.measure import BenchmarkError
from benchmarks.reading import Reading
from benchmarks.syncs import Syncs
from benchmarks.targets import (
    CHECK,
    COMMANDS,
    HEAVY_BOUNDS,
    IDS_BOUND,
    MEMORY,
    RACES,
    SYNCS,
    WRITE_MEMORY,
    WRITE_RACES,
)
from benchmarks.writing import Writing

RESULTS: Final = Path(__file__).with_name("results.json")
ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "speed.md"
BEGINS, ENDS = "<!-- results begin -->\n", "<!-- results end -->\n"
Bound = TypeVar("Bound")


def with_results(page: str, results: dict[str, Any]) -> str:
    """The documentation page with these results between its two marks."""
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{rendered(results)}\n\n{ENDS}{after}"


def measured_stages() -> dict[str, float]:
    """Microseconds per record of each stage; in a process of its own, because this one must stay small."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.stages"], capture_output=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the stages cannot be measured: {done.stderr[-2000:]!r}")
    return dict(json.loads(done.stdout))


def compile_modules() -> None:
    """As those of an installed connector are: each run would do it where Python is told to write no bytecode."""
    for package in ("sage_active", "source_sage_active", "destination_sage_active"):
        compileall.compile_dir(ROOT / package, quiet=1)


class Bench:
    """All measurements, in parts that can be made alone. `share`: of the rows or companies that each bound has."""

    def __init__(self, folder: Path, rounds: int, share: float) -> None:
        self._share = share
        self._reading = Reading(folder, rounds, _say)
        self._syncs = Syncs(folder, _say)
        self._writing = Writing(folder, rounds, _say)
        self.parts: Mapping[str, Callable[[], None]] = {
            "syncs": self._all_syncs,
            "races": lambda: self._each_bound(self._reading.race, RACES, "rows"),
            "memory": self._memory,
            "heavy": self._heavy,
            "commands": lambda: self._reading.commands(COMMANDS),
            "writes": self._writes,
        }

    @property
    def figures(self) -> list[Figure]:
        """What was measured so far."""
        return self._syncs.figures + self._reading.figures + self._writing.figures

    def results(self) -> dict[str, Any]:
        """Figures and costs as they are stored."""
        return as_json(self.figures, self._syncs.costs + self._reading.costs + self._writing.costs)

    def _each_bound(self, measure: Callable[[Bound], None], bounds: tuple[Bound, ...], *sizes: str) -> None:
        for bound in bounds:
            measure(self._scaled(bound, *sizes))

    def _scaled(self, bound: Bound, *sizes: str) -> Bound:
        changes = {name: max(1, int(getattr(bound, name) * self._share)) for name in sizes}
        return replace(bound, **changes)  # type: ignore[type-var]

    def _all_syncs(self) -> None:
        for sync in SYNCS:
            self._syncs.sync(self._scaled(sync, "companies") if sync.has_pace else sync)
        self._syncs.check(CHECK)

    def _memory(self) -> None:
        for bound in MEMORY:
            self._reading.memory(replace(bound, sizes=tuple(int(size * self._share) for size in bound.sizes)))

    def _heavy(self) -> None:
        self._each_bound(self._reading.heavy, HEAVY_BOUNDS, "rows")
        self._reading.ids(self._scaled(IDS_BOUND, "rows", "most_requests"))

    def _writes(self) -> None:
        self._each_bound(self._writing.race, WRITE_RACES, "records")
        self._each_bound(self._writing.memory, WRITE_MEMORY, "records")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Returns 1 when a measurement was impossible or, with `--check` or `--only`, missed its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program (default 5)")
    parser.add_argument("--check", action="store_true", help="keep nothing; fail when a target is missed")
    parser.add_argument("--only", metavar="PART", help="one part: syncs, races, memory, heavy, commands or writes")
    parser.add_argument("--share", type=float, default=1.0, help="with --only: of rows and companies (default 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.rounds, options.share if options.only else 1.0)
        if options.only and options.only not in bench.parts:
            parser.error(f"there are these parts: {', '.join(bench.parts)}")
        compile_modules()
        try:
            for name, measure in bench.parts.items():
                if options.only in (None, name):
                    measure()
            if options.only:
                print(table(HEADS["figures"], [figure.cells for figure in bench.figures]))
                return _verdict(bench.figures)
            stages = measured_stages()
        except BenchmarkError as error:
            _say(str(error))
            return 1
    results = {
        "made": date.today().isoformat(),
        "rounds": options.rounds,
        "machine": machine(),
        **bench.results(),
        "stages": stages,
    }
    print(rendered(results))
    if not options.check:
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(with_results(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
        return 0
    return _verdict(bench.figures)


def _verdict(figures: list[Figure]) -> int:
    missed = [figure for figure in figures if not figure.met]
    for figure in missed:
        name, value, target, _ = figure.cells
        _say(f"Missed: {name}: {value}, aimed at {target}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
