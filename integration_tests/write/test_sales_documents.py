"""Quotes, orders and delivery notes: created, found again, changed, closed and declined."""

import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests import order_records
from integration_tests.connector import LONGEST_SECONDS, killed_after
from integration_tests.destination import Destination, catalog, committed, received, records, state, stats
from integration_tests.rich_records import RichRecords, differing
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

TYPES = {"quotes": "SalesQuote", "sales_orders": "SalesOrder", "delivery_notes": "SalesDeliveryNote"}
STREAMS = tuple(TYPES)
COUNT = 200
FEW = 12
# Of so many the customers and items are there.
STOCK = 20


@pytest.fixture
def stocked(sandbox: Sandbox, company: Company, destination: Destination) -> Destination:
    """A destination for a company with the customers and items that the records refer to."""
    destination.set(settle_seconds=0, max_rejected_percent=100)
    rich = RichRecords(sandbox, company)
    lines = [line for stream in ("customers", "items") for line in records(stream, rich.of(stream, STOCK))]
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    sandbox.mutations.clear()
    return destination


def stored(sandbox: Sandbox, company: Company, stream: str) -> dict[str, Row]:
    """The documents of a company by their references, each there once."""
    rows = list(sandbox.store.table(company.id, TYPES[stream]).values())
    found = {row["externalReference"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def require_equal(sandbox: Sandbox, company: Company, stream: str, rows: list[dict[str, Any]]) -> None:
    """Every document has what its record says, field by field; the remarks carry a mark as well."""
    held = stored(sandbox, company, stream)
    assert len(held) == len(rows)
    for row in rows:
        document = held[row["externalReference"]]
        assert list(differing(sandbox, company, row, document, ("id", "remarks"))) == []
        assert document["remarks"].startswith(row["remarks"])


def final(stream: str, target: str, **more: Any) -> dict[str, Any]:
    """Options that lead the documents of a stream to a state."""
    return {
        "streams": [{"stream": stream, "object": stream, "target_state": target}],
        # Records are dated in all months.
        "final_acts": {"objects": [stream], "pilot": 0, "not_after": "2026-12-31", **more},
    }


# --- everything is written, and found again ---


@pytest.mark.parametrize("stream", STREAMS)
def test_every_record_is_there_and_a_second_sync_changes_nothing(
    sandbox: Sandbox, company: Company, stocked: Destination, stream: str
) -> None:
    rows = order_records.of(sandbox, company, stream, COUNT)
    outcome = stocked.write([*records(stream, rows), state(stream, 1)])
    assert outcome.code == 0, outcome.errors
    assert stocked.counts() == {"create": COUNT}
    assert stats(outcome) == [(1, COUNT, 0)]
    assert committed(sandbox) == {f"create{TYPES[stream]}": COUNT}
    require_equal(sandbox, company, stream, rows)
    assert {row["status"] for row in stored(sandbox, company, stream).values()} == {"Pending"}
    sandbox.mutations.clear()
    # All rows come again, as after Clear: by their marks they are what is there.
    assert stocked.write(records(stream, rows)).code == 0
    assert (stocked.counts(), received(sandbox)) == ({"unchanged": COUNT}, {})


@pytest.mark.parametrize("market", ["es", "fr"])
def test_the_other_markets_take_them_as_well(sandbox: Sandbox, company: Company, stocked: Destination) -> None:
    for stream in STREAMS:
        rows = order_records.of(sandbox, company, stream, 10)
        outcome = stocked.write(records(stream, rows))
        assert (outcome.code, stocked.counts()) == (0, {"create": 10}), outcome.errors
        require_equal(sandbox, company, stream, rows)
        assert stocked.write(records(stream, rows)).code == 0
        assert stocked.counts() == {"unchanged": 10}


@pytest.mark.parametrize("stream", STREAMS)
def test_update_finds_by_the_key_and_names_what_is_not_there(
    sandbox: Sandbox, company: Company, stocked: Destination, stream: str
) -> None:
    rows = order_records.of(sandbox, company, stream, FEW)
    assert stocked.write(records(stream, rows)).code == 0
    sandbox.mutations.clear()
    stocked.set(document_key="externalReference")
    rows[3]["comments"] = "Neu"
    absent = {**rows[4], "externalReference": "NOWHERE", "id": "another"}
    outcome = stocked.write(records(stream, [*rows, absent]), {stream: "update"})
    assert outcome.code == 0, outcome.errors
    assert stocked.counts() == {"unchanged": FEW - 1, "update": 1, "reject": 1}
    (rejection,) = stocked.rejected()
    assert rejection["rejected_reason"] == "not-found"
    assert committed(sandbox) == {f"update{TYPES[stream]}": 1}
    require_equal(sandbox, company, stream, rows)


@pytest.mark.parametrize("stream", STREAMS)
def test_lines_of_our_own_drafts_are_replaced(
    sandbox: Sandbox, company: Company, stocked: Destination, stream: str
) -> None:
    rows = order_records.of(sandbox, company, stream, FEW)
    assert stocked.write(records(stream, rows)).code == 0
    rows[3]["lines"] = rows[3]["lines"][1:]
    rows[2]["lines"][0] |= {"totalQuantity": Decimal("7.000")}
    rows[1]["lines"].append({**rows[1]["lines"][0], "product": {"code": "ART-0011"}, "productCode": "ART-0011"})
    outcome = stocked.write(records(stream, rows))
    assert outcome.code == 0, outcome.errors
    assert stocked.counts() == {"unchanged": FEW - 3, "update": 3}
    require_equal(sandbox, company, stream, rows)


# --- states ---


@pytest.mark.parametrize("stream", STREAMS)
def test_documents_are_closed_in_the_order_of_their_days(
    sandbox: Sandbox, company: Company, stocked: Destination, stream: str
) -> None:
    rows = order_records.of(sandbox, company, stream, FEW)
    stocked.set(**final(stream, "closed"))
    outcome = stocked.write([*records(stream, rows), state(stream, 1)])
    assert outcome.code == 0, outcome.errors
    assert stats(outcome) == [(1, FEW, 0)]
    documents = stored(sandbox, company, stream).values()
    assert {row["status"] for row in documents} == {"Closed"}
    closed = sorted(documents, key=lambda row: row["modificationDate"])
    assert [row["documentDate"] for row in closed] == sorted(row["documentDate"] for row in documents)
    assert committed(sandbox) == {f"create{TYPES[stream]}": FEW, f"update{TYPES[stream]}": FEW}
    sandbox.mutations.clear()
    assert stocked.write(records(stream, rows)).code == 0
    assert (stocked.counts(), received(sandbox)) == ({"unchanged": FEW}, {})
    rows[5]["comments"] = "anders"
    assert stocked.write(records(stream, rows)).code == 0
    (rejection,) = stocked.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("closed", "comments")


def test_a_pilot_closes_one_order_and_says_what_to_look_at(
    sandbox: Sandbox, company: Company, stocked: Destination
) -> None:
    rows = order_records.of(sandbox, company, "sales_orders", 4)
    stocked.set(**final("sales_orders", "closed", pilot=1))
    outcome = stocked.write([*records("sales_orders", rows), state("sales_orders", 1)])
    assert (outcome.code, stats(outcome)) == (1, [])
    (error,) = [error["message"] for error in outcome.errors if "the pilot is over" in error["message"]]
    documents = stored(sandbox, company, "sales_orders").values()
    (number,) = [row["operationalNumber"] for row in documents if row["status"] == "Closed"]
    assert number in error


def test_bounds_and_a_dry_run_are_those_of_invoices(sandbox: Sandbox, company: Company, stocked: Destination) -> None:
    rows = order_records.of(sandbox, company, "delivery_notes", 6)
    stocked.set(**final("delivery_notes", "closed", not_before="2026-03-01", max_per_run=3), dry_run=True)
    outcome = stocked.write(records("delivery_notes", rows))
    table = [text for text in outcome.logs("INFO") if text.startswith("Would become final: delivery_notes")]
    assert sum(int(text.partition(": ")[2].split(": ")[1].split(" ")[0]) for text in table) >= 3
    assert received(sandbox) == {}
    stocked.set(dry_run=False)
    outcome = stocked.write(records("delivery_notes", rows))
    held = {line["rejected_message"] for line in stocked.rejected()}
    assert (outcome.code, len(stocked.rejected())) == (0, 3), outcome.errors
    assert any("is before 2026-03-01" in text for text in held)
    assert any("`final_acts.max_per_run`" in text for text in held)
    closed = [row for row in stored(sandbox, company, "delivery_notes").values() if row["status"] == "Closed"]
    assert len(closed) == 3


@pytest.mark.parametrize("reason", ["actions", "statuses"])
def test_a_quote_is_declined_with_its_reason_in_the_words_of_either_source(
    sandbox: Sandbox, company: Company, stocked: Destination, reason: str
) -> None:
    sandbox.change_switches({"quote_steps": reason})
    rows = order_records.of(sandbox, company, "quotes", FEW)
    # Nothing final: nothing needs to allow it.
    stocked.set(**{**final("quotes", "declined"), "final_acts": None})
    outcome = stocked.write([*records("quotes", rows), state("quotes", 1)])
    assert outcome.code == 0, outcome.errors
    assert (stocked.counts(), stats(outcome)) == ({"create": FEW}, [(1, FEW, 0)])
    held = stored(sandbox, company, "quotes")
    assert {row["status"] for row in held.values()} == {"Declined"}
    assert all(held[row["externalReference"]]["declinedReason"] == row["declinedReason"] for row in rows)
    sandbox.mutations.clear()
    # It is not opened again.
    stocked.set(streams=None)
    assert stocked.write(records("quotes", rows)).code == 0
    assert (stocked.counts(), received(sandbox)) == ({"unchanged": FEW}, {})


def test_a_reason_that_is_too_long_is_rejected(sandbox: Sandbox, company: Company, stocked: Destination) -> None:
    (row,) = order_records.of(sandbox, company, "quotes", 1)
    assert stocked.write(records("quotes", [{**row, "declinedReason": "x" * 101}])).code == 1
    (rejection,) = stocked.rejected()
    assert rejection["rejected_field"] == "declinedReason"


def test_declined_quotes_do_not_hold_back_earlier_ones(
    sandbox: Sandbox, company: Company, stocked: Destination
) -> None:
    early, late = order_records.of(sandbox, company, "quotes", 2)
    stocked.set(streams=final("quotes", "declined")["streams"])
    assert stocked.write(records("quotes", [late])).code == 0
    stocked.set(**final("quotes", "closed"))
    assert stocked.write(records("quotes", [early])).code == 0
    assert stocked.rejected() == []
    assert stored(sandbox, company, "quotes")[early["externalReference"]]["status"] == "Closed"


@pytest.mark.parametrize("numbers", ["unique", "repeatable"])
def test_numbers_of_the_records_are_kept_where_that_is_wished_for(
    sandbox: Sandbox, company: Company, stocked: Destination, numbers: str
) -> None:
    sandbox.change_switches({"document_numbers": numbers})
    rows = order_records.of(sandbox, company, "sales_orders", FEW)
    rows = [{**row, "operationalNumber": f"OLD-{number}"} for number, row in enumerate(rows)]
    assert stocked.write(records("sales_orders", rows)).code == 0
    assert not {row["operationalNumber"] for row in rows} & {
        row["operationalNumber"] for row in stored(sandbox, company, "sales_orders").values()
    }
    options = final("sales_orders", "closed")
    stocked.set(**{**options, "streams": [{**options["streams"][0], "keep_numbers": True}]})
    outcome = stocked.write(records("sales_orders", rows))
    assert outcome.code == 0, outcome.errors
    held = stored(sandbox, company, "sales_orders")
    assert [held[row["externalReference"]]["operationalNumber"] for row in rows] == [f"OLD-{n}" for n in range(FEW)]
    assert {row["status"] for row in held.values()} == {"Closed"}


# --- amounts ---


def test_an_order_with_other_amounts_than_its_record_stays_open(
    sandbox: Sandbox, company: Company, stocked: Destination
) -> None:
    (row,) = order_records.of(sandbox, company, "sales_orders", 1)
    for line in row["lines"]:
        line["vatPercentage"] = 7
    stocked.set(**final("sales_orders", "closed"))
    stocked.write(records("sales_orders", [row]))
    (rejection,) = stocked.rejected()
    assert rejection["rejected_reason"] == "held"
    assert stored(sandbox, company, "sales_orders")[row["externalReference"]]["status"] == "Pending"


# --- faults ---

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "an answer is lost": {"action": "answer_lost"},
    "the commit comes late": {"action": "late_commit", "seconds": 0.3},
    "HTTP 500 after the commit": {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
    "all of data is null": {"action": "whole_null"},
    "a token that ends": {"action": "expire_tokens"},
    "too many requests": {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_cost_nothing_but_time(sandbox: Sandbox, company: Company, stocked: Destination, name: str) -> None:
    stocked.set(**final("quotes", "closed"), settle_seconds=1)
    for operation in ("createSalesQuote", "updateSalesQuote"):
        for skip in (0, 2):
            sandbox.faults.add(**FAULTS[name], writes=True, operation=operation, skip=skip)
    rows = order_records.of(sandbox, company, "quotes", FEW)
    outcome = stocked.write([*records("quotes", rows), state("quotes", 1)])
    assert (outcome.code, stats(outcome)) == (0, [(1, FEW, 0)]), outcome.errors
    assert {row["status"] for row in stored(sandbox, company, "quotes").values()} == {"Closed"}
    sandbox.faults.clear()
    assert stocked.write(records("quotes", rows)).code == 0
    assert stocked.counts() == {"unchanged": FEW}


def test_a_killed_run_leaves_each_order_once(
    sandbox: Sandbox, company: Company, stocked: Destination, tmp_path: Path
) -> None:
    stocked.set(**final("sales_orders", "closed"))
    rows = order_records.of(sandbox, company, "sales_orders", FEW)
    sandbox.faults.add("stall_after", writes=True, operation="updateSalesOrder", skip=2, seconds=30)
    source = tmp_path / "input.jsonl"
    source.write_bytes(b"".join(records("sales_orders", rows)))
    with source.open("rb") as stdin:
        run = stocked.start(
            catalog(["sales_orders"]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    with run, killed_after(LONGEST_SECONDS, run):
        while committed(sandbox).get("updateSalesOrder", 0) < 3 and run.poll() is None:
            time.sleep(0.01)
        run.kill()
    statuses = Counter(row["status"] for row in stored(sandbox, company, "sales_orders").values())
    assert statuses == {"Closed": 3, "Pending": FEW - 3}
    sandbox.faults.clear()
    outcome = stocked.write(records("sales_orders", rows))
    assert outcome.code == 0, outcome.errors
    assert len(stored(sandbox, company, "sales_orders")) == FEW
    assert {row["status"] for row in stored(sandbox, company, "sales_orders").values()} == {"Closed"}
