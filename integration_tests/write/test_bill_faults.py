"""Never two bills by one run, or by runs one after another, whatever happens on the way; two at once are named."""

import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from integration_tests import bills
from integration_tests.books.test_written import Writer
from integration_tests.connector import LONGEST_SECONDS, killed_after
from integration_tests.destination import Destination, catalog, committed, records, side_by_side, state, stats
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 24
WRITES = ("createPurchaseInvoice", "postPurchaseInvoice")
# What happens to one request after the other, and to one of each kind alone whose outcome takes time.
FAULTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "answers that are lost": (
        {"action": "answer_lost"},
        {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
        {"action": "whole_null", "commits": 2},
        {"action": "expire_tokens"},
        {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
    ),
    "commits that come late": ({"action": "late_commit", "seconds": 0.4},),
    "a reset before anything": ({"action": "reset_before"},),
}


@pytest.fixture
def destination(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """One that posts bills of ten suppliers."""
    return bills.over(
        sandbox,
        company,
        tmp_path,
        *bills.suppliers("DE"),
        streams=bills.POSTED,
        settle_seconds=1,
        num_workers=2,
    )


def doubled(sandbox: Sandbox, company: Company) -> list[str]:
    """The numbers of bills that are there more than once."""
    numbers = Counter(row["invoiceNumber"] for row in bills.stored(sandbox, company))
    return sorted(number for number, count in numbers.items() if count > 1)


def assert_posted_once(sandbox: Sandbox, company: Company) -> None:
    """Every bill is there once and posted, with one entry."""
    assert doubled(sandbox, company) == []
    assert list(bills.statuses(bills.stored(sandbox, company)).values()) == ["Posted"] * COUNT
    booked = Counter(entry["sourceEntityId"] for entry in sandbox.store.table(company.id, "AccountingEntry").values())
    assert sorted(booked.values()) == [1] * COUNT


@pytest.mark.parametrize("name", FAULTS)
def test_faults_make_no_second_bill(sandbox: Sandbox, company: Company, destination: Destination, name: str) -> None:
    for operation in WRITES:
        for skip, fault in enumerate(FAULTS[name]):
            sandbox.faults.add(**fault, writes=True, operation=operation, skip=skip)
    outcome = destination.write([*records("bills", bills.bills("DE", COUNT)), state("bills", 1)])
    assert outcome.code == 0, (outcome.errors, outcome.logs("WARN")[:3])
    assert destination.rejected() == []
    assert stats(outcome) == [(1, COUNT, 0)]
    assert_posted_once(sandbox, company)


def test_runs_that_are_killed_make_no_second_bill(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    source = destination.connector.folder / "input.jsonl"
    source.write_bytes(b"".join(records("bills", bills.bills("DE", COUNT))))
    # What was sent last takes effect after the process has died, and after the next one has looked.
    sandbox.change_switches({"mutation_milliseconds": 60})
    for operation, seen in zip(WRITES, (8, 5), strict=True):
        sandbox.mutations.clear()
        with source.open("rb") as stdin:
            run = destination.start(
                catalog(["bills"]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        with run, killed_after(LONGEST_SECONDS, run):
            while committed(sandbox).get(operation, 0) < seen and run.poll() is None:
                time.sleep(0.01)
            run.kill()
        assert run.returncode < 0
    sandbox.change_switches({"mutation_milliseconds": 0})
    outcome = destination.write(source.read_bytes().splitlines(keepends=True), ["bills"])
    assert outcome.code == 0, outcome.errors
    assert_posted_once(sandbox, company)


def test_what_a_killed_run_had_sent_arrives_before_the_next_one_creates(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    sandbox.faults.add("late_commit", writes=True, operation=WRITES[0], seconds=0.9)
    lines = records("bills", bills.bills("DE", 1))
    source = destination.connector.folder / "input.jsonl"
    source.write_bytes(b"".join(lines))
    with source.open("rb") as stdin:
        run = destination.start(catalog(["bills"]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with run, killed_after(LONGEST_SECONDS, run):
        while not any(fault.seen for fault in sandbox.faults.scripted()) and run.poll() is None:
            time.sleep(0.001)
        run.kill()
    assert bills.stored(sandbox, company) == []
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert len(bills.stored(sandbox, company)) == 1


def test_a_bill_that_another_run_creates_at_the_same_time_is_named(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    destination.set(streams=None, settle_seconds=0)
    known = sandbox.store.table(company.id, "Supplier").values()
    supplier = next(row for row in known if row["code"] == str(bills.FIRST_SUPPLIER))
    (sent,) = bills.bills("DE", 1)
    rival = {
        "supplierId": supplier["id"],
        "invoiceNumber": "re 00000",
        "invoiceDate": "2026-11-30",
        "vatLines": [{"totalVatBase": 1, "totalVat": 0}],
    }

    def create() -> None:
        Writer(sandbox, company).write("createPurchaseInvoice", "PurchaseInvoiceCreateGLDtoInput", rival)

    sandbox.faults.add("run_before", writes=True, operation=WRITES[0], run=create)
    outcome = destination.write([*records("bills", [sent]), state("bills", 1)])
    assert outcome.code == 1
    ids = {row["id"] for row in bills.stored(sandbox, company)}
    assert len(ids) == 2
    assert any(
        "RE-00000" in error["message"] and all(row_id in error["message"] for row_id in ids) for error in outcome.errors
    )
    # Nothing is removed, and later syncs leave both alone.
    destination.write(records("bills", [sent]))
    assert bills.reasons(destination) == [("ambiguous", None)]
    assert len(bills.stored(sandbox, company)) == 2


def test_every_pair_of_two_runs_on_two_machines_is_named(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    sandbox.change_switches({"mutation_milliseconds": 15})
    tokens = str(tmp_path / "tokens.json")
    lines = b"".join(records("bills", bills.bills("DE", COUNT)))
    both = [
        bills.over(sandbox, company, tmp_path / name, *bills.suppliers("DE"), token_path=tokens, settle_seconds=1)
        for name in ("one", "other")
    ]
    outcomes = side_by_side(both, lines, ["bills"])
    pairs = doubled(sandbox, company)
    named = " ".join(error["message"] for outcome in outcomes if outcome.code == 1 for error in outcome.errors)
    assert len({row["invoiceNumber"] for row in bills.stored(sandbox, company)}) == COUNT
    assert max(outcome.code for outcome in outcomes) == (1 if pairs else 0)
    assert not pairs or f"{len(pairs)} document" in named or all(number in named for number in pairs[:5])
