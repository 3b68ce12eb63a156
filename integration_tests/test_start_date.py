"""`start_date` bounds documents, entries, movements and files by their dates of change, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.connector import Connector
from integration_tests.every_stream import RESOURCES, World, by_owner
from integration_tests.raw_streams import Row, dates_of
from sage_active.markets import DIRECT
from sage_active.resources.resource import ByDate, Resource
from sage_active_sandbox.sandbox import Sandbox

START = "2024-07-01"
UNBOUNDED = ("items", "accounts", "fiscal_years", "currencies")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One with little data."""
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        yield sandbox


def is_within(resource: Resource, row: Row) -> bool:
    """Whether a row last changed on the day or later, or nobody knows when."""
    read = resource.on(DIRECT).read
    if isinstance(read, ByDate):
        undated = read.grammar == "full" and row[read.order] is None
        return undated or any((row[name] or "") >= START for name in read.changed)
    return max(dates_of(row), default=START) >= START


def test_streams_begin_with_the_start_date(sandbox: Sandbox, tmp_path: Path) -> None:
    connector = Connector.over(sandbox, DIRECT, "es", tmp_path, start_date=START)
    bounded = [name for name, resource in RESOURCES.items() if resource.start_date]
    world = World(sandbox, "es", connector, connector.read([*bounded, *UNBOUNDED]))
    assert (world.outcome.code, world.outcome.errors, world.outcome.logs("WARN")) == (0, [], [])
    shortened = set()
    for name in (*bounded, *UNBOUNDED):
        resource = RESOURCES[name]
        records = by_owner(world.outcome, resource)
        for owner, company in world.owners(resource).items():
            held = world.of(resource, company)
            expected = {key for key, row in held.items() if name in UNBOUNDED or is_within(resource, row)}
            assert records.get(owner, {}).keys() == expected, name
            shortened |= {name} if len(expected) < len(held) else set()
    assert {"invoices", "invoice_lines", "bills", "journal_entries", "bank_transactions", "files"} <= shortened
