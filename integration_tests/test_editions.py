"""Objects that a company's edition lacks or that the signed-in user may not see, in both sync modes."""

from collections.abc import Callable

import pytest

from integration_tests.connector import Connector, Outcome, cursors_of
from integration_tests.expected import key_of, rows, usable
from sage_active_sandbox.rights import EDITION, GENERAL, ROLE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

Connect = Callable[..., Connector]
REFUSED = "suppliers"
OTHER = "customers"


def refuse(sandbox: Sandbox, company: Company, reason: str, *, path: tuple[str | int, ...] = ("page",)) -> None:
    """From now on the suppliers of one company are refused."""
    extensions = {"code": reason} if reason == GENERAL else {"details": "list-suppliers"}
    error = {"message": reason, "path": list(path), "extensions": extensions}
    body = {"errors": [error], "data": {"page": None}}
    sandbox.faults.add("status", operation=REFUSED, company_id=company.id, status=200, body=body, times=-1)


def check_others(outcome: Outcome, sandbox: Sandbox, well: Company) -> None:
    """Neither another company nor another stream has suffered."""
    assert outcome.ids(REFUSED, well.id, key_of("direct", REFUSED)) == sorted(rows(sandbox, well.id, REFUSED))
    assert outcome.statuses(OTHER)[-1] == "COMPLETE"
    assert not any(well.id in error["message"] for error in outcome.errors)


@pytest.fixture
def refused(sandbox: Sandbox) -> Company:
    """The company whose suppliers are refused."""
    return usable(sandbox, "de")[0]


@pytest.fixture
def well(sandbox: Sandbox) -> Company:
    """The company beside it."""
    return usable(sandbox, "de")[1]


def test_incremental_without_a_cursor_completes_where_the_edition_lacks_the_object(
    sandbox: Sandbox, connect: Connect, refused: Company, well: Company
) -> None:
    connector = connect(sandbox, "direct")
    refuse(sandbox, refused, EDITION)
    first = connector.read([REFUSED, OTHER])
    assert first.code == 0, first.errors
    assert first.statuses(REFUSED) == ["STARTED", "RUNNING", "COMPLETE"]
    check_others(first, sandbox, well)
    (warning,) = first.logs("WARN")
    assert refused.id in warning
    assert REFUSED in warning
    assert "edition" in warning
    assert not first.cursors(REFUSED).get(refused.id)
    # Neither does it stop the next run, and after an upgrade everything comes.
    second = connector.read([REFUSED], state=first.last_states)
    assert (second.code, len(second.logs("WARN"))) == (0, 1)
    sandbox.faults.clear()
    third = connector.read([REFUSED], state=second.last_states)
    assert (third.code, third.logs("WARN")) == (0, [])
    assert third.ids(REFUSED, refused.id, "id") == sorted(rows(sandbox, refused.id, REFUSED))


def test_incremental_with_a_cursor_is_incomplete_where_the_edition_lacks_the_object(
    sandbox: Sandbox, connect: Connect, refused: Company, well: Company
) -> None:
    connector = connect(sandbox, "direct")
    states = connector.read([REFUSED, OTHER]).last_states
    sandbox.store.touch(refused.id, "Supplier", next(iter(rows(sandbox, refused.id, REFUSED))))
    refuse(sandbox, refused, EDITION)
    outcome = connector.read([REFUSED, OTHER], state=states)
    assert outcome.code == 1
    assert outcome.statuses(REFUSED)[-1] == "INCOMPLETE"
    assert outcome.statuses(OTHER)[-1] == "COMPLETE"
    assert outcome.cursors(REFUSED)[refused.id] == cursors_of(states, REFUSED)[refused.id]
    assert any(refused.id in error["message"] and "edition" in error["message"] for error in outcome.errors)
    assert outcome.cursors(REFUSED)[well.id]


@pytest.mark.parametrize("has_state", [False, True], ids=["first read", "later read"])
@pytest.mark.parametrize("reason", [ROLE, GENERAL])
def test_incremental_is_incomplete_without_the_right(
    sandbox: Sandbox, connect: Connect, refused: Company, well: Company, reason: str, has_state: bool
) -> None:
    connector = connect(sandbox, "direct")
    states = connector.read([REFUSED]).last_states if has_state else None
    refuse(sandbox, refused, reason)
    outcome = connector.read([REFUSED, OTHER], state=states)
    assert outcome.code == 1
    assert outcome.statuses(REFUSED)[-1] == "INCOMPLETE"
    assert any(refused.id in error["message"] and "right" in error["message"] for error in outcome.errors)
    assert outcome.cursors(REFUSED).get(refused.id) == (cursors_of(states, REFUSED)[refused.id] if states else None)
    assert outcome.cursors(REFUSED)[well.id]


@pytest.mark.parametrize("reason", [EDITION, ROLE, GENERAL])
def test_full_refresh_is_incomplete_for_every_refusal(
    sandbox: Sandbox, connect: Connect, refused: Company, well: Company, reason: str
) -> None:
    connector = connect(sandbox, "direct")
    refuse(sandbox, refused, reason)
    outcome = connector.read([REFUSED, OTHER], full_refresh=True)
    assert outcome.code == 1
    assert outcome.statuses(REFUSED) == ["STARTED", "RUNNING", "INCOMPLETE"]
    check_others(outcome, sandbox, well)
    assert any(refused.id in error["message"] for error in outcome.errors)
    assert refused.id not in outcome.cursors(REFUSED)


@pytest.mark.parametrize("full_refresh", [False, True], ids=["incremental", "full refresh"])
@pytest.mark.parametrize("reason", [EDITION, ROLE, GENERAL])
def test_refused_in_every_company(sandbox: Sandbox, connect: Connect, reason: str, full_refresh: bool) -> None:
    connector = connect(sandbox, "direct")
    connector.streams()
    sandbox.rights.replace({REFUSED: reason})
    outcome = connector.read([REFUSED, OTHER], full_refresh=full_refresh)
    is_complete = reason == EDITION and not full_refresh
    assert outcome.code == (0 if is_complete else 1)
    assert outcome.statuses(REFUSED) == ["STARTED", "COMPLETE" if is_complete else "INCOMPLETE"]
    assert outcome.statuses(OTHER)[-1] == "COMPLETE"
    assert len(outcome.logs("WARN")) == (len(usable(sandbox, "de")) if is_complete else 0)
    # The platform may wait for one.
    assert [state["stream"]["stream_descriptor"]["name"] for state in outcome.last_states].count(REFUSED) == 1


def test_a_refused_key_is_not_a_refused_object(sandbox: Sandbox, connect: Connect, refused: Company) -> None:
    connector = connect(sandbox, "direct")
    refuse(sandbox, refused, EDITION, path=("page", "nodes", 0, "id"))
    outcome = connector.read([REFUSED])
    assert outcome.code == 1
    assert outcome.statuses(REFUSED)[-1] == "INCOMPLETE"


def test_check_names_what_the_edition_lacks(sandbox: Sandbox, connect: Connect, refused: Company) -> None:
    refuse(sandbox, refused, EDITION)
    status, message = connect(sandbox, "direct").check().status
    assert status == "SUCCEEDED"
    assert f"Stream {REFUSED}: " in message
    assert "edition" in message
