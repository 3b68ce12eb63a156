"""Never two entries of one record: whatever gets lost or comes late, after kills, and what is there twice is named."""

import subprocess
import time
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from integration_tests.books.test_written import Writer
from integration_tests.connector import killed_after
from integration_tests.destination import Destination, catalog, committed, received, records, state
from integration_tests.entry_records import ALLOWED, STREAM, EntryRecords, entries_of
from integration_tests.write.test_entries_are_final import CREATE, Data, reasons, write
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

INPUT = "AccountingEntryCreateUsingCodesGLDtoInput"
COUNT = 30
MANY = 60


@pytest.fixture
def rows(sandbox: Sandbox, company: Company, destination: Destination) -> list[Data]:
    """Records of entries; any share of them may be rejected."""
    destination.set(final_acts=ALLOWED, settle_seconds=0, max_rejected_percent=100)
    return EntryRecords(sandbox, company).of(COUNT)


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "an answer is lost after the commit": {"action": "answer_lost"},
    "an answer is lost after some of the commits": {"action": "answer_lost", "commits": 2},
    "the commit comes after the reset": {"action": "late_commit", "seconds": 0.6},
    "HTTP 500 after the commit": {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
    "the answer is empty": {"action": "empty_200"},
    "a reset before anything": {"action": "reset_before"},
    "all of data is null after all commits": {"action": "whole_null"},
    "all of data is null after some commits": {"action": "whole_null", "commits": 2},
    "a token that ends in mid-write": {"action": "expire_tokens"},
    "too many requests": {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
}


# What is not there yet after such a fault could still come.
NOT_CARRIED_OUT = {"an answer is lost after some of the commits", "the answer is empty", "a reset before anything"}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_gets_lost_each_record_is_one_entry(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data], name: str
) -> None:
    destination.set(settle_seconds=1)
    for skip in (0, 2):
        sandbox.faults.add(**FAULTS[name], writes=True, operation=CREATE, skip=skip)
    outcome = write(destination, rows)
    there = entries_of(sandbox, company)
    # A record whose outcome is not known yet is not sent again.
    undecided = [row["record"]["data"]["documentNumber"] for row in destination.rejected()]
    assert {code for code, _ in reasons(destination)} <= {"unknown"}
    assert not there.keys() & set(undecided)
    assert bool(undecided) == (name in NOT_CARRIED_OUT)
    assert (outcome.code, sorted({*there, *undecided})) == (0, sorted(row["documentNumber"] for row in rows))
    sandbox.faults.clear()
    # Nothing that was sent can still arrive.
    destination.set(settle_seconds=0)
    assert write(destination, rows).code == 0
    assert len(entries_of(sandbox, company)) == COUNT
    assert destination.counts() == {
        action: count for action, count in (("unchanged", COUNT - len(undecided)), ("create", len(undecided))) if count
    }


def test_a_create_that_may_still_come_is_not_sent_again(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    destination.set(settle_seconds=0)
    sandbox.faults.add("late_commit", writes=True, operation=CREATE, seconds=1.0)
    assert write(destination, rows[:1]).code == 1
    assert reasons(destination) == [("unknown", None)]
    assert received(sandbox) == {CREATE: 1}


def test_two_entries_of_one_record_are_named_and_stay(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    assert write(destination, rows).code == 0
    table = sandbox.store.table(company.id, "AccountingEntry")
    first = next(row for row in table.values() if row["documentNumber"] == rows[3]["documentNumber"])
    twin = "7d0e6f0c-0000-4000-8000-0000000000aa"
    table[twin] = {**deepcopy(first), "id": twin, "number": 9999}
    outcome = write(destination, rows)
    assert outcome.code == 1
    (error,) = [error for error in outcome.errors if error.get("stream_descriptor")]
    assert first["id"] in error["message"]
    assert twin in error["message"]
    assert rows[3]["documentNumber"] in error["message"]
    assert reasons(destination) == [("ambiguous", None)]
    assert destination.counts() == {"unchanged": COUNT - 1, "reject": 1}
    assert twin in table
    # With other content it is another's, and no obstacle.
    table[twin]["description"] = "Somebody's own"
    assert write(destination, rows).code == 0
    assert destination.counts() == {"unchanged": COUNT}


def test_what_may_still_come_is_waited_for_by_the_next_run(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    destination.set(settle_seconds=0)
    sandbox.faults.add("late_commit", writes=True, operation=CREATE, seconds=1.5)
    write(destination, rows[:1])
    destination.set(settle_seconds=2)
    outcome = write(destination, rows)
    assert outcome.code == 0, outcome.errors
    assert [text for text in outcome.logs("INFO") if "what an earlier run had sent may still arrive" in text]
    assert len(entries_of(sandbox, company)) == COUNT
    assert destination.counts() == {"create": COUNT - 1, "unchanged": 1}
    # What creates nothing has nothing to wait for.
    outcome = write(destination, rows)
    assert not [text for text in outcome.logs("INFO") if "may still arrive" in text]


def test_an_entry_that_another_machine_creates_meanwhile_is_named(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data]
) -> None:
    destination.set(settle_seconds=0)
    rival = {name: value for name, value in rows[1].items() if name != "id"}

    def create() -> None:
        Writer(sandbox, company).write(CREATE, INPUT, rival, "id")

    sandbox.faults.add("run_before", writes=True, operation=CREATE, run=create)
    outcome = write(destination, rows[1:2])
    assert outcome.code == 1
    table = sandbox.store.table(company.id, "AccountingEntry")
    assert len(table) == 2
    (error,) = [error for error in outcome.errors if error.get("stream_descriptor")]
    assert all(row_id in error["message"] for row_id in table)


def test_after_a_kill_every_record_is_one_entry(
    sandbox: Sandbox, company: Company, destination: Destination, rows: list[Data], tmp_path: Path
) -> None:
    destination.set(settle_seconds=1)
    many = EntryRecords(sandbox, company).of(MANY)
    source = tmp_path / "input.jsonl"
    source.write_bytes(b"".join([*records(STREAM, many), state(STREAM, 1)]))
    sandbox.faults.add("stall_after", writes=True, operation=CREATE, seconds=0.2, times=FOREVER)
    with source.open("rb") as stdin:
        run = destination.start(catalog([STREAM]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with run, killed_after(60, run):
        while committed(sandbox).get(CREATE, 0) < MANY // 4 and run.poll() is None:
            time.sleep(0.01)
        run.kill()
    assert 0 < committed(sandbox)[CREATE] < MANY
    sandbox.faults.clear()
    outcome = write(destination, many)
    assert outcome.code == 0, outcome.errors
    assert len(entries_of(sandbox, company)) == MANY
    assert committed(sandbox) == {CREATE: MANY}
