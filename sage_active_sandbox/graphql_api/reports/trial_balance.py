"""The trial balance: debit and credit of every account within an exercise (docs/reference/accounting.md, "Reports")."""

from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports.postings import Posting
from sage_active_sandbox.graphql_api.reports.turnovers import Options, Subject, turnovers
from sage_active_sandbox.store import Row

COLLECTIVE = frozenset({"CUSTOMER", "PROVIDER", "EMPLOYEE"})
"""Kinds of accounts that hold many third parties."""


def trial_balance(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """One row for each account that has lines between the start of the exercise and the end of the report."""
    personal = call.switches.report_accounts == "personal"
    options = Options(
        comparative=bool(sent.get("isTrialBalanceComparative")),
        first_code=sent.get("startAccountCode"),
        last_code=sent.get("endAccountCode"),
        without_zero_balance=bool(sent.get("isWithoutZeroBalance")),
    )
    return turnovers(call, sent, options, lambda posting: _account(posting, personal=personal))


def _account(posting: Posting, *, personal: bool) -> Subject:
    account, party = posting.account, posting.third_party
    key, code, name = account["id"], account["code"], account["name"]
    if personal and party is not None and account.get("subAccountType") in COLLECTIVE:
        key, code, name = party["thirdPartyId"], party["code"], party["socialName"]
    members = {"accountCode": code, "accountDescription": name, "accountType": account.get("accountType")}
    return Subject(key, code, members)
