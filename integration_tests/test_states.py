"""States as people, tools and earlier runs leave them, over both connections."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from integration_tests.connector import Connector, Outcome
from integration_tests.expected import key_of
from sage_active_sandbox.sandbox import Sandbox

Connect = Callable[..., Connector]


def keys(outcome: Outcome, connection: str, stream: str) -> set[str]:
    """The keys of a stream's records."""
    return {row[key_of(connection, stream)] for row in outcome.records(stream)}


def test_start_date_moved_to_an_earlier_day_brings_what_lies_between(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(standing, connection)
    everything = keys(connector.read(["invoices"]), connection, "invoices")
    # Nothing but dates decides what comes.
    connector.config |= {"start_date": "2025-10-01", "reread_open_documents": False}
    late = connector.read(["invoices"])
    assert keys(late, connection, "invoices") < everything
    connector.config["start_date"] = "2000-01-01"
    early = connector.read(["invoices"], state=late.last_states)
    assert keys(early, connection, "invoices") == everything
    assert any("`start_date` was 2025-10-01" in line for line in early.logs("WARN"))
    again = connector.read(["invoices"], state=early.last_states)
    assert keys(again, connection, "invoices") < everything
    assert not again.logs("WARN")
    del connector.config["start_date"]
    assert keys(connector.read(["invoices"], state=again.last_states), connection, "invoices") == everything


def test_the_spelling_of_a_moment_changes_nothing(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    states = connector.read(["customers"]).last_states
    usual = connector.read(["customers"], state=states)
    for entry in states[0]["stream"]["stream_state"]["states"]:
        moment = datetime.fromisoformat(entry["cursor"]["updated_at"])
        entry["cursor"]["updated_at"] = moment.astimezone(timezone(timedelta(hours=-5))).isoformat()
    spelled = connector.read(["customers"], state=states)
    assert keys(spelled, connection, "customers") == keys(usual, connection, "customers")
    assert spelled.cursors("customers") == usual.cursors("customers")


def test_an_unreadable_entry_costs_its_own_company(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection)
    full = connector.read(["customers"])
    states: list[Any] = full.last_states
    bad, *others = states[0]["stream"]["stream_state"]["states"]
    bad["cursor"]["updated_at"] = "31.01.2026"
    outcome = connector.read(["customers"], state=states)
    counts = {
        company_id: sum(row["company_id"] == company_id for row in full.records("customers"))
        for company_id in companies(full)
    }
    found = {
        company_id: sum(row["company_id"] == company_id for row in outcome.records("customers"))
        for company_id in counts
    }
    assert found[bad["partition"]["company_id"]] == counts[bad["partition"]["company_id"]]
    assert others
    for other in others:
        assert found[other["partition"]["company_id"]] < counts[other["partition"]["company_id"]]


def companies(outcome: Outcome) -> set[str]:
    """The companies of the customers."""
    return {row["company_id"] for row in outcome.records("customers")}


def test_discover_says_that_no_stream_is_resumable(standing: Sandbox, connect: Connect, connection: str) -> None:
    streams = connect(standing, connection).streams()
    assert {name: stream["is_resumable"] for name, stream in streams.items()} == dict.fromkeys(streams, False)


def test_a_later_start_date_only_bounds(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection, start_date="2024-01-01", reread_open_documents=False)
    first = connector.read(["invoices"])
    connector.config["start_date"] = "2025-10-01"
    later = connector.read(["invoices"], state=first.last_states)
    assert keys(later, connection, "invoices") < keys(first, connection, "invoices")
    assert later.logs("WARN") == []
    assert later.cursors("invoices").keys() == first.cursors("invoices").keys()


def test_start_date_is_remembered_for_each_company(standing: Sandbox, connect: Connect, connection: str) -> None:
    connector = connect(standing, connection, start_date="2025-10-01", reread_open_documents=False)
    states: list[Any] = connector.read(["invoices"]).last_states
    entries = states[0]["stream"]["stream_state"]["states"]
    assert {entry["start_date"] for entry in entries} == {"2025-10-01"}
    entries[0]["start_date"] = "2024-01-01"
    unchanged = entries[1]
    connector.config["start_date"] = "2024-01-01"
    outcome = connector.read(["invoices"], state=states)
    (warning,) = outcome.logs("WARN")
    assert unchanged["partition"]["company_id"] in warning
    del entries[0]["start_date"]
    again = connector.read(["invoices"], state=states)
    assert again.logs("WARN") == [warning], "a missing one means unchanged"


def test_what_is_left_of_a_read_of_another_shape_is_forgotten(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(standing, connection)
    states: list[Any] = connector.read(["customers"]).last_states
    plain = connector.read(["customers"], state=states)
    states[0]["stream"]["stream_state"]["states"][0]["resume"] = {
        "request": "5f2b",
        "since": None,
        "started_at": "2025-01-01T00:00:00Z",
        "latest": None,
        "done": [["0001-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]],
    }
    outcome = connector.read(["customers"], state=states)
    assert len([text for text in outcome.logs("INFO") if "begins anew" in text]) == 1
    assert keys(outcome, connection, "customers") == keys(plain, connection, "customers")
    assert outcome.cursors("customers") == plain.cursors("customers")
    entries = [entry for state in outcome.last_states for entry in state["stream"]["stream_state"]["states"]]
    assert [entry for entry in entries if "resume" in entry] == []


def test_of_two_entries_of_one_company_the_earlier_one_counts(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    connector = connect(standing, connection)
    full = connector.read(["customers"])
    states: list[Any] = full.last_states
    entries = states[0]["stream"]["stream_state"]["states"]
    company_id = entries[0]["partition"]["company_id"]
    entries.insert(0, {"partition": {"company_id": company_id}, "cursor": {"updated_at": "2000-01-01T00:00:00Z"}})
    outcome = connector.read(["customers"], state=states)
    assert outcome.ids("customers", company_id, "id") == full.ids("customers", company_id, "id")
    (warning,) = outcome.logs("WARN")
    assert company_id in warning
