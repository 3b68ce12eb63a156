"""Payments: what is read before and after one is sent, whose entry is whose, and what is in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, cast

import pytest

from destination_sage_active.plan.item import Item, rounds
from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.rejection import Held, Rejected
from destination_sage_active.write.settlements import Settlements
from destination_sage_active.write.states import InDoubt, Pending, Sent
from destination_sage_active.write.task import Task
from sage_active.client import Company
from sage_active.resources.key_forms import DAY
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Command, Operation, Row, Unknown, WriteClient
from unit_tests.destination.write_memory import COMPANY, error, item_of, model_of

MODEL: Final = model_of("payments")
SETTLEMENT: Final = RESOURCE_BY_NAME["payments"].on("direct").settlement
ITEMS: Final = "salesOpenItemLinkagePaidAmounts"
INVOICE, OPEN_ITEM, CUSTOMER, BANK = (f"3f0f2a52-0000-4000-8000-00000000000{number}" for number in range(4))
METHOD: Final[Row] = {
    "referenceName": "Bank",
    "type": "BANK_ACCOUNT",
    "journalTypeId": "j1",
    "subAccountId": BANK,
    "disabled": False,
}


class Books:
    """A client that has one invoice with one open item, and the bank's movements."""

    def __init__(self, **changes: Any) -> None:
        self.item = {
            "id": OPEN_ITEM,
            "amount": Decimal(100),
            "paidAmountAccumulated": Decimal(0),
            "dueDate": "2026-03-31T22:00:00Z",
            **changes,
        }
        self.type = "NORMAL"
        self.movements: list[Row] = []

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Sequence[Row] = ()
    ) -> Sequence[Row]:
        """The rows of a type."""
        del company, paths, where
        invoice = {"id": INVOICE, "operationalNumber": "R-1", "customerId": CUSTOMER, "status": "Posted"}
        rows: Mapping[str, Sequence[Row]] = {
            "SalesInvoice": [{**invoice, "type": self.type, "openItems": [self.item]}],
            "SalesInvoiceOpenItem": [{"id": OPEN_ITEM, "salesInvoiceId": INVOICE}],
            "BankAccount": [{"id": "b1", "subAccountId": BANK}],
            "BankMovement": self.movements,
        }
        return rows[type_name]


def settlements(books: Books, *methods: str, is_simulated: bool = False) -> Settlements:
    """Those of a sync that may pay by these methods."""
    return Settlements(cast("WriteClient", books), methods or ("Bank",), is_simulated=is_simulated)


def payment(paid: object = 100, *, owner: str = "a", **changes: Any) -> Item:
    """A record that pays the open item."""
    values = {
        "entryDate": "2026-04-02",
        "thirdPartyId": CUSTOMER,
        ITEMS: [{"openItemId": OPEN_ITEM, "paidAmount": paid, **changes}],
    }
    return replace(item_of(MODEL, "k", values), referred={"paymentMethodId": METHOD}, owners=(owner,))


def admitted(known: Settlements, task: Task) -> Row:
    """What is sent for a task."""
    assert SETTLEMENT
    create = Command(Operation.CREATE, MODEL.resource, {"description": "x"})
    (command,) = known.admitted(COMPANY, task, Decision(None, (create,)), SETTLEMENT).commands
    return command.input


def entry(*amounts: int, account: str = BANK) -> Row:
    """The entry of a payment, as rows have it."""
    party = {"accountingEntryThirdParty": {"thirdPartyId": CUSTOMER.upper()}}
    lines = [{**party, "subAccountId": "d", "debitAmount": 0, "creditAmount": amount} for amount in amounts]
    return {"id": "e1", "accountingEntryLines": [{"subAccountId": account, "debitAmount": sum(amounts)}, *lines]}


def require_same(known: Settlements, item: Item, row: Row) -> None:
    """Whether an entry is that of a record."""
    assert SETTLEMENT
    known.require_same(COMPANY, Task(item), row, SETTLEMENT)


@pytest.mark.parametrize(
    ("amount", "kind", "sent"), [(100, "NORMAL", 60), (100, "CREDIT_NOTE", 60), (-100, "CREDIT_NOTE", -60)]
)
def test_amounts_are_sent_with_the_sign_of_the_item(amount: int, kind: str, sent: int) -> None:
    books = Books(amount=Decimal(amount))
    books.type = kind
    assert admitted(settlements(books), Task(payment(60))) == {
        "description": "x",
        ITEMS: [{"openItemId": OPEN_ITEM, "paidAmount": sent}],
    }


@pytest.mark.parametrize("due", ["2026-04-01", None])
def test_an_item_is_found_by_its_document_and_its_day(due: str | None) -> None:
    item = payment(60, openItemId=None, invoice={"operationalNumber": "R-1"}, dueDate=due)
    assert admitted(settlements(Books()), Task(item))[ITEMS][0]["openItemId"] == OPEN_ITEM


