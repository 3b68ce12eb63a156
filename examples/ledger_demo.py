"""From an empty folder to a page of tables and charts: `make ledger-demo`.

It starts the stand-in, reads three markets with PyAirbyte into one DuckDB file each (pipelines/to_duckdb.py), creates
the models of sql/duckdb over them, and writes one HTML page. It exits with 1 if the ledger differs from the server's
reports.
"""

# mypy: disable-error-code="import-not-found"
# DuckDB is not installed where types are checked.

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
from ledger.figures import Company, Row, companies
from ledger.page import ledger_page
from stand_in import UnexpectedError, stand_in

HERE: Final = Path(__file__).parent
PIPELINE: Final = HERE / "pipelines" / "to_duckdb.py"
MODELS: Final = HERE.parent / "sql" / "duckdb"
SCHEMA: Final = "sage_active"
MARKETS: Final = ("de", "es", "fr")
# What the models need.
STREAMS: Final = (
    "accounting_setup",
    "accounts",
    "balance_sheet",
    "bills",
    "companies",
    "credit_notes",
    "customers",
    "fiscal_years",
    "invoices",
    "items",
    "journal_entries",
    "journals",
    "profit_and_loss",
    "report_positions",
    "suppliers",
    "tax_treatments",
    "trial_balance",
)
SECONDS_FOR_A_READ: Final = 1200
STAND_IN: Final = ("--companies", "1", "--rows", "60")


def main() -> int:
    """Runs the demo; the exit code is 0 if the ledger agrees with the server's reports, else 1."""
    parser = argparse.ArgumentParser(description="Makes a page of tables and charts from a local stand-in.")
    parser.add_argument("--scripts", type=Path, required=True, help="folder of source-sage-active and the stand-in")
    parser.add_argument("--output", type=Path, default=Path(".demo-ledger"), help="is emptied first")
    options = parser.parse_args()
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir()
    try:
        _read(options.scripts, options.output)
        found = [
            company for market in MARKETS for company in _figures(options.output / f"books-{market}.duckdb", market)
        ]
    except (UnexpectedError, OSError, subprocess.SubprocessError, duckdb.Error) as problem:
        print(f"The demo failed: {problem}", file=sys.stderr)
        return 1
    page = options.output / "ledger.html"
    page.write_text(ledger_page(found), encoding="utf-8")
    print(f"\nThe page is {page}: open it in a browser. The databases beside it are good for further questions.")
    different = [company.name for company in found if company.difference]
    if different:
        print(f"These differ from the server's reports: {', '.join(different)}.", file=sys.stderr)
    return 1 if different else 0


def _read(scripts: Path, output: Path) -> None:
    """Reads each market into a database of its own. Raises `UnexpectedError` when a read fails."""
    with stand_in(output / "sandbox.log", *STAND_IN, scripts=scripts) as stand:
        print("A stand-in runs; all data is invented, and nothing leaves this machine.", flush=True)
        configurations = stand.get("configuration")
        for market in MARKETS:
            config = output / f"{market}.json"
            config.write_text(json.dumps(configurations[f"direct-{market}"]), encoding="utf-8")
            files = ["--config", str(config), "--database", str(output / f"books-{market}.duckdb")]
            command = [sys.executable, str(PIPELINE), "--connector", str(scripts / "source-sage-active"), *files]
            clock, log_path = time.monotonic(), output / f"{market}.log"
            with log_path.open("wb") as log:
                ended = subprocess.run(
                    [*command, "--streams", *STREAMS],
                    stdout=log,
                    stderr=log,
                    timeout=SECONDS_FOR_A_READ,
                    check=False,
                )
            if ended.returncode != 0:
                raise UnexpectedError(f"the read of {market} ended with {ended.returncode}, see {log_path}")
            print(f"  {market.upper()} read into DuckDB {time.monotonic() - clock:6.1f} s", flush=True)


def _figures(path: Path, market: str) -> list[Company]:
    """Creates the models in a database, and asks them."""
    clock = time.monotonic()
    with duckdb.connect(str(path)) as database:
        database.execute(f"USE {SCHEMA}")
        for model in sorted(MODELS.glob("*.sql")):
            database.execute(model.read_text(encoding="utf-8"))
        found = companies(lambda sql: _rows(database, sql), market.upper())
    print(f"  {market.upper()} models and figures {time.monotonic() - clock:3.1f} s", flush=True)
    return found


def _rows(database: Any, sql: str) -> Sequence[Row]:
    cursor = database.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


if __name__ == "__main__":
    sys.exit(main())
