"""`make bench` and `make bench-check`: measures, prints the table, and says what missed its target."""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import HEADS, Figure, as_json, machine, rendered, table
from benchmarks.measure import BenchmarkError
from benchmarks.reading import Reading
from benchmarks.writing import Writing

RESULTS: Final = Path(__file__).with_name("results.json")
PAGE: Final = Path(__file__).parent.parent / "docs" / "speed.md"
BEGINS, ENDS = "<!-- results begin -->\n", "<!-- results end -->\n"


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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Returns 1 when a measurement was impossible or, with `--check`, missed its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program (default 5)")
    parser.add_argument("--check", action="store_true", help="keep nothing; fail when a target is missed")
    parser.add_argument("--only", choices=["heavy"], help="the memory that heavy rows take; keeps nothing")
    parser.add_argument("--share", type=float, default=1.0, help="with --only: of the rows of each bound (default 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reading = Reading(Path(folder), options.rounds, _say)
        writing = Writing(Path(folder), options.rounds, _say)
        try:
            if options.only:
                reading.all_heavy(options.share)
                print(table(HEADS["figures"], [figure.cells for figure in reading.figures]))
                return _verdict(reading.figures)
            reading.all()
            writing.all()
            stages = measured_stages()
        except BenchmarkError as error:
            _say(str(error))
            return 1
    results = {
        "made": date.today().isoformat(),
        "rounds": options.rounds,
        "machine": machine(),
        **as_json(reading.figures + writing.figures, reading.costs + writing.costs),
        "stages": stages,
    }
    print(rendered(results))
    if not options.check:
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(with_results(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
        return 0
    return _verdict(reading.figures + writing.figures)


def _verdict(figures: list[Figure]) -> int:
    missed = [figure for figure in figures if not figure.met]
    for figure in missed:
        name, value, target, _ = figure.cells
        _say(f"Missed: {name}: {value}, aimed at {target}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
