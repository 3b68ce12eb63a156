"""Movements of bank accounts: what links them with entries and undoes it, and how a payment arrives from the bank.

Source: docs/reference/accounting.md, "Bank accounts and movements".
"""

import copy
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.data.bank import linked_entry, movement, proposal_item, reconciled_item
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems, refused
from sage_active_sandbox.writing.target import Operation, Target

Input = Mapping[str, Any]

TYPE: Final = "BankMovement"
LINKED: Final = ("LINKED", "LINKED_WITH_VARIANCE")


def reconcile(target: Target, sent: Input) -> Row:
    """Link a movement with entries that have lines on its account; a difference of amounts is a variance."""
    row = copy.deepcopy(target.found(TYPE, sent["bankTransactionId"], "bankTransactionId"))
    if row["linkStatus"] in LINKED:
        raise refused("wrongStatus", "linkStatus", value=row["linkStatus"], allowed="PENDING")
    account = target.found("BankAccount", row["bankAccountId"], "bankAccountId")
    problems, entries, booked, rule = Problems(), [], ZERO, sent.get("bankingRuleId")
    for position, link in enumerate(sent["accountingEntries"]):
        path, entry_id = f"accountingEntries[{position}].accountingEntryId", link["accountingEntryId"]
        entry = target.table("AccountingEntry").get(entry_id)
        if entry is None:
            problems.add("unknownReference", path, value=entry_id)
            continue
        amounts = _amounts(entry, account["subAccountId"])
        if not amounts:
            problems.add("wrongReference", path, value=entry_id, allowed="on the account of the bank")
        booked = sum(amounts, booked)
        entries.append(entry)
    if not sent["accountingEntries"]:
        problems.add("required", "accountingEntries")
    if rule is not None and rule not in target.table("BankingRule"):
        problems.add("unknownReference", "bankingRuleId", value=rule)
    problems.raise_if_any()
    _link(row, entries, rule, "LINKED" if booked == row["transactionAmount"] else "LINKED_WITH_VARIANCE", target)
    target.store.replace(target.company.id, TYPE, row)
    _count_pending(account, target)
    return {"id": row["id"]}


def undo(target: Target, sent: Input) -> Row:
    """Let a linked movement wait again; its entries stay."""
    row = copy.deepcopy(target.found(TYPE, sent["bankTransactionId"], "bankTransactionId"))
    if row["linkStatus"] not in LINKED:
        raise refused("wrongStatus", "linkStatus", value=row["linkStatus"], allowed=" or ".join(LINKED))
    row.update(linkStatus="PENDING", linkStatusDate=target.today(), linkedAccountingEntries=[], reconciledItems=[])
    target.store.replace(target.company.id, TYPE, row)
    _count_pending(target.found("BankAccount", row["bankAccountId"], "bankAccountId"), target)
    return {"id": row["id"]}


def deliver(entry: Row, sub_account_id: str, target: Target, *, linked: bool) -> None:
    """Let the bank tell of the entry's money, linked with it or only proposing it; cash is not the bank's."""
    account = target.first("BankAccount", subAccountId=sub_account_id, type="BANK_ACCOUNT")
    if account is None:
        return
    amount: Decimal = sum(_amounts(entry, sub_account_id), ZERO)
    row = movement(str(uuid.uuid4()), account, entry, amount, len(target.table(TYPE)) + 1)
    row["proposalItems"] = [proposal_item(str(uuid.uuid4()), amount, entry, None)]
    if linked:
        _link(row, [entry], None, "LINKED", target)
    target.store.insert(target.company.id, TYPE, row)
    _count_pending(account, target)


def _amounts(entry: Row, sub_account_id: str) -> list[Decimal]:
    lines = (line for line in entry["accountingEntryLines"] if line["subAccountId"] == sub_account_id)
    return [EXACT.subtract(line["debitAmount"], line["creditAmount"]) for line in lines]


def _link(row: Row, entries: list[Row], rule_id: str | None, status: str, target: Target) -> None:
    proposals = {item["bankAccountingEntryId"]: item["id"] for item in row["proposalItems"]}
    row.update(
        linkStatus=status,
        linkStatusDate=target.today(),
        linkedAccountingEntries=[linked_entry(str(uuid.uuid4()), entry) for entry in entries],
        reconciledItems=[
            reconciled_item(str(uuid.uuid4()), entry, rule_id, proposals.get(entry["id"])) for entry in entries
        ],
    )


def _count_pending(account: Row, target: Target) -> None:
    """The account says how many of its movements wait."""
    moved = [row["linkStatus"] for row in target.table(TYPE).values() if row["bankAccountId"] == account["id"]]
    changed = {**account, "bankingPendingTransactions": moved.count("PENDING"), "bankingHasTransactions": bool(moved)}
    target.store.replace(target.company.id, "BankAccount", changed, stamp=False)


OPERATIONS: Final[Mapping[str, Operation]] = {
    "reconcileBankMovement": reconcile,
    "unReconcileBankMovement": undo,
}
"""What each mutation of movements does."""
