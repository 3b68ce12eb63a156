"""A large company whose read fails half-way: the next run goes on, over HTTP and with the states that it wrote."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from integration_tests.connector import Connector, Outcome
from integration_tests.expected import rows, usable
from integration_tests.ledger import done_of, is_within
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

Connect = Callable[..., Connector]
STREAM = "customers"
REFUSED = {"message": "not authorized", "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
# Requests that are answered before all others are refused: the plan, and a few windows.
ANSWERED = 16
WORKERS = 2


@pytest.fixture(scope="module")
def large() -> Iterator[Sandbox]:
    """A sandbox in which a page has few rows, so that a company of 120 rows has many windows."""
    with Sandbox(rows=120, companies_per_market=1, switches=Switches(max_field_cost=600)) as sandbox:
        yield sandbox


@pytest.fixture
def company(large: Sandbox) -> Company:
    """Its company."""
    large.reset_tokens()
    large.change_switches({"clock_offset_seconds": 0})
    (company,) = usable(large, "de")
    return company


def interrupted(
    sandbox: Sandbox, connector: Connector, state: Any = None, answered: int = ANSWERED, **how: Any
) -> Outcome:
    """A read that fails after some requests."""
    sandbox.faults.add("graphql_errors", operation=STREAM, errors=[REFUSED], skip=answered, times=-1)
    outcome = connector.read([STREAM], state=state, **how)
    sandbox.faults.clear()
    assert outcome.code == 1
    return outcome


def entry_of(outcome: Outcome) -> dict[str, Any]:
    """The company's entry in the last state; empty if there is none."""
    entries = [entry for state in outcome.last_states for entry in state["stream"]["stream_state"]["states"]]
    return entries[0] if entries else {}


def spans_of(outcome: Outcome) -> list[tuple[datetime, datetime]]:
    """What the last state calls finished."""
    (spans,) = done_of(outcome.last_states[0]["stream"]["stream_state"]).values()
    return spans


def test_the_next_run_brings_what_is_left_and_what_has_changed(
    large: Sandbox, company: Company, connect: Connect
) -> None:
    connector = connect(large, "direct", lookback_minutes=0, num_workers=WORKERS)
    first = interrupted(large, connector)
    assert entry_of(first)["cursor"] == {"updated_at": None}
    finished = {row_id for row_id, row in rows(large, company.id, STREAM).items() if _is_finished(row, first)}
    changed, removed, *_ = sorted(finished)
    large.store.touch(company.id, "Customer", changed, child=None, move_parent_date=True)
    large.store.delete(company.id, "Customer", removed)
    # A cursor never passes the server's clock, which HTTP states in whole seconds.
    large.change_switches({"clock_offset_seconds": 1})
    second = interrupted(large, connector, first.last_states, answered=12)
    assert entry_of(second)["resume"]["started_at"] == entry_of(first)["resume"]["started_at"]
    third = connector.read([STREAM], state=second.last_states)
    delivered = {row["id"] for outcome in (second, third) for row in outcome.records(STREAM)}
    assert finished & delivered == {changed}
    assert {row["id"] for row in first.records(STREAM)} | delivered >= set(rows(large, company.id, STREAM))
    assert "resume" not in entry_of(third)
    latest = max(row["updated_at"] for outcome in (first, second, third) for row in outcome.records(STREAM))
    assert entry_of(third)["cursor"] == {"updated_at": latest}
    assert connector.read([STREAM], state=third.last_states).cursors(STREAM) == third.cursors(STREAM)


def _is_finished(row: Any, outcome: Outcome) -> bool:
    return is_within(spans_of(outcome), row["creationDate"])


def test_a_changed_option_begins_anew(large: Sandbox, company: Company, connect: Connect) -> None:
    connector = connect(large, "direct", num_workers=WORKERS)
    first = interrupted(large, connector)
    catalog = connector.streams()[STREAM]
    try:
        schema = catalog["json_schema"]
        catalog["json_schema"] = schema | {"properties": {"code": {}}}
        outcome = connector.read([STREAM], state=first.last_states)
    finally:
        catalog["json_schema"] = schema
    assert outcome.ids(STREAM, company.id, "id") == sorted(rows(large, company.id, STREAM))
    assert [text for text in outcome.logs("INFO") if "begins anew" in text]


def test_a_full_refresh_leaves_no_checkpoint(large: Sandbox, company: Company, connect: Connect) -> None:
    outcome = interrupted(large, connect(large, "direct", num_workers=WORKERS), full_refresh=True)
    assert company.usable
    assert "resume" not in entry_of(outcome)


def test_through_maesn_there_are_none(large: Sandbox, company: Company, connect: Connect) -> None:
    connector = connect(large, "maesn")
    large.faults.add("status", path="/accounting/customers", status=403, skip=1, times=-1)
    outcome = connector.read([STREAM])
    large.faults.clear()
    assert company.usable
    assert outcome.code == 1
    assert "resume" not in entry_of(outcome)
