"""Every stream that a connection offers, from one read: its rows are those of the sandbox, byte for byte.

In one market the read is followed by changes of rows, of what they own, and by an incremental read. Through Maesn,
`test_full_read.py` and `test_incremental.py` do so with all that it offers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from integration_tests.every_stream import (
    RESOURCES,
    World,
    assert_delivered,
    by_owner,
    difference,
    expected_rows,
    read_everything,
)
from integration_tests.expected import usable
from integration_tests.raw_streams import RawApi, Row, dates_of, fits
from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT
from sage_active.resources.resource import ByDate, Resource, Windowed
from sage_active_sandbox.row_changes import touch
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row as StoredRow

CONFIGURATION = Path(__file__).parents[1] / "acceptance-test-config.yml"
LOOKBACK = timedelta(minutes=60)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One of the test's own: it may be changed."""
    with Sandbox(rows=6, companies_per_market=2) as sandbox:
        yield sandbox


def empty(world: World) -> set[str]:
    """The streams of which the sandbox has nothing in this market: those that a read may deliver nothing of."""
    return {
        name
        for name, resource in RESOURCES.items()
        if not any(world.of(resource, company) for company in world.owners(resource).values())
    }


def may_be_empty() -> set[str]:
    """The streams of which the standard tests expect nothing in Germany."""
    tests = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["acceptance_tests"]["basic_read"]["tests"]
    return {
        stream["name"] for test in tests if DIRECT in test["config_path"] for stream in test.get("empty_streams", ())
    }


def assert_filled_elsewhere(world: World, names: set[str]) -> None:
    """What a market has nothing of, another one has: no stream goes without a row."""
    for name in names:
        resource = RESOURCES[name]
        schema = world.connector.streams()[name]["json_schema"]
        others = [company for market in ("es", "fr") for company in usable(world.sandbox, market)]
        assert any(
            next(expected_rows(RawApi(world.sandbox, company), resource, company, schema), None) for company in others
        ), name


def owned_paths(row: StoredRow, above: str = "") -> Iterator[str]:
    """The dotted paths to what a stored row owns and what has a date of change of its own, the row itself first."""
    yield above
    for name, value in row.items():
        part = next(iter(value), None) if isinstance(value, list) else value
        if name[0] != "_" and isinstance(part, dict) and "modificationDate" in part:
            yield from owned_paths(part, f"{above}.{name}" if above else name)


def change_a_little(world: World) -> dict[str, set[str]]:
    """Changes a row of each stream of the first company, and one for each kind of what its rows own; their ids."""
    sandbox, company = world.sandbox, world.companies[0]
    changed: dict[str, set[str]] = {}
    shown_ids = {resource.name: [id for (id,) in world.of(resource, company)] for resource in dated()}
    with sandbox.store.lock:
        for resource in dated():
            assert resource.direct
            read, table = resource.direct.read, sandbox.store.table(company.id, resource.direct.type)
            rows = {id: table[id] for id in shown_ids[resource.name] if id in table}
            used: set[str] = set()
            for path in dict.fromkeys(path for row in rows.values() for path in owned_paths(row)):
                having = [id for id, row in rows.items() if path in owned_paths(row)]
                chosen = next((id for id in having if id not in used), having[0])
                used.add(chosen)
                moved = {read.changed[-1]: sandbox.store.clock.now()} if isinstance(read, ByDate) else {}
                touch(sandbox.store, sandbox.switches, company.id, resource.direct.type, chosen, moved, path)
            changed[resource.name] = used
    return changed


def dated() -> list[Resource]:
    """The resources whose changes can be followed."""
    contract = Contract()
    return [
        resource
        for resource in RESOURCES.values()
        if resource.direct and isinstance(strategy_of(contract, resource.direct), Windowed | ByDate)
    ]


def is_due(resource: Resource, row: Row, since: datetime) -> bool:
    """Whether an incremental read from `since` on must deliver a row."""
    assert resource.direct
    binding = resource.direct
    if binding.open_documents and fits(row, binding.open_documents):
        return True
    if not isinstance(binding.read, ByDate):
        dates = {name: row[name] for name in ("creationDate", "modificationDate")}
        return not [*dates_of(dates)] or max(dates_of(row)) >= seconds(since)
    bounds = dict.fromkeys(binding.read.changed, since) | {binding.read.order: since - binding.read.overlap}
    if binding.read.grammar == "restricted":
        bounds = {binding.read.changed[0]: since - binding.read.overlap}
    elif row[binding.read.order] is None:
        return True
    size = len("2026-01-01") if binding.read.day else len("2026-01-01T00:00:00")
    return any((row[name] or "")[:size] >= seconds(bound)[:size] for name, bound in bounds.items())


def seconds(moment: datetime) -> str:
    """A moment, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize("market", ["es", "fr"])
def test_all_streams_deliver_what_the_sandbox_holds(sandbox: Sandbox, market: str, tmp_path: Path) -> None:
    world = read_everything(sandbox, market, tmp_path)
    assert_delivered(world)
    for name in empty(world):
        assert not world.outcome.records(name)


def test_all_streams_and_then_what_changed_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    world = read_everything(sandbox, "de", tmp_path)
    assert_delivered(world)
    assert empty(world) == may_be_empty()
    assert_filled_elsewhere(world, empty(world))
    # Otherwise the dates of parents would tell of what they own.
    world.sandbox.change_switches({"parent_dates_move": False, "owned_dates_move": False})
    changed = change_a_little(world)
    names = [resource.name for resource in dated()]
    assert set(names) == {
        name for name, stream in world.connector.streams().items() if "incremental" in stream["supported_sync_modes"]
    }
    second = world.connector.read(names, state=world.outcome.last_states)
    assert (second.code, second.errors, second.logs("WARN")) == (0, [], [])
    world.held.clear()
    wrong: dict[str, str] = {}
    for resource in dated():
        records, cursors = by_owner(second, resource), world.outcome.cursors(resource.name)
        for owner, company in world.owners(resource).items():
            held, cursor = world.of(resource, company), cursors.get(owner)
            since = datetime.fromisoformat(cursor) - LOOKBACK if cursor else None
            due = {key: row for key, row in held.items() if since is None or is_due(resource, row, since)}
            if text := difference(records.get(owner, {}), due):
                wrong[resource.name] = text
            if company is world.companies[0]:
                assert {(id,) for id in changed[resource.name]} <= due.keys()
    assert wrong == {}
    assert all(changed[name] for name in ("journal_entries", "bank_transactions", "files", "countries"))
