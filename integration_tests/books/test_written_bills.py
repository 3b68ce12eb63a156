"""Bills that are written and posted through the API keep the books in order, with reverse charge and withholding."""

from pathlib import Path

import pytest

from integration_tests.books.rows import Reader
from integration_tests.books.test_written import Writer
from integration_tests.books.world import World
from sage_active_sandbox.sandbox import Sandbox

RATES = {"DE": 19, "ES": 21, "FR": 20}


@pytest.mark.parametrize("market", RATES)
def test_posted_bills_keep_the_books_in_order(tmp_path: Path, market: str) -> None:
    rate = RATES[market]
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        company = next(found for found in sandbox.store.companies.values() if found.usable and found.market == market)
        tables, writer = company.tables, Writer(sandbox, company)
        journal = next(row["id"] for row in tables["JournalType"].values() if row["type"] == "PURCHASE_INVOICE")
        abroad = next(row["id"] for row in tables["TaxTreatment"].values() if row["isIntracomunity"])
        withheld = 15 if market == "ES" else 0
        for number, line, owed in (
            ("W-1", {}, 100 + rate - withheld),
            ("W-2", {"taxTreatmentId": abroad}, 100),
        ):
            party = {"socialName": number, "addresses": [], "personalIncomeTax": number == "W-1" and bool(withheld)}
            supplier = writer.write("createSupplier", "SupplierCreateGLDtoInput", party)["id"]
            bill = {
                "supplierId": supplier,
                "invoiceNumber": number,
                "invoiceDate": "2025-10-01",
                "totalLiquid": owed,
                "vatLines": [{"totalVatBase": 100, "totalVat": rate, "vatPercentage": rate, **line}],
            }
            stored = writer.write("createPurchaseInvoice", "PurchaseInvoiceCreateGLDtoInput", bill)["id"]
            sent = {"purchaseInvoiceId": stored, "accountingEntryDescription": number, "journalTypeId": journal}
            writer.write("postPurchaseInvoice", "PostPurchaseInvoiceGLDtoInput", sent, "accountingEntryNumber")
        with Reader(sandbox, company) as reader:
            world = World(reader, tmp_path)
            informing = {check.id for check in world.checks if check.informs}
            assert {name: rows for name, rows in world.findings().items() if rows and name not in informing} == {}
