"""A company with a handful of entries, so that every figure of a report can be worked out by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

CODES = {
    "DE": {"customer": "1410", "bank": "1200", "revenue": "8400", "tax": "1776", "purchase": "3400", "capital": "0800"},
    "ES": {
        "customer": "430000000",
        "bank": "572000000",
        "revenue": "700000000",
        "tax": "477000021",
        "purchase": "600000000",
        "capital": "100000000",
    },
    "FR": {
        "customer": "411000",
        "bank": "512000",
        "revenue": "707000",
        "tax": "445710",
        "purchase": "607000",
        "capital": "101000",
    },
}
ENTRIES: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("2030-03-01", "GENERAL", (("bank", "500", "0"), ("capital", "0", "500"))),
    ("2031-01-01", "OPENING", (("bank", "500", "0"), ("capital", "0", "500"))),
    ("2031-02-10", "GENERAL", (("customer", "119", "0"), ("revenue", "0", "100"), ("tax", "0", "19"))),
    ("2031-03-05", "GENERAL", (("bank", "50", "0"), ("customer", "0", "50"))),
    ("2031-04-01", "GENERAL", (("purchase", "30.10", "0"), ("bank", "0", "30.10"))),
    ("2031-12-31", "CLOSURE_EXERCISE", (("revenue", "100", "0"), ("capital", "0", "100"))),
    ("2032-01-01", "TEMPORARY_CARRY_FORWARD", (("bank", "519.90", "0"), ("capital", "0", "519.90"))),
    ("2032-01-05", "GENERAL", (("bank", "69", "0"), ("customer", "0", "69"))),
)
"""Day, type and lines (role, debit, credit) of each entry; the lines on the customer's account are the customer's."""


def moment(text: str) -> datetime:
    """A day as rows keep it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def small_ledger(sandbox: Sandbox, market: str) -> tuple[Company, dict[int, str]]:
    """A new company of the market with the entries, and the ids of its exercises by year."""
    company = sandbox.add_company(market.lower())
    store = sandbox.store
    accounts = {row["code"]: row["id"] for row in store.table(company.id, "AccountingAccount").values()}
    store.table(company.id, "AccountingExercise").clear()
    store.table(company.id, "AccountingEntry").clear()
    exercises = {year: _exercise(sandbox, company, year) for year in (2030, 2031, 2032)}
    customer = store.insert(company.id, "Customer", {"code": "10001", "socialName": "Hand GmbH", "addresses": []})
    for number, (day, kind, lines) in enumerate(ENTRIES, start=1):
        entry = {
            "date": moment(day),
            "number": number,
            "entryType": kind,
            "sourceType": "ACCOUNTING",
            "accountingExerciseId": exercises[int(day[:4])],
            "accountingEntryLines": [*_lines(lines, CODES[market], accounts, customer)],
        }
        store.insert(company.id, "AccountingEntry", entry)
    return company, exercises


def _exercise(sandbox: Sandbox, company: Company, year: int) -> str:
    first, last = moment(f"{year}-01-01"), moment(f"{year}-12-31")
    values = {"exercise": year, "startDate": first, "endDate": last, "status": "OPEN", "periods": []}
    exercise_id: str = sandbox.store.insert(company.id, "AccountingExercise", values)["id"]
    return exercise_id


def _lines(
    lines: tuple[tuple[str, str, str], ...], codes: dict[str, str], accounts: dict[str, str], customer: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for order, (role, debit, credit) in enumerate(lines):
        party = {
            "id": f"party {customer['id']} {order}",
            "thirdPartyId": customer["id"],
            "code": customer["code"],
            "socialName": customer["socialName"],
            "origin": "CUSTOMER",
        }
        yield {
            "id": f"{customer['id']} {debit} {credit} {order}",
            "subAccountId": accounts[codes[role]],
            "order": order,
            "debitAmount": Decimal(debit),
            "creditAmount": Decimal(credit),
            "accountingEntryThirdParty": party if role == "customer" else None,
            "accountingEntryPayment": None,
        }
