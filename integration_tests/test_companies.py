"""Which companies are read, and that one company neither stops nor touches another."""

from collections.abc import Callable

import pytest

from integration_tests.connector import STREAMS, Connector, cursors_of
from integration_tests.expected import key_of, latest_of, listed, rows, usable
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def refuse(sandbox: Sandbox, company_id: str, **options: object) -> None:
    """From now on every call for one company is refused."""
    sandbox.faults.add("status", company_id=company_id, status=403, body={"message": "no"}, times=-1, **options)


def test_none_configured_reads_every_usable_one(
    standing: Sandbox, connect: Connect, connection: str, market: str
) -> None:
    connector = connect(standing, connection, market, companies=[])
    assert connector.check().status[0] == "SUCCEEDED"
    outcome = connector.read()
    assert (outcome.code, outcome.errors) == (0, [])
    for stream in STREAMS:
        assert {row["company_id"] for row in outcome.records(stream)} == {
            company.id for company in usable(standing, market)
        }


def test_credentials_alone_are_a_configuration(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    connector.config = standing.configuration(connection, "de")
    outcome = connector.read(["customers"])
    assert outcome.code == 0
    assert {row["company_id"] for row in outcome.records("customers")} == {
        company.id for company in usable(standing, "de")
    }


def test_two_configured_one_by_name(connect: Connect, connection: str) -> None:
    with Sandbox(rows=6, companies_per_market=3) as sandbox:
        first, second, third = usable(sandbox, "de")
        chosen = [{"company_id": first.name}, {"company_id": third.id}]
        connector = connect(sandbox, connection, companies=chosen)
        outcome = connector.read()
        for stream in STREAMS:
            assert {row["company_id"] for row in outcome.records(stream)} == {first.id, third.id}
            for company in (first, third):
                held = sorted(rows(sandbox, company.id, stream))
                assert outcome.ids(stream, company.id, key_of(connection, stream)) == held
        status, message = connector.check().status
        assert status == "SUCCEEDED"
        assert "not selected" in message
        assert second.id in message.partition("not selected")[2]


def test_unknown_company_fails_check_with_the_usable_ones(
    standing: Sandbox, connect: Connect, connection: str, market: str
) -> None:
    outcome = connect(standing, connection, market, companies=[{"company_id": "Nobody Ltd"}]).check()
    status, message = outcome.status
    assert (outcome.code, status) == (0, "FAILED")
    assert "Nobody Ltd" in message
    for company in usable(standing, market):
        assert company.id in message
        assert company.name in message
    assert not any(company.name in message for company in listed(standing, market) if not company.usable)


def test_unknown_company_fails_read_by_name(standing: Sandbox, connect: Connect, connection: str) -> None:
    outcome = connect(standing, connection, companies=[{"company_id": "Nobody Ltd"}]).read()
    assert outcome.code == 1
    (error,) = outcome.errors
    assert error["failure_type"] == "config_error"
    assert "Nobody Ltd" in error["message"]
    assert not error.get("stack_trace")
    assert outcome.of_type("RECORD") == []


def test_unusable_company_fails_check_and_says_why(standing: Sandbox, connect: Connect) -> None:
    expired = next(company for company in listed(standing, "de") if company.status == "EXPIRED")
    status, message = connect(standing, "direct", companies=[{"company_id": expired.name}]).check().status
    assert status == "FAILED"
    assert expired.name in message
    assert "EXPIRED" in message


def test_configured_company_that_cannot_be_used_any_more_does_not_stop_the_others(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    well, gone = usable(sandbox, "de")
    connector = connect(sandbox, connection)
    connector.streams()
    states = connector.read(["customers", "companies"]).last_states
    gone.status = "EXPIRED"
    outcome = connector.read(["customers", "companies"], state=states, full_refresh=True)
    assert outcome.code == 1
    assert set(outcome.ids("customers", well.id, "id")) == set(rows(sandbox, well.id, "customers"))
    assert outcome.statuses("customers")[-1] == "INCOMPLETE"
    assert outcome.statuses("companies")[-1] == "COMPLETE"
    assert any(gone.id in error["message"] or gone.name in error["message"] for error in outcome.errors)
    incremental = connector.read(["customers"], state=states)
    assert incremental.cursors("customers")[gone.id] == cursors_of(states, "customers")[gone.id]
    assert connector.check().status[0] == "FAILED"


def test_check_allows_what_read_can_do_without(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.drift.dropped_fields = {"CustomerSortInput.creationDate"}
    connector = connect(sandbox, "direct")
    assert connector.check().status[0] == "SUCCEEDED"
    assert connector.read(["customers"]).code == 0


@pytest.mark.parametrize("number", [0, 1])
def test_missing_right_in_one_company_is_a_remark_of_check(sandbox: Sandbox, connect: Connect, number: int) -> None:
    company = usable(sandbox, "de")[number]
    denied = {"message": "global.businessErrors.authorizationPolicy", "path": ["page"]}
    body = {"errors": [denied | {"extensions": {"details": "list-customers"}}], "data": {"page": None}}
    sandbox.faults.add("status", operation="customers", company_id=company.id, status=200, body=body, times=-1)
    status, message = connect(sandbox, "direct").check().status
    assert status == "SUCCEEDED"
    assert "Stream customers: " in message
    assert company.id in message
    assert "lacks a right" in message


def test_maesn_company_that_turns_out_unusable_does_not_stop_the_others(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.change_switches({"maesn_lists_unusable": True})
    outcome = connect(sandbox, "maesn", companies=[]).read(["customers"])
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))
        assert not any(company.id in error["message"] for error in outcome.errors)
    for company in listed(sandbox, "de"):
        named = any(company.id in error["message"] for error in outcome.errors)
        assert company.usable or named, "a company that was left out is not named"


def test_one_failing_company_does_not_stop_the_others(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    failing, well = usable(sandbox, "de")
    refuse(sandbox, failing.id)
    outcome = connect(sandbox, connection).read()
    assert outcome.code == 1
    for stream in STREAMS:
        assert outcome.ids(stream, well.id, key_of(connection, stream)) == sorted(rows(sandbox, well.id, stream))
        assert outcome.ids(stream, failing.id, key_of(connection, stream)) == []
        assert outcome.statuses(stream) == ["STARTED", "RUNNING", "INCOMPLETE"]
        stream_errors = [error for error in outcome.errors if error.get("stream_descriptor", {}).get("name") == stream]
        assert stream_errors
        assert all(failing.name in error["message"] and failing.id in error["message"] for error in stream_errors)
        assert not any(well.name in error["message"] for error in stream_errors)
        assert not any(error.get("stack_trace") for error in stream_errors)


def test_failing_company_keeps_its_state_and_is_caught_up(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    failing, well = usable(sandbox, "de")
    connector = connect(sandbox, connection)
    first = connector.read(["customers"])
    row_ids = {company.id: next(iter(rows(sandbox, company.id, "customers"))) for company in (failing, well)}
    for company_id, row_id in row_ids.items():
        sandbox.store.touch(company_id, "Customer", row_id)
    refuse(sandbox, failing.id)
    second = connector.read(["customers"], state=first.last_states)
    assert second.code == 1
    assert second.cursors("customers")[failing.id] == first.cursors("customers")[failing.id]
    assert str(second.cursors("customers")[well.id]) > str(first.cursors("customers")[well.id])
    sandbox.faults.clear()
    third = connector.read(["customers"], state=second.last_states)
    assert third.code == 0
    assert row_ids[failing.id] in third.ids("customers", failing.id, "id")


def test_company_that_failed_at_first_is_read_in_full_next(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    failing, _ = usable(sandbox, "de")
    refuse(sandbox, failing.id)
    connector = connect(sandbox, connection)
    first = connector.read(["customers"])
    assert not first.cursors("customers").get(failing.id)
    sandbox.faults.clear()
    second = connector.read(["customers"], state=first.last_states)
    assert second.ids("customers", failing.id, "id") == sorted(rows(sandbox, failing.id, "customers"))


def test_one_failing_stream_leaves_the_others_complete(sandbox: Sandbox, connect: Connect) -> None:
    for company in usable(sandbox, "de"):
        refuse(sandbox, company.id, operation="suppliers")
    outcome = connect(sandbox, "direct").read()
    assert outcome.code == 1
    assert outcome.statuses("suppliers")[-1] == "INCOMPLETE"
    for stream in ("customers", "items", "invoices"):
        assert outcome.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"]


def test_every_company_failing_ends_incomplete_without_running(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    for company in usable(sandbox, "de"):
        refuse(sandbox, company.id)
    outcome = connect(sandbox, connection).read(["customers"])
    assert outcome.code == 1
    assert outcome.statuses("customers") == ["STARTED", "INCOMPLETE"]
    assert outcome.of_type("RECORD") == []


def test_state_of_one_company_is_untouched_by_another(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    first, second = usable(sandbox, "de")
    both = connect(sandbox, connection).read(["customers"])
    for company in (first, second):
        sandbox.store.touch(company.id, "Customer", next(iter(rows(sandbox, company.id, "customers"))))
    sandbox.reset_tokens()
    only_second = connect(sandbox, connection, companies=[{"company_id": second.id}])
    outcome = only_second.read(["customers"], state=both.last_states)
    before, after = both.cursors("customers"), outcome.cursors("customers")
    assert outcome.ids("customers", first.id, "id") == []
    assert after[first.id] == before[first.id], "a company that left stays in the state"
    assert str(after[second.id]) > str(before[second.id])


def test_new_company_is_read_in_full(sandbox: Sandbox, connect: Connect, connection: str) -> None:
    old, new = usable(sandbox, "de")
    alone = connect(sandbox, connection, companies=[{"company_id": old.id}]).read(["customers"])
    assert list(alone.cursors("customers")) == [old.id]
    sandbox.reset_tokens()
    outcome = connect(sandbox, connection).read(["customers"], state=alone.last_states)
    assert outcome.ids("customers", new.id, "id") == sorted(rows(sandbox, new.id, "customers"))
    assert len(outcome.ids("customers", old.id, "id")) < len(rows(sandbox, old.id, "customers"))


def test_state_of_the_other_connection_means_a_full_read_with_a_warning(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    other = {"direct": "maesn", "maesn": "direct"}[connection]
    states = connect(sandbox, other).read().last_states
    sandbox.reset_tokens()
    outcome = connect(sandbox, connection).read(state=states)
    assert outcome.code == 0
    for stream in STREAMS:
        assert sum(f"tream {stream}" in text and "state" in text for text in outcome.logs("WARN")) == 1
        for company in usable(sandbox, "de"):
            held = sorted(rows(sandbox, company.id, stream))
            assert outcome.ids(stream, company.id, key_of(connection, stream)) == held
    assert {state["stream"]["stream_state"]["connection"] for state in outcome.last_states} == {connection}


def test_environment_name_of_the_configuration_overrides_the_listed_one(sandbox: Sandbox, connect: Connect) -> None:
    company = usable(sandbox, "de")[0]
    chosen = [{"company_id": company.id, "environment_name": "another"}]
    outcome = connect(sandbox, "maesn", companies=chosen).check()
    requests = [request for request in sandbox.requests if request.path.startswith("/accounting/")]
    assert {request.query["environmentName"][0] for request in requests} == {"another"}
    assert outcome.status[0] == "FAILED"


@pytest.mark.parametrize("stream", STREAMS)
def test_state_has_one_cursor_for_each_company(
    standing: Sandbox, connect: Connect, connection: str, stream: str
) -> None:
    outcome = connect(standing, connection).read([stream])
    assert set(outcome.cursors(stream)) == {company.id for company in usable(standing, "de")}
    for company_id, cursor in outcome.cursors(stream).items():
        dates = [latest_of(row) for row in outcome.records(stream) if row["company_id"] == company_id]
        assert cursor == max(date for date in dates if date)
