"""Reads Sage Active into DuckDB with PyAirbyte, each run only what is new or changed: `make pipeline-demo`.

    python to_duckdb.py --connector .venv/bin/source-sage-active --config source.json --database sage.duckdb

PyAirbyte wants a virtual environment of its own (`pyairbyte.txt`); the connector runs from the one that it was
installed into.
"""

# mypy: disable-error-code="import-not-found"
# PyAirbyte is not installed where types are checked.

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from owner_file import replace_json

# Before the import: nothing is asked of the connector registry, and nobody is told about the run.
os.environ.update(AIRBYTE_OFFLINE_MODE="1", DO_NOT_TRACK="1")

import airbyte
from airbyte.caches import DuckDBCache

# DuckDB takes `name.table` for a database when a file is called `name`: the two must differ.
SCHEMA: Final = "sage_active"


def read_into_duckdb(connector: Path, config: Path, database: Path, streams: Sequence[str] = ()) -> int:
    """Reads streams (all without any named) into tables; returns how many records arrived.

    Tables, and the state of the last run, are in the database; records are deduplicated by their key. Rotated tokens go
    to the configuration file. Raises `airbyte.exceptions.PyAirbyteError` when the read fails.
    """
    if database.stem == SCHEMA:
        raise SystemExit(f"The database must not be called {SCHEMA}, like the schema in it.")

    def keep(changed: dict[str, Any]) -> None:
        replace_json(config, changed)

    source = airbyte.get_source(
        "source-sage-active",
        config=json.loads(config.read_text(encoding="utf-8")),
        config_change_callback=keep,
        local_executable=connector,
        streams=list(streams) or "*",
    )
    cache = DuckDBCache(db_path=database, schema_name=SCHEMA, cache_dir=database.parent / "pyairbyte")
    result = source.read(cache=cache)
    return int(result.processed_records)


def main() -> None:
    """Reads once."""
    parser = argparse.ArgumentParser(description="Reads Sage Active into DuckDB.")
    parser.add_argument("--connector", type=Path, required=True, help="the executable source-sage-active")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--streams", nargs="*", default=())
    options = parser.parse_args()
    records = read_into_duckdb(options.connector, options.config, options.database, options.streams)
    print(f"{records} records arrived in {options.database}, schema {SCHEMA}")


if __name__ == "__main__":
    main()
