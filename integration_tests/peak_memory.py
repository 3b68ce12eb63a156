"""How much memory many records of each object need: `python -m integration_tests.peak_memory [--records 10000]`.

Every object is written in a process of its own to a sandbox that has what its records refer to, and so are invoices of
many lines. It prints one line an object, and ends with 1 where a peak is higher than `--most-mb`, or where a write ends
with anything but 0.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import BenchmarkError, Run
from integration_tests.destination import DESTINATION, Data, Destination, catalog, records
from integration_tests.every_record import OPTIONS, WRITTEN
from sage_active_sandbox.sandbox import Sandbox

# Rows that records refer to.
STOCK = 50
LONG = "long invoices"
LONG_INVOICES = 2_000
LINES = 200
# Codes of German and French accounts are too short for so many of one statement.
MARKETS = {"accounts": "es"}


def main() -> int:
    """Measures what the arguments say; 0 where all of it stays below the bound."""
    parser = argparse.ArgumentParser(description="Measures the memory of writes.")
    parser.add_argument("--records", type=int, default=10_000, metavar="N", help="of each object")
    parser.add_argument("--most-mb", type=float, default=150.0, metavar="MB", help="the bound")
    parser.add_argument("--streams", nargs="*", default=[*WRITTEN, LONG], metavar="STREAM")
    options = parser.parse_args()
    is_above = False
    for stream in options.streams:
        began = time.monotonic()
        try:
            count = min(options.records, LONG_INVOICES) if stream == LONG else options.records
            run = _run(stream, count)
        except BenchmarkError as error:
            print(f"{stream}: {error}", flush=True)
            is_above = True
            continue
        is_above = is_above or run.peak_mb > options.most_mb
        print(f"{stream}: {count:,} records, peak {run.peak_mb:.0f} MB, {time.monotonic() - began:.0f} s", flush=True)
    return int(is_above)


def _run(stream: str, count: int) -> Run:
    """Writes so many records; raises `BenchmarkError` where that fails."""
    with Sandbox(rows=1, companies_per_market=1) as sandbox, tempfile.TemporaryDirectory() as name:
        company, folder = sandbox.add_company(MARKETS.get(stream, "de")), Path(name)
        destination = Destination.over(
            sandbox, "direct", company, folder, settle_seconds=0, requests_per_minute=100_000, **OPTIONS
        )
        is_long = stream == LONG
        written = "invoices" if is_long else stream
        streams = [*WRITTEN[written].needs, written]
        source = folder / "input.jsonl"
        with source.open("wb") as lines:
            for needed in WRITTEN[written].needs:
                lines.writelines(records(needed, WRITTEN[needed].make(sandbox, company, needed, STOCK)))
            rows = WRITTEN[written].make(sandbox, company, written, count)
            lines.writelines(records(written, map(_long, rows) if is_long else rows))
        del rows
        command = [*DESTINATION.command, *destination.arguments(catalog(streams))]
        # A child's peak begins with what its parent has, and this process has the sandbox.
        measuring = [sys.executable, "-m", "benchmarks.measure", str(source), *command]
        result = subprocess.run(measuring, stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode:
            raise BenchmarkError(f"ends with {result.returncode}")
        return Run(**json.loads(result.stdout))


def _long(invoice: Data) -> Data:
    """The invoice with its first line many times, and without amounts, which would be those of its own lines."""
    first, *_ = invoice["lines"]
    rest = {name: value for name, value in invoice.items() if not name.startswith("total")}
    return {**rest, "lines": [first] * LINES}


if __name__ == "__main__":
    raise SystemExit(main())
