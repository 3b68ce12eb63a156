"""No open item is ever paid twice: whatever gets lost or comes late, after kills, and beside other runs."""

import subprocess
import time
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import killed_after
from integration_tests.destination import Destination, catalog, committed, received, records, state
from integration_tests.payment_records import PURCHASES, SALES, Data, PaymentRecords, Side
from integration_tests.write.test_payments import message, reasons, write
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 4
MANY = 12


@pytest.fixture(autouse=True)
def too_much_could_be_paid(sandbox: Sandbox) -> None:
    """The server takes more than is open, so that nothing but the connector keeps it apart."""
    sandbox.change_switches({"overpayments": "accepted"})


def wanted(rows: list[Data], side: Side) -> Mapping[str, Decimal]:
    """What records pay, by the numbers of their documents."""
    return {item[side.document][side.number]: item["paidAmount"] for row in rows for item in row[side.items]}


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "an answer is lost after the commit": {"action": "answer_lost"},
    "the commit comes after the reset": {"action": "late_commit", "seconds": 0.6},
    "HTTP 500 after the commit": {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
    "the answer is empty": {"action": "empty_200"},
    "a reset before anything": {"action": "reset_before"},
    "all of data is null after the commit": {"action": "whole_null"},
    "a token that ends in mid-write": {"action": "expire_tokens"},
    "too many requests": {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
}
# What is not there yet after such a fault could still come.
NOT_CARRIED_OUT = {"the answer is empty", "a reset before anything"}


@pytest.mark.parametrize("side", [SALES, PURCHASES])
@pytest.mark.parametrize("name", FAULTS)
def test_whatever_gets_lost_no_item_is_paid_twice(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, name: str
) -> None:
    side, rows = payments.side, payments.of(COUNT)
    destination.set(settle_seconds=1)
    for skip in (0, 2):
        sandbox.faults.add(**FAULTS[name], writes=True, operation=side.mutation, skip=skip)
    outcome = write(destination, side.stream, *rows)
    assert outcome.code == 0, outcome.errors
    # A payment whose outcome is not known yet is not sent again.
    undecided = [line["record"]["data"]["documentNumber"] for line in destination.rejected()]
    assert {code for code, _ in reasons(destination)} <= {"unknown"}
    assert bool(undecided) == (name in NOT_CARRIED_OUT)
    done = [row for row in rows if row["documentNumber"] not in undecided]
    open_items = dict.fromkeys(payments.paid(), Decimal(0))
    assert payments.paid() == {**open_items, **wanted(done, side)}
    sandbox.faults.clear()
    # Nothing that was sent can still arrive.
    destination.set(settle_seconds=0)
    assert write(destination, side.stream, *rows).code == 0, destination.rejected()
    assert payments.paid() == wanted(rows, side)
    assert set(payments.entered().values()) == {1}
    assert write(destination, side.stream, *rows).code == 0
    assert destination.counts() == {"unchanged": COUNT}


def test_a_payment_that_may_still_come_is_not_sent_again(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    rows = payments.of(1)
    sandbox.faults.add("late_commit", writes=True, operation=SALES.mutation, seconds=1.0)
    assert write(destination, SALES.stream, *rows).code == 1
    assert reasons(destination) == [("unknown", None)]
    assert received(sandbox) == {SALES.mutation: 1}


def test_an_item_whose_payment_is_in_doubt_is_not_paid_by_another_record(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    document, other = payments.posted(0), payments.posted(1)
    rows = [payments.payment(number, document, Decimal(119)) for number in (1, 2)]
    sandbox.faults.add("late_commit", writes=True, operation=SALES.mutation, seconds=1.0)
    assert write(destination, SALES.stream, *rows, payments.payment(3, other)).code == 0
    assert reasons(destination) == [("unknown", None), ("unknown", f"{SALES.items}[0].openItemId")]
    assert received(sandbox) == {SALES.mutation: 2}
    # The next run waits for what may still come, and finds it.
    destination.set(settle_seconds=2)
    assert write(destination, SALES.stream, *rows).code == 0
    assert reasons(destination) == [("paid", f"{SALES.items}[0].paidAmount")]
    assert destination.counts() == {"unchanged": 1, "reject": 1}
    assert payments.paid()[document["operationalNumber"]] == Decimal(119)


def test_what_was_matched_meanwhile_is_not_paid(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    """An automatic allocation comes between the first look-up and the mutation: the run waits in between."""
    destination.set(settle_seconds=2)
    document = payments.posted(0)
    row = payments.payment(1, document)

    def allocate() -> None:
        with sandbox.store.lock:
            document["openItems"][0]["paidAmountAccumulated"] = document["openItems"][0]["amount"]

    with destination.start(
        catalog([SALES.stream]), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        assert run.stdin is not None
        run.stdin.write(b"".join(records(SALES.stream, [row])))
        run.stdin.close()
        while not any("salesInvoices" in request.document for request in list(sandbox.requests)) and run.poll() is None:
            time.sleep(0.01)
        allocate()
        assert run.wait(30) == 1
    assert reasons(destination) == [("paid", f"{SALES.items}[0].paidAmount")]
    assert "nothing is open; 119.00 is paid already" in message(destination)
    assert received(sandbox) == {}


def test_two_entries_of_one_payment_are_named_and_stay(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords
) -> None:
    rows = payments.of(3)
    assert write(destination, SALES.stream, *rows).code == 0
    table = sandbox.store.table(company.id, "AccountingEntry")
    first = next(row for row in table.values() if row["documentNumber"] == rows[1]["documentNumber"])
    twin = "7d0e6f0c-0000-4000-8000-0000000000aa"
    table[twin] = {**deepcopy(first), "id": twin, "number": 9999}
    outcome = write(destination, SALES.stream, *rows)
    assert outcome.code == 1
    (error,) = [error for error in outcome.errors if error.get("stream_descriptor")]
    assert first["id"] in error["message"]
    assert twin in error["message"]
    assert destination.counts() == {"unchanged": 2, "reject": 1}


def test_what_a_rule_of_the_bank_books_at_once_is_named(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    sandbox.change_switches({"bank_feed": "booked"})
    payments.open_bank_account()
    outcome = write(destination, SALES.stream, *payments.of(1))
    assert outcome.code == 1
    assert "Sage Active has records of it twice" in outcome.errors[0]["message"]


@pytest.mark.parametrize("side", [SALES, PURCHASES])
def test_a_run_that_is_killed_has_paid_no_item_twice_when_it_runs_again(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, tmp_path: Path
) -> None:
    side, rows = payments.side, payments.of(MANY)
    destination.set(settle_seconds=1)
    source = tmp_path / "input.jsonl"
    source.write_bytes(b"".join([*records(side.stream, rows), state(side.stream, 1)]))
    sandbox.faults.add("stall_after", writes=True, operation=side.mutation, seconds=0.1, times=FOREVER)
    with source.open("rb") as stdin:
        run = destination.start(
            catalog([side.stream]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    with run, killed_after(60, run):
        while committed(sandbox).get(side.mutation, 0) < MANY // 4 and run.poll() is None:
            time.sleep(0.01)
        run.kill()
    assert 0 < committed(sandbox)[side.mutation] < MANY
    sandbox.faults.clear()
    outcome = write(destination, side.stream, *rows)
    assert outcome.code == 0, outcome.errors
    assert payments.paid() == wanted(rows, side)
    assert committed(sandbox) == {side.mutation: MANY}
