"""Settlements of open items: the entry in the journal of the payment method, what is paid, the matching.

Source: docs/reference/documents.md, "Open items"; docs/reference/accounting.md, "Payments and matching".
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from sage_active_sandbox.data.books import open_books
from sage_active_sandbox.data.entries import Heading, Posting, entry_row, third_party_part
from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing import document_links
from sage_active_sandbox.writing.bank_links import deliver
from sage_active_sandbox.writing.entries import check_texts
from sage_active_sandbox.writing.matching import match_payment
from sage_active_sandbox.writing.open_periods import check_open
from sage_active_sandbox.writing.posting import number_entry
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Operation, Target

Input = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """What sets receipts and payments apart: types, members, statuses, and whether money comes in (1) or goes (-1)."""

    document: str
    party: str
    party_member: str
    origin: str
    items: str
    role: str
    statuses: tuple[str, str, str]
    item_status: str
    direction: int


SALES: Final = Side(
    document="SalesInvoice",
    party="Customer",
    party_member="customerId",
    origin="CUSTOMER",
    items="salesOpenItemLinkagePaidAmounts",
    role="customer",
    statuses=("Posted", "PartiallyCollected", "Collected"),
    item_status="COLLECTED",
    direction=1,
)
PURCHASES: Final = Side(
    document="PurchaseInvoice",
    party="Supplier",
    party_member="supplierId",
    origin="SUPPLIER",
    items="purchaseOpenItemLinkagePaidAmounts",
    role="supplier",
    statuses=("Posted", "PartiallyPaid", "Paid"),
    item_status="PAID",
    direction=-1,
)


@dataclass
class Settled:
    """A document that is paid, or a part of it: a copy of it, its entries, the amount as it moves the bank account."""

    document: Row
    entries: list[Row]
    moved: Decimal = ZERO


def create_settlement(side: Side, target: Target, sent: Input) -> Row:
    """Pay open items with one entry, matched with the documents' entries; RefusedError names what is wrong."""
    problems = Problems()
    books = open_books(target.store, target.company.id)
    method = target.table("PaymentMethod").get(sent["paymentMethodId"])
    if method is None:
        problems.add("unknownReference", "paymentMethodId", value=sent["paymentMethodId"])
    elif method["disabled"]:
        problems.add("wrongReference", "paymentMethodId", value=sent["paymentMethodId"], allowed="active")
    party = target.table(side.party).get(sent["thirdPartyId"])
    if party is None:
        problems.add("unknownReference", "thirdPartyId", value=sent["thirdPartyId"])
    date = target.day(sent["entryDate"])
    check_open(date, "entryDate", books, problems)
    check_texts(sent, problems)
    documents = _documents(side, sent, target, problems)
    problems.raise_if_any()
    assert method is not None
    assert party is not None
    heading = Heading(
        date=date,
        journal=method["journalTypeId"],
        description=sent.get("description"),
        document_number=sent.get("documentNumber"),
        # Which source such an entry names is not documented.
        source="PUBLIC_API",
    )
    usual = party.get("defaultAccountingAccountId") or books.roles[side.role]
    postings = _postings(method["subAccountId"], documents, party, usual, side.origin, target)
    payment = entry_row(books, target.stamped, heading, postings)
    number_entry(payment, target)
    settled = {entry["id"] for document in documents for entry in document.entries}
    if settled:
        match_payment(payment, settled, party["id"], target)
    for document in documents:
        _store(side, document, target)
    stored = target.store.insert(target.company.id, "AccountingEntry", payment)
    if target.switches.bank_feed == "pending":
        deliver(stored, method["subAccountId"], target, linked=False)
    elif target.switches.bank_feed == "booked":
        # A rule of the bank account books the same money, because it does not know of the settlement.
        second = entry_row(books, target.stamped, heading, postings)
        second["sourceType"] = "BANKING"
        number_entry(second, target)
        target.store.insert(target.company.id, "AccountingEntry", second)
        deliver(second, method["subAccountId"], target, linked=True)
    return {"accountingEntryId": stored["id"], "accountingEntryNumber": stored["number"]}


def _documents(side: Side, sent: Input, target: Target, problems: Problems) -> list[Settled]:
    """The documents, with what is paid already noted in the open items of the copies."""
    owners = {item["id"]: row for row in target.table(side.document).values() for item in row.get("openItems") or ()}
    found: dict[str, Settled] = {}
    for position, payment in enumerate(sent.get(side.items) or ()):
        path = f"{side.items}[{position}]."
        document = owners.get(payment["openItemId"])
        if document is None:
            problems.add("unknownReference", f"{path}openItemId", value=payment["openItemId"])
        elif document[side.party_member] != sent["thirdPartyId"]:
            problems.add(
                "wrongReference", f"{path}openItemId", value=payment["openItemId"], allowed="the third party's"
            )
        elif document["status"] not in side.statuses:
            problems.add("wrongStatus", "status", value=document["status"], allowed=" or ".join(side.statuses[:2]))
        else:
            if document["id"] not in found:
                found[document["id"]] = Settled(copy.deepcopy(document), _entries(document["id"], target))
            _pay(side, found[document["id"]], payment, target, problems, path)
    if not found and not problems.found:
        problems.add("required", side.items)
    return [*found.values()]


