"""Lines that come from lines of quotes, orders and delivery notes: taken over, or rejected before they are sent."""

from typing import Any
from uuid import uuid4

import pytest

from integration_tests.destination import Destination, committed, received, records
from integration_tests.order_records import origin
from integration_tests.plain_invoices import DIRECT, invoice, over
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

TYPES = {
    "quotes": "SalesQuote",
    "sales_orders": "SalesOrder",
    "delivery_notes": "SalesDeliveryNote",
    "invoices": "SalesInvoice",
}
KINDS = {"QUOTE": "quotes", "ORDER": "sales_orders", "DELIVERY_NOTE": "delivery_notes"}


@pytest.fixture
def written(sandbox: Sandbox, company: Company, tmp_path: Any) -> Destination:
    """A destination for a company that has a customer and an item."""
    return over(sandbox, company, tmp_path, DIRECT)


def document(sandbox: Sandbox, company: Company, stream: str, number: str) -> Row:
    """The one document of a reference."""
    table = sandbox.store.table(company.id, TYPES[stream]).values()
    (row,) = [row for row in table if row["externalReference"] == number]
    return row


def write(destination: Destination, stream: str, *rows: dict[str, Any]) -> None:
    """Writes records, none of which is rejected."""
    outcome = destination.write(records(stream, rows))
    assert (outcome.code, destination.rejected()) == (0, []), outcome.errors


def rejection(destination: Destination, stream: str, row: dict[str, Any]) -> tuple[str, str, str]:
    """Reason, field and message with which a record is rejected."""
    destination.write(records(stream, [row]))
    (line,) = destination.rejected()
    return line["rejected_reason"], line["rejected_field"], line["rejected_message"]


def coming_from(kind: str, source: Row, number: str, *prices: int) -> dict[str, Any]:
    """A record whose first line comes from the first one of a document; the others do not."""
    row = invoice(number, *prices)
    row["lines"][0] |= origin(kind, source)
    return row


@pytest.mark.parametrize(
    ("kind", "stream"),
    [
        ("QUOTE", "sales_orders"),
        ("QUOTE", "delivery_notes"),
        ("QUOTE", "invoices"),
        ("ORDER", "delivery_notes"),
        ("ORDER", "invoices"),
        ("DELIVERY_NOTE", "invoices"),
    ],
)
def test_a_line_is_taken_over_once(
    sandbox: Sandbox, company: Company, written: Destination, kind: str, stream: str
) -> None:
    write(written, KINDS[kind], invoice("A", 5))
    source = document(sandbox, company, KINDS[kind], "A")
    row = coming_from(kind, source, "B", 5)
    write(written, stream, row)
    taken_over = document(sandbox, company, stream, "B")
    (link,) = sandbox.store.table(company.id, "RelatedSalesDocument").values()
    assert (link["documentId"], link["originId"]) == (taken_over["id"], source["id"])
    # The whole line is used up, and with it the document.
    assert document(sandbox, company, KINDS[kind], "A")["status"] == "Closed"
    sandbox.mutations.clear()
    # Its own record does not need the line again, and another one cannot have it.
    write(written, stream, row)
    assert written.counts() == {"unchanged": 1}
    reason, field, message = rejection(written, stream, coming_from(kind, source, "C", 5))
    assert (reason, received(sandbox)) == ("origin", {})
    assert field in ("lines[0].originId", "lines[0].originLineId")
    assert "leave `originType`, `originId` and `originLineId` out" in message


def test_an_order_line_that_is_used_up_is_rejected_before_it_is_sent(
    sandbox: Sandbox, company: Company, written: Destination
) -> None:
    write(written, "sales_orders", invoice("A", 5, 7))
    order = document(sandbox, company, "sales_orders", "A")
    write(written, "invoices", coming_from("ORDER", order, "B", 5))
    assert document(sandbox, company, "sales_orders", "A")["status"] == "Pending"
    sandbox.mutations.clear()
    row = invoice("C", 9, 5)
    row["lines"][1] |= origin("ORDER", order)
    reason, field, message = rejection(written, "invoices", row)
    assert (reason, field) == ("origin", "lines[1].originLineId")
    assert "nothing is left" in message
    assert "name another line" in message
    assert received(sandbox) == {}
    # In a dry run as well.
    written.set(dry_run=True)
    assert rejection(written, "invoices", row)[:2] == (reason, field)


def test_a_line_that_is_added_later_may_come_from_an_order(
    sandbox: Sandbox, company: Company, written: Destination
) -> None:
    write(written, "sales_orders", invoice("A", 5))
    order = document(sandbox, company, "sales_orders", "A")
    write(written, "invoices", invoice("B", 9))
    row = invoice("B", 9, 5)
    row["lines"][1] |= {"product": {"code": "P1"}, "productName": "Another", **origin("ORDER", order)}
    write(written, "invoices", row)
    assert written.counts() == {"update": 1}
    assert document(sandbox, company, "sales_orders", "A")["status"] == "Closed"
    late = invoice("C", 9)
    write(written, "invoices", late)
    late["lines"].append(row["lines"][1])
    sandbox.mutations.clear()
    assert rejection(written, "invoices", late)[:2] == ("origin", "lines[1].originLineId")
    assert received(sandbox) == {}