@pytest.mark.parametrize(
    ("changes", "paid", "reason"),
    [
        ({}, "100.01", "no more than 100.00 is open"),
        ({"paidAmountAccumulated": Decimal("99.99")}, "0.02", "no more than 0.01 is open; 99.99 is paid already"),
        ({"paidAmountAccumulated": Decimal(120)}, 1, "nothing is open; 120.00 is paid already"),
        ({"amount": Decimal(-100), "paidAmountAccumulated": Decimal(-100)}, 1, "nothing is open"),
    ],
)
def test_no_more_is_paid_than_is_open(changes: Mapping[str, Any], paid: object, reason: str) -> None:
    with pytest.raises(Rejected, match=reason) as raised:
        admitted(settlements(Books(**changes)), Task(payment(Decimal(str(paid)))))
    assert raised.value.code == "paid"


def test_a_dry_run_knows_what_it_has_planned() -> None:
    known = settlements(Books(), is_simulated=True)
    admitted(known, Task(payment(60)))
    admitted(known, Task(payment(40)))
    with pytest.raises(Rejected, match=r"100\.00 of it is paid in this run"):
        admitted(known, Task(payment(1)))


def movement(**changes: Any) -> Row:
    """One that is the payment."""
    members = {"bankAccountId": "B1", "transactionAmount": Decimal(-100), "datePosted": "2026-04-06T22:00:00Z"}
    return {"id": "m1", **members, "linkStatus": "PENDING", **changes}


@pytest.mark.parametrize(
    ("changes", "is_held"),
    [
        ({}, True),
        ({"transactionAmount": Decimal(100), "linkStatus": None}, True),
        ({"linkStatus": "IN_PROGRESS", "datePosted": None}, True),
        ({"linkStatus": "LINKED"}, False),
        ({"linkStatus": "DISMISSED"}, False),
        ({"bankAccountId": "b2"}, False),
        ({"transactionAmount": Decimal("100.01")}, False),
        ({"datePosted": "2026-04-08"}, False),
    ],
)
def test_what_the_bank_brings_as_well_is_held(changes: Mapping[str, Any], is_held: bool) -> None:
    books = Books()
    books.movements = [movement(**changes)]
    if is_held:
        with pytest.raises(Held, match="brings it as well"):
            admitted(settlements(books), Task(payment()))
    else:
        admitted(settlements(books), Task(payment()))


@pytest.mark.parametrize(("paid", "reason"), [(60, None), (0, "shows 0.00 as paid, and not 60.00"), (61, "61.00")])
def test_an_item_that_does_not_show_its_payment_is_held(paid: int, reason: str | None) -> None:
    assert SETTLEMENT
    books = Books()
    known, task = settlements(books), Task(payment(60))
    admitted(known, task)
    books.item["paidAmountAccumulated"] = Decimal(paid)
    (held,) = known.created(COMPANY, [task], SETTLEMENT)
    assert ((held and held.reason) or "").count(reason or "") > 0
    assert (held is None) == (reason is None)


def test_an_item_whose_payment_is_in_doubt_takes_no_other() -> None:
    known, task = settlements(Books()), Task(payment(60))
    command = Command(Operation.CREATE, MODEL.resource, admitted(known, task))
    # The same record may be decided about again.
    admitted(known, task)
    for state in (Pending((command,)), Sent((command,)), InDoubt((command,), Unknown(error("unreachable"), True))):
        task.move(state)
    with pytest.raises(Rejected, match="nobody knows yet") as raised:
        admitted(known, Task(payment(40)))
    assert raised.value.code == "unknown"


class TestEntries:
    """Whether the entry that has a record's key is its own."""

    def test_the_lines_of_the_third_party_add_up(self) -> None:
        require_same(settlements(Books()), payment(60), entry(20, 40))

    def test_a_credit_note_takes_off(self) -> None:
        books = Books()
        books.type = "CREDIT_NOTE"
        require_same(settlements(books), payment(60), entry(-60))

    @pytest.mark.parametrize(
        ("row", "member"), [(entry(61), ITEMS), (entry(60, account="another"), "paymentMethodId"), (entry(), ITEMS)]
    )
    def test_another_amount_or_account_is_another_payment(self, row: Row, member: str) -> None:
        with pytest.raises(Rejected, match="never changed") as raised:
            require_same(settlements(Books()), payment(60), row)
        assert (raised.value.code, raised.value.field) == ("exists", member)

    def test_one_entry_is_one_record(self) -> None:
        known = settlements(Books())
        require_same(known, payment(60), entry(60))
        require_same(known, payment(60), entry(60))
        with pytest.raises(Rejected, match="another record of this sync") as raised:
            require_same(known, payment(60, owner="b"), entry(60))
        assert raised.value.code == "ambiguous"


def test_each_payment_goes_alone() -> None:
    items = [payment(1, owner=owner) for owner in "abc"]
    assert rounds(items) == [[item] for item in items]


@pytest.mark.parametrize(
    "text", ["2026-04-01", "2026-04-01T00:00:00Z", "2026-03-31T22:00:00.000Z", "2026-03-31T23:00:00+00:00"]
)
def test_a_day_of_a_key_is_one_however_it_is_shown(text: str) -> None:
    assert DAY.of(text) == "2026-04-01"
    assert DAY.of("") == ""
    assert DAY.bounds
    assert DAY.bounds("2026-04-01") == ("2026-03-31T00:00:00Z", "2026-04-02T00:00:00Z")
