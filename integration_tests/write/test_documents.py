"""Documents beyond drafts, their marks and lines, and what is refused by name."""

from typing import Any

import pytest

from integration_tests.destination import Destination, committed, received, record, records, state, stats
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

pytestmark = pytest.mark.usefixtures("stock")


def statuses(sandbox: Sandbox, company: Company) -> dict[str, tuple[str, str | None]]:
    """Status and number of each invoice by its reference."""
    known = stored(sandbox, company, "invoices", "externalReference")
    return {key: (row["status"], row["operationalNumber"]) for key, row in known.items()}


# --- statuses and numbers ---


@pytest.mark.parametrize(
    ("wanted", "status", "mutations"),
    [
        ("draft", "Pending", ("createSalesInvoice",)),
        ("closed", "Closed", ("createSalesInvoice", "closeSalesInvoice")),
        ("posted", "Posted", ("createSalesInvoice", "closeSalesInvoice", "postSalesInvoice")),
    ],
)
def test_invoices_become(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    wanted: str,
    status: str,
    mutations: tuple[str, ...],
) -> None:
    destination.set(invoice_status=wanted)
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": len(invoices)}
    assert stats(outcome) == [(1, len(invoices), 0)]
    assert {found for found, _ in statuses(sandbox, company).values()} == {status}
    assert committed(sandbox) == dict.fromkeys(mutations, len(invoices))
    sandbox.mutations.clear()
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"unchanged": len(invoices)}
    assert received(sandbox) == {}


def test_drafts_are_closed_and_posted_later(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    for wanted, status, mutation in (
        ("draft", "Pending", "createSalesInvoice"),
        ("closed", "Closed", "closeSalesInvoice"),
        ("posted", "Posted", "postSalesInvoice"),
    ):
        sandbox.mutations.clear()
        destination.set(invoice_status=wanted)
        assert destination.write(records("invoices", invoices)).code == 0
        assert {found for found, _ in statuses(sandbox, company).values()} == {status}
        assert committed(sandbox) == {mutation: len(invoices)}


@pytest.mark.parametrize("operation", ["closeSalesInvoice", "postSalesInvoice"])
@pytest.mark.parametrize("action", ["answer_lost", "reset_before", "late_commit"])
def test_lost_answers_while_closing_and_posting(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    operation: str,
    action: str,
) -> None:
    destination.set(invoice_status="posted", settle_seconds=2)
    sandbox.faults.add(action, operation=operation, seconds=0.3)
    outcome = destination.write(records("invoices", invoices))
    assert outcome.code == 0, outcome.errors
    assert {found for found, _ in statuses(sandbox, company).values()} == {"Posted"}
    assert destination.counts() == {"create": len(invoices)}
    done = committed(sandbox)
    assert done == {
        "createSalesInvoice": len(invoices),
        "closeSalesInvoice": len(invoices),
        "postSalesInvoice": len(invoices),
    }
    assert len(sandbox.store.table(company.id, "AccountingEntry")) == len(invoices)


@pytest.mark.parametrize("keep", [False, True])
def test_numbers(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], keep: bool
) -> None:
    destination.set(keep_numbers=keep)
    rows = [{**row, "operationalNumber": f"OLD-{number}"} for number, row in enumerate(invoices)]
    assert destination.write(records("invoices", rows)).code == 0
    found = set(statuses(sandbox, company).values())
    assert found == ({("Closed", f"OLD-{number}") for number in range(len(invoices))} if keep else {("Pending", None)})
    sandbox.mutations.clear()
    assert destination.write(records("invoices", rows)).code == 0
    assert destination.counts() == {"unchanged": len(invoices)}
    assert received(sandbox) == {}


def test_a_closed_document_that_differs_is_rejected(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(invoice_status="closed")
    assert destination.write(records("invoices", invoices)).code == 0
    sandbox.mutations.clear()
    invoices[2]["comments"] = "anders"
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"unchanged": len(invoices) - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("closed", "comments")
    assert received(sandbox) == {}


def test_a_posting_journal_that_is_not_there_is_named(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(invoice_status="posted", posting_journal="NONE")
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 1
    (error,) = [candidate for candidate in outcome.errors if "NONE" in candidate["message"]]
    assert error["failure_type"] == "config_error"
    # The journals that there are.
    assert "AR" in error["message"]
    assert stats(outcome) == []


def test_each_stream_posts_to_its_own_journal(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    journal = {"code": "VT", "name": "Vertrieb", "type": "SALES_INVOICE"}
    assert destination.write(records("journals", [journal])).code == 0
    streams = [
        {"stream": name, "object": "invoices", "target_state": "posted", "journal": code}
        for name, code in (("shop", "VT"), ("desk", "AR"))
    ]
    destination.set(streams=streams)
    outcome = destination.write([*records("shop", invoices[:3]), *records("desk", invoices[3:])])
    assert outcome.code == 0, outcome.errors
    codes = {row["id"]: row["code"] for row in sandbox.store.table(company.id, "JournalType").values()}
    entries = sandbox.store.table(company.id, "AccountingEntry").values()
    assert sorted(codes[entry["journalTypeId"]] for entry in entries) == ["AR"] * (len(invoices) - 3) + ["VT"] * 3
    # Of two journals none is chosen for a stream that names none.
    destination.set(streams=[{"stream": "shop", "object": "invoices", "target_state": "posted"}])
    outcome = destination.write(records("shop", invoices[:3]))
    assert outcome.code == 1
    assert any("AR, VT" in error["message"] and "`journal`" in error["message"] for error in outcome.errors)


# --- what cannot be written ---


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"type": "CREDIT_NOTE"}, "document-type", "type"),
        ({"type": "PAYMENT_IN_ADVANCE"}, "document-type", "type"),
        ({"customer": {"code": "69999"}}, "reference", "customerId"),
        ({"customer": None}, "required", "customerId"),
    ],
)
def test_documents_that_cannot_be_written_are_rejected_by_name(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    change: dict[str, Any],
    reason: str,
    field: str,
) -> None:
    invoices[3] |= change
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": len(invoices) - 1, "reject": 1}
    assert stats(outcome) == [(1, len(invoices) - 1, 1)]
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == (reason, field)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"originId": "1d5f2c1e-0000-4000-8000-000000000001"}, "deduction"),
        ({"unitPrice": None}, "required"),
        ({"product": {"code": "NOWHERE"}, "productCode": "NOWHERE"}, "reference"),
    ],
)
def test_lines_that_cannot_be_written_are_rejected_by_name(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    line: dict[str, Any],
    reason: str,
) -> None:
    invoices[3]["lines"][0] |= line
    outcome = destination.write(records("invoices", invoices))
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": len(invoices) - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert rejection["rejected_reason"] == reason
    assert str(rejection["rejected_field"]).startswith("lines[0].")


