"""Reads Sage Active with dlt into DuckDB, each run only what is new or changed.

    python to_dlt.py --connector .venv/bin/source-sage-active --config source.json --database sage.duckdb \
        --streams customers invoices

dlt wants a virtual environment of its own (`dlt.txt`); the connector runs from the one that it was installed into. For
another database, replace `dlt.destinations.duckdb` with another of dlt's destinations. See docs/pipelines.md.
"""

# mypy: disable-error-code="import-not-found, untyped-decorator, misc"
# dlt is not installed where types are checked.

import argparse
import json
import os
import shlex
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from acknowledged import SyncError
from connector import Connector, log
from reading import Record, discover, read
from select_streams import configured

# Before the import: nobody is told about the run, and columns are called as with PyAirbyte (`documentdate`).
os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", SCHEMA__NAMING="sql_ci_v1")

import dlt

# DuckDB takes `name.table` for a database when a file is called `name`: the two must differ.
DATASET: Final = "sage_active"
STATES: Final = "states"
BATCH: Final = 1000
# Types of JSON schema -> those of dlt. Lists and objects stay whole, as JSON.
TYPES: Final = {"string": "text", "integer": "bigint", "number": "decimal", "boolean": "bool"}
FORMATS: Final = {"date-time": "timestamp", "date": "date"}


@dlt.source(name=DATASET)
def sage_active(source: Connector, streams: Sequence[Mapping[str, Any]], failures: list[SyncError]) -> Any:
    """All streams as one resource, because one process reads them; each becomes a table, merged by its key.

    dlt keeps the connector's states in its own state, which it loads together with the records before them. A source
    that fails, perhaps in one of its companies, leaves its error in `failures`; what it has read is loaded anyway.
    """

    @dlt.resource(name=DATASET)
    def records() -> Iterator[Any]:
        kept = dlt.current.resource_state()
        catalog = {"streams": [configured(dict(stream)) for stream in streams]}
        rows: defaultdict[str, list[Any]] = defaultdict(list)
        for stream in streams:
            yield dlt.mark.with_hints([], _hints(stream), create_table_variant=True)
        try:
            for message in read(source, catalog, kept.get(STATES, "[]")):
                if isinstance(message, Record):
                    rows[message.stream].append(json.loads(message.data, parse_float=Decimal))
                    if len(rows[message.stream]) == BATCH:
                        yield dlt.mark.with_table_name(rows.pop(message.stream), message.stream)
                else:
                    kept[STATES] = message.text
        except SyncError as problem:
            failures.append(problem)
        for name, left in rows.items():
            yield dlt.mark.with_table_name(left, name)

    return records


def load(source: Connector, database: Path, names: Sequence[str] = ()) -> str:
    """Loads streams (all without any named); returns what dlt says of the load.

    Raises `SyncError` when the source fails, after loading what it has read.
    """
    if database.stem == DATASET:
        raise SyncError(f"The database must not be called {DATASET}, like the schema in it.")
    offered = {stream["name"]: stream for stream in discover(source)}
    unknown = [name for name in names if name not in offered]
    if unknown:
        raise SyncError(f"No stream {', '.join(unknown)}. Offered: {', '.join(offered)}.")
    pipeline = dlt.pipeline(
        pipeline_name=database.stem,
        pipelines_dir=str(database.resolve().parent / "dlt"),
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name=DATASET,
    )
    failures: list[SyncError] = []
    report = pipeline.run(sage_active(source, [offered[name] for name in names or offered], failures))
    if failures:
        raise failures[0]
    return str(report)


def _hints(stream: Mapping[str, Any]) -> Any:
    """What dlt must know of a table: a record may come twice in one read, and the later one is the row."""
    key = [path[0] for path in stream.get("source_defined_primary_key") or ()]
    columns = {name: _column(name, field) for name, field in stream["json_schema"]["properties"].items()}
    for cursor in stream.get("default_cursor_field") or ():
        columns[cursor]["dedup_sort"] = "desc"
    return dlt.mark.make_hints(
        table_name=stream["name"],
        primary_key=key or None,
        write_disposition="merge" if key else "append",
        columns=columns,
    )


def _column(name: str, field: Mapping[str, Any]) -> dict[str, Any]:
    kinds = field.get("type", "object")
    kind = next((kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"), "object")
    return {"name": name, "data_type": FORMATS.get(field.get("format", ""), TYPES.get(kind, "json"))}


def main() -> int:
    """Loads once; exit code 1 where the source failed."""
    parser = argparse.ArgumentParser(description="Reads Sage Active with dlt into DuckDB.")
    parser.add_argument("--connector", required=True, help="the executable source-sage-active")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--streams", nargs="*", default=())
    options = parser.parse_args()
    source = Connector("source", shlex.split(options.connector), options.config)
    try:
        print(load(source, options.database, options.streams))
    except SyncError as problem:
        log(f"FAILED: {problem}")
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
