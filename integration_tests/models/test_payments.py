"""Payments with the documents that they settle, and what comes nearest to credits of suppliers."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from integration_tests.models.ledger_figures import OPENINGS
from integration_tests.models.world import World
from sage_active_sandbox.store import Company

BANKING = "BANKING"


def settled(world: World, company: Company) -> dict[tuple[str, str], Decimal]:
    """What each bank line of a customer or supplier settles, by the document of its match."""
    documents: dict[str, set[str]] = defaultdict(set)
    payments: dict[str, list[Any]] = defaultdict(list)
    for entry, line in world.entries(company):
        party, match = line["accountingEntryThirdParty"], line["accountingEntryPayment"]
        if not party or not match or party["origin"] == "EMPLOYEE" or entry["entryType"] in OPENINGS:
            continue
        if line["accountingEntryInvoice"]:
            documents[match["matchId"]].add(line["accountingEntryInvoice"]["externalInvoiceNumber"])
        elif entry["sourceType"] == BANKING:
            payments[match["matchId"]].append((line, party["origin"]))
    found: dict[tuple[str, str], Decimal] = {}
    for match_id, lines in payments.items():
        (number,) = documents[match_id]
        for line, origin in lines:
            received = line["creditAmount"] - line["debitAmount"]
            found[line["id"], number] = received if origin == "CUSTOMER" else -received
    return found


def test_every_payment_settles_the_document_of_its_match(world: World) -> None:
    for company in world.companies:
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        rows = world.query(company, "SELECT * FROM bank_payments WHERE company_id = {company}")
        for row in rows:
            found[row["payment_line_id"], row["document_number"]] += row["amount"]
        assert found == settled(world, company)
        days = {line["id"]: entry["date"].date() for entry, line in world.entries(company)}
        for row in rows:
            assert row["payment_date"] == days[row["payment_line_id"]]
            assert row["days_to_pay"] == (row["payment_date"] - row["document_date"]).days
            assert row["days_late"] == (row["payment_date"] - row["due_date"]).days


def test_what_was_paid_is_what_the_open_items_say(world: World) -> None:
    """Of customers that owe nothing for advances: these are settled by the invoices that deduct them."""
    for company in world.companies:
        paid: dict[str, Decimal] = {
            bill["id"]: sum((item["paidAmountAccumulated"] for item in bill["openItems"]), Decimal(0))
            for bill in world.rows(company, "PurchaseInvoice").values()
        }
        rows = world.query(
            company,
            "SELECT document_id, SUM(amount) AS amount FROM bank_payments "
            "WHERE company_id = {company} AND item_kind = 'bill' GROUP BY document_id",
        )
        assert {row["document_id"]: row["amount"] for row in rows} == {key: sum_ for key, sum_ in paid.items() if sum_}


def test_credits_of_suppliers(world: World) -> None:
    for company in world.companies:
        journals = world.rows(company, "JournalType")
        bills = world.rows(company, "PurchaseInvoice").values()
        expected = {
            (bill["invoiceNumber"], abs(bill["totalLiquid"]))
            for bill in bills
            if bill["isEInvoiceCreditNote"] or bill["totalLiquid"] < 0
        }
        expected |= {
            (entry["documentNumber"], line["debitAmount"])
            for entry, line in world.entries(company)
            if journals[entry["journalTypeId"]]["isCreditNote"] and line["accountingEntryInvoice"]
        }
        rows = world.query(company, "SELECT * FROM vendor_credits_nearest WHERE company_id = {company}")
        assert {(row["document_number"], row["total"]) for row in rows} == expected
        assert all(row["supplier_id"] and isinstance(row["document_date"], date) for row in rows)
        assert rows or world.market == "de"
