"""Rules for products (docs/reference/objects.md, "Items")."""

from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.writing.attempt import Attempt

BLOCKING = ("salesOrderBlocking", "salesDeliveryNoteBlocking", "salesInvoiceBlocking")
DEFAULTS: Mapping[str, Any] = {
    "category": "PRODUCT",
    "salesUnitPrice": ZERO,
    "obsolete": False,
    **{f"{name}Enabled": False for name in BLOCKING},
}


def complete(attempt: Attempt) -> None:
    """Fill what the server fills, and note the rules that are broken."""
    row, target = attempt.row, attempt.target
    for name, value in DEFAULTS.items():
        if row.get(name) is None:
            row[name] = value
    if attempt.before is None:
        row["registrationDate"] = target.today()
        if target.company.market == "ES" and row.get("useWithholding") is None:
            row["useWithholding"] = False
    row["unitOfMeasurementId"] = row.get("unitOfMeasurementId") or target.first_id("UnitOfMeasurement", name="UNIT")
    row["taxGroupId"] = row.get("taxGroupId") or next(iter(target.table("TaxGroup")), None)
    row["salesAccountingAccountId"] = row.get("salesAccountingAccountId") or target.first_id(
        "AccountingAccount", subAccountType="REVENUE"
    )
    rate = target.first("Tax", groupId=row["taxGroupId"], inactive=False)
    row["salesVatPercentage"] = rate["percentage"] if rate else None
    for flag, date in (("obsolete", "obsoleteDate"), *((f"{name}Enabled", f"{name}Date") for name in BLOCKING)):
        row[date] = (row.get(date) or target.today()) if row[flag] else None
    code = row.get("code") or ""
    if any(character.isspace() for character in code):
        attempt.problems.add("blanksInCode", "code")
    elif code and any(other.get("code") == code for other in attempt.others()):
        attempt.problems.add("codeTaken", "code", value=code)
