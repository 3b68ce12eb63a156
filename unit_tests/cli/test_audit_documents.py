"""Checks of documents and bills, over rows made for them, and of what belongs to entries."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from sage_active_cli.audit.books import Books
from sage_active_cli.audit.check import Finding
from sage_active_cli.audit.rows import Bill, Document, Row
from unit_tests.cli.test_audit_entries import CHECK_BY_NAME, books_of, entry, line

LINE: dict[str, Any] = {
    "totalQuantity": 2,
    "unitPrice": 50,
    "totalGross": 100,
    "totalNet": 100,
    "totalVatBase": 100,
    "vatPercentage": 19,
    "totalVat": 19,
    "totalLiquidNoWithholding": 119,
    "totalLiquid": 119,
    "productId": "p",
    "taxId": "t",
}
TOTALS = {name: value for name, value in LINE.items() if name.startswith("total") and name != "totalQuantity"}
ITEM = {"amount": 119, "paidAmountAccumulated": 0, "status": "NOT_SPECIFIED", "dueDate": "2025-02-01T00:00:00Z"}
INVOICE: dict[str, Any] = {
    "id": "i1",
    "operationalNumber": "RE-1",
    "documentDate": "2025-01-15T00:00:00Z",
    "status": "Posted",
    "customerId": "c",
    "firstDueDate": "2025-02-01T00:00:00Z",
    "lines": [LINE],
    "openItems": [ITEM],
    **TOTALS,
}
BILL: dict[str, Any] = {
    "id": "b1",
    "invoiceNumber": "A-77/1",
    "invoiceDate": "2025-01-15T00:00:00Z",
    "firstDueDate": "2025-02-01T00:00:00Z",
    "supplierId": "s",
    "status": "Posted",
    "totalLiquid": 119,
    "pendingAmount": 119,
    "vatLines": [{"totalVatBase": 100, "totalVat": 19, "taxTreatmentId": "usual"}],
    "openItems": [ITEM],
}
Given = tuple[str, Row]


def document(stream: str = "invoices", **members: Any) -> Given:
    """A posted sales document; `line` and `item` change its line and its open item."""
    lines = [{**LINE, **members.pop("line", {})}]
    items = [{**ITEM, **members.pop("item", {})}]
    return stream, msgspec.convert({**INVOICE, "lines": lines, "openItems": items, **members}, Document, strict=False)


def bill(**members: Any) -> Given:
    """A posted bill; `tax` and `item` change its tax line and its open item."""
    taxes = [{**BILL["vatLines"][0], **members.pop("tax", {})}]
    items = [{**ITEM, **members.pop("item", {})}]
    return "bills", msgspec.convert({**BILL, "vatLines": taxes, "openItems": items, **members}, Bill, strict=False)


def found(name: str, given: Sequence[Given], books: Books | None = None) -> list[Finding]:
    """What a check finds."""
    books = books or books_of()
    for stream, key in (("customers", "c"), ("suppliers", "s"), ("items", "p"), ("tax_rates", "t")):
        books.keep(stream, [Row(id=key)])
    examination = CHECK_BY_NAME[name].examine(books)
    for stream, row in given:
        if stream in CHECK_BY_NAME[name].needs:
            examination.add(stream, row)
    return list(examination.findings())


BOOKED = (
    "journal_entries",
    entry(line("bank", 119, accountingEntryThirdParty={"thirdPartyId": "c"}), salesInvoiceId="i1"),
)


@pytest.mark.parametrize("name", [f"D{number}" for number in range(1, 12)] + ["B1", "B2", "B3", "P1", "X1", "X2"])
def test_sound_documents_are_sound(name: str) -> None:
    assert found(name, [document(), bill(), BOOKED]) == []


@pytest.mark.parametrize(
    ("name", "broken", "difference"),
    [
        ("D1", document(totalGross=101), "1.00"),
        ("D1", document("quotes", totalVatFee=1), "1.00"),
        ("D2", document(totalNet=102), "2.00"),
        ("D2", document(totalLiquidNoWithholding=120, totalLiquid=120), "1.00"),
        ("D2", document("sales_orders", totalLiquid=118), "-1.00"),
        ("D3", document(line={"totalQuantity": 3}), "-50.00"),
        ("D3", document(line={"vatPercentage": 7}), "12.00"),
        ("D4", document(totalVat=20), "1.00"),
        ("D5", document(item={"amount": 118}), "-1.00"),
        ("D5", bill(item={"amount": 120}), "1.00"),
        ("D6", document(item={"paidAmountAccumulated": 120}), "1.00"),
        ("D6", document(item={"status": "PARTIAL"}), "-119.00"),
        ("D6", bill(item={"paidAmountAccumulated": 119}), "0.00"),
        ("D7", document(status="Collected"), "-119.00"),
        ("D7", bill(item={"paidAmountAccumulated": 100}), "-19.00"),
        ("D8", document(firstDueDate="2025-01-31T00:00:00Z"), None),
        ("D9", document(operationalNumber=None), None),
        ("D10", document("credit_notes", sourceSalesInvoiceId="i0"), None),
        ("D11", document(customerId="nobody"), None),
        ("D11", document(line={"productId": "nothing"}), None),
        ("D11", bill(supplierId="nobody"), None),
        ("B1", bill(totalLiquid=120), "1.00"),
        ("B2", bill(pendingAmount=100), "-19.00"),
        ("P1", document(status="Closed"), None),
        ("X1", document(), None),
    ],
)
def test_a_broken_document_is_found(name: str, broken: Given, difference: str | None) -> None:
    finding = found(name, [broken])[0]
    assert (finding.id, finding.difference) == (broken[1].id, difference)


def test_credit_notes_and_their_invoices() -> None:
    credited = document(hasCreditNote=True)
    note = document("credit_notes", id="n1", sourceSalesInvoiceId="i1")
    assert found("D10", [credited, note]) == []
    assert found("D10", [document(), note])
    higher = document("credit_notes", id="n2", sourceSalesInvoiceId="i1", totalLiquid=-120)
    (finding,) = found("D10", [credited, higher])
    assert (finding.expected, finding.actual) == ("119.00", "120.00")


def test_a_credit_note_made_after_its_invoice_was_read() -> None:
    note = document("credit_notes", sourceSalesInvoiceId="i1", creationDate="2025-03-01T09:00:00Z")
    assert found("D10", [document(), note], books_of(began={"invoices": datetime(2025, 3, 1, 9, tzinfo=UTC)})) == []


def test_numbers_of_invoices_and_credit_notes() -> None:
    numbers = ("RE-01", "RE-02", "RE-2", "G-1")
    rows = [document(operationalNumber=number) for number in numbers]
    assert found("D9", rows) == []
    twice = found("D9", [*rows, document("credit_notes", operationalNumber="RE-02")])
    assert [finding.number for finding in twice] == ["RE-02"]
    gap = found("D9", [*rows, document(operationalNumber="RE-05")])
    assert [finding.actual for finding in gap] == ["2"]


def test_a_bill_that_is_there_twice() -> None:
    again = bill(id="b2", invoiceNumber="a 77-1", invoiceDate="2026-02-01T00:00:00Z")
    (finding,) = found("B3", [bill(), again])
    assert (finding.id, "2025-01-15" in finding.problem) == ("b2", True)
    assert found("B3", [bill(), bill(id="b2", supplierId="other")]) == []
    assert found("B3", [bill(), bill(id="b2", invoiceDate="2026-03-01T00:00:00Z")]) == []


def test_a_bill_with_withheld_income_tax_or_reverse_charge() -> None:
    assert found("B1", [bill(totalLiquid=104)], books_of("ES")) == []
    assert found("B1", [bill(totalLiquid=104)])
    assert found("B1", [bill(totalLiquid=100, tax={"taxTreatmentId": "reverse"})]) == []


def test_an_entry_of_another_amount() -> None:
    (finding,) = found("X1", [document(totalLiquid=120), BOOKED])
    assert (finding.expected, finding.actual, finding.difference) == ("120.00", "119.00", "-1.00")


def test_an_entry_without_its_document() -> None:
    sale = entry(sourceType="SALES", salesInvoiceId="i2", creationDate="2025-03-01T09:00:00Z")
    assert found("X2", [document(), ("journal_entries", sale)])
    began = {"invoices": datetime(2025, 3, 1, 8, tzinfo=UTC)}
    assert found("X2", [document(), ("journal_entries", sale)], books_of(began=began)) == []
    assert found("X2", [bill(), ("journal_entries", entry(sourceType="AP_AUTOMATION", sourceEntityId="b1"))]) == []


def test_days_that_are_left_out() -> None:
    since = datetime(2025, 6, 1, tzinfo=UTC)
    old = document(documentDate="2024-12-31T00:00:00Z", totalGross=7)
    assert found("D1", [old])
    assert found("D1", [old], books_of(since=since)) == []
    assert found("X1", [document()], books_of(since=since)) == []
