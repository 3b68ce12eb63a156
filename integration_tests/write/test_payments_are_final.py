"""Payments are final: made only where all is allowed, after everything else, and not beside the bank's movements."""

from decimal import Decimal

import pytest

from integration_tests.destination import Destination, committed, received, records, state
from integration_tests.payment_records import SALES, Data, PaymentRecords
from integration_tests.write.test_payments import UNKNOWN, first, message, reasons, write
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

# --- allowed ---


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"allow_payments": None}, ("not-allowed", "paymentMethodId")),
        ({"allow_payments": {"methods": ["Another"]}}, ("not-allowed", "paymentMethodId")),
        ({"final_acts": None}, ("held", None)),
        ({"final_acts": {"objects": ["bill_payments"], "pilot": 0}}, ("held", None)),
        ({"final_acts": {"objects": ["payments"], "pilot": 0, "not_before": "2026-05-05"}}, ("held", "entryDate")),
        ({"final_acts": {"objects": ["payments"], "pilot": 0, "not_after": "2026-03-01"}}, ("held", "entryDate")),
    ],
)
def test_all_that_concerns_it_must_allow_it(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, options: Data, reason: tuple[str, str | None]
) -> None:
    destination.set(**options)
    row = payments.payment(1, payments.posted(0))
    assert write(destination, SALES.stream, row).code == 1
    assert reasons(destination) == [reason]
    assert received(sandbox) == {}
    # What is there needs no permission.
    destination.set(**payments.options)
    assert write(destination, SALES.stream, row).code == 0
    destination.set(**options)
    assert write(destination, SALES.stream, row).code == 0
    assert destination.counts() == {"unchanged": 1}


@pytest.mark.parametrize("settle_seconds", [0, 1])
def test_the_pilot_pays_once_and_waits(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords, settle_seconds: int
) -> None:
    destination.set(final_acts={"objects": ["payments"], "pilot": 1}, settle_seconds=settle_seconds)
    rows = payments.of(3)
    outcome = write(destination, SALES.stream, *rows)
    assert outcome.code == 1
    assert "the pilot is over, and 2 records of it wait, not created" in outcome.errors[0]["message"]
    assert "total 59.50" in outcome.errors[0]["message"]
    assert committed(sandbox) == {SALES.mutation: 1}
    destination.set(**payments.options)
    assert write(destination, SALES.stream, *rows).code == 0
    assert destination.counts() == {"unchanged": 1, "create": 2}


def test_one_run_pays_no_more_than_it_may(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    destination.set(final_acts={"objects": ["payments"], "pilot": 0, "max_per_run": 2})
    write(destination, SALES.stream, *payments.of(3))
    assert reasons(destination) == [("held", None)]
    assert committed(sandbox) == {SALES.mutation: 2}


# --- the bank ---


def test_what_the_bank_feed_brings_as_well_is_held(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords
) -> None:
    sandbox.change_switches({"bank_feed": "pending"})
    payments.open_bank_account()
    document, later = payments.posted(0), payments.posted(0)
    rows = [payments.payment(number, document, Decimal(20), entryDate="2026-03-10") for number in (1, 2, 3)]
    rows[2]["entryDate"] = "2026-03-16"
    assert write(destination, SALES.stream, *rows, payments.payment(4, later, Decimal(21))).code == 0
    assert reasons(destination) == [("held", "entryDate")]
    assert "the bank feed brings it as well" in message(destination)
    assert committed(sandbox) == {SALES.mutation: 3}
    # A person has decided.
    for movement in sandbox.store.table(company.id, "BankMovement").values():
        movement["linkStatus"] = "DISMISSED"
    assert write(destination, SALES.stream, *rows).code == 0
    assert destination.counts() == {"unchanged": 2, "create": 1}


def test_money_of_another_account_does_not_matter(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords
) -> None:
    sandbox.change_switches({"bank_feed": "pending"})
    payments.open_bank_account()
    document = payments.posted(0)
    assert write(destination, SALES.stream, payments.payment(1, document, Decimal(20))).code == 0
    for movement in sandbox.store.table(company.id, "BankMovement").values():
        movement["bankAccountId"] = UNKNOWN
    row = payments.payment(2, document, Decimal(20), entryDate=payments.payment(1, document)["entryDate"])
    assert write(destination, SALES.stream, row).code == 0, destination.rejected()


def test_cash_is_not_the_banks(sandbox: Sandbox, destination: Destination, payments: PaymentRecords) -> None:
    sandbox.change_switches({"bank_feed": "pending"})
    payments.open_bank_account()
    destination.set(allow_payments={"methods": [payments.method, payments.cash]})
    document = payments.posted(0)
    rows = [payments.payment(number, document, Decimal(20), entryDate="2026-03-10") for number in (1, 2)]
    rows[1]["paymentMethod"] = {"referenceName": payments.cash}
    assert write(destination, SALES.stream, *rows).code == 0, destination.rejected()
    assert committed(sandbox) == {SALES.mutation: 2}


# --- last ---


def test_an_invoice_of_the_same_run_is_posted_and_then_paid(
    sandbox: Sandbox, company: Company, destination: Destination, payments: PaymentRecords
) -> None:
    payments.posted(0)
    destination.set(
        final_acts={"objects": ["invoices", "payments"], "pilot": 0},
        streams=[
            {"stream": "invoices", "object": "invoices", "target_state": "posted", "journal": payments.journal_code}
        ],
    )
    document = payments.posted(0)
    payment = first(payments.payment(1, document), invoice={"operationalNumber": "OWN-1"}, dueDate=None)
    invoice = {
        "id": "1",
        "externalReference": "1",
        "customer": {"code": SALES.code},
        "documentDate": "2026-03-31",
        "operationalNumber": "OWN-1",
        "lines": [{"product": {"code": "PAID"}, "totalQuantity": 1, "unitPrice": 100}],
    }
    destination.connector.config["streams"][0]["keep_numbers"] = True
    lines = [*records(SALES.stream, [payment]), state(SALES.stream, 1), *records("invoices", [invoice])]
    outcome = destination.write(lines)
    assert (outcome.code, destination.rejected()) == (0, []), outcome.errors
    assert payments.paid()["OWN-1"] == Decimal("119.00")


def test_a_dry_run_pays_nothing_and_counts_what_is_open(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    destination.set(dry_run=True)
    document = payments.posted(0)
    rows = [payments.payment(number, document, Decimal(60)) for number in (1, 2)]
    outcome = write(destination, SALES.stream, *rows)
    assert outcome.code == 0, outcome.errors
    assert received(sandbox) == {}
    assert [code for code, _ in reasons(destination)] == ["paid"]
    assert [text for text in outcome.logs("INFO") if "60.00" in text]


def test_of_an_input_that_breaks_off_nothing_is_paid(
    sandbox: Sandbox, destination: Destination, payments: PaymentRecords
) -> None:
    outcome = destination.write([*records(SALES.stream, payments.of(2)), b'{"type": "REC'], [SALES.stream])
    assert outcome.code == 1
    assert received(sandbox) == {}
