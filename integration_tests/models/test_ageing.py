"""Receivables and payables by age: on past days and today."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.models.ageing_figures import KINDS, bucket, open_on
from integration_tests.models.warehouse import Row
from integration_tests.models.world import UNALLOCATED, UNALLOCATED_ON, World
from sage_active_sandbox.store import Company

PAST_DAYS = (date(2023, 6, 30), date(2024, 10, 15), date(2025, 5, 31))
"""In a closed fiscal year, in one that is carried forward provisionally, and in an open one."""
OVERDUE = {0: "not due", 1: "1-30", 30: "1-30", 31: "31-60", 60: "31-60", 61: "61-90", 90: "61-90", 91: "over 90"}
"""Days since the due date, and the bucket."""
PARTIES = {"ar": "customer", "ap": "supplier"}


def server_balances(world: World, company: Company, kind: str, day: date) -> dict[str, Decimal]:
    """What the server's report says that each third party owes, or is owed, on a day."""
    (year,) = (
        row
        for row in world.rows(company, "AccountingExercise").values()
        if row["startDate"].date() <= day <= row["endDate"].date()
    )
    lines = world.api(company).answer(
        "query($i:AccountingThirdPartyBalanceGLDtoInput!)"
        "{r:accountingThirdPartyBalance(input:$i){thirdPartyId accumulatedBalance}}",
        i={
            "thirdPartyType": KINDS[kind],
            "exerciseId": year["id"],
            "startDate": year["startDate"].isoformat(),
            "endDate": datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat(),
            "showTemporaryCarryForward": True,
        },
    )
    sign = 1 if kind == "ar" else -1
    balances = {line["thirdPartyId"]: sign * Decimal(line["accumulatedBalance"]) for line in lines}
    return {party: balance for party, balance in balances.items() if balance}


def by_party(rows: list[dict[str, Any]], kind: str) -> dict[str, Decimal]:
    """What is open of each third party."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row[f"{PARTIES[kind]}_id"]] += row["open_amount"]
    return {party: amount for party, amount in found.items() if amount}


def warehouse_day(world: World) -> date:
    """Today, as the warehouse has it in the zone of its session."""
    ((day,),) = (row.values() for row in world.warehouse.query("SELECT CURRENT_DATE AS today"))
    assert isinstance(day, date)
    return day


def open_item(world: World, company: Company) -> Row:
    """An open item of an invoice."""
    (row,) = world.query(
        company,
        "SELECT document_id, document_date, item_id FROM ar_ageing "
        "WHERE company_id = {company} AND item_kind = 'invoice' ORDER BY item_id LIMIT 1",
    )
    return row


def receivable(world: World, company: Company, item_id: str) -> Row | None:
    """The row of an open item, if it has one."""
    sql = f"SELECT * FROM ar_ageing WHERE company_id = {{company}} AND item_id = '{item_id}'"
    return next(iter(world.query(company, sql)), None)


def stating(item_id: str, **members: str | None) -> Callable[[list[Row]], None]:
    """A change of an open item's members."""

    def change(items: list[Row]) -> None:
        (item,) = [item for item in items if item["id"] == item_id]
        item.update(members)

    return change


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", PAST_DAYS, ids=str)
def test_what_was_open_on_a_day(world: World, kind: str, day: date) -> None:
    for company in world.companies:
        rows = world.query(company, f"SELECT * FROM {kind}_ageing_as_of(DATE '{day}') WHERE company_id = {{company}}")
        assert by_party(rows, kind) == server_balances(world, company, kind, day)
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in rows:
            found[row[f"{PARTIES[kind]}_code"], row["bucket"]] += row["open_amount"]
            assert row["days_overdue"] == (day - row["due_date"]).days
            assert row["amount"] == row["paid"] + row["open_amount"]
        assert {key: amount for key, amount in found.items() if amount} == open_on(world, company, kind, day)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_open_today_is_the_ledgers_balance(world: World, kind: str) -> None:
    today = warehouse_day(world)
    for company in world.companies:
        rows = world.query(company, f"SELECT * FROM {kind}_ageing WHERE company_id = {{company}}")
        last = date(2025, 12, 31)
        assert by_party([row for row in rows if row["is_posted"]], kind) == server_balances(world, company, kind, last)
        assert len({row["item_id"] for row in rows}) == len(rows)
        for row in rows:
            assert row["days_overdue"] == (today - row["due_date"]).days
            assert row["bucket"] == bucket(row["due_date"], today)


