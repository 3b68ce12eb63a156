"""Settlements of open items on both sides, and the movements of the bank: what they change, what is refused."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from unit_tests.sandbox.conftest import Api
from unit_tests.sandbox.ledger_reading import changed, entry, third_party_balance, trial_balance

UNKNOWN = "00000000-0000-0000-0000-000000000001"
OTHER = "global.businessErrors.undocumented_"
MATCHES = "accountingEntryLines{subAccountId debitAmount creditAmount accountingEntryPayment{matching matchId}}"


@dataclass(frozen=True)
class Kind:
    """Sales or purchases: names of the mutation, of types and members."""

    mutation: str
    items: str
    type_name: str
    root: str
    party: str
    origin: str
    whole: tuple[str, str]
    direction: int


KINDS = (
    Kind(
        "salesOpenItemSettlement",
        "salesOpenItemLinkagePaidAmounts",
        "SalesInvoice",
        "salesInvoice",
        "customerId",
        "CUSTOMER",
        ("Collected", "COLLECTED"),
        1,
    ),
    Kind(
        "purchaseOpenItemSettlement",
        "purchaseOpenItemLinkagePaidAmounts",
        "PurchaseInvoice",
        "purchaseInvoice",
        "supplierId",
        "SUPPLIER",
        ("Paid", "PAID"),
        -1,
    ),
)


def posted(api: Api, kind: Kind) -> dict[str, Any]:
    """A posted document of which nothing is paid yet."""
    return next(
        row
        for row in api.rows(kind.type_name)
        if row["status"] == "Posted" and row.get("type") != "CREDIT_NOTE" and row["totalLiquid"] > 1
    )


def method(api: Api, kind: str = "BANK_ACCOUNT") -> dict[str, Any]:
    """A payment method."""
    return next(row for row in api.rows("PaymentMethod") if row["type"] == kind)


def values(api: Api, kind: Kind, document: dict[str, Any], paid: Any, **more: Any) -> dict[str, Any]:
    """The settlement of the document's first open item."""
    return {
        "entryDate": "2026-03-04",
        "paymentMethodId": method(api)["id"],
        "thirdPartyId": document[kind.party],
        "documentNumber": "P-1",
        "description": "Payment",
        kind.items: [{"openItemId": document["openItems"][0]["id"], "paidAmount": paid}],
        **more,
    }


def document_state(api: Api, kind: Kind, document_id: str) -> tuple[str, list[dict[str, Any]]]:
    """Status and open items of a document, by its own list and by that of the open items."""
    row = api.data(
        f"query($id:UUID){{{kind.root}s(where:{{id:{{eq:$id}}}}){{nodes{{status openItems{{id}}}}}}}}",
        {"id": document_id},
    )["nodes"][0]
    listed = api.data(
        f"query($id:UUID){{{kind.root}OpenItems(where:{{{kind.root}Id:{{eq:$id}}}})"
        "{nodes{id amount paidAmountAccumulated status modificationDate}}}",
        {"id": document_id},
    )["nodes"]
    assert [item["id"] for item in listed] == [item["id"] for item in row["openItems"]]
    return row["status"], listed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.root)
