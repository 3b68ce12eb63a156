"""What a record says of its amounts, held against what the sandbox makes of it, through both connections."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests.destination import Destination, committed, received, record, records
from integration_tests.plain_invoices import CUSTOMER, DIRECT, ITEM, MAESN, invoice, modes, over
from integration_tests.rich_records import stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company


@pytest.fixture
def closing(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """A direct one that closes invoices."""
    return over(sandbox, company, tmp_path, DIRECT, invoice_status="closed")


@pytest.fixture
def drafting(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """A direct one that leaves drafts."""
    return over(sandbox, company, tmp_path, DIRECT)


@pytest.fixture
def through_maesn(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    return over(sandbox, company, tmp_path, MAESN)


def at_maesn(number: str, *prices: Any, **more: Any) -> dict[str, Any]:
    """The same as Maesn has it."""
    lines = [{"item": {"itemNumber": "P1"}, "quantity": 1, "unitAmount": price} for price in prices]
    head = {"id": number, "reference": number, "contact": {"number": "10600"}, "invoiceDate": "2026-03-31"}
    return {**head, "lineItems": lines, **more}


def write(destination: Destination, *rows: Mapping[str, Any]) -> list[str]:
    """Writes invoices; returns the warnings."""
    connection = DIRECT if "externalReference" in rows[0] else MAESN
    outcome = destination.write(records("invoices", rows), modes(connection, "invoices"))
    # A stream of which every record is rejected or held has failed.
    assert outcome.code == int(len(destination.rejected()) == len(rows)), outcome.errors
    return [log["message"] for log in outcome.of_type("LOG") if log["level"] == "WARN"]


def statuses(sandbox: Sandbox, company: Company) -> dict[str, str]:
    return {key: row["status"] for key, row in stored(sandbox, company, "invoices", "externalReference").items()}


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def differences(destination: Destination) -> dict[str, dict[str, tuple[float, float]]]:
    """What the receipts of the last write say of amounts, by action."""
    return {
        receipt["action"]: {
            difference["member"]: (float(difference["record"]), float(difference["sage_active"]))
            for difference in receipt["differences"]
        }
        for receipt in destination.receipts()
        if "differences" in receipt
    }


AT_SEVEN: dict[str, Any] = {"totalNet": 100, "totalVat": 7, "totalLiquid": 107}
AT_NINETEEN: dict[str, Any] = {"totalNet": 100, "totalVat": 19, "totalLiquid": 119}
UNLIKE = {"totalVat": (7, 19), "totalLiquid": (107, 119)}


# --- on the draft, before it is closed ---


@pytest.mark.parametrize("wanted", ["closed", "posted"])
def test_a_document_with_other_amounts_stays_a_draft_in_every_sync(
    sandbox: Sandbox, company: Company, closing: Destination, wanted: str
) -> None:
    closing.set(invoice_status=wanted)
    for _ in range(2):
        (warning,) = write(closing, invoice("1", 100, rate=7, **AT_SEVEN))
        assert "totalVat is 7.00 in the record and 19.00 in Sage Active" in warning
        assert "it stays a draft" in warning
        assert reasons(closing) == [("held", "totalVat")]
        assert "19.00" in closing.rejected()[0]["rejected_message"]
        assert differences(closing) == {"hold": {**UNLIKE, "lines[0].vatPercentage": (7, 19)}}
        assert statuses(sandbox, company) == {"1": "Pending"}
    assert committed(sandbox) == {"createSalesInvoice": 1}
    assert write(closing, invoice("1", 100, rate=19, **AT_NINETEEN)) == []
    assert statuses(sandbox, company) == {"1": wanted.capitalize()}


def test_within_the_tolerance_it_is_closed_and_the_receipt_has_the_difference(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    parts = ("0.335",) * 3
    assert write(closing, invoice("1", *parts, totalNet="1.01", totalVat="0.19", totalLiquid="1.2")) == []
    assert statuses(sandbox, company) == {"1": "Closed"}
    assert differences(closing) == {"compare": {"totalNet": (1.01, 1.02), "totalVat": (0.19, 0.18)}}


@pytest.mark.parametrize(("tolerance", "status"), [(0, "Pending"), (0.02, "Closed"), (0.1, "Closed")])
def test_the_tolerance_is_an_option(
    sandbox: Sandbox, company: Company, closing: Destination, tolerance: float, status: str
) -> None:
    closing.set(amount_tolerance=tolerance)
    write(closing, invoice("1", *("0.335",) * 3, totalVat="0.20"))
    assert statuses(sandbox, company) == {"1": status}


def test_a_rate_has_no_tolerance(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    closing.set(amount_tolerance=0.1)
    write(closing, invoice("1", 0, rate="19.01"), invoice("2", 0, rate="19.00"))
    assert statuses(sandbox, company) == {"1": "Pending", "2": "Closed"}
    assert reasons(closing) == [("held", "lines[0].vatPercentage")]


def test_an_update_is_compared_before_the_document_is_closed(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(invoice_status="draft")
    write(closing, invoice("1", 50))
    closing.set(invoice_status="closed")
    write(closing, invoice("1", 100, **AT_SEVEN))
    assert (statuses(sandbox, company), differences(closing)) == ({"1": "Pending"}, {"hold": UNLIKE})
    write(closing, invoice("1", 100, **AT_NINETEEN))
    assert statuses(sandbox, company) == {"1": "Closed"}


def test_a_document_that_is_closed_with_other_amounts_is_named(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    write(closing, invoice("1", 100))
    for wanted in ("closed", "posted", "draft"):
        closing.set(invoice_status=wanted)
        (warning,) = write(closing, invoice("1", 100, **AT_SEVEN))
        assert "it is Closed already" in warning
        assert reasons(closing) == [("held", "totalVat")]
        assert statuses(sandbox, company) == {"1": "Closed"}


def test_a_line_for_line_total_stands_for_the_document(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    row = invoice("1", 50, 50)
    for line in row["lines"]:
        line |= {"totalNet": 50, "totalVat": "3.50"}
    write(closing, row)
    assert differences(closing) == {"hold": {"lines[].totalVat": (7, 19)}}
    assert statuses(sandbox, company) == {"1": "Pending"}


def test_a_draft_is_written_with_a_warning_and_again_named_by_the_next_sync(
    sandbox: Sandbox, company: Company, drafting: Destination
) -> None:
    for actions in (("create", "compare"), ("unchanged",)):
        (warning,) = write(drafting, invoice("1", 100, **AT_SEVEN))
        assert "totalVat is 7.00 in the record and 19.00 in Sage Active" in warning
        assert (drafting.counts(), differences(drafting)) == (dict.fromkeys(actions, 1), {actions[-1]: UNLIKE})
    write(drafting, invoice("1", 200, totalNet=200, totalVat=14))
    assert differences(drafting) == {"compare": {"totalVat": (14, 38)}}


def test_amounts_of_new_documents_cost_no_request_and_those_of_changed_ones_one(
    sandbox: Sandbox, drafting: Destination
) -> None:
    def requests_for(price: int, **totals: Any) -> int:
        sandbox.requests.clear()
        write(drafting, *(invoice(f"{prefix}{number}", price, **totals) for number in range(5)))
        return len(sandbox.requests)

    # The first sync of the process signs in and asks for lists.
    write(drafting, invoice("0", 1))
    prefix = "A"
    new, changed = requests_for(100), requests_for(200)
    prefix = "B"
    # New ones were looked at once more already, because another run may have created them as well.
    assert requests_for(100, **AT_NINETEEN) == new
    assert requests_for(200, totalNet=200, totalVat=38) == changed + 1
    prefix = "C"
    assert requests_for(100, totalNet=None, totalVat="") == new


def test_amounts_that_the_server_keeps_to_itself_are_not_taken_for_equal(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    sandbox.drift.dropped_fields = {"SalesInvoice.totalVat"}
    (*_, warning) = write(closing, invoice("1", 100, **AT_NINETEEN), invoice("2", 100, totalNet=100))
    assert statuses(sandbox, company) == {"1": "Pending", "2": "Closed"}
    assert "totalVat is 19.00 in the record and not given back by Sage Active" in warning


# --- before sending ---

CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"totalNet": 999, "totalVat": 1, "totalLiquid": 1000}, "contradiction", "totalNet"),
    ({"totalNet": 100, "totalVat": 19, "totalLiquid": 1190}, "contradiction", "totalLiquid"),
    ({"totalLiquid": 1000, "totalVat": 1}, "contradiction", "totalLiquid"),
    ({"totalNet": 1}, "contradiction", "totalNet"),
    ({"totalNet": "84.03", "totalVat": "15.97", "totalLiquid": 100}, "gross-price", "lines[].unitPrice"),
    ({"totalNet": "84.03", "totalVat": "15.97"}, "gross-price", "lines[].unitPrice"),
    ({"isGross": True}, "gross-price", "isGross"),
    ({"PRICES_INCLUDE_TAX": 1}, "gross-price", "PRICES_INCLUDE_TAX"),
    ({"taxRule": "GROSS"}, "gross-price", "taxRule"),
    ({"lineAmountTypes": "Inclusive"}, "gross-price", "lineAmountTypes"),
]


@pytest.mark.parametrize("reason", ["contradiction", "gross-price"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_record_that_contradicts_itself_is_not_sent(
    sandbox: Sandbox, closing: Destination, reason: str, dry_run: bool
) -> None:
    closing.set(dry_run=dry_run)
    contradictions = [(stated, field) for stated, kind, field in CONTRADICTIONS if kind == reason]
    warnings = write(closing, *(invoice(str(at), 100, **stated) for at, (stated, _) in enumerate(contradictions)))
    assert reasons(closing) == [(reason, field) for _, field in contradictions]
    assert all(("net price per unit expected" in warning) is (reason == "gross-price") for warning in warnings)
    assert warnings
    assert received(sandbox) == {}


def test_an_invoice_with_a_number_of_its_own_is_compared_by_its_lines(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(keep_numbers=True)
    right = invoice("1", 100, operationalNumber="F-1", **AT_NINETEEN)
    wrong = invoice("2", 100, operationalNumber="F-2", totalNet=90, totalVat=19)
    rates = invoice("3", 100, operationalNumber="F-3", rate=7, totalNet=100, totalVat=19)
    write(closing, right, wrong, rates)
    assert statuses(sandbox, company) == {"1": "Closed"}
    assert sorted(reasons(closing)) == [("contradiction", "totalNet"), ("contradiction", "totalVat")]


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_invoice_with_a_number_of_its_own_stays_a_draft_where_its_items_have_other_rates(
    sandbox: Sandbox, company: Company, closing: Destination, dry_run: bool
) -> None:
    closing.set(keep_numbers=True, dry_run=dry_run)
    total = invoice("1", 100, operationalNumber="F-1", **AT_SEVEN)
    write(closing, total, invoice("2", 100, operationalNumber="F-2", rate=7))
    assert sorted(reasons(closing)) == [("held", "lines[0].vatPercentage"), ("held", "totalVat")]
    assert received(sandbox) == ({} if dry_run else {"createSalesInvoice": 2})
    assert {row["operationalNumber"] for row in stored(sandbox, company, "invoices", "externalReference").values()} <= {
        None
    }


def test_an_invoice_without_tax_gets_no_number_where_the_server_adds_one(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    closing.set(keep_numbers=True, invoice_status="posted")
    # A sale without tax is left to the server, which may know better.
    abroad = {"totalNet": 100, "totalVat": 0, "totalLiquid": 100}
    write(closing, invoice("1", 100, operationalNumber="F-1", **abroad))
    assert reasons(closing) == [("held", "totalVat")]
    assert statuses(sandbox, company) == {"1": "Pending"}


def test_a_dry_run_holds_what_would_stay_a_draft(sandbox: Sandbox, company: Company, closing: Destination) -> None:
    write(closing, invoice("1", 100, **AT_SEVEN))
    closing.set(dry_run=True)
    write(closing, invoice("1", 100, **AT_SEVEN), invoice("2", 100, **AT_SEVEN), invoice("2", 100, **AT_SEVEN))
    assert sorted(step["action"] for step in closing.plan()) == ["hold", "hold", "hold"]


# --- quantity and price ---


@pytest.mark.parametrize("member", ["totalQuantity", "unitPrice"])
def test_a_line_without_quantity_or_price_is_not_billed_with_nothing(
    sandbox: Sandbox, closing: Destination, member: str
) -> None:
    rows = [invoice(str(number), 5) for number in range(4)]
    for row, empty in zip(rows, (None, "", "  ", "missing"), strict=True):
        row["lines"][0][member] = empty
    del rows[-1]["lines"][0][member]
    write(closing, *rows)
    assert reasons(closing) == [("required", f"lines[0].{member}")] * len(rows)
    assert received(sandbox) == {}


def test_a_null_changes_neither_quantity_nor_price_and_a_zero_is_a_zero(
    sandbox: Sandbox, company: Company, drafting: Destination
) -> None:
    def stored_line() -> tuple[Any, Any]:
        (row,) = stored(sandbox, company, "invoices", "externalReference").values()
        return row["lines"][0]["totalQuantity"], row["lines"][0]["unitPrice"]

    row = invoice("1", 5)
    write(drafting, row)
    for lacking in (None, ""):
        row["lines"][0] |= {"totalQuantity": lacking, "unitPrice": lacking}
        write(drafting, row | {"comments": f"{lacking}"})
        assert stored_line() == (1, 5)
    row["lines"][0] |= {"totalQuantity": 0, "unitPrice": 7}
    write(drafting, row)
    assert stored_line() == (0, 7)
    row["lines"].append({"productName": "new", "unitPrice": 7})
    write(drafting, row)
    assert reasons(drafting) == [("required", "lines[].totalQuantity")]


def test_a_null_changes_neither_the_price_of_an_item_nor_the_days_of_a_payment_term(
    sandbox: Sandbox, company: Company, drafting: Destination
) -> None:
    term = {"type": "REMAINING_AMOUNT", "order": 9999, "value": 0, "condition": "DAY_OF_PAYMENT", "day": 30}
    item = ITEM[DIRECT]
    write(drafting, invoice("1", 5, paymentTermLines=[term]))
    lines = [
        record("items", item | {"salesUnitPrice": None, "name": "other"}),
        record("invoices", invoice("1", 5, paymentTermLines=[term | {"day": None}], comments="other")),
    ]
    assert drafting.write(lines).code == 0
    assert (drafting.counts(), reasons(drafting)) == ({"update": 2}, [])
    assert stored(sandbox, company, "items", "code")["P1"]["salesUnitPrice"] == 9
    (row,) = stored(sandbox, company, "invoices", "externalReference").values()
    assert row["paymentTermLines"][0]["day"] == 30


# --- currencies ---


def test_another_currency_is_rejected_and_a_second_one_is_named_once(
    sandbox: Sandbox, company: Company, closing: Destination
) -> None:
    (warning,) = write(closing, invoice("1", 100, currency="USD"))
    assert reasons(closing) == [("currency", "currency")]
    assert "EUR" in warning
    warnings = write(closing, *(invoice(f"E{number}", 100, currency="eur", exchangeRate="1.1") for number in range(3)))
    assert len(warnings) == 1
    assert "`exchangeRate`" in warnings[0]
    assert set(statuses(sandbox, company)) == {"E0", "E1", "E2"}
    masters = [record("items", {"code": "P9", "name": "n", "currency": "CHF"})]
    assert closing.write([*masters, record("customers", CUSTOMER[DIRECT] | {"CURRENCY_CODE": "CHF"})]).code == 1
    assert reasons(closing) == [("currency", "currency"), ("currency", "CURRENCY_CODE")]


# --- through Maesn ---


CONTRADICTIONS_AT_MAESN: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"sumNetAmount": 999}, ("contradiction", "sumNetAmount")),
    ({"sumNetAmount": 100, "totalTaxAmount": 19, "totalAmount": 500}, ("contradiction", "totalAmount")),
    ({"sumNetAmount": "84.03", "totalAmount": 100}, ("gross-price", "lineItems[].unitAmount")),
    ({"taxRule": "GROSS"}, ("gross-price", "taxRule")),
    ({"lineAmountTypes": "INCLUSIVE"}, ("gross-price", "lineAmountTypes")),
    ({"currency": {"code": "USD"}}, ("currency", "currency")),
]


def test_through_maesn_a_contradiction_is_not_sent(sandbox: Sandbox, through_maesn: Destination) -> None:
    rows = [at_maesn(str(number), 100, **stated) for number, (stated, _) in enumerate(CONTRADICTIONS_AT_MAESN)]
    write(through_maesn, *rows)
    assert reasons(through_maesn) == [reason for _, reason in CONTRADICTIONS_AT_MAESN]
    assert received(sandbox) == {}


def test_through_maesn_the_currency_is_named_as_it_expects_it(
    sandbox: Sandbox, company: Company, through_maesn: Destination
) -> None:
    forms: list[Any] = ["€", "eur", {"isoCode": "EUR"}, " Euro ", None]
    write(through_maesn, *(at_maesn(str(number), 5, currency=form) for number, form in enumerate(forms)))
    assert through_maesn.counts() == {"create": len(forms)}


@pytest.mark.parametrize("member", ["quantity", "unitAmount"])
def test_through_maesn_a_line_needs_quantity_and_price(
    sandbox: Sandbox, through_maesn: Destination, member: str
) -> None:
    row, zero = at_maesn("1", 5), at_maesn("2", 0)
    row["lineItems"][0][member] = None
    write(through_maesn, row, zero)
    assert reasons(through_maesn) == [("required", f"lineItems[0].{member}")]
    assert through_maesn.counts() == {"create": 1, "reject": 1}


def test_through_maesn_the_first_document_goes_alone_and_the_rest_follows(
    sandbox: Sandbox, company: Company, through_maesn: Destination
) -> None:
    amounts = {"sumNetAmount": 100, "totalTaxAmount": 19, "totalAmount": 119}
    assert write(through_maesn, *(at_maesn(str(number), 100, **amounts) for number in range(9))) == []
    paths = [
        f"{request.method} {request.path.partition('?')[0].rpartition('/')[2]}"
        for request in sandbox.requests
        if "/invoices" in request.path
    ]
    first = paths.index("POST invoices")
    assert paths[first + 1] == "GET invoices", "read back before the second is sent"
    assert paths.count("POST invoices") == 9
    second = paths.index("POST invoices", first + 1)
    assert paths[second:].count("GET invoices") == 0, "the others are not read back"


def test_through_maesn_every_document_with_other_amounts_is_named(
    sandbox: Sandbox, company: Company, through_maesn: Destination
) -> None:
    wrong = {"sumNetAmount": 100, "totalTaxAmount": 7, "totalAmount": 107}
    warnings = write(through_maesn, *(at_maesn(str(number), 100, **wrong) for number in range(3)))
    assert len(warnings) == 3
    assert all("totalTaxAmount is 7.00 in the record and 19.00 in Sage Active" in text for text in warnings)
    assert through_maesn.counts() == {"create": 3, "compare": 3}
    right = at_maesn("R", 100, sumNetAmount=100, totalTaxAmount=19)
    assert len(write(through_maesn, right, at_maesn("W", 100, **wrong))) == 1, "seen in what Maesn answers"