def test_an_open_item_is_in_the_bucket_of_its_due_date(world: World) -> None:
    today, company = warehouse_day(world), world.companies[0]
    item = open_item(world, company)
    for days, expected in OVERDUE.items():
        due = today - timedelta(days=days)
        with world.undone():
            world.alter("invoices", "openItems", item["document_id"], stating(item["item_id"], dueDate=due.isoformat()))
            row = receivable(world, company, item["item_id"])
        assert row and (row["due_date"], row["days_overdue"], row["bucket"]) == (due, days, expected)


def test_an_open_item_without_a_due_date_is_due_on_the_day_of_its_document(world: World) -> None:
    today, company = warehouse_day(world), world.companies[0]
    item = open_item(world, company)
    with world.undone():
        world.alter("invoices", "openItems", item["document_id"], stating(item["item_id"], dueDate=None))
        row = receivable(world, company, item["item_id"])
    assert row and row["due_date"] == item["document_date"]
    assert row["bucket"] == bucket(item["document_date"], today)


def test_an_open_item_is_open_unless_its_status_says_that_it_is_paid(world: World) -> None:
    company = world.companies[0]
    item = open_item(world, company)
    for status, is_open in ((None, True), ("DISPUTED", True), ("PARTIAL", True), ("COLLECTED", False), ("PAID", False)):
        with world.undone():
            world.alter("invoices", "openItems", item["document_id"], stating(item["item_id"], status=status))
            assert bool(receivable(world, company, item["item_id"])) is is_open, status


def test_receivables_are_the_open_items_of_invoices_and_credit_notes(world: World) -> None:
    for company in world.companies:
        expected = {
            item["id"]: (item["amount"] - item["paidAmountAccumulated"])
            * (-1 if document["type"] == "CREDIT_NOTE" else 1)
            for document in world.rows(company, "SalesInvoice").values()
            for item in document["openItems"]
            if document["status"] != "Pending" and item["amount"] != item["paidAmountAccumulated"]
        }
        rows = world.query(company, "SELECT * FROM ar_ageing WHERE company_id = {company}")
        found = {row["item_id"]: row["open_amount"] for row in rows if row["document_id"]}
        assert found == expected


def test_payables_are_the_open_items_of_bills_and_of_credits_without_a_bill(world: World) -> None:
    for company in world.companies:
        expected = {
            item["id"]: item["amount"] - item["paidAmountAccumulated"]
            for bill in world.rows(company, "PurchaseInvoice").values()
            for item in bill["openItems"]
            if item["amount"] != item["paidAmountAccumulated"]
        }
        rows = world.query(company, "SELECT * FROM ap_ageing WHERE company_id = {company}")
        assert {row["item_id"]: row["open_amount"] for row in rows if row["document_id"]} == expected
        credits = [row for row in rows if row["item_kind"] == "entry"]
        assert bool(credits) is (company.market == "ES")
        assert all(row["open_amount"] < 0 for row in credits)


def test_a_payment_that_is_not_allocated_is_a_row_of_its_own(world: World) -> None:
    for company in world.companies:
        for source in ("ar_ageing", "ar_ageing_as_of(DATE '2025-05-31')"):
            rows = world.query(company, f"SELECT * FROM {source} WHERE company_id = {{company}}")
            (row,) = [row for row in rows if row["item_kind"] == "payment"]
            assert (row["open_amount"], row["due_date"]) == (-UNALLOCATED, UNALLOCATED_ON.date())
            assert row["document_id"] is None
        before = "SELECT * FROM ar_ageing_as_of(DATE '2025-05-19') WHERE company_id = {company}"
        assert "payment" not in {row["item_kind"] for row in world.query(company, before)}
