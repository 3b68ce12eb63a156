"""Sandboxes and connectors for the tests. Everything runs on this machine's loopback address."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Connector
from integration_tests.expected import selection
from integration_tests.long_tests import mark_long
from sage_active_cli.console import OUTPUT
from sage_active_sandbox.sandbox import Sandbox

# Under nohup it is ignored, and would stay so in the commands that the tests start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

MARKETS = ("de", "es", "fr")
CONNECTIONS = ("direct", "maesn")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves to `make long-test` what says the same once more."""
    mark_long(items)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """One for tests that change nothing in it."""
    with Sandbox(rows=20, companies_per_market=2) as sandbox:
        yield sandbox


@pytest.fixture
def standing(shared_sandbox: Sandbox) -> Sandbox:
    """The shared sandbox, its tokens and its request log as new."""
    shared_sandbox.reset_tokens()
    shared_sandbox.requests.clear()
    return shared_sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One that the test may change."""
    with Sandbox(rows=12, companies_per_market=2) as sandbox:
        yield sandbox


@pytest.fixture
def connect(tmp_path: Path) -> Callable[..., Connector]:
    """Makes a connector over a sandbox; every usable company is configured unless `companies` says otherwise."""

    def make(sandbox: Sandbox, connection: str, market: str = "de", **options: Any) -> Connector:
        settings = {"companies": selection(sandbox, market), **options}
        return Connector.over(sandbox, connection, market, tmp_path, **settings)

    return make


@pytest.fixture
def terminal_width(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the columns of the terminal; a console keeps the width that it is made with."""

    def set_width(columns: int) -> None:
        monkeypatch.setattr(OUTPUT, "width", columns)

    return set_width


@pytest.fixture(params=CONNECTIONS)
def connection(request: pytest.FixtureRequest) -> str:
    """Each connection."""
    return str(request.param)


@pytest.fixture(params=MARKETS)
def market(request: pytest.FixtureRequest) -> str:
    """Each market."""
    return str(request.param)
