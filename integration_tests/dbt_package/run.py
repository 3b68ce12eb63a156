"""Builds the dbt package over what the source reads of the sandbox: `python -m integration_tests.dbt_package.run`.

All markets are read once into one DuckDB file. The package is built with all streams and with those that a new
connection starts with. Every model must be built, every test must pass, and the models must have the rows of the views
in `sql/duckdb`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from integration_tests.dbt_package.project import MODELS_SCHEMA, RAW_SCHEMA, Project, Results
from integration_tests.dbt_package.rendering import all_models
from integration_tests.dbt_package.rendering import differences as rendering_differences
from integration_tests.models.warehouse import DuckDB, create_models
from integration_tests.models.world import COMPANIES, ROWS, SEED, prepare, read_into, usual_prices
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sql.dbt_package.properties import CURRENT, STAGING, suggested_streams
from sql.source import read_models

FEWEST_TESTS: Final = 60
AS_OF_DAY: Final = "2024-06-30"
SINCE_DAY: Final = "2025-01-01"
# The session of the warehouse that the views are read in has it, too: today's ageing depends on it.
TIME_ZONE: Final = "America/New_York"
PARAMETERS: Final = {"as_of_day": AS_OF_DAY, "since_day": SINCE_DAY}
# A class of the user's own, for accounts that begin so in any chart.
OWN_CLASSES: Final = "own_classes"
OWN_PREFIX, OWN_CLASS = "4", "Class four"
ALL_STREAMS: Final = {
    "sage_active_streams": "all",
    "sage_active_group_account_map": OWN_CLASSES,
    **{f"sage_active_{parameter}": day for parameter, day in PARAMETERS.items()},
}
SEED_ROWS: Final = f"company_id,chart,account_prefix,account_class\n,,{OWN_PREFIX},{OWN_CLASS}\n"
FEW_STREAMS: Final = {"sage_active_streams": ["journal_entries", "fiscal_years"]}


def main(arguments: list[str]) -> int:
    """Build the package twice; 1 with the problems on stdout if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dbt", type=Path, default=Path(sys.executable).parent / "dbt", help="the command")
    dbt = parser.parse_args(arguments).dbt
    problems = [
        f"{found.model} is not its view in {found.dialect}:\n{found.rendered}\n{found.expected}"
        for found in rendering_differences(all_models())
    ]
    with tempfile.TemporaryDirectory(prefix="dbt-") as name:
        folder = Path(name)
        database = folder / "warehouse.duckdb"
        _timed("read", lambda: read_markets(database, folder))
        problems += [*build(dbt, folder / "all", database, ALL_STREAMS), *differences(database, folder)]
        _suggested_only(database)
        problems += build(dbt, folder / "suggested", database, {})
        # With few streams nothing may refer to what is not there.
        few = Project(dbt, folder / "few", database, FEW_STREAMS, TIME_ZONE)
        few.run("deps")
        few.run("parse")
    print(*problems, sep="\n")
    return bool(problems)


def read_markets(database: Path, folder: Path) -> None:
    """Read all streams of all markets into the raw tables of a file."""
    with Sandbox(rows=ROWS, companies_per_market=COMPANIES, seed=SEED) as sandbox:
        usual_prices(sandbox)
        prepare(sandbox)
        for market in MARKETS:
            market_folder = folder / market
            market_folder.mkdir()
            warehouse = DuckDB(market_folder)
            read_into(warehouse, sandbox, market, market_folder)
            warehouse.execute(f"ATTACH '{database}' AS file; CREATE SCHEMA IF NOT EXISTS file.{RAW_SCHEMA}")
            for row in warehouse.query("SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory'"):
                table = f'file.{RAW_SCHEMA}."{row["table_name"]}"'
                warehouse.execute(f'CREATE TABLE IF NOT EXISTS {table} AS FROM "{row["table_name"]}" LIMIT 0')
                warehouse.execute(f'INSERT INTO {table} BY NAME FROM "{row["table_name"]}"')
            warehouse.execute("DETACH file")


def build(dbt: Path, folder: Path, database: Path, variables: Mapping[str, Any]) -> Iterator[str]:
    """Build the package in a project of its own, and its documentation; what is wrong."""
    project = Project(dbt, folder, database, variables, TIME_ZONE, {OWN_CLASSES: SEED_ROWS})
    project.run("deps")
    _timed(f"dbt build ({folder.name})", lambda: project.run("build"))
    results = project.results()
    print(f"  {results}")
    yield from results.problems()
    yield from _problems(results, is_all=bool(variables))
    project.run("docs", "generate")
    yield from (f"{name} is not documented" for name in results.models.keys() - project.documented())


def _suggested_only(database: Path) -> None:
    """Remove the raw tables of all streams but those that a new connection starts with."""
    kept = suggested_streams()
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"DROP SCHEMA {MODELS_SCHEMA} CASCADE")
        rows = connection.execute(
            f"SELECT table_name FROM duckdb_tables() WHERE schema_name = '{RAW_SCHEMA}'"
        ).fetchall()
        for (table,) in rows:
            if table not in kept:
                connection.execute(f'DROP TABLE {RAW_SCHEMA}."{table}"')


def _problems(results: Results, *, is_all: bool) -> Iterator[str]:
    passed = [name for name, status in results.tests.items() if status == "pass"]
    if len(passed) < FEWEST_TESTS:
        yield f"only {len(passed)} tests have passed"
    models = {name.rpartition(".")[2] for name in results.models}
    if is_all:
        yield from (f"{model.name} was not built" for model in read_models() if model.name not in models)
    elif any(name.startswith(CURRENT) for name in models):
        yield "models over record_ids were built without it"


def differences(database: Path, folder: Path) -> Iterator[str]:
    """The models whose rows are not those of the views."""
    warehouse = DuckDB(folder)
    warehouse.execute(f"ATTACH '{database}' AS file (READ_ONLY)")
    for row in warehouse.query(f"SELECT table_name FROM duckdb_tables() WHERE schema_name = '{RAW_SCHEMA}'"):
        warehouse.execute(f'CREATE TABLE "{row["table_name"]}" AS FROM file.{RAW_SCHEMA}."{row["table_name"]}"')
    create_models(warehouse)
    warehouse.execute(f"INSERT INTO group_account_map VALUES (NULL, NULL, '{OWN_PREFIX}', '{OWN_CLASS}')")
    marts = [model for model in read_models() if not model.name.startswith(STAGING)]
    compared = 0
    for model in marts:
        days = ", ".join(f"DATE '{PARAMETERS[parameter.name]}'" for parameter in model.parameters)
        expected = f"{model.name}({days})" if model.parameters else model.name
        columns = ", ".join(column.name for column in model.columns)
        built = f"SELECT {columns} FROM file.{MODELS_SCHEMA}.{model.name}"
        wanted = f"SELECT {columns} FROM {expected}"
        (found,) = warehouse.query(
            f"SELECT (SELECT COUNT(*) FROM (({built}) EXCEPT ALL ({wanted}))) AS more, "
            f"(SELECT COUNT(*) FROM (({wanted}) EXCEPT ALL ({built}))) AS less, "
            f"(SELECT COUNT(*) FROM ({wanted})) AS rows"
        )
        compared += found["rows"]
        if found["more"] or found["less"] or not found["rows"]:
            yield f"{model.name}: {found}"
    print(f"{len(marts)} models compared with the views, {compared} rows")


def _timed(name: str, action: Any) -> None:
    started = time.monotonic()
    action()
    print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
