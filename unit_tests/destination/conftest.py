"""The destination's command, and a stand-in that a module shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The destination, its files in a folder of the test."""
    return Command(tmp_path)


@pytest.fixture(scope="package")
def standing() -> Iterator[Sandbox]:
    """One for all tests of this folder."""
    with Sandbox(rows=3, companies_per_market=2) as running:
        yield running


@pytest.fixture
def sandbox(standing: Sandbox) -> Sandbox:
    """The same, its tokens, rights and counts as new."""
    standing.reset_tokens()
    standing.rights.replace({})
    standing.requests.clear()
    standing.mutations.clear()
    return standing