def _entries(document_id: str, target: Target) -> list[Row]:
    """The entries with which a document was posted: those with its invoice part."""
    return [
        entry
        for entry in target.table("AccountingEntry").values()
        if entry["sourceEntityId"] == document_id
        and any(line["accountingEntryInvoice"] for line in entry["accountingEntryLines"])
    ]


def _pay(side: Side, settled: Settled, payment: Input, target: Target, problems: Problems, path: str) -> None:
    document = settled.document
    is_credit = document.get("type") == "CREDIT_NOTE" and document["totalLiquid"] >= 0
    sign = -1 if is_credit and target.switches.credit_note_sign == "negative" else 1
    item = next(item for item in document["openItems"] if item["id"] == payment["openItemId"])
    paid, left = payment["paidAmount"] * sign, item["amount"] - item["paidAmountAccumulated"]
    too_much = abs(paid) > abs(left) and target.switches.overpayments == "refused"
    if not paid or paid * item["amount"] < 0 or too_much:
        problems.add("notOpen", f"{path}paidAmount", value=payment["paidAmount"], allowed=left * sign)
        return
    item["paidAmountAccumulated"] = EXACT.add(item["paidAmountAccumulated"], paid)
    whole = abs(item["paidAmountAccumulated"]) >= abs(item["amount"])
    item["status"] = side.item_status if whole else "PARTIAL"
    item["modificationDate"] = target.store.clock.now()
    settled.moved = EXACT.add(settled.moved, paid * side.direction * (-1 if is_credit else 1))


def _postings(
    bank_id: str, documents: Iterable[Settled], party: Row, usual: str, origin: str, target: Target
) -> list[Posting]:
    """The bank or cash account against the third party, one line for each account on which the documents stand."""
    by_account: dict[str, Decimal] = {}
    for document in documents:
        lines = (line for entry in document.entries for line in entry["accountingEntryLines"])
        account = next((line["subAccountId"] for line in lines if line["accountingEntryInvoice"]), usual)
        by_account[account] = EXACT.add(by_account.get(account, ZERO), document.moved)
    against = [
        Posting(account, -amount, third_party_part(target.stamped, party, origin))
        for account, amount in by_account.items()
    ]
    return [Posting(bank_id, sum(by_account.values(), ZERO)), *against]


def _store(side: Side, settled: Settled, target: Target) -> None:
    """Store the document with its new status, and what is paid in the open items of its entries."""
    document = settled.document
    before = document["status"]
    items = document["openItems"]
    whole = all(item["status"] == side.item_status for item in items)
    document["status"] = side.statuses[2] if whole else side.statuses[1]
    if "pendingAmount" in document:
        paid = sum((item["paidAmountAccumulated"] for item in items), ZERO)
        document["pendingAmount"] = EXACT.subtract(document["totalLiquid"], paid)
    stamp = target.switches.parent_dates_move or document["status"] != before
    target.store.replace(target.company.id, side.document, document, stamp=stamp)
    document_links.follow(document, target)
    for entry_id in (entry["id"] for entry in settled.entries):
        # Matching has stored the entry anew.
        entry = copy.deepcopy(target.table("AccountingEntry")[entry_id])
        parts = (line["accountingEntryInvoice"] for line in entry["accountingEntryLines"])
        for part in (part for part in parts if part):
            _copy_payments(items, part["openItems"])
        target.store.replace(target.company.id, "AccountingEntry", entry, stamp=target.switches.owned_dates_move)


def _copy_payments(items: Iterable[Row], copies: Iterable[Row]) -> None:
    """The open items of an entry are those of its document in their order; an advance that is deducted comes last."""
    for item, copied in zip(items, copies, strict=False):
        if copied["paidAmountAccumulated"] != copied["amount"] and abs(copied["amount"]) == abs(item["amount"]):
            sign = 1 if copied["amount"] == item["amount"] else -1
            copied.update(
                paidAmountAccumulated=item["paidAmountAccumulated"] * sign,
                status=item["status"],
                modificationDate=item["modificationDate"],
            )


OPERATIONS: Final[Mapping[str, Operation]] = {
    "salesOpenItemSettlement": partial(create_settlement, SALES),
    "purchaseOpenItemSettlement": partial(create_settlement, PURCHASES),
}
"""What each mutation of settlements does."""
