"""Runs of credit notes that are killed between a create and its mark, or that write at the same time."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from integration_tests import credit_records
from integration_tests.connector import LONGEST_SECONDS, killed_after
from integration_tests.credit_records import CREATE, MARK, by_comments, credit, invoice, notes, reasons, write
from integration_tests.destination import Destination, catalog, committed, records, side_by_side
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

COUNT = 12
CLOSED = [{"stream": "credit_notes", "object": "credit_notes", "target_state": "closed"}]


@pytest.fixture
def crediting(sandbox: Sandbox, company: Company, destination: Destination) -> Destination:
    """A destination whose company has what the invoices of these tests need; writes settle within a second."""
    return credit_records.prepare_company(sandbox, company, destination, settle_seconds=1)


@pytest.fixture
def source(sandbox: Sandbox, company: Company) -> Row:
    """An invoice of 9 items."""
    return invoice(sandbox, company, "RE-1", ("CR-1", 9, 10))


def killed(destination: Destination, rows: Sequence[Mapping[str, Any]], is_due: Callable[[], bool]) -> None:
    """Writes credit notes in a process that is killed as soon as something has happened."""
    source = destination.connector.folder / "input.jsonl"
    source.write_bytes(b"".join(records("credit_notes", rows)))
    with source.open("rb") as stdin:
        run = destination.start(
            catalog(["credit_notes"]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    with run, killed_after(LONGEST_SECONDS, run):
        while not is_due() and run.poll() is None:
            time.sleep(0.005)
        run.kill()
    assert run.returncode < 0


def killed_before_the_mark(sandbox: Sandbox, destination: Destination, *rows: Mapping[str, Any]) -> None:
    """Leaves a draft without a mark for each of these records that is not put off."""
    sandbox.faults.add("reset_before", writes=True, operation=MARK, times=-1)
    killed(destination, rows, lambda: any(fault.seen for fault in sandbox.faults.scripted()))
    sandbox.faults.clear()


def test_a_draft_that_a_killed_run_has_left_gets_its_mark_and_stays_a_draft(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    record = credit(source, "A", ("CR-1", 2), totalNet=20)
    killed_before_the_mark(sandbox, crediting, record)
    (draft,) = notes(sandbox, company)
    crediting.set(streams=CLOSED, final_acts={"objects": ["credit_notes"], "pilot": 0, "not_after": "2026-12-31"})
    outcome = write(crediting, record)
    assert any("drafts without a mark" in text for text in outcome.logs("INFO"))
    assert reasons(crediting) == [("held", None)]
    assert [row["id"] for row in notes(sandbox, company)] == [draft["id"]]
    assert by_comments(sandbox, company)["A"]["status"] == "Pending"
    assert committed(sandbox)[CREATE] == 1
    assert write(crediting, record).code == 0
    assert by_comments(sandbox, company)["A"]["status"] == "Closed"


def test_of_two_equal_records_a_draft_without_a_mark_is_nobodys(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    rows = [credit(source, number, ("CR-1", 2)) for number in ("A", "B")]
    killed_before_the_mark(sandbox, crediting, *rows)
    (draft,) = notes(sandbox, company)
    other = credit(source, "C", ("CR-1", 1))
    write(crediting, *rows, other)
    assert (reasons(crediting), crediting.counts()["create"]) == ([("unknown", None)] * 2, 1)
    assert all(draft["id"] in rejection["rejected_message"] for rejection in crediting.rejected())
    # What the message asks for.
    sandbox.store.delete(company.id, "SalesInvoice", draft["id"])
    assert write(crediting, *rows, other).code == 0
    assert crediting.counts() == {"create": 2, "unchanged": 1}
    assert by_comments(sandbox, company).keys() == {"A", "B", "C"}


def test_what_a_killed_run_had_sent_arrives_before_the_next_one_creates(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    record = credit(source, "A", ("CR-1", 2))
    sandbox.faults.add("late_commit", writes=True, operation=CREATE, seconds=0.9)
    killed(crediting, [record], lambda: any(fault.seen for fault in sandbox.faults.scripted()))
    assert notes(sandbox, company) == []
    assert write(crediting, record).code == 0
    if reasons(crediting):
        # It came so late that it was too young to tell.
        assert reasons(crediting) == [("unknown", None)]
        assert write(crediting, record).code == 0
    assert crediting.counts() == {"update": 1}
    assert by_comments(sandbox, company).keys() == {"A"}


def test_every_pair_of_two_runs_on_two_machines_is_named(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    rows = credit_records.of(sandbox, company, COUNT)
    sandbox.change_switches({"mutation_milliseconds": 15})
    lines = b"".join(records("credit_notes", rows))
    settings = {"token_path": str(tmp_path / "tokens.json"), "settle_seconds": 1, "max_rejected_percent": 100}
    both = [Destination.over(sandbox, "direct", company, tmp_path / name, **settings) for name in ("one", "other")]
    outcomes = side_by_side(both, lines, ["credit_notes"])
    marks = Counter(str(row["remarks"]).partition("\n")[2] for row in notes(sandbox, company))
    twice = {row["id"] for row in notes(sandbox, company) if marks[str(row["remarks"]).partition("\n")[2]] > 1}
    named = " ".join(error["message"] for outcome in outcomes for error in outcome.errors)
    assert all(row_id in named for row_id in twice)
    assert max(outcome.code for outcome in outcomes) == (1 if twice else 0)
    # Later syncs leave pairs alone, and name them.
    both[-1].set(token_path=str(tmp_path / "tokens.json"))
    both[-1].write([*records("credit_notes", rows)])
    assert both[-1].counts().get("reject", 0) == len(twice) // 2
    assert len(marks) == COUNT
