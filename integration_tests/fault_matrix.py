"""Every fault, once, three times and for ever, at every place where it may strike a read.

`python -m integration_tests.fault_matrix` runs the whole matrix and writes `docs/faults.md`. It ends with 1 if a row
was lost without an error, a read hung, or a fault that ended cost more than time. `--words` runs some cases only.
"""

import argparse
import itertools
import logging
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from integration_tests.fault_bench import HANGS, SILENT_LOSS, Bench, Outcome, sandbox_for_faults
from integration_tests.fault_cases import BOTH, CASES, TIMES, Case


def outcomes(cases: Collection[Case]) -> Iterator[Outcome]:
    """Runs a part of the matrix."""
    for connection in BOTH:
        with sandbox_for_faults() as sandbox:
            bench = Bench(sandbox, connection)
            for case in cases:
                if connection in case.connections:
                    for often, position in itertools.product(case.times, case.target.positions):
                        yield bench.run(case, often, position)


HEAD = """# What faults do to a read

Each fault strikes a read of two streams in two companies. `make torture` measures all of this and writes this page.

- *rows*: the requests of one stream of one company, from the first, a middle and the last of them on. A cell lists the
  outcomes of the three, once if they are the same. "Fails by name": the error names the stream and the company, and
  everything else is delivered.
- *census*: the questions about all streams of one company, before they are read. Everything is delivered.
- *companies*, *sign-in*, *host*: what the whole read depends on. "Fails" is followed by the row of
  [the table of errors](errors.md) whose words the user reads.

A fault that passes costs time and nothing else, but for one: where refresh tokens rotate and the only answer that held
the new one is lost on the way, the user must sign in again.

"""


def table(found: list[Outcome]) -> str:
    """The outcomes as a page of the documentation."""
    lines = ["| fault | strikes | connection | " + " | ".join(TIMES) + " |", "|---|---|---|" + "---|" * len(TIMES)]
    for case in CASES:
        for connection in case.connections:
            verdicts: dict[str, dict[str, None]] = {}
            for outcome in found:
                if (outcome.case, outcome.connection) == (case, connection):
                    verdicts.setdefault(outcome.times, {})[outcome.verdict] = None
            cells = " | ".join(" / ".join(verdicts.get(often, ["–"])) for often in TIMES)
            lines.append(f"| {case.title} | {case.target.name} | {connection} | {cells} |")
    lost = sum(outcome.verdict == SILENT_LOSS for outcome in found)
    hung = sum(outcome.verdict == HANGS for outcome in found)
    lines += ["", f"{len(found)} reads; silent losses: {lost}; hangs: {hung}.", ""]
    return HEAD + "\n".join(lines)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/faults.md"))
    parser.add_argument(
        "--words", dest="pattern", default="", help="only cases whose title or place contains this; writes no page"
    )
    options = parser.parse_args()
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    logging.getLogger("airbyte.engine").disabled = True
    found: list[Outcome] = []
    for outcome in outcomes([case for case in CASES if options.pattern in f"{case.title}, {case.target.name}"]):
        found.append(outcome)
        if options.pattern or not outcome.is_right:
            parts = (outcome.case.title, outcome.case.target.name, outcome.connection, outcome.times, outcome.position)
            right = "" if outcome.is_right else "NOT AS PROMISED: "
            print(f"{right}{', '.join(parts)}: {outcome.verdict} ({outcome.seconds:.1f} s)", flush=True)
    if not options.pattern:
        options.output.write_text(table(found), encoding="utf-8")
    wrong = sum(not outcome.is_right for outcome in found)
    spent = sum(outcome.seconds for outcome in found)
    longest = max((outcome.seconds for outcome in found), default=0.0)
    print(f"{len(found)} reads in {spent:.0f} s, {wrong} not as promised, the longest took {longest:.1f} s")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
