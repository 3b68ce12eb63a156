"""Invoices that are closed, and records of credit notes of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integration_tests.books.test_written import Writer
from integration_tests.connector import Outcome
from integration_tests.destination import Destination, records, state
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.switches import Switches

Data = dict[str, Any]
CREDIT_NOTE = "CREDIT_NOTE"
CREATE, MARK = "generateCreditNote", "updateSalesInvoice"
DAY = "2026-03-10"
DOCUMENT_IDS = {"DE": "00012345678", "ES": "B12345678", "FR": "00000012345678"}


def invoice(sandbox: Sandbox, company: Company, number: str, *lines: tuple[str, Any, Any], **more: Any) -> Row:
    """A closed invoice with these lines: the item's code, quantity and price. What it names is created with it."""
    writer = Writer(sandbox, company)
    customer = _customer(sandbox, company, writer)
    sent = [
        {"productId": _item(sandbox, company, writer, code), "totalQuantity": quantity, "unitPrice": price}
        for code, quantity, price in lines
    ]
    values = {
        "customerId": customer,
        "documentDate": DAY,
        "operationalNumber": number,
        "socialName": "Buyer",
        "documentId": DOCUMENT_IDS[company.market],
        # Perhaps credit notes take it over, and then the mark is not theirs.
        "remarks": f"Invoice {number}\n[ref:0123456789abcdef01234567]",
        "lines": sent,
        **more,
    }
    created = writer.write("createSalesInvoice", "SalesInvoiceCreateGLDtoInput", values)
    row: Row = sandbox.store.table(company.id, "SalesInvoice")[created["id"]]
    sandbox.mutations.clear()
    return row


def credit(source: Row, number: str, *lines: tuple[str, Any], **more: Any) -> Data:
    """A record that credits quantities of items of an invoice, or all of it where no lines are given."""
    listed = [{"product": {"code": code}, "totalQuantity": quantity} for code, quantity in lines]
    return {
        "id": number,
        "sourceSalesInvoice": {"operationalNumber": source["operationalNumber"]},
        "documentDate": "2026-03-20",
        "comments": f"Credit {number}",
        **({"lines": listed} if lines else {}),
        **more,
    }


def series(sandbox: Sandbox, company: Company) -> Data:
    """How a record names the number series of invoices, without which Spain has no credit notes."""
    table = sandbox.store.table(company.id, "OperationalNumberPresetText").values()
    found = next(row for row in table if row["operation"] == "INVOICE")
    return {"operationalNumberPresetText": {"presetText": found["presetText"], "operation": "INVOICE"}}


def of(sandbox: Sandbox, company: Company, count: int) -> list[Data]:
    """So many records, and the invoices that they credit: twice the same, two parts, or the whole."""
    named = series(sandbox, company)
    kinds: tuple[tuple[tuple[tuple[str, Any], ...], ...], ...] = (
        ((("CR-1", 2),), (("CR-1", 2),)),
        ((("CR-1", Decimal("0.5")),), (("CR-1", 2), ("CR-2", 1))),
        ((),),
        ((("CR-2", 2),),),
    )
    rows: list[Data] = []
    switches = sandbox.switches.as_dict()
    # However the sandbox is set, this is not part of what is tested.
    sandbox.change_switches(Switches().as_dict())
    for number in range(count):
        lines = (("CR-1", Decimal("20.5"), 10), ("CR-2", 3, Decimal("19.99")))
        source = invoice(sandbox, company, f"SRC-{number:05}", *lines)
        rows += [
            credit(source, f"CN-{number:05}-{part}", *taken, specialMention=f"Part {part}", remarks="Internal", **named)
            for part, taken in enumerate(kinds[number % len(kinds)])
        ]
        if len(rows) >= count:
            break
    sandbox.change_switches(switches)
    return rows[:count]


def prepare_company(sandbox: Sandbox, company: Company, destination: Destination, **options: Any) -> Destination:
    """A destination whose company has what all invoices name; any share of records may be rejected."""
    destination.set(max_rejected_percent=100, num_workers=2, **options)
    invoice(sandbox, company, "FIRST", ("CR-1", 1, 1), ("CR-2", 1, 1))
    sandbox.mutations.clear()
    return destination


def write(destination: Destination, *rows: Mapping[str, Any], mode: str = "append_dedup") -> Outcome:
    """Writes credit notes, and a STATE after them."""
    return destination.write([*records("credit_notes", rows), state("credit_notes", 1)], {"credit_notes": mode})


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def notes(sandbox: Sandbox, company: Company) -> list[Row]:
    """The credit notes that the sandbox has."""
    rows = sandbox.store.table(company.id, "SalesInvoice").values()
    return [row for row in rows if row.get("type") == CREDIT_NOTE]


def by_comments(sandbox: Sandbox, company: Company) -> dict[str, Row]:
    """The credit notes by what tells them apart, each there once."""
    rows = notes(sandbox, company)
    found = {str(row["comments"]).removeprefix("Credit "): row for row in rows}
    assert len(found) == len(rows), sorted(str(row["comments"]) for row in rows)
    return found


def _customer(sandbox: Sandbox, company: Company, writer: Writer) -> str:
    known = sandbox.store.table(company.id, "Customer").values()
    found = next((row["id"] for row in known if row["socialName"] == "Buyer of credit notes"), None)
    values = {"socialName": "Buyer of credit notes", "addresses": [{"name": "Main"}]}
    return str(found or writer.write("createCustomer", "CustomerCreateGLDtoInput", values)["id"])


def _item(sandbox: Sandbox, company: Company, writer: Writer, code: str) -> str:
    known = sandbox.store.table(company.id, "Product").values()
    found = next((row["id"] for row in known if row["code"] == code), None)
    return str(found or writer.write("createProduct", "ProductCreateGLDtoInput", {"code": code, "name": code})["id"])
