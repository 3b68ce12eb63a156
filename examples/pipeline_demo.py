"""Shows pipelines/to_duckdb.py against the stand-in, and checks every table: `make pipeline-demo`.

It reads all streams, changes some records in the stand-in, reads again, and exits with 1 if a table differs from what
the connector alone reads or the second read was not incremental.
"""

# mypy: disable-error-code="import-not-found"
# DuckDB is not installed where types are checked.

import argparse
import json
import math
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
from plain_read import PlainStream, read_plainly
from stand_in import SECONDS_FOR_ANYTHING, UnexpectedError, stand_in
from tables import print_table

PIPELINE: Final = Path(__file__).parent / "pipelines" / "to_duckdb.py"
SCHEMA: Final = "sage_active"
CONFIGURATION: Final = "direct-de"
MARKET: Final = "de"
# What is changed between the two reads: the type in the stand-in, and its member.
CHANGED: Final = {"Customer": "socialName", "Product": "name"}
# Streams of which the second read must bring less than the first one.
INCREMENTAL: Final = ("customers", "suppliers", "items", "invoices")
NEW_TEXT: Final = "Changed between two reads"


@dataclass(frozen=True)
class Table:
    """What a run left of one stream: rows, of which this run brought `arrived`, and values that were compared."""

    rows: int
    arrived: int
    values: int


def main() -> int:
    """Runs the demo; the exit code is 0 if all is as expected, else 1."""
    parser = argparse.ArgumentParser(description="Reads from a local stand-in into DuckDB, twice.")
    parser.add_argument("--scripts", type=Path, required=True, help="folder of source-sage-active and the stand-in")
    parser.add_argument("--output", type=Path, default=Path(".demo-pipeline"), help="is emptied first")
    options = parser.parse_args()
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir()
    try:
        with stand_in(options.output / "sandbox.log", scripts=options.scripts) as stand:
            print("A stand-in runs; all data is invented, and nothing leaves this machine.", flush=True)
            config = options.output / "source.json"
            config.write_text(json.dumps(stand.get("configuration")[CONFIGURATION]), encoding="utf-8")
            first = _read(options.scripts, options.output, "first")
            for company_id in stand.usable_companies(MARKET):
                for kind, member in CHANGED.items():
                    stand.post("touch", {"company_id": company_id, "type": kind, "changes": {member: NEW_TEXT}})
            second = _read(options.scripts, options.output, "second")
    except (UnexpectedError, OSError, subprocess.SubprocessError) as problem:
        print(f"The demo failed: {problem}", file=sys.stderr)
        return 1
    repeated = [stream for stream in INCREMENTAL if second[stream].arrived >= first[stream].arrived]
    if repeated:
        print(f"The demo failed: the second read was not incremental: {', '.join(repeated)}", file=sys.stderr)
        return 1
    print_table(
        ("table", "rows", "first read", "second read", "values compared"),
        [
            (stream, str(table.rows), str(first[stream].arrived), str(table.arrived), str(table.values))
            for stream, table in second.items()
        ],
    )
    print("\nEvery table equals what the connector alone reads. Some customers and items were changed in between; the")
    print(
        "second read also brings documents that are not final, streams without dates, and what the lookback covers.\n"
    )
    with duckdb.connect(str(options.output / "sage.duckdb"), read_only=True) as database:
        database.sql(
            f"SELECT o.name AS company, c.code AS customer, c.socialname AS name, count(i.id) AS invoices, "
            f"max(i.documentdate)::DATE AS latest FROM {SCHEMA}.invoices i "
            f"JOIN {SCHEMA}.customers c ON (c.company_id, c.id) = (i.company_id, i.customerid) "
            f"JOIN {SCHEMA}.companies o ON o.id = i.company_id GROUP BY ALL ORDER BY invoices DESC, company LIMIT 5"
        ).show()
    return 0


def _read(scripts: Path, output: Path, run: str) -> dict[str, Table]:
    """Runs the pipeline, and compares all tables with a plain read. Raises `UnexpectedError` when they differ."""
    database = output / "sage.duckdb"
    began, clock = datetime.now(UTC).replace(tzinfo=None), time.monotonic()
    files = ["--config", str(output / "source.json"), "--database", str(database)]
    with (output / f"{run}.log").open("wb") as log:
        ended = subprocess.run(
            [sys.executable, str(PIPELINE), "--connector", str(scripts / "source-sage-active"), *files],
            stdout=log,
            stderr=log,
            timeout=SECONDS_FOR_ANYTHING,
            check=False,
        )
    if ended.returncode != 0:
        raise UnexpectedError(f"the {run} read ended with {ended.returncode}, see {output / run}.log")
    print(f"  {run} read {time.monotonic() - clock:6.1f} s", flush=True)
    streams = read_plainly(scripts / "source-sage-active", output / "source.json", output)
    with duckdb.connect(str(database), read_only=True) as opened:
        return {name: _compared(opened, name, stream, began) for name, stream in streams.items()}


def _compared(database: Any, name: str, stream: PlainStream, began: datetime) -> Table:
    table = database.sql(f'SELECT * FROM {SCHEMA}."{name}"')
    stored = [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]
    found = {tuple(_text(row[member.lower()]) for member in stream.key): row for row in stored}
    if len(stored) != len(found) or found.keys() != stream.rows.keys():
        raise UnexpectedError(f"{name}: {len(stored)} rows in DuckDB, {len(stream.rows)} in a plain read.")
    values = 0
    for key, row in stream.rows.items():
        different = [member for member in row if not _equal(row[member], found[key][member.lower()])]
        if different:
            raise UnexpectedError(f"{name} {key[1:]} differs in {', '.join(different)}.")
        values += len(row)
    return Table(len(stored), sum(row["_airbyte_extracted_at"] >= began for row in stored), values)


def _text(value: Any) -> Any:
    """A part of a key as records have it: DuckDB takes days for moments."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if isinstance(value, datetime) else value


def _equal(held: Any, stored: Any) -> bool:
    """Whether a value of a record is that of a table."""
    if isinstance(held, dict | list) and isinstance(stored, str):
        return _equal(held, json.loads(stored))
    if isinstance(held, dict) and isinstance(stored, dict):
        return held.keys() == stored.keys() and all(_equal(held[name], stored[name]) for name in held)
    if isinstance(held, list) and isinstance(stored, list):
        return len(held) == len(stored) and all(map(_equal, held, stored))
    if isinstance(stored, datetime):
        return datetime.fromisoformat(held).astimezone(UTC).replace(tzinfo=None) == stored
    if isinstance(stored, Decimal | float | int) and not isinstance(stored, bool):
        # PyAirbyte reads numbers as doubles: what a double cannot hold does not reach the table.
        return math.isclose(held, stored, rel_tol=sys.float_info.epsilon)
    return bool(held == stored)


if __name__ == "__main__":
    sys.exit(main())
