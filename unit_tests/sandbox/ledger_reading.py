"""What the server's reports say of a company's ledger, read over HTTP."""

from decimal import Decimal
from typing import Any

from unit_tests.sandbox.conftest import Api


def trial_balance(api: Api, year: int) -> dict[str, Decimal]:
    """Balances of the accounts of an exercise by code."""
    return {
        row["accountCode"]: row["balance"]
        for row in api.data(*_report(api, "accountingTrialBalance", year, "accountCode"))
    }


def third_party_balance(api: Api, year: int, kind: str) -> dict[str, Decimal]:
    """Balances of the third parties of a kind in an exercise by id."""
    query, variables = _report(api, "accountingThirdPartyBalance", year, "thirdPartyId")
    variables["sent"]["thirdPartyType"] = kind
    return {row["thirdPartyId"]: row["balance"] for row in api.data(query, variables)}


def changed(before: dict[str, Decimal], after: dict[str, Decimal]) -> dict[str, Decimal]:
    """By how much each balance moved, those that did."""
    moved = {name: balance - before.get(name, Decimal(0)) for name, balance in after.items()}
    return {name: amount for name, amount in moved.items() if amount}


def entry(api: Api, entry_id: str, selection: str) -> dict[str, Any]:
    """An entry as the list shows it."""
    document = f"query($id:UUID){{accountingEntries(where:{{id:{{eq:$id}}}}){{nodes{{{selection}}}}}}}"
    (row,) = api.data(document, {"id": entry_id})["nodes"]
    found: dict[str, Any] = row
    return found


def _report(api: Api, name: str, year: int, key: str) -> tuple[str, dict[str, Any]]:
    exercise = next(row for row in api.rows("AccountingExercise") if row["exercise"] == year)
    sent = {"exerciseId": exercise["id"], "startDate": f"{year}-01-01", "endDate": f"{year}-12-31"}
    kind = f"{name[0].upper()}{name[1:]}GLDtoInput"
    return f"query($sent:{kind}!){{{name}(input:$sent){{{key} balance}}}}", {"sent": sent}
