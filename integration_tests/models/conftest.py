"""One read per market, which all tests of models share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from integration_tests.conftest import MARKETS
from integration_tests.models.warehouse import MOMENT, DuckDB, Warehouse
from integration_tests.models.world import COMPANIES, ROWS, SEED, World, prepare, read_into, usual_prices
from sage_active_sandbox.sandbox import Sandbox

SERVER: Final = "MODELS_POSTGRES"
"""Environment variable: the folder in which a PostgreSQL server listens; `make models-postgres` sets it."""


@pytest.fixture(scope="session")
def books() -> Iterator[Sandbox]:
    """A sandbox whose companies have closed, provisionally carried forward and open fiscal years."""
    with Sandbox(rows=ROWS, companies_per_market=COMPANIES, seed=SEED) as sandbox:
        if SERVER not in os.environ:
            usual_prices(sandbox)
        prepare(sandbox)
        yield sandbox


@pytest.fixture(scope="session", params=MARKETS)
def world(request: pytest.FixtureRequest, books: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A market, read into a warehouse."""
    folder: Path = tmp_path_factory.mktemp(f"models-{request.param}")
    return read_into(warehouse(request.param, folder), books, request.param, folder)


def warehouse(market: str, folder: Path, moment: str = MOMENT) -> Warehouse:
    """DuckDB, or the PostgreSQL server that is there; `moment` is the type of dates in its raw tables."""
    if SERVER not in os.environ:
        return DuckDB(folder, moment)
    # psycopg is only installed for the target that starts a server.
    from integration_tests.models.postgres import PostgreSQL

    return PostgreSQL(Path(os.environ[SERVER]), market, moment)
