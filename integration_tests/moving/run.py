"""Copies a company of each market into an empty one and compares their books: `python -m integration_tests.moving.run`.

Prints what differs by type of entry, and fails if anything else does, or if the second copy writes anything.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from integration_tests.destination import SETTLE_SECONDS, received
from integration_tests.moving.copying import CompanyCopy
from integration_tests.moving.examination import examine
from sage_active_sandbox.sandbox import MARKETS, Sandbox

SIZE = 60
SEED = 1
# From the first writes to the last of a copy of this size.
KILLED_AFTER = (2.5, 12.0)


@dataclass(frozen=True)
class World:
    """One copy to be made. `kills`: so many copies of the company are killed before."""

    market: str
    size: int
    seed: int
    kills: int

    def problems(self) -> Iterator[str]:
        """Copies the company and prints what differs; what is wrong with the copy."""
        started = time.monotonic()
        with (
            Sandbox(rows=self.size, seed=self.seed, companies_per_market=1) as sandbox,
            tempfile.TemporaryDirectory() as folder,
        ):
            pair = CompanyCopy(sandbox, self.market, Path(folder))
            self._kill(pair)
            outcome = pair.run()
            if outcome.code:
                yield f"the copy has failed: {outcome.errors} {outcome.stderr}"
            found = examine(sandbox, pair)
            yield from found.problems
            sandbox.mutations.clear()
            again = pair.run()
            if again.code or received(sandbox):
                yield f"the second copy wrote {received(sandbox)}, exit code {again.code}: {again.errors}"
        print(f"{self}: {time.monotonic() - started:.0f} s. Missing in the copy:")
        print(*(f"  {line}" for line in found.differences), sep="\n", flush=True)

    def _kill(self, pair: CompanyCopy) -> None:
        chance = random.Random(self.seed)
        for _ in range(self.kills):
            pair.run(killed_after=chance.uniform(*KILLED_AFTER))
        if self.kills:
            # What a killed copy had sent may still arrive.
            pair.destination.set(settle_seconds=SETTLE_SECONDS)


def main(argv: Sequence[str]) -> int:
    """Run; 1 if there are problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", nargs="+", default=MARKETS)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kills", type=int, default=0, help="so many copies of each company are killed first")
    chosen = parser.parse_args(argv)
    worlds = [World(market, chosen.size, chosen.seed, chosen.kills) for market in chosen.markets]
    problems = [problem for world in worlds for problem in world.problems()]
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
