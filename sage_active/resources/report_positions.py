"""For which accounts the lines of the statements are asked: those of which a trial balance knows something."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active.resources.report_periods import Arguments, Rows
from sage_active.resources.resource import Row

ACCOUNTS: Final = "accountingAccounts"
TRIAL_BALANCE: Final = "accountingTrialBalance"
POSTABLE: Final = "SUB_ACCOUNT"
# A trial balance may show third parties in the place of these accounts.
COLLECTIVE: Final = frozenset({"CUSTOMER", "PROVIDER", "EMPLOYEE"})


def accounts_with_lines(rows: Rows) -> Iterator[Arguments]:
    """One report for each account that can be booked and is, or that collects what third parties are booked on."""
    booked = {line.get("accountCode") for line in rows[TRIAL_BALANCE]}
    for account in rows[ACCOUNTS]:
        is_booked = _code(account) in booked or account.get("subAccountType") in COLLECTIVE
        if account.get("accountLevel") == POSTABLE and is_booked:
            yield {"accountId": account["id"]}


def _code(account: Row) -> Any:
    """The code in either of its shapes (docs/reference/objects.md, "Disputed shapes")."""
    code = account.get("code")
    return code.get("value") if isinstance(code, Mapping) else code
