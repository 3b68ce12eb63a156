"""Checks the books of every market, with several seeds and sizes: `python -m integration_tests.books.run`.

Prints what each check finds, and fails if there is anything that should not be there, or if a row that is broken on
purpose is not found, or by a check that does not list it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.books.rows import Reader
from integration_tests.books.world import CHECKS, World
from sage_active_sandbox.sandbox import Sandbox

MARKETS = ("DE", "ES", "FR")
SEEDS = (1, 2, 3)
SIZES = (20, 500)
SPOILED_UP_TO = 20
"""Size up to which rows are broken too; it takes as many readings as there are checks."""


@dataclass
class Examination:
    """What was found wrong, and for which checks a row was broken."""

    problems: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    def look(self, world: World, *, spoil: bool) -> Iterator[str]:
        """What is wrong with the books of a company, or with the checks."""
        clean = world.findings()
        for check in world.checks:
            if clean[check.id] and not check.informs:
                yield f"{check.id} ({check.severity}) {check.title}: {len(clean[check.id])} findings"
        for check in world.checks if spoil else ():
            try:
                found = world.findings_of_broken(check.spoiled)
            except LookupError:
                continue
            self.tried.add(check.id)
            reporting = {name for name, rows in found.items() if rows - clean[name]}
            if check.id not in reporting:
                yield f"{check.id} does not find the row that is broken for it"
            if unlisted := reporting - {check.id, *check.consequences}:
                yield f"the row that is broken for {check.id} is found by {', '.join(sorted(unlisted))} too"

    def examine(self, sandbox: Sandbox, market: str, size: int, seed: int) -> None:
        """Look at the first company of a market, and print what comes of it."""
        started = time.monotonic()
        companies = (found for found in sandbox.store.companies.values() if found.usable and found.market == market)
        with Reader(sandbox, next(companies)) as reader, tempfile.TemporaryDirectory() as folder:
            found = [*self.look(World(reader, Path(folder)), spoil=size <= SPOILED_UP_TO)]
        self.problems += found
        verdict = "NOT SOUND" if found else "sound"
        seconds = time.monotonic() - started
        print(f"{market} size {size:>3} seed {seed}: {verdict} ({seconds:.0f} s)", *found, sep="\n  ", flush=True)


def main(argv: Sequence[str]) -> int:
    """Run; 1 if there are problems, or if no row could be broken for a check anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args(argv)
    examination = Examination()
    for size in options.sizes:
        for seed in options.seeds:
            with Sandbox(rows=size, seed=seed, companies_per_market=1) as sandbox:
                for market in MARKETS:
                    examination.examine(sandbox, market, size, seed)
    untried = {check.id for check in CHECKS} - examination.tried if min(options.sizes) <= SPOILED_UP_TO else set()
    if untried:
        print(f"no world has a row to break for {', '.join(sorted(untried))}")
    return 1 if examination.problems or untried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
