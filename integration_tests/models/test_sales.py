"""Invoiced sales: against the sandbox's documents."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.models.world import World
from sage_active_sandbox.store import Company

Key = tuple[date, str | None]


def sold(world: World, company: Company) -> Iterator[tuple[Any, Any, int]]:
    """The documents and lines that count as invoiced, with their sign."""
    items = world.rows(company, "Product")
    for document in world.rows(company, "SalesInvoice").values():
        if document["status"] == "Pending" or document["type"] == "PAYMENT_IN_ADVANCE":
            continue
        sign = -1 if document["type"] == "CREDIT_NOTE" else 1
        for line in document["lines"]:
            if (items.get(line["productId"]) or {}).get("category") != "CONCEPT":
                yield document, line, sign


def test_every_line_that_was_invoiced(world: World) -> None:
    for company in world.companies:
        expected = {
            line["id"]: (
                document["operationalNumber"],
                document["documentDate"].date(),
                *(sign * line[name] for name in ("totalQuantity", "totalNet", "totalVat", "totalFeeSurcharge")),
            )
            for document, line, sign in sold(world, company)
        }
        rows = world.query(company, "SELECT * FROM invoiced_sales WHERE company_id = {company}")
        names = ("document_number", "document_date", "quantity", "net", "vat", "surcharge")
        assert {row["document_line_id"]: tuple(row[name] for name in names) for row in rows} == expected
        assert {row["document_kind"] for row in rows} == {"invoice", "credit_note"}
        assert all(row["gross"] - row["discount"] == row["net"] for row in rows)


@pytest.mark.parametrize("subject", ["item", "customer"])
def test_sales_by_month(world: World, subject: str) -> None:
    for company in world.companies:
        expected: dict[Key, Decimal] = defaultdict(Decimal)
        documents: dict[Key, set[str]] = defaultdict(set)
        for document, line, sign in sold(world, company):
            subject_id = line["productId"] if subject == "item" else document["customerId"]
            key = (document["documentDate"].date().replace(day=1), subject_id)
            expected[key] += sign * line["totalNet"]
            documents[key].add(document["id"])
        rows = world.query(company, f"SELECT * FROM invoiced_sales_by_{subject} WHERE company_id = {{company}}")
        found = {(row["sales_month"], row[f"{subject}_id"]): row for row in rows}
        assert {key: row["net"] for key, row in found.items()} == expected
        assert {key: row["document_count"] for key, row in found.items()} == {
            key: len(ids) for key, ids in documents.items()
        }


def test_advances_and_their_deductions_do_not_count(world: World) -> None:
    """What was invoiced, less VAT, is what stands on the income accounts plus what is closed and not yet posted."""
    for company in world.companies:
        documents = world.rows(company, "SalesInvoice")
        posted = sum(sign * line["totalNet"] for document, line, sign in sold(world, company) if _posted(document))
        income = sum(
            line["creditAmount"] - line["debitAmount"]
            for entry, line in world.entries(company)
            if entry["salesInvoiceId"] in documents
            and world.rows(company, "AccountingAccount")[line["subAccountId"]]["accountType"] == "INCOME_STATEMENT"
        )
        assert posted == income
        (row,) = world.query(
            company,
            "SELECT SUM(net) AS net FROM invoiced_sales WHERE company_id = {company} "
            "AND document_status IN ('Posted', 'PartiallyCollected', 'Collected')",
        )
        assert row["net"] == income


def _posted(document: Any) -> bool:
    return document["status"] in ("Posted", "PartiallyCollected", "Collected")