def test_a_payment_settles_in_part_and_then_in_whole(market_api: Api, kind: Kind) -> None:
    api, reply = market_api, "accountingEntryId accountingEntryNumber"
    document = posted(api, kind)
    items, party = document["openItems"], document[kind.party]
    books, parties = trial_balance(api, 2026), third_party_balance(api, 2026, kind.origin)
    first = api.write(kind.mutation, values(api, kind, document, Decimal("0.40")), reply)
    status, (item, *_) = document_state(api, kind, document["id"])
    assert status.startswith("Partially")
    assert (item["paidAmountAccumulated"], item["status"]) == (Decimal("0.40"), "PARTIAL")
    assert item["modificationDate"] is not None

    rest = [
        {"openItemId": item["id"], "paidAmount": item["amount"] - (Decimal("0.40") if position == 0 else 0)}
        for position, item in enumerate(items)
    ]
    second = api.write(kind.mutation, values(api, kind, document, 0, **{kind.items: rest}), reply)
    assert second["accountingEntryNumber"] == first["accountingEntryNumber"] + 1
    status, settled = document_state(api, kind, document["id"])
    assert status == kind.whole[0]
    assert {item["status"] for item in settled} == {kind.whole[1]}
    assert all(item["paidAmountAccumulated"] == item["amount"] for item in settled)

    payment = entry(api, second["accountingEntryId"], f"documentNumber journalTypeId {MATCHES}")
    assert (payment["documentNumber"], payment["journalTypeId"]) == ("P-1", method(api)["journalTypeId"])
    match = payment["accountingEntryLines"][1]["accountingEntryPayment"]
    assert match["matching"] == "FULL_MATCH"
    matched = [
        line
        for row in api.rows("AccountingEntry")
        for line in row["accountingEntryLines"]
        if (line["accountingEntryPayment"] or {}).get("matchId") == match["matchId"]
    ]
    assert len(matched) >= 3
    assert sum(line["debitAmount"] - line["creditAmount"] for line in matched) == 0
    total = sum(item["amount"] for item in items) * kind.direction
    assert changed(parties, third_party_balance(api, 2026, kind.origin)) == {party: -total}
    bank = next(row["code"] for row in api.rows("AccountingAccount") if row["id"] == method(api)["subAccountId"])
    assert changed(books, trial_balance(api, 2026))[bank] == total


def test_links_show_what_is_settled(api: Api) -> None:
    kind = KINDS[0]
    document, order = posted(api, kind), api.rows("SalesOrder")[0]
    api.write("linkRelatedSalesDocument", {"documentId": document["id"], "originId": order["id"]}, "originId")
    api.write(kind.mutation, values(api, kind, document, Decimal("0.40")), "accountingEntryId")
    shown_of = [row["status"] for row in api.rows("RelatedSalesDocument") if row["documentId"] == document["id"]]
    assert shown_of
    assert set(shown_of) == {"PartiallyCollected"}


@pytest.mark.parametrize("sign", ["positive", "negative"])
def test_a_credit_note_is_paid_out(api: Api, sign: Any) -> None:
    api.sandbox.switches.credit_note_sign = sign
    (kind, _), factor = KINDS, -1 if sign == "negative" else 1
    journal = next(row["id"] for row in api.rows("JournalType") if row["type"] == "SALES_INVOICE")
    source = next(row for row in api.rows("SalesInvoice") if row["status"] == "Posted" and row["type"] == "NORMAL")
    note = api.write("generateCreditNote", {"id": source["id"], "lines": [_credited(source)]})
    api.write("closeSalesInvoice", {"salesInvoiceId": note["id"]})
    sent = {"salesInvoiceId": note["id"], "journalTypeId": journal, "accountingEntryDescription": "Credit"}
    api.write("postSalesInvoice", sent, "accountingEntryId")
    document = api.stored("SalesInvoice", note["id"])
    (item,) = document["openItems"][:1]
    settled = values(api, kind, document, item["amount"] * factor)
    created = api.write(kind.mutation, settled, "accountingEntryId")
    bank, party = entry(api, created["accountingEntryId"], MATCHES)["accountingEntryLines"]
    assert (bank["creditAmount"], party["debitAmount"]) == (item["amount"], item["amount"])


