"""Copies a company of each market into an empty one and compares their books: `python -m integration_tests.moving.run`.

Prints what differs by type of entry, and fails if anything else does, or if the second copy writes anything.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from integration_tests.destination import received
from integration_tests.moving.copying import CompanyCopy
from integration_tests.moving.examination import examine
from sage_active_sandbox.sandbox import MARKETS, Sandbox

SIZE = 60
SEED = 1


def copied(market: str, size: int, seed: int) -> Iterator[str]:
    """Copies a company and prints what differs; what is wrong with the copy."""
    started = time.monotonic()
    with Sandbox(rows=size, seed=seed, companies_per_market=1) as sandbox, tempfile.TemporaryDirectory() as folder:
        pair = CompanyCopy(sandbox, market, Path(folder))
        outcome = pair.run()
        if outcome.code:
            yield f"the copy has failed: {outcome.errors} {outcome.stderr}"
        found = examine(sandbox, pair)
        yield from found.problems
        sandbox.mutations.clear()
        again = pair.run()
        if again.code or received(sandbox):
            yield f"the second copy wrote {received(sandbox)}, exit code {again.code}: {again.errors}"
    print(f"{market}, size {size}, seed {seed} ({time.monotonic() - started:.0f} s). Missing in the copy:")
    print(*(f"  {line}" for line in found.differences), sep="\n", flush=True)


def main(argv: Sequence[str]) -> int:
    """Run; 1 if there are problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", nargs="+", default=MARKETS)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(argv)
    problems = [problem for market in chosen.markets for problem in copied(market, chosen.size, chosen.seed)]
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
