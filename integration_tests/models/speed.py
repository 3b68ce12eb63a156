"""Times the models over a large ledger in DuckDB: `python -m integration_tests.models.speed`.

The documents and entries of one company are copied under other ids, until there are a million lines.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from integration_tests.models.warehouse import DuckDB
from integration_tests.models.world import ROWS, SEED, prepare, read_into, usual_prices
from sage_active_sandbox.sandbox import Sandbox

LINES: Final = 1_000_000
MARKET: Final = "fr"
MOST_SECONDS: Final = 5.0
DAY: Final = "DATE '2025-05-31'"
MODELS: Final = (
    "general_ledger",
    "trial_balance_computed",
    f"ar_ageing_as_of({DAY})",
    f"ap_ageing_as_of({DAY})",
)
# Table -> the list whose elements have ids, and the columns that are ids of other rows that are copied.
COPIED: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "journal_entries": ("accountingEntryLines", ("salesInvoiceId", "sourceEntityId")),
    "invoices": ("openItems", ()),
    "credit_notes": ("openItems", ()),
    "bills": ("openItems", ()),
}


def multiply(warehouse: DuckDB, copies: int) -> None:
    """Add copies of all documents and entries, so that there are so many of each."""
    for table, (items, references) in COPIED.items():
        ids = [f'"{column}" || \'-\' || copy AS "{column}"' for column in ("id", *references)]
        renamed = (
            f'CAST(REGEXP_REPLACE(CAST("{items}" AS VARCHAR), '
            f'\'"(id|matchId)":"([^"]+)"\', \'"\\1":"\\2-\' || copy || \'"\', \'g\') AS JSON) AS "{items}"'
        )
        warehouse.execute(
            f'INSERT INTO "{table}" SELECT raw.* REPLACE ({", ".join([*ids, renamed])}) '
            f'FROM "{table}" AS raw, RANGE(1, {copies}) AS copies(copy)'
        )


def timed(warehouse: DuckDB, model: str) -> float:
    """Seconds that it takes to write a model into a table."""
    started = time.perf_counter()
    warehouse.execute(f"CREATE OR REPLACE TEMPORARY TABLE written AS SELECT * FROM {model}")
    return time.perf_counter() - started


def receivables(warehouse: DuckDB) -> Decimal:
    """The sum of all receivables of the day."""
    (row,) = warehouse.query(f"SELECT SUM(open_amount) AS amount FROM ar_ageing_as_of({DAY})")
    return Decimal(row["amount"])


def main(argv: Sequence[str]) -> int:
    """Print the seconds of each model; 1 if one takes too long, or if its figures are not those of the copies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES, help="lines of the ledger")
    wanted = parser.parse_args(argv).lines
    with tempfile.TemporaryDirectory() as folder, Sandbox(rows=ROWS, companies_per_market=1, seed=SEED) as sandbox:
        usual_prices(sandbox)
        prepare(sandbox)
        warehouse = DuckDB(Path(folder))
        read_into(warehouse, sandbox, MARKET, Path(folder))
    (lines,) = warehouse.query("SELECT COUNT(*) AS n FROM general_ledger")
    copies, single = -(-wanted // lines["n"]), receivables(warehouse)
    multiply(warehouse, copies)
    seconds = {model: timed(warehouse, model) for model in MODELS}
    print(f"{copies * lines['n']:,} lines")
    for model, spent in seconds.items():
        print(f"{model:<45} {spent:6.2f} s")
    if receivables(warehouse) != single * copies:
        print("the receivables are not those of the copies")
        return 1
    return int(max(seconds.values()) > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
