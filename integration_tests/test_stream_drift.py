"""A field of every stream that the server no longer has costs one warning and nothing else."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from integration_tests.connector import Connector
from integration_tests.every_stream import RESOURCES, by_owner
from integration_tests.expected import usable
from sage_active.direct.contract import DATES, Contract
from sage_active.resources.resource import ByDate, DirectResource
from sage_active_sandbox.sandbox import Sandbox

# Without these, reports are made for other times: the periods of closed exercises as well.
NEEDED_BY_REPORTS = {"AccountingExercise": {"status"}}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One with little data: all of it is read twice."""
    with Sandbox(rows=3, companies_per_market=1) as sandbox:
        yield sandbox


def droppable(binding: DirectResource) -> str:
    """The last plain member of a row that is neither part of the key nor one of its dates."""
    dates = binding.read.changed if isinstance(binding.read, ByDate) else DATES
    needed = {*binding.row_key, *dates, *binding.omit, *NEEDED_BY_REPORTS.get(binding.type, ())}
    plain = [field.name for field in Contract().fields(binding.type) if not field.children and field.name not in needed]
    return plain[-1]


def dropped() -> Mapping[str, str]:
    """A member of each type that a stream reads."""
    bindings = [resource.direct for resource in RESOURCES.values() if resource.direct]
    return {binding.type: droppable(binding) for binding in bindings}


def test_a_field_less_in_every_stream(sandbox: Sandbox, tmp_path: Path) -> None:
    # Spain has all streams, and withholding, of which three fields are all.
    connector = Connector.over(
        sandbox, "direct", "es", tmp_path, companies=[{"company_id": usable(sandbox, "es")[0].id}]
    )
    before = connector.read(RESOURCES)
    fields = dropped()
    sandbox.drift.replace({"dropped_fields": [f"{owner}.{name}" for owner, name in fields.items()]})
    after = connector.read(RESOURCES)
    assert (after.code, after.errors) == (0, [])
    for name, resource in RESOURCES.items():
        assert resource.direct
        gone = fields[resource.direct.type]
        expected = {
            owner: {key: {member: row[member] for member in row if member != gone} for key, row in rows.items()}
            for owner, rows in by_owner(before, resource).items()
        }
        found = by_owner(after, resource)
        assert {owner: rows.keys() for owner, rows in found.items()} == {
            owner: rows.keys() for owner, rows in expected.items()
        }, name
        for owner, rows in found.items():
            assert [set(row) for row in rows.values()] == [set(expected[owner][key]) for key in rows], name
    warnings = [line for line in after.logs("WARN") if "is left out, because Sage Active refuses it" in line]
    warned = {line.split(":")[0].removeprefix("Stream ") for line in warnings}
    # Of a stream without rows, a census need not ask for the field.
    assert {name for name, resource in RESOURCES.items() if any(by_owner(before, resource).values())} <= warned
    assert warned <= RESOURCES.keys()
    assert len(set(warnings)) == len(warnings)
