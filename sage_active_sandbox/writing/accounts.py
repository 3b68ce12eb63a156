"""Rules for accounts (docs/reference/accounting.md, "Accounts")."""

import re

from sage_active_sandbox.data.books import open_books
from sage_active_sandbox.writing.account_rules import CODES, KINDS, STATEMENTS
from sage_active_sandbox.writing.attempt import Attempt
from sage_active_sandbox.writing.target import Target


def complete(attempt: Attempt) -> None:
    """Fill what follows from the code, and note the rules of the market that are broken."""
    row, target, problems = attempt.row, attempt.target, attempt.problems
    market, code = target.company.market, str(row.get("code") or "")
    postable = row["accountLevel"] == "SUB_ACCOUNT"
    if attempt.before is None:
        _begin(attempt, code)
        pattern = CODES[market].format(length=_code_length(target))
        if postable and not re.fullmatch(pattern, code, re.ASCII):
            problems.add("codeOutOfRange", "code", value=code, allowed=pattern)
    # A code alone is enough: the server makes a label of its own.
    row["name"] = row.get("name") or f"Account {code}"
    row["description"] = f"{code} {row['name']}"
    usual = next((kind for start, kind in STATEMENTS[market] if re.match(start, code)), "UNDEFINED")
    row["accountType"] = row.get("accountType") or usual
    if postable and row["accountType"] != usual:
        problems.add("wrongReference", "accountType", value=row["accountType"], allowed=usual)
    allowed = KINDS[market] if postable else {"UNDEFINED"}
    if row["subAccountType"] not in allowed:
        problems.add(
            "wrongReference", "subAccountType", value=row["subAccountType"], allowed=", ".join(sorted(allowed))
        )
    if postable and row["accountType"] == "ECPN" and row.get("yearEndClosingAccountId") is None:
        problems.add("required", "yearEndClosingAccountId")
    if row.get("applyVat") is None:
        row["applyVat"] = row["accountType"] == "INCOME_STATEMENT"


def is_default(target: Target, account_id: str) -> bool:
    """Is it one of the accounts to which the company posts by itself."""
    return account_id in open_books(target.store, target.company.id).roles.values()


def _begin(attempt: Attempt, code: str) -> None:
    row, german = attempt.row, attempt.target.company.market == "DE"
    row["createdByUser"] = True if german else None
    row["includedEurForGermany"] = False if german else None
    row["accountingAccountDimensionTags"] = []
    row.setdefault("datevAutomaticAccount", False if german else None)
    row.setdefault("datevAccountNumber", code if german else None)
    for name in ("transitionalPrepaymentAccountId", "yearEndClosingAccountId", "taxTreatmentId"):
        row.setdefault(name, None)


def _code_length(target: Target) -> int:
    books = open_books(target.store, target.company.id)
    return len(books.account_code(books.roles["customer"]))
