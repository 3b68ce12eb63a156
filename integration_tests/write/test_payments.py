"""Payments of open items: made once, found again, checked before they are sent, never changed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.connector import Outcome
from integration_tests.destination import Destination, committed, received, records, state, stats
from integration_tests.payment_records import PURCHASES, SALES, Data, PaymentRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

UNKNOWN = "00000000-0000-4000-8000-000000000001"
COUNT = 6


def write(destination: Destination, stream: str, *rows: Mapping[str, Any], mode: str = "append_dedup") -> Outcome:
    """Writes payments, and a STATE after them."""
    return destination.write([*records(stream, rows), state(stream, 1)], {stream: mode})


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def message(destination: Destination) -> str:
    """Why the first record was not written."""
    return str(destination.rejected()[0]["rejected_message"])


def first(row: Data, **changes: Any) -> Data:
    """A record with other members of its first open item; None takes one out."""
    changed = deepcopy(row)
    (items,) = (value for name, value in changed.items() if name.endswith("PaidAmounts"))
    items[0] = {name: value for name, value in {**items[0], **changes}.items() if value is not None}
    return changed


# --- made, found again ---


def assert_paid_once(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    """Writes records twice: every item is paid what its record says, and the second sync sends nothing."""
    side, rows = payments.side, payments.of(COUNT)
    outcome = write(destination, side.stream, *rows)
    assert outcome.code == 0, (outcome.errors, destination.rejected()[:1])
    assert stats(outcome) == [(1, COUNT, 0)]
    wanted = {row[side.items][0][side.document][side.number]: row[side.items][0]["paidAmount"] for row in rows}
    assert payments.paid() == wanted
    assert committed(sandbox) == {side.mutation: COUNT}
    sandbox.mutations.clear()
    assert write(destination, side.stream, *rows).code == 0
    assert destination.counts() == {"unchanged": COUNT}
    assert received(sandbox) == {}
    assert set(payments.entered().values()) == {1}


@pytest.mark.parametrize("side", [SALES, PURCHASES])
def test_items_are_paid_once(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    assert_paid_once(sandbox, destination, payments)


@pytest.mark.parametrize(("market", "side"), [("es", SALES), ("fr", PURCHASES)])
def test_the_other_markets(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    assert_paid_once(sandbox, destination, payments)


@pytest.mark.parametrize("switches", [{"days": "local", "account_code": "flat"}, {"null_dates": "0001"}])
def test_how_the_server_shows_values_does_not_matter(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, switches: Data
) -> None:
    sandbox.change_switches(switches)
    assert_paid_once(sandbox, destination, payments)


def test_ids_do_as_well(sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords) -> None:
    document = payments.posted(0)
    method = sandbox.store.table(company.id, "PaymentMethod").values()
    row = first(payments.payment(1, document), openItemId=document["openItems"][0]["id"].upper(), invoice=None)
    by_id = {
        **{name: value for name, value in row.items() if name not in ("paymentMethod", "customer")},
        "paymentMethodId": next(one["id"] for one in method if one["referenceName"] == payments.method).upper(),
        "thirdPartyId": payments.party().upper(),
    }
    assert write(destination, SALES.stream, by_id).code == 0, destination.rejected()
    # The same payment in the names of a user.
    assert write(destination, SALES.stream, payments.payment(1, document, Decimal("119.00"))).code == 0
    assert destination.counts() == {"unchanged": 1}
    assert committed(sandbox) == {SALES.mutation: 1}


def test_one_payment_settles_several_items(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    one, other = (payments.payment(1, payments.posted(number)) for number in (0, 1))
    both = {**one, SALES.items: [*one[SALES.items], *other[SALES.items]]}
    assert write(destination, SALES.stream, both).code == 0, destination.rejected()
    assert list(payments.paid().values()) == [Decimal("119.00"), Decimal("23.79")]
    assert write(destination, SALES.stream, both).code == 0
    assert destination.counts() == {"unchanged": 1}


@pytest.mark.parametrize("sign", ["positive", "negative"])
def test_a_credit_note_takes_off_what_is_paid(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, sign: str
) -> None:
    invoice, credited = payments.posted(0), payments.posted(1)
    credit_note = payments.credit_note(credited)
    sandbox.change_switches({"credit_note_sign": sign})
    row = payments.payment(1, invoice)
    row[SALES.items] += payments.payment(1, credit_note)[SALES.items]
    assert write(destination, SALES.stream, row).code == 0, destination.rejected()
    assert write(destination, SALES.stream, row).code == 0
    assert destination.counts() == {"unchanged": 1}
    assert committed(sandbox) == {SALES.mutation: 1}


def test_two_records_for_one_item_share_what_is_open(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    document = payments.posted(0)
    rows = [payments.payment(number, document, Decimal(amount)) for number, amount in ((1, 60), (2, 59), (3, 1))]
    assert write(destination, SALES.stream, *rows).code == 0
    assert reasons(destination) == [("paid", f"{SALES.items}[0].paidAmount")]
    assert "119.00 is paid already" in message(destination)
    assert committed(sandbox) == {SALES.mutation: 2}
    assert list(payments.paid().values()) == [Decimal(119)]


def test_one_number_may_be_that_of_several_third_parties(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    rows = [payments.payment(1, payments.posted(0)), payments.payment(1, payments.posted(1, code="29002"))]
    rows[1] |= {"id": "another", "customer": {"code": "29002"}}
    for counts in ({"create": 2}, {"unchanged": 2}):
        assert write(destination, SALES.stream, *rows).code == 0, destination.rejected()
        assert destination.counts() == counts


def test_rows_with_one_key_are_both_rejected(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    row = payments.payment(1, payments.posted(0), Decimal(10))
    write(destination, SALES.stream, row, {**row, "id": "another"}, payments.payment(2, payments.posted(1)))
    assert [code for code, _ in reasons(destination)] == ["ambiguous"] * 2
    assert committed(sandbox) == {SALES.mutation: 1}


def test_another_amount_under_one_key_is_rejected(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    document = payments.posted(0)
    assert write(destination, SALES.stream, payments.payment(1, document, Decimal(10))).code == 0
    sandbox.mutations.clear()
    for mode in ("append", "append_dedup"):
        write(destination, SALES.stream, payments.payment(1, document, Decimal("10.01")), mode=mode)
        assert reasons(destination) == [("exists", SALES.items)]
        assert "over 10.00 and not 10.01" in message(destination)
    assert received(sandbox) == {}


def test_another_method_with_the_same_journal_is_another_payment(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords
) -> None:
    methods = sandbox.store.table(company.id, "PaymentMethod").values()
    second = next(row for row in methods if row["type"] == "BANK_ACCOUNT" and row["referenceName"] != payments.method)
    destination.set(allow_payments={"methods": [payments.method, second["referenceName"]]})
    document = payments.posted(0)
    assert write(destination, SALES.stream, payments.payment(1, document, Decimal(10))).code == 0
    other = {"paymentMethod": {"referenceName": second["referenceName"]}}
    write(destination, SALES.stream, payments.payment(1, document, Decimal(10), **other))
    assert reasons(destination) == [("exists", "paymentMethodId")]
    assert committed(sandbox) == {SALES.mutation: 1}


def test_payments_are_never_updated(destination: Destination, payments: PaymentRecords) -> None:
    outcome = write(destination, SALES.stream, *payments.of(1), mode="update")
    assert outcome.code == 1
    assert "Choose one of: append, append_dedup" in outcome.errors[0]["message"]


# --- rejected before sending ---


ITEM = f"{SALES.items}[0]"
Change = Callable[[PaymentRecords, Data], Data]
BAD: dict[str, tuple[str, str, Change]] = {
    "no number": ("no-key", "documentNumber", lambda _, row: {**row, "documentNumber": None}),
    "long number": ("invalid", "documentNumber", lambda _, row: {**row, "documentNumber": "x" * 51}),
    "no method": ("no-key", "paymentMethodId", lambda _, row: {**row, "paymentMethod": None}),
    "another method": (
        "reference",
        "paymentMethodId",
        lambda _, row: {**row, "paymentMethod": {"referenceName": "None such"}},
    ),
    "no day": ("no-key", "entryDate", lambda _, row: {**row, "entryDate": None}),
    "closed year": ("period", "entryDate", lambda _, row: {**row, "entryDate": "2001-03-15"}),
    "third party": ("reference", "thirdPartyId", lambda _, row: {**row, "customer": {"code": "1"}}),
    "no items": ("invalid", SALES.items, lambda _, row: {**row, SALES.items: []}),
    "nothing paid": ("invalid", f"{ITEM}.paidAmount", lambda _, row: first(row, paidAmount=0)),
    "negative": ("invalid", f"{ITEM}.paidAmount", lambda _, row: first(row, paidAmount=-1)),
    "no amount": ("required", f"{ITEM}.paidAmount", lambda _, row: first(row, paidAmount=None)),
    "too much": ("paid", f"{ITEM}.paidAmount", lambda _, row: first(row, paidAmount=Decimal("119.01"))),
    "no item": ("required", f"{ITEM}.openItemId", lambda _, row: first(row, invoice=None)),
    "unknown item": ("reference", f"{ITEM}.openItemId", lambda _, row: first(row, openItemId=UNKNOWN)),
    "no id": ("reference", f"{ITEM}.openItemId", lambda _, row: first(row, openItemId="7")),
    "unknown invoice": (
        "reference",
        f"{ITEM}.invoice.operationalNumber",
        lambda _, row: first(row, invoice={"operationalNumber": "None such"}),
    ),
    "another day": ("reference", f"{ITEM}.dueDate", lambda _, row: first(row, dueDate="2026-01-02")),
    "twice": ("invalid", f"{SALES.items}[1].openItemId", lambda _, row: {**row, SALES.items: row[SALES.items] * 2}),
    "another's item": (
        "reference",
        f"{ITEM}.openItemId",
        lambda payments, row: first(row, openItemId=payments.posted(3, code="29002")["openItems"][0]["id"]),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_before_anything_is_sent(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, name: str
) -> None:
    code, field, change = BAD[name]
    row, other = payments.payment(1, payments.posted(0)), payments.payment(2, payments.posted(1))
    assert write(destination, SALES.stream, change(payments, row), other).code == 0
    assert reasons(destination) == [(code, field)]
    assert message(destination)
    assert received(sandbox) == {SALES.mutation: 1}


@pytest.mark.parametrize("member", ["disabled", "journalTypeId"])
def test_a_method_must_be_usable(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords, member: str
) -> None:
    for method in sandbox.store.table(company.id, "PaymentMethod").values():
        method.update({member: True if member == "disabled" else None})
    write(destination, SALES.stream, payments.payment(1, payments.posted(0)))
    assert reasons(destination) == [("reference", "paymentMethodId")]
    assert received(sandbox) == {}


def test_only_what_is_posted_is_paid(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    document = payments.posted(0)
    document["status"] = "Closed"
    write(destination, SALES.stream, payments.payment(1, document))
    assert reasons(destination) == [("status", f"{ITEM}.openItemId")]
    assert received(sandbox) == {}
