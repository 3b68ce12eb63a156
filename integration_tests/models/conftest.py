"""One read per market, which all tests of models share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.conftest import MARKETS
from integration_tests.models.warehouse import DuckDB
from integration_tests.models.world import COMPANIES, ROWS, World, read_into, usual_prices
from sage_active_sandbox.sandbox import Sandbox


@pytest.fixture(scope="session")
def books() -> Iterator[Sandbox]:
    """A sandbox whose companies have closed, provisionally carried forward and open fiscal years."""
    with Sandbox(rows=ROWS, companies_per_market=COMPANIES) as sandbox:
        usual_prices(sandbox)
        yield sandbox


@pytest.fixture(scope="session", params=MARKETS)
def world(request: pytest.FixtureRequest, books: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A market, read into a warehouse."""
    folder: Path = tmp_path_factory.mktemp(f"models-{request.param}")
    return read_into(DuckDB(folder), books, request.param, folder)
