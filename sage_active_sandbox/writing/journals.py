"""Rules for journals (docs/reference/accounting.md, "Journals and exercises")."""

from collections.abc import Mapping
from typing import Final

from sage_active_sandbox.writing.attempt import Attempt

WITH_ACCOUNT: Final = ("FINANCIAL", "CARRY_FORWARD", "GENERAL")
SPANISH: Final[Mapping[str, tuple[object, ...]]] = {
    "type": ("CLOSING",),
    "isCreditNote": (True,),
    "creditNoteReason": ("R1", "R2", "R3", "R4", "R5"),
}
"""Values that only Spanish companies have."""


def complete(attempt: Attempt) -> None:
    """Fill what the server fills, and note the rules that are broken."""
    row, problems = attempt.row, attempt.problems
    if attempt.before is not None:
        return
    market = attempt.target.company.market
    row.setdefault("accountingAccountId", None)
    if row.get("creditNoteReason") is None:
        row["creditNoteReason"] = "UNDEFINED" if market == "ES" else None
    if row["accountingAccountId"] is not None and row["type"] not in WITH_ACCOUNT:
        problems.add("wrongReference", "type", value=row["type"], allowed=f"one of {', '.join(WITH_ACCOUNT)}")
    if market != "ES" and any(row.get(name) in values for name, values in SPANISH.items()):
        problems.add("otherMarket", value=market)
