"""Whatever is lost on the way, a rehearsal names what it leaves, and never touches what others have made."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from integration_tests.rehearsals import OBJECTS, assert_nothing_left, company_of, outcomes, rehearse, rows, traced_rows
from sage_active_cli.rehearse.traces import PREFIX, new_trace
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row

SETTLE_SECONDS = 1.5
LATE_SECONDS = 0.5


@pytest.mark.parametrize("mutation", ["createCustomer", "createSalesInvoice", "updateSalesInvoice", "deleteSupplier"])
@pytest.mark.parametrize(
    "fault",
    [
        {"action": "answer_lost"},
        {"action": "late_commit", "seconds": LATE_SECONDS},
        {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
        {"action": "reset_before"},
    ],
    ids=lambda fault: fault["action"],
)
def test_lost_answers_and_late_commits_leave_nothing(theatre: Sandbox, mutation: str, fault: Mapping[str, Any]) -> None:
    theatre.faults.add(**fault, operation=mutation)
    report = rehearse(theatre, settle_seconds=SETTLE_SECONDS)
    assert report.proved, (report.leftovers, report.counts)
    assert report.is_fine is (mutation == "deleteSupplier")
    assert_nothing_left(theatre, "de")


def test_a_service_that_goes_away_is_named_with_what_is_left(theatre: Sandbox) -> None:
    theatre.faults.add("reset_before", operation="deleteSalesInvoice", times=FOREVER)
    theatre.faults.add("reset_before", operation="deleteCustomer", times=FOREVER)
    report = rehearse(theatre)
    left = Counter(leftover.object for leftover in report.leftovers)
    assert left == +traced_rows(theatre, "de")
    assert left.keys() >= {"invoices", "customers"}
    assert not report.proved
    theatre.faults.clear()
    report = rehearse(theatre)
    assert report.earlier == left
    assert report.is_fine
    assert_nothing_left(theatre, "de")


def test_a_server_that_cannot_be_read_in_the_end(theatre: Sandbox) -> None:
    def vanish() -> None:
        theatre.faults.add("reset_before", path="/graphql", times=FOREVER)

    theatre.faults.add("run_before", operation="deleteCustomer", page=2, run=vanish)
    report = rehearse(theatre)
    assert not report.proved
    assert {count.after for count in report.counts} == {None}
    there = {row["id"] for name in OBJECTS for row in rows(theatre, "de", name)}
    assert Counter(left.object for left in report.leftovers if left.id in there) == +traced_rows(theatre, "de")
    theatre.faults.clear()
    assert rehearse(theatre).is_fine
    assert_nothing_left(theatre, "de")


def foreign(sandbox: Sandbox) -> Mapping[str, Row]:
    """Rows that begin like those of rehearsals, but were not made by one."""
    trace, company = new_trace(), company_of(sandbox, "de")
    changes: Mapping[str, Mapping[str, Any]] = {
        "customers": {"socialName": f"{trace} customer", "sourceType": "GLOBAL"},
        "suppliers": {"socialName": f"{PREFIX}and co.", "sourceType": "PUBLIC_API"},
        "items": {"code": trace, "name": "something else"},
        "invoices": {"remarks": f"{trace}0", "sourceType": "PUBLIC_API", "status": "Pending"},
        "bills": {"invoiceNumber": trace, "sourceType": None, "status": "Pending"},
    }
    found = {}
    for name, new in changes.items():
        row = rows(sandbox, "de", name)[0]
        found[name] = dict(row)
        with sandbox.store.lock:
            sandbox.store.replace(company.id, OBJECTS[name], {**row, **new})
    return found


def put_back(sandbox: Sandbox, originals: Mapping[str, Row]) -> None:
    """The rows as they were."""
    with sandbox.store.lock:
        for name, row in originals.items():
            sandbox.store.replace(company_of(sandbox, "de").id, OBJECTS[name], row)


def test_what_others_made_is_never_touched(theatre: Sandbox) -> None:
    originals = foreign(theatre)
    before = {name: rows(theatre, "de", name) for name in OBJECTS}
    try:
        report = rehearse(theatre)
        assert {name: rows(theatre, "de", name) for name in OBJECTS} == before
    finally:
        put_back(theatre, originals)
    assert report.foreign == dict.fromkeys(OBJECTS, 1)
    assert report.is_fine


def test_a_draft_that_somebody_has_closed_is_left_and_named(theatre: Sandbox) -> None:
    row = rows(theatre, "de", "invoices")[0]
    closed = {**row, "remarks": new_trace(), "sourceType": "PUBLIC_API", "status": "Closed"}
    put_back(theatre, {"invoices": closed})
    try:
        report = rehearse(theatre)
    finally:
        put_back(theatre, {"invoices": row})
    (left,) = report.leftovers
    assert (left.object, left.id, left.why) == ("invoices", row["id"], "it is no longer a draft")
    assert not report.is_fine


def test_another_reply_to_deletions(theatre: Sandbox) -> None:
    theatre.drift.replace({"renamed": {"IdPayload.id": "deletedId"}})
    report = rehearse(theatre)
    assert report.contradictions == ["deletion_reply"]
    assert outcomes(report)["deletion_reply"] == "no_id"
    assert report.proved
    assert_nothing_left(theatre, "de")


def test_a_user_who_only_reads_is_told(theatre: Sandbox) -> None:
    report = rehearse(theatre, user="reader")
    assert {line.fault for line in report.lines if line.outcome == "refused"} == {"right-missing"}
    assert report.proved
    assert not report.is_fine
