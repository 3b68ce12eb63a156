"""Journal entries are final at once: never without `final_acts`, and within its bounds."""

from copy import deepcopy
from typing import Any

import pytest

from integration_tests.connector import Outcome, run_here
from integration_tests.destination import DESTINATION, Destination, received, records, state, stats
from integration_tests.entry_records import ALLOWED, STREAM, EntryRecords, entries_of
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

CREATE = "createAccountingEntryUsingCodes"
COUNT = 30
Data = dict[str, Any]


@pytest.fixture
def rows(sandbox: Sandbox, company: Company, destination: Destination) -> list[Data]:
    """Records of entries; any share of them may be rejected."""
    destination.set(final_acts=ALLOWED, settle_seconds=0, max_rejected_percent=100)
    return EntryRecords(sandbox, company).of(COUNT)


def write(destination: Destination, rows: list[Data]) -> Outcome:
    """Writes entries, with a STATE after each of them."""
    lines = [[*records(STREAM, [row]), state(STREAM, at)] for at, row in enumerate(rows, 1)]
    return destination.write([line for pair in lines for line in pair])


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


# --- what is allowed ---


@pytest.mark.parametrize("allowed", [None, {"objects": ["invoices"], "pilot": 0}])
def test_without_permission_every_record_is_held(
    sandbox: Sandbox, destination: Destination, rows: list[Data], allowed: Data | None
) -> None:
    destination.set(final_acts=allowed)
    outcome = write(destination, rows)
    assert outcome.code == 1
    assert reasons(destination) == [("held", None)] * COUNT
    assert "name `journal_entries`" in destination.rejected()[0]["rejected_message"]
    assert received(sandbox) == {}


def test_what_is_there_needs_no_permission(sandbox: Sandbox, destination: Destination, rows: list[Data]) -> None:
    assert write(destination, rows).code == 0
    destination.set(final_acts=None)
    assert write(destination, rows).code == 0
    assert destination.counts() == {"unchanged": COUNT}


@pytest.mark.parametrize("bound", ["not_before", "not_after"])
def test_the_days_are_those_of_the_entries(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data], bound: str
) -> None:
    destination.set(final_acts={**ALLOWED, bound: "2026-05-01"})
    assert write(destination, rows).code == 0
    days = sorted(row["date"].date().isoformat() for row in entries_of(sandbox, company).values())
    day = "2026-05-01"
    expected = [row["date"] for row in rows if (row["date"] >= day if bound == "not_before" else row["date"] <= day)]
    assert days == sorted(expected)
    assert reasons(destination) == [("held", "date")] * (COUNT - len(expected))


@pytest.mark.parametrize("pilot", [1, 3])
def test_the_pilot_creates_a_few_and_says_what_to_look_at(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data], pilot: int
) -> None:
    destination.set(final_acts={**ALLOWED, "pilot": pilot})
    outcome = write(destination, rows)
    assert outcome.code == 1
    held = entries_of(sandbox, company)
    assert sorted(held) == sorted(row["documentNumber"] for row in rows[:pilot])
    # What comes back covers what was created, and nothing after it.
    assert [identity for identity, *_ in stats(outcome)] == list(range(1, pilot + 1))
    (error,) = [error for error in outcome.errors if error.get("stream_descriptor")]
    assert f"{COUNT - pilot} records of it wait, not created" in error["message"]
    for row in held.values():
        total = sum(line["debitAmount"] for line in row["accountingEntryLines"])
        assert f"number {row['number']} of {row['date'].date()}, total {total:.2f}" in error["message"]
    assert reasons(destination) == [("held", None)] * (COUNT - pilot)
    destination.set(final_acts=ALLOWED)
    assert write(destination, rows).code == 0
    assert destination.counts() == {"create": COUNT - pilot, "unchanged": pilot}


def test_a_pilot_that_is_refused_leaves_its_place_to_the_next(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    destination.set(final_acts={**ALLOWED, "pilot": 1})
    # A third party on an account that has none: only the server knows.
    rows[0]["accountingEntryLines"][0]["thirdCode"] = "NONE"
    outcome = write(destination, rows)
    assert outcome.code == 1
    assert list(entries_of(sandbox, company)) == [rows[1]["documentNumber"]]


def test_no_more_than_the_most_of_one_run(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    destination.set(final_acts={**ALLOWED, "max_per_run": 12})
    assert write(destination, rows).code == 0
    assert len(entries_of(sandbox, company)) == 12
    assert reasons(destination) == [("held", None)] * (COUNT - 12)
    assert write(destination, rows).code == 0
    assert destination.counts() == {"create": 12, "unchanged": 12, "reject": COUNT - 24}


@pytest.mark.parametrize("allowed", [True, False])
def test_a_dry_run_says_what_would_be_created(
    sandbox: Sandbox, destination: Destination, rows: list[Data], allowed: bool
) -> None:
    destination.set(dry_run=True, final_acts={**ALLOWED, "pilot": 1} if allowed else None)
    once_more = deepcopy(rows[0])
    outcome = write(destination, [*rows, once_more])
    table = [text for text in outcome.logs("INFO") if text.startswith("Would become final")]
    assert received(sandbox) == {}
    if not allowed:
        assert table == []
        assert reasons(destination) == [("held", None)] * (COUNT + 1)
        return
    assert outcome.code == 0, outcome.errors
    assert [entry["action"] for entry in destination.plan()] == ["create"] * COUNT + ["unchanged"]
    months = sorted({row["date"][:7] for row in rows})
    assert len(table) == len(months)
    for month, text in zip(months, table, strict=True):
        of_month = [row for row in rows if row["date"][:7] == month]
        total = sum(line["debitAmount"] for row in of_month for line in row["accountingEntryLines"])
        assert f"{month}: {len(of_month)} records, total {total:.2f}." in text


def test_check_names_what_is_allowed(destination: Destination, rows: list[Data]) -> None:
    assert rows
    config = destination.connector.write("config.json", destination.connector.config)
    outcome = run_here(["check", "--config", str(config)], DESTINATION)
    (status,) = outcome.of_type("CONNECTION_STATUS")
    assert "journal_entries: create" in status["message"]
