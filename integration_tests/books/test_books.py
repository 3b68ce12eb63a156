"""The books of one company, read over HTTP, pass all checks, and each check finds a row that is broken on purpose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.books.rows import Reader
from integration_tests.books.world import World
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

SIZE = 20


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Sandbox(rows=SIZE, companies_per_market=1) as sandbox:
        company = next(found for found in sandbox.store.companies.values() if found.usable and found.market == "ES")
        with Reader(sandbox, company) as reader:
            yield World(reader, Path(tmp_path_factory.mktemp("books")))


def test_the_books_pass_all_checks(world: World) -> None:
    informing = {check.id for check in world.checks if check.informs}
    assert {name: rows for name, rows in world.findings().items() if rows and name not in informing} == {}


def test_each_broken_row_is_found_and_by_which_checks_is_known(world: World) -> None:
    clean = world.findings()
    for check in world.checks:
        found = world.findings_of_broken(check.spoiled)
        reporting = {name for name, rows in found.items() if rows - clean[name]}
        assert check.id in reporting
        assert reporting <= {check.id, *check.consequences}
    assert world.findings() == clean


def test_the_books_pass_under_other_switches(tmp_path: Path) -> None:
    switches = Switches(
        credit_note_sign="negative",
        negative_bills="refused",
        entry_numbers="exercise_and_journal",
        days="local",
        null_dates="0001",
        preview_entries="left_out",
        withholding="outside",
    )
    with Sandbox(rows=SIZE, companies_per_market=1, switches=switches) as sandbox:
        company = next(found for found in sandbox.store.companies.values() if found.usable and found.market == "ES")
        with Reader(sandbox, company) as reader:
            world = World(reader, tmp_path)
    informing = {check.id for check in world.checks if check.informs}
    assert {name: rows for name, rows in world.findings().items() if rows and name not in informing} == {}
