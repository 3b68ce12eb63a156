"""A stream of which everything was rejected has failed; records of two companies do not go to one."""

from collections.abc import Iterator
from typing import Any

import pytest

from sage_active.markets import CONNECTIONS, DIRECT
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, catalog_of, over, record_line, state_line

FIRST, SECOND = "3f0f2a52-0000-4000-8000-00000000000a", "3f0f2a52-0000-4000-8000-00000000000b"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(rows=1, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def stand_in(running: Sandbox) -> Sandbox:
    """The running one, its tokens as new."""
    running.reset_tokens()
    return running


def item(connection: str, code: str, **more: Any) -> bytes:
    """A RECORD of an item."""
    data = {"code": code} if connection == DIRECT else {"itemNumber": code, "type": "PRODUCT"}
    return record_line("items", {**data, "name": "Item", **more})


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("percent", [20, 100])
@pytest.mark.parametrize("count", [1, 2, 19, 25])
def test_a_stream_without_anything_but_rejected_records_has_failed(
    command: Command, stand_in: Sandbox, connection: str, dry_run: bool, percent: int, count: int
) -> None:
    bad = [record_line("items", {"name": 5}), state_line("items", 1)] * count
    lines = [*bad, record_line("suppliers", {"_fivetran_deleted": True}), state_line("suppliers", 2)]
    config = over(stand_in, connection, dry_run=dry_run, max_rejected_percent=percent)
    outcome = command.write(config, catalog_of("items", "suppliers"), lines)
    assert outcome.code == 1
    is_stopped = count >= 20 and percent == 20
    assert [state["id"] for state in outcome.states] == ([] if dry_run or is_stopped else [2])
    assert any("`items`" in error["message"] for error in outcome.errors)
    if not is_stopped:
        subject = "its only record was" if count == 1 else f"all of its {count} records were"
        assert f"Stream `items`: {subject} rejected." in outcome.errors[0]["message"]


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_one_record_that_is_not_rejected_lets_the_states_go(
    command: Command, stand_in: Sandbox, connection: str
) -> None:
    bad = [record_line("items", {"name": 5}), state_line("items", 1)]
    lines = [*bad, item(connection, "ONE"), state_line("items", 2)]
    config = over(stand_in, connection, max_rejected_percent=50)
    outcome = command.write(config, catalog_of("items"), lines)
    assert (outcome.code, [state["id"] for state in outcome.states]) == (0, [1, 2])


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("dry_run", [False, True])
def test_records_of_a_second_company_are_rejected(
    command: Command, stand_in: Sandbox, connection: str, dry_run: bool
) -> None:
    lines = [
        item(connection, f"S{connection}{number}{dry_run}", company_id=company_id)
        for number, company_id in enumerate((FIRST, SECOND, None, FIRST))
    ]
    config = over(stand_in, connection, max_rejected_percent=30, dry_run=dry_run)
    outcome = command.write(config, catalog_of("items"), lines)
    assert outcome.code == 0
    (summary,) = [text for text in outcome.logs if "seconds" in text]
    assert "3 created, 0 updated, 0 unchanged, 1 rejected" in summary
    assert any("Rejected" in text and "`company_map`" in text for text in outcome.logs)


def test_a_company_of_another_system_does_not_hide_the_ids_of_the_record(command: Command, stand_in: Sandbox) -> None:
    company = next(
        candidate for candidate in stand_in.store.companies.values() if candidate.usable and candidate.market == "DE"
    )
    row_id, row = next(iter(stand_in.store.table(company.id, "Product").items()))
    line = record_line("items", {"id": row_id, "name": "Renamed", "company_id": "1000"})
    outcome = command.write(over(stand_in, DIRECT), catalog_of("items", mode="update"), [line])
    assert outcome.code == 0
    assert row["name"] == "Renamed" or stand_in.store.table(company.id, "Product")[row_id]["name"] == "Renamed"
    assert sum("is not the id of a company" in text for text in outcome.logs) == 1