def _credited(source: dict[str, Any]) -> dict[str, Any]:
    line = next(line for line in source["lines"] if line["availableForCreditNoteQuantity"] > 0)
    quantity = min(line["availableForCreditNoteQuantity"], Decimal(1)) / 4
    return {"productId": line["productId"], "quantity": quantity, "unitPrice": 8}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.root)
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"paymentMethodId": UNKNOWN}, f"{OTHER}referenceNotFound"),
        ({"thirdPartyId": UNKNOWN}, f"{OTHER}referenceNotFound"),
        ({"entryDate": "2022-01-05"}, "accounting.businessErrors.undocumented_periodIsClosed"),
        ({"entryDate": "2050-01-05"}, "accounting.businessErrors.undocumented_exerciseNotFound"),
        ({"documentNumber": "x" * 51}, f"{OTHER}maximumLength"),
        ({"items": []}, f"{OTHER}mandatoryField"),
        ({"items": [{"openItemId": UNKNOWN, "paidAmount": 1}]}, f"{OTHER}referenceNotFound"),
        ({"paid": 0}, "accounting.businessErrors.undocumented_amountNotOpen"),
        ({"paid": -1}, "accounting.businessErrors.undocumented_amountNotOpen"),
        ({"paid": 10**9}, "accounting.businessErrors.undocumented_amountNotOpen"),
    ],
)
def test_refusals(api: Api, kind: Kind, more: dict[str, Any], reason: str) -> None:
    document, count = posted(api, kind), len(api.rows("AccountingEntry"))
    changes = {kind.items if name == "items" else name: value for name, value in more.items() if name != "paid"}
    sent = values(api, kind, document, more.get("paid", 0.1), **changes)
    reasons = api.refusal(kind.mutation, sent, "accountingEntryId")
    assert reason in reasons
    assert len(api.rows("AccountingEntry")) == count
    assert api.stored(kind.type_name, document["id"])["status"] == "Posted"


def test_an_item_that_is_settled_takes_no_second_payment(api: Api) -> None:
    kind, _ = KINDS
    document = next(row for row in api.rows("SalesInvoice") if row["status"] == "Collected" and row["totalLiquid"] > 1)
    sent = values(api, kind, document, 0.1)
    assert api.refusal(kind.mutation, sent, "accountingEntryId") == [
        "accounting.businessErrors.undocumented_amountNotOpen"
    ]
    api.sandbox.switches.overpayments = "accepted"
    api.write(kind.mutation, sent, "accountingEntryId")


@pytest.mark.parametrize(
    ("setting", "kind", "status", "entries"),
    [
        ("absent", "BANK_ACCOUNT", None, 1),
        ("pending", "BANK_ACCOUNT", "PENDING", 1),
        ("booked", "BANK_ACCOUNT", "LINKED", 2),
        ("pending", "CASH", None, 1),
    ],
)
def test_a_payment_may_also_come_from_the_bank(
    api: Api, setting: Any, kind: str, status: str | None, entries: int
) -> None:
    api.sandbox.switches.bank_feed = setting
    known, count = {row["id"] for row in api.rows("BankMovement")}, len(api.rows("AccountingEntry"))
    document = next(
        row
        for row in api.rows("SalesInvoice")
        if row["status"] in ("Posted", "PartiallyCollected")
        and row["type"] == "NORMAL"
        and row["openItems"][0]["amount"] - row["openItems"][0]["paidAmountAccumulated"] > 1
    )
    sent = values(api, KINDS[0], document, 0.25, paymentMethodId=method(api, kind)["id"])
    created = api.write(KINDS[0].mutation, sent, "accountingEntryId")["accountingEntryId"]
    movements = [row for row in api.rows("BankMovement") if row["id"] not in known]
    assert [row["linkStatus"] for row in movements] == ([status] if status else [])
    assert len(api.rows("AccountingEntry")) == count + entries
    for row in movements:
        assert (row["transactionAmount"], row["narrative1"]) == (Decimal("0.25"), "P-1")
        linked = {link["accountingEntryId"] for link in row["linkedAccountingEntries"]}
        assert created not in linked
        assert bool(linked) == (status == "LINKED")


def movement(api: Api, movement_id: str) -> dict[str, Any]:
    """A movement as the list shows it."""
    document = (
        "query($id:UUID){bankMovements(where:{id:{eq:$id}}){nodes{linkStatus "
        "linkedAccountingEntries{accountingEntryId} reconciledItems{bankAccountingEntryId linked}}}}"
    )
    (row,) = api.data(document, {"id": movement_id})["nodes"]
    found: dict[str, Any] = row
    return found


