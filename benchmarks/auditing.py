"""What an audit of many entry lines takes: `python -m benchmarks.auditing`. Fails above the target for memory."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.connector import CREDENTIALS
from benchmarks.measure import measured, serving
from benchmarks.wire import ANNOUNCEMENT

MOST_MB: Final = 150
COMMAND: Final = str(Path(sys.executable).parent / "sage-active")


def main() -> int:
    """Prints seconds and memory; 1 above the target."""
    parser = argparse.ArgumentParser(description="Audits prepared books.")
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines of entries")
    lines = parser.parse_args().lines
    with (
        serving([sys.executable, "-m", "benchmarks.ledger", "--lines", str(lines)], ANNOUNCEMENT) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = {
            "credentials": {"target_system": "sage-active-de", **CREDENTIALS["direct"]},
            "sandbox_url": url,
            "requests_per_minute": 100_000,
        }
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        run = measured([COMMAND, "audit", "--config", str(path)])
    print(
        f"audit of {lines:,} entry lines: {run.seconds:.1f} s, {run.processor:.1f} s of processor, {run.peak_mb:.0f} MB"
    )
    return int(run.peak_mb > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
