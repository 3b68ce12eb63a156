"""The accounts whose lines in the statements are requested: those that a trial balance knows."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active.resources.report_periods import Arguments, Rows
from sage_active.resources.resource import Row

ACCOUNTS: Final = "accountingAccounts"
TRIAL_BALANCE: Final = "accountingTrialBalance"
POSTABLE: Final = "SUB_ACCOUNT"
# What a trial balance may not show: accounts that third parties take the place of, and those on which nothing but the
# result of a closed exercise is carried forward.
COLLECTIVE: Final = frozenset({"CUSTOMER", "PROVIDER", "EMPLOYEE"})
CARRIED_FORWARD: Final = frozenset(
    {"CAPITAL", "RESULT_BALANCE_SHEET", "BALANCE_CARRIED_FORWARD", "AGGREGATE_CARRIED_FORWARD"}
)
NOT_IN_BALANCE: Final = COLLECTIVE | CARRIED_FORWARD


def accounts_with_lines(rows: Rows) -> Iterator[Arguments]:
    """One report for each account that can be booked and is, or may be without its being in a trial balance."""
    booked = {line.get("accountCode") for line in rows[TRIAL_BALANCE]}
    for account in rows[ACCOUNTS]:
        is_booked = _code(account) in booked or account.get("subAccountType") in NOT_IN_BALANCE
        if account.get("accountLevel") == POSTABLE and is_booked:
            yield {"accountId": account["id"]}


def _code(account: Row) -> Any:
    """The code in either of its shapes (docs/reference/objects.md, "Disputed shapes")."""
    code = account.get("code")
    return code.get("value") if isinstance(code, Mapping) else code