def test_a_movement_is_linked_and_released(api: Api) -> None:
    waiting = (row for row in api.rows("BankMovement") if row["linkStatus"] == "PENDING")
    row = next(row for row in waiting if row["datePosted"].year > 2024)
    entry_id, pending = row["proposalItems"][0]["bankAccountingEntryId"], pending_movements(api, row["bankAccountId"])
    sent = {"bankTransactionId": row["id"], "accountingEntries": [{"accountingEntryId": entry_id}]}
    assert api.write("reconcileBankMovement", sent) == {"id": row["id"]}
    assert movement(api, row["id"]) == {
        "linkStatus": "LINKED",
        "linkedAccountingEntries": [{"accountingEntryId": entry_id}],
        "reconciledItems": [{"bankAccountingEntryId": entry_id, "linked": True}],
    }
    assert pending_movements(api, row["bankAccountId"]) == pending - 1
    assert api.refusal("reconcileBankMovement", sent) == ["sales.businessErrors.undocumented_statusNotAllowed"]
    assert api.refusal("deleteAccountingEntry", {"id": entry_id}) == [f"{OTHER}recordInUse"]
    assert api.write("unReconcileBankMovement", {"bankTransactionId": row["id"]}) == {"id": row["id"]}
    released = {"linkStatus": "PENDING", "linkedAccountingEntries": [], "reconciledItems": []}
    assert movement(api, row["id"]) == released
    assert pending_movements(api, row["bankAccountId"]) == pending


def pending_movements(api: Api, account_id: str) -> int:
    """How many movements of a bank account wait."""
    accounts = api.data("{bankAccounts{id bankingPendingTransactions}}")
    return int(next(row["bankingPendingTransactions"] for row in accounts if row["id"] == account_id))


def test_a_difference_is_a_variance(api: Api) -> None:
    row = next(row for row in api.rows("BankMovement") if row["linkStatus"] == "PENDING")
    account = api.stored("BankAccount", row["bankAccountId"])["subAccountId"]
    other = next(
        found
        for found in api.rows("AccountingEntry")
        if any(
            line["subAccountId"] == account and line["debitAmount"] - line["creditAmount"] != row["transactionAmount"]
            for line in found["accountingEntryLines"]
        )
    )
    sent = {"bankTransactionId": row["id"], "accountingEntries": [{"accountingEntryId": other["id"]}]}
    api.write("reconcileBankMovement", sent)
    assert movement(api, row["id"])["linkStatus"] == "LINKED_WITH_VARIANCE"
    api.write("unReconcileBankMovement", {"bankTransactionId": row["id"]})


def test_movements_that_cannot_be_linked(api: Api) -> None:
    row = next(row for row in api.rows("BankMovement") if row["linkStatus"] == "PENDING")
    bank = api.stored("BankAccount", row["bankAccountId"])["subAccountId"]
    elsewhere = next(
        found["id"]
        for found in api.rows("AccountingEntry")
        if all(line["subAccountId"] != bank for line in found["accountingEntryLines"])
    )
    sent = {"bankTransactionId": row["id"], "accountingEntries": []}
    assert api.refusal("reconcileBankMovement", sent) == [f"{OTHER}mandatoryField"]
    for entry_id, reason in ((UNKNOWN, "referenceNotFound"), (elsewhere, "referenceNotAllowed")):
        linked = {**sent, "accountingEntries": [{"accountingEntryId": entry_id}]}
        assert api.refusal("reconcileBankMovement", linked) == [f"{OTHER}{reason}"]
    unknown = {**sent, "bankTransactionId": UNKNOWN}
    assert api.refusal("reconcileBankMovement", unknown) == [f"{OTHER}recordNotFound"]
    assert api.refusal("unReconcileBankMovement", {"bankTransactionId": row["id"]}) == [
        "sales.businessErrors.undocumented_statusNotAllowed"
    ]