def test_a_line_of_a_delivery_note_never_opens_again(sandbox: Sandbox, company: Company, written: Destination) -> None:
    write(written, "delivery_notes", invoice("A", 5, 7))
    note = document(sandbox, company, "delivery_notes", "A")
    write(written, "invoices", coming_from("DELIVERY_NOTE", note, "B", 5))
    # Its lines do not say so, and Sage Active refuses.
    row = coming_from("DELIVERY_NOTE", note, "C", 5)
    reason, _, message = rejection(written, "invoices", row)
    assert reason != "origin"
    assert "originLineAlreadyUsed" in message
    assert committed(sandbox)["createSalesInvoice"] == 1


@pytest.mark.parametrize("setting", ["used", "pending"])
def test_a_line_that_came_from_another_document_is_never_removed(
    sandbox: Sandbox, company: Company, written: Destination, setting: str
) -> None:
    sandbox.change_switches({"origin_lines": setting})
    write(written, "quotes", invoice("A", 5, 7))
    quote = document(sandbox, company, "quotes", "A")
    row = coming_from("QUOTE", quote, "B", 5, 9)
    write(written, "sales_orders", row)
    sandbox.mutations.clear()
    reason, field, message = rejection(written, "sales_orders", {**row, "lines": row["lines"][1:]})
    assert (reason, field, received(sandbox)) == ("held", "lines", {})
    assert "made from another document" in message


@pytest.mark.parametrize(
    ("stream", "changed", "field", "reason"),
    [
        ("quotes", {"originType": "ORDER"}, "originType", "a quote comes from none"),
        ("sales_orders", {"originType": "DELIVERY_NOTE"}, "originType", "QUOTE"),
        ("sales_orders", {"originType": None}, "originId", "needs an `originType`"),
        ("delivery_notes", {"originType": "DELIVERY_NOTE"}, "originType", "QUOTE or ORDER"),
        ("sales_orders", {"originLineId": None}, "originLineId", "is required"),
        ("sales_orders", {"originId": None}, "originId", "is required"),
        ("sales_orders", {"originId": str(uuid4())}, "originId", "no quote of the company"),
        ("sales_orders", {"originLineId": str(uuid4())}, "originLineId", "no line of that quote"),
        ("invoices", {"originType": None}, "originId", "deducts an advance invoice"),
    ],
)
def test_an_origin_that_cannot_be_is_rejected_before_it_is_sent(
    sandbox: Sandbox,
    company: Company,
    written: Destination,
    stream: str,
    changed: dict[str, Any],
    field: str,
    reason: str,
) -> None:
    write(written, "quotes", invoice("A", 5))
    row = coming_from("QUOTE", document(sandbox, company, "quotes", "A"), "B", 5)
    row["lines"][0] |= changed
    sandbox.mutations.clear()
    code, path, message = rejection(written, stream, row)
    assert code in ("origin", "deduction")
    assert (path, received(sandbox)) == (f"lines[0].{field}", {})
    assert reason in message


def test_origins_of_another_company_are_rejected_by_name(
    sandbox: Sandbox, company: Company, written: Destination
) -> None:
    write(written, "quotes", invoice("A", 5))
    row = coming_from("QUOTE", document(sandbox, company, "quotes", "A"), "B", 5)
    other = str(uuid4())
    written.set(company_map=[{"source_company_id": other, "company_id": company.id}])
    sandbox.mutations.clear()
    reason, field, message = rejection(written, "sales_orders", {**row, "company_id": other})
    assert (reason, field, received(sandbox)) == ("origin", "lines[0].originId", {})
    assert "another company" in message


def test_where_origins_may_not_be_read_the_server_judges(
    sandbox: Sandbox, company: Company, written: Destination
) -> None:
    write(written, "quotes", invoice("A", 5))
    row = coming_from("QUOTE", document(sandbox, company, "quotes", "A"), "B", 5)
    sandbox.rights.replace({"salesQuotes": ROLE})
    write(written, "sales_orders", row)
    assert committed(sandbox)["createSalesOrder"] == 1


def test_a_line_that_a_later_document_has_taken_over_is_never_removed(
    sandbox: Sandbox, company: Company, written: Destination
) -> None:
    order = invoice("A", 5, 7)
    write(written, "sales_orders", order)
    write(written, "invoices", coming_from("ORDER", document(sandbox, company, "sales_orders", "A"), "B", 5))
    sandbox.mutations.clear()
    reason, field, message = rejection(written, "sales_orders", {**order, "lines": order["lines"][1:]})
    assert (reason, field, received(sandbox)) == ("held", "lines", {})
    assert "has taken one of them over" in message
    # The other line is nobody's yet.
    write(written, "sales_orders", {**order, "lines": order["lines"][:1]})
    assert committed(sandbox) == {"updateSalesOrder": 1}


@pytest.mark.parametrize("action", ["answer_lost", "late_commit", "reset_before"])
def test_a_line_is_not_used_up_by_its_own_lost_answer(
    sandbox: Sandbox, company: Company, written: Destination, action: str
) -> None:
    written.set(settle_seconds=1)
    write(written, "sales_orders", invoice("A", 5))
    row = coming_from("ORDER", document(sandbox, company, "sales_orders", "A"), "B", 5)
    sandbox.faults.add(action, writes=True, operation="createSalesInvoice", seconds=0.2)
    write(written, "invoices", row)
    assert written.counts() == {"create": 1}
    assert document(sandbox, company, "invoices", "B")["status"] == "Pending"


def test_two_records_cannot_use_up_one_line(sandbox: Sandbox, company: Company, written: Destination) -> None:
    write(written, "sales_orders", invoice("A", 5))
    order = document(sandbox, company, "sales_orders", "A")
    both = [coming_from("ORDER", order, number, 5) for number in ("B", "C")]
    written.write(records("invoices", both))
    assert written.counts() == {"create": 1, "reject": 1}
