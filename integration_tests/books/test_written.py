"""What is written through the API keeps the books in order: advance, deduction, credit note, all posted."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from integration_tests.books.rows import Reader
from integration_tests.books.world import World
from sage_active_sandbox.http_messages import encode
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company


class Writer:
    """Writes to one company."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self._url = f"{sandbox.url}/graphql"
        self._headers = {
            "Authorization": f"Bearer {sandbox.sign_in.issue_access_token()}",
            "x-api-key": f"sandbox-key-{company.market.lower()}",
            "X-OrganizationId": company.id,
            "Content-Type": "application/json",
        }

    def write(self, mutation: str, kind: str, sent: dict[str, Any], selection: str = "id") -> Any:
        """What a mutation answers."""
        query = f"mutation($values:{kind}!){{{mutation}(input:$values){{{selection}}}}}"
        body = encode({"query": query, "variables": {"values": sent}})
        reply = requests.post(self._url, data=body, headers=self._headers, timeout=30).json()
        assert "errors" not in reply, reply["errors"]
        return reply["data"][mutation]

    def posted(self, invoice_id: str, journal_id: str) -> list[dict[str, Any]]:
        """The entries of an invoice that is closed and posted."""
        self.write("closeSalesInvoice", "CloseSalesInvoiceGLDtoInput", {"salesInvoiceId": invoice_id})
        sent = {"salesInvoiceId": invoice_id, "accountingEntryDescription": "Sale", "journalTypeId": journal_id}
        members = "accountingEntries{accountingEntryId accountingEntryNumber}"
        entries: list[dict[str, Any]] = self.write("postSalesInvoice", "PostSalesInvoiceGLDtoInput", sent, members)[
            "accountingEntries"
        ]
        return entries


def test_posted_documents_keep_the_books_in_order(tmp_path: Path) -> None:
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        company = next(found for found in sandbox.store.companies.values() if found.usable and found.market == "DE")
        tables, writer = company.tables, Writer(sandbox, company)
        customer = next(row["id"] for row in tables["Customer"].values() if row["addresses"])
        journal = next(row["id"] for row in tables["JournalType"].values() if row["type"] == "SALES_INVOICE")
        advances, goods = (
            writer.write("createProduct", "ProductCreateGLDtoInput", {"code": code, "name": code, **more})["id"]
            for code, more in (("ADV", {"category": "CONCEPT"}), ("GOODS", {}))
        )
        one = [{"productId": advances, "totalQuantity": 1, "unitPrice": 100}]
        two = [{"productId": goods, "totalQuantity": 3, "unitPrice": 250}, {**one[0], "totalQuantity": -1}]
        first, second = (
            writer.write("createSalesInvoice", "SalesInvoiceCreateGLDtoInput", {"customerId": customer, "lines": lines})
            for lines in (one, two)
        )
        assert len(writer.posted(first["id"], journal)) == 1
        numbers = [entry["accountingEntryNumber"] for entry in writer.posted(second["id"], journal)]
        assert numbers == [numbers[0], numbers[0] + 1]
        sent = {"id": second["id"], "lines": [{"productId": goods, "quantity": 1}]}
        note = writer.write("generateCreditNote", "GenerateCreditNoteGLDtoInput", sent)
        assert len(writer.posted(note["id"], journal)) == 1
        with Reader(sandbox, company) as reader:
            world = World(reader, tmp_path)
            informing = {check.id for check in world.checks if check.informs}
            assert {name: rows for name, rows in world.findings().items() if rows and name not in informing} == {}


SIDES = (
    ("salesOpenItemSettlement", "salesOpenItemLinkagePaidAmounts", "SalesInvoice", "customerId"),
    ("purchaseOpenItemSettlement", "purchaseOpenItemLinkagePaidAmounts", "PurchaseInvoice", "supplierId"),
)


@pytest.mark.parametrize("market", ["DE", "ES", "FR"])
def test_settlements_keep_the_books_in_order(tmp_path: Path, market: str) -> None:
    with Sandbox(rows=30, companies_per_market=1) as sandbox:
        company = next(found for found in sandbox.store.companies.values() if found.usable and found.market == market)
        tables, writer = company.tables, Writer(sandbox, company)
        method = next(row["id"] for row in tables["PaymentMethod"].values() if not row["disabled"])
        for mutation, items, type_name, party in SIDES:
            rows = [row for row in tables[type_name].values() if row["status"] == "Posted"]
            # All of the first document, half of each of the others.
            for share, row in zip([1, *[Decimal("0.5")] * len(rows)], rows, strict=False):
                due = [(item["id"], round(item["amount"] * share, 2)) for item in row["openItems"] if item["amount"]]
                sent = {
                    "entryDate": "2026-03-04",
                    "paymentMethodId": method,
                    "thirdPartyId": row[party],
                    items: [{"openItemId": row_id, "paidAmount": paid} for row_id, paid in due],
                }
                kind = f"{mutation[0].upper()}{mutation[1:]}GLDtoInput"
                writer.write(mutation, kind, sent, "accountingEntryId")
            assert len(rows) > 1
        with Reader(sandbox, company) as reader:
            world = World(reader, tmp_path)
            informing = {check.id for check in world.checks if check.informs}
            assert {name: rows for name, rows in world.findings().items() if rows and name not in informing} == {}
