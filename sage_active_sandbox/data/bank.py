"""Bank accounts, their movements, the rules that link these with entries.

Source: docs/reference/accounting.md, "Bank accounts and movements".
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.maker import ANCHOR, Maker, day
from sage_active_sandbox.data.reference_rows import delivered
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row, Table

CARRIED = frozenset({"OPENING", "TEMPORARY_CARRY_FORWARD", "CLOSURE_ACCOUNTING", "CLOSURE_WORTH", "CLOSURE_EXERCISE"})
"""Types of entries that repeat balances."""

PENDING_SHARE, VARIANCE_SHARE, LATE_SHARE = 0.06, 0.03, 0.04
DISMISSED_EVERY = 25
LAST_SYNC = datetime(2025, 12, 31, 6, 0, tzinfo=UTC)


def bank_tables(books: Books, maker: Maker, methods: Table, categories: Table, entries: Table) -> dict[str, Table]:
    """The tables BankAccount, BankingRule and BankMovement."""
    accounts = _accounts(books, maker, methods, entries)
    rules = _rules(books, maker, accounts, categories)
    by_account = {row["subAccountId"]: row for row in accounts.values() if row["type"] == "BANK_ACCOUNT"}
    movements = [*_movements(maker, by_account, rules, entries)]
    for account in by_account.values():
        moved = [row for row in movements if row["bankAccountId"] == account["id"]]
        account["bankingPendingTransactions"] = sum(row["linkStatus"] == "PENDING" for row in moved)
        account["bankingHasTransactions"] = bool(moved)
    return {"BankAccount": accounts, "BankingRule": rules, "BankMovement": {row["id"]: row for row in movements}}


def balance_of(account_id: str, entries: Iterable[Row]) -> Decimal:
    """Σ debit − Σ credit of an account, without entries that repeat balances."""
    total = ZERO
    for entry in entries:
        if entry["entryType"] in CARRIED:
            continue
        for line in entry["accountingEntryLines"]:
            if line["subAccountId"] == account_id:
                total = EXACT.add(total, line["debitAmount"] - line["creditAmount"])
    return total


def _accounts(books: Books, maker: Maker, methods: Table, entries: Table) -> Table:
    def rows() -> Iterator[dict[str, Any]]:
        for method in methods.values():
            banking = method["type"] == "BANK_ACCOUNT"
            balance = balance_of(method["subAccountId"], entries.values())
            yield {
                "disabled": False,
                "referenceName": method["referenceName"],
                "type": method["type"],
                "iban": maker.digits(books.spec.iban) if banking else None,
                "bic": f"SAND{books.market.code}22XXX" if banking else None,
                "bankName": method["referenceName"] if banking else None,
                "bankingBankLogo": None,
                "accountingAccountCode": books.account_code(method["subAccountId"]),
                "accountingAccountTotalBalance": balance,
                "subAccountId": method["subAccountId"],
                "journalTypeId": method["journalTypeId"],
                "balanceAmount": balance,
                "bankingAvailableBalanceAmount": balance if banking else None,
                "bankingLedgerBalanceAmount": balance if banking else None,
                "bankingAvailableBalanceDate": day(LAST_SYNC) if banking else None,
                "bankingLedgerBalanceDate": day(LAST_SYNC) if banking else None,
                "bankingLastSyncDate": LAST_SYNC if banking else None,
                "bankingPendingTransactions": 0,
                "bankingHasTransactions": False,
                "bankingLastTransactionsReceived": LAST_SYNC if banking else None,
            }

    return delivered(maker, rows())


def _rules(books: Books, maker: Maker, accounts: Table, categories: Table) -> Table:
    category = next((row["id"] for row in categories.values() if row["type"] == "NON_INVOICE"), None)
    account = next(iter(accounts.values()))
    specs = (
        ("CREATE_NON_INVOICE", "ONE_BANK_ACCOUNT", books.spec.texts["fee"], account["id"], category),
        ("ONLY_MATCH", "ALL_BANK_ACCOUNTS", "Auto", None, None),
    )
    return delivered(
        maker,
        (
            {
                "accountingAccountId": books.roles["fees"] if action == "CREATE_NON_INVOICE" else None,
                "bankAccountId": bank_account_id,
                "thirdPartyId": None,
                "categoryId": category_id,
                "action": action,
                "kind": kind,
                "name": name,
                "status": "ACTIVE",
                "defaultProposalRule": action == "ONLY_MATCH",
                "ponderationScore": 90,
                "ruleApplied": 1,
                "sourceType": "BANKING",
                "suggestionsProvided": 2,
                "createdByDefault": action == "ONLY_MATCH",
                "disabled": False,
                "disabledDate": None,
                "description": name,
                "rationale": None,
                "createdBy": None,
                "updatedBy": None,
            }
            for action, kind, name, bank_account_id, category_id in specs
        ),
    )


def _movements(maker: Maker, accounts: dict[str, Row], rules: Table, entries: Table) -> Iterator[Row]:
    fee_rule, match_rule = rules.values()
    late: list[Row] = []
    number = 0
    for entry in entries.values():
        if entry["entryType"] in CARRIED:
            continue
        for line in entry["accountingEntryLines"]:
            account = accounts.get(line["subAccountId"])
            if account is None:
                continue
            number += 1
            rule = fee_rule if entry["description"] == fee_rule["name"] else match_rule
            row = movement(maker.uuid(), account, entry, line["debitAmount"] - line["creditAmount"], number)
            _link(maker, row, entry, rule)
            # Statements of old days that are fetched later come behind younger ones.
            if maker.chance(LATE_SHARE):
                row["linkStatusDate"] = min(row["datePosted"] + timedelta(days=60), day(ANCHOR) - timedelta(days=1))
                late.append(row)
            else:
                yield row
            if number % DISMISSED_EVERY == 0:
                amount = maker.decimal(1, 50, 2)
                dismissed = movement(maker.uuid(), account, entry, amount, number)
                dismissed.update(linkStatus="DISMISSED", linkStatusDate=dismissed["datePosted"])
                yield dismissed
    yield from late


def _link(maker: Maker, row: Row, entry: Row, rule: Row) -> None:
    proposal = proposal_item(maker.uuid(), row["transactionAmount"], entry, rule["id"])
    row["proposalItems"] = [proposal]
    if maker.chance(PENDING_SHARE):
        return
    row["linkStatus"] = "LINKED"
    row["linkStatusDate"] = day(max(entry["creationDate"], row["datePosted"]))
    if maker.chance(VARIANCE_SHARE):
        row["linkStatus"] = "LINKED_WITH_VARIANCE"
        row["transactionAmount"] += Decimal("0.01")
    row["linkedAccountingEntries"] = [linked_entry(maker.uuid(), entry)]
    row["reconciledItems"] = [reconciled_item(maker.uuid(), entry, rule["id"], proposal["id"])]


def linked_entry(row_id: str, entry: Row) -> Row:
    """An entry as a movement shows it."""
    return {
        "id": row_id,
        "accountingEntryId": entry["id"],
        "bankJournalTypeId": entry["journalTypeId"],
        "date": entry["date"],
        "number": entry["number"],
        "documentNumber": entry["documentNumber"],
        "description": entry["description"],
        "status": None,
        "isClosed": entry["isClosed"],
    }


def reconciled_item(row_id: str, entry: Row, rule_id: str | None, proposal_id: str | None) -> Row:
    """How an entry was found for a movement."""
    return {
        "id": row_id,
        "linked": True,
        "bankingRuleRejected": False,
        "bankingRuleId": rule_id,
        "bankAccountingEntryId": entry["id"],
        "bankBillOfExchangeId": None,
        "originProposalItemId": proposal_id,
        "reconciledBy": "USER",
        "suggestedBy": "RULE" if rule_id else None,
    }


def movement(row_id: str, account: Row, entry: Row, amount: Decimal, number: int) -> Row:
    """Money that an entry tells of, as the bank tells of it; it waits to be linked."""
    posted = entry["date"]
    return {
        "id": row_id,
        "bankAccountId": account["id"],
        "transactionAmount": amount,
        "datePosted": posted,
        "dateFundsAvailable": posted,
        "transactionNarrative": entry["description"],
        "narrative1": entry["documentNumber"],
        "referenceNumber": f"REF{number:07}",
        "transactionType": "CREDIT" if amount >= 0 else "DEBIT",
        "transactionStatus": "POSTED",
        "linkStatus": "PENDING",
        "linkStatusDate": posted,
        "linkedAccountingEntries": [],
        "proposalItems": [],
        "reconciledItems": [],
    }


def proposal_item(row_id: str, amount: Decimal, entry: Row, rule_id: str | None) -> Row:
    """An entry that a rule proposes for a movement."""
    return {
        "id": row_id,
        "itemAmount": amount,
        "ponderationScore": 80,
        "bankAccountingEntryId": entry["id"],
        "bankBillOfExchangeId": None,
        "bankingRuleId": rule_id,
    }