@pytest.mark.parametrize("by_id", [False, True])
def test_an_advance_payment_product_is_refused(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], by_id: bool
) -> None:
    concept = {**RichRecords(sandbox, company).of("items", 1)[0], "code": "ADVANCE", "category": "CONCEPT"}
    assert destination.write([record("items", concept)]).code == 0
    product = {"productId": stored(sandbox, company, "items", "code")["ADVANCE"]["id"].upper()}
    invoices[0]["lines"] = [
        {**(product if by_id else {"product": {"code": "ADVANCE"}}), "totalQuantity": 1, "unitPrice": 5}
    ]
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"create": len(invoices) - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert "advance" in rejection["rejected_message"]
    assert rejection["rejected_field"] == "lines[0].productId"


def test_products_are_named_by_ids_of_their_own_company(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    row_id = stored(sandbox, company, "items", "code")["ART-0003"]["id"]
    for invoice, product in zip(invoices, (row_id, "nonsense", "1d5f2c1e-0000-4000-8000-000000000001"), strict=False):
        invoice["lines"] = [{"productId": product, "totalQuantity": 1, "unitPrice": 5}]
    for counts in ({"create": len(invoices) - 2, "reject": 2}, {"unchanged": len(invoices) - 2, "reject": 2}):
        assert destination.write(records("invoices", invoices)).code == 0
        assert destination.counts() == counts
        assert [rejection["rejected_reason"] for rejection in destination.rejected()] == ["reference"] * 2


# --- marks ---


@pytest.mark.parametrize("key", ["externalReference", None])
def test_remarks_that_leave_no_room_for_the_mark(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], key: str | None
) -> None:
    """Where a number of its own identifies the document, the mark is left out; where only the mark does, nothing is."""
    destination.set(document_key=key)
    invoices[1]["remarks"] = "r" * 1000
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == ({"create": len(invoices)} if key else {"create": len(invoices) - 1, "reject": 1})
    held = sandbox.store.table(company.id, "SalesInvoice").values()
    assert sum("[ref:" in row["remarks"] for row in held) == len(invoices) - 1
    sandbox.mutations.clear()
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == (
        {"unchanged": len(invoices)} if key else {"unchanged": len(invoices) - 1, "reject": 1}
    )
    invoices[2]["remarks"] = "s" * 990
    assert destination.write(records("invoices", invoices)).code == 0
    assert committed(sandbox) == ({"updateSalesInvoice": 1} if key else {})


# --- lines on update ---


@pytest.mark.parametrize("missing_children", ["keep", "remove"])
def test_lines_that_the_record_lacks(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    missing_children: str,
) -> None:
    def line(number: int, quantity: int) -> dict[str, Any]:
        return {"product": {"code": f"ART-{number:04}"}, "totalQuantity": quantity, "unitPrice": 5}

    def written(*lines: dict[str, Any]) -> list[tuple[str, int]]:
        assert destination.write([record("invoices", {**invoices[0], "lines": list(lines)})]).code == 0
        (row,) = sandbox.store.table(company.id, "SalesInvoice").values()
        return [(line["productCode"], int(line["totalQuantity"])) for line in row["lines"]]

    destination.set(missing_children=missing_children)
    written(line(0, 1), line(1, 2))
    kept = [("ART-0000", 1), ("ART-0001", 2)] if missing_children == "keep" else []
    assert written(line(2, 3)) == [*kept, ("ART-0002", 3)]
    assert destination.counts() == {"update": 1}
    assert written(line(2, 3)) == [*kept, ("ART-0002", 3)]
    assert destination.counts() == {"unchanged": 1}
    # A line with other values is the same line.
    assert written(line(2, 4)) == [*kept, ("ART-0002", 4)]
    assert destination.counts() == {"update": 1}
