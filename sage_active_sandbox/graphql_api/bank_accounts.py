"""The company's bank and cash accounts with their balances.

Source: docs/reference/accounting.md, "Bank accounts and movements".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports.postings import Selection, Sums, postings
from sage_active_sandbox.store import Row


def bank_accounts(call: Call, _arguments: Mapping[str, Any]) -> list[Row]:
    """The stored accounts, or the payment methods as accounts, with the balance of the ledger and of the bank."""
    call.usable_company()
    stored = [*call.scope.rows("BankAccount")] or [*call.scope.rows("PaymentMethod")]
    entries = sorted(
        (row for row in call.scope.rows("AccountingEntry") if row.get("date")), key=lambda row: row["date"]
    )
    ledger: dict[str | None, Sums] = {}
    for posting in postings(call, _everything(entries)) if entries else ():
        ledger.setdefault(posting.account["id"], Sums()).add(posting.line)
    return [_with_balances(call, row, ledger.get(row.get("subAccountId"), Sums())) for row in stored]


def _everything(entries: Sequence[Row]) -> Selection:
    """All entries; balances are taken over once, on the first day."""
    return Selection(first=entries[0]["date"].date(), last=entries[-1]["date"].date())


def _with_balances(call: Call, row: Row, sums: Sums) -> Row:
    movements = [move for move in call.scope.rows("BankMovement") if move.get("bankAccountId") == row["id"]]
    balance = ZERO
    for movement in movements:
        balance = EXACT.add(balance, movement.get("transactionAmount") or ZERO)
    account = call.scope.find("AccountingAccount", row.get("subAccountId")) or {}
    days = [movement["datePosted"] for movement in movements if movement.get("datePosted")]
    counted = {
        "accountingAccountCode": account.get("code"),
        "accountingAccountTotalBalance": sums.balance,
        "balanceAmount": balance if movements else sums.balance,
        "bankingAvailableBalanceAmount": balance if movements else None,
        "bankingLedgerBalanceAmount": balance if movements else None,
        "bankingHasTransactions": bool(movements),
        "bankingPendingTransactions": sum(movement.get("linkStatus") == "PENDING" for movement in movements),
        "bankingLedgerBalanceDate": max(days, default=None),
        "bankingAvailableBalanceDate": max(days, default=None),
    }
    # What a row states of itself wins, except the balance of the ledger.
    given = {name: value for name, value in row.items() if value is not None}
    return {**counted, **given, "accountingAccountTotalBalance": sums.balance}
