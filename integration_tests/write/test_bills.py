"""Bills: written once, found again in any spelling, never changed where they are not ours."""

from decimal import Decimal
from pathlib import Path

import pytest

from integration_tests import bills
from integration_tests.bills import edited, plain, write
from integration_tests.destination import Destination, committed, received, records, stats
from integration_tests.rich_records import differing
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company


@pytest.fixture
def destination(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """One for a company with one supplier at home."""
    return bills.over(sandbox, company, tmp_path)


MOST_REQUESTS = 20


# --- the whole object ---


@pytest.mark.parametrize(("market", "count"), [("de", 200), ("es", 10), ("fr", 10)])
def test_bills_are_written_once_and_found_field_by_field(
    sandbox: Sandbox, company: Company, tmp_path: Path, count: int
) -> None:
    destination = bills.over(sandbox, company, tmp_path, *bills.suppliers(company.market))
    sent = bills.bills(company.market, count)
    outcome = write(destination, *sent)
    assert outcome.code == 0, outcome.errors
    assert stats(outcome) == [(1, count, 0)]
    assert committed(sandbox) == {"createPurchaseInvoice": count}
    found = {row["invoiceNumber"]: row for row in bills.stored(sandbox, company)}
    assert len(found) == count
    for record in sent:
        row = found[record["invoiceNumber"]]
        rates = [f"vatLines[{index}].vatPercentage" for index in range(len(record["vatLines"]))]
        assert list(differing(sandbox, company, record, row, ["id", *rates])) == []
        assert row["status"] == "Pending"
    sandbox.mutations.clear()
    sandbox.requests.clear()
    # After a refresh all records come again, in no particular order.
    assert write(destination, *reversed(sent)).code == 0
    assert destination.counts() == {"unchanged": count}
    assert received(sandbox) == {}
    # Signing in, references, numbers in any spelling, rows: no request for each record.
    assert len(sandbox.requests) <= MOST_REQUESTS


def test_rows_as_the_source_emits_them_change_nothing(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    assert write(destination, plain()).code == 0
    (row,) = bills.stored(sandbox, company)
    tax = sandbox.store.table(company.id, "Tax")[row["vatLines"][0]["taxId"]]
    line = {**row["vatLines"][0], "tax": {name: tax[name] for name in ("id", "name", "percentage", "taxType")}}
    dates = {name: f"{row[name]:%Y-%m-%dT%H:%M:%S.000Z}" for name in ("invoiceDate", "operationDate", "firstDueDate")}
    line["invoiceDate"] = dates["invoiceDate"]
    of_line = ("id", "totalVatBase", "totalVat", "invoiceDate", "tax", "taxId", "taxTreatmentId")
    emitted = {
        **{name: row[name] for name in ("id", "supplierId", "invoiceNumber", "totalLiquid", "status", "hasCashVat")},
        **dates,
        "company_id": company.id,
        "vatLines": [{name: line[name] for name in of_line}],
    }
    sandbox.mutations.clear()
    assert write(destination, emitted).code == 0
    assert (destination.counts(), received(sandbox)) == ({"unchanged": 1}, {})


def test_a_changed_bill_is_updated_and_update_names_what_is_not_there(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    two = [bills.rated("DE", 100), {"totalVatBase": 50, "totalVat": Decimal("3.50"), "vatPercentage": 7}]
    assert write(destination, bills.bill("RE-1", *two)).code == 0
    changed = bills.bill("RE-1", bills.rated("DE", 200), operationDate="2026-03-01")
    outcome = write(destination, changed, plain("RE-2", 300), mode="update")
    assert outcome.code == 0, outcome.errors
    assert bills.reasons(destination) == [("not-found", None)]
    (row,) = bills.stored(sandbox, company)
    assert (row["totalLiquid"], f"{row['operationDate']:%d}") == (238, "01")
    assert [(line["totalVatBase"], line["totalVat"]) for line in row["vatLines"]] == [(200, 38)]
    # A rate that changes is not left behind.
    reduced = {"totalVatBase": 200, "totalVat": 14, "vatPercentage": 7}
    assert write(destination, bills.bill("RE-1", reduced | {"totalVat": Decimal(14)})).code == 0
    (row,) = bills.stored(sandbox, company)
    assert sandbox.store.table(company.id, "Tax")[row["vatLines"][0]["taxId"]]["percentage"] == 7
    assert write(destination, bills.bill("RE-1", reduced | {"totalVat": Decimal(14)})).code == 0
    assert destination.counts() == {"unchanged": 1}


# --- the key ---


@pytest.mark.parametrize("setting", ["repeatable", "unique"])
@pytest.mark.parametrize("days", ["utc", "local"])
def test_a_number_is_found_in_every_spelling(
    sandbox: Sandbox, company: Company, destination: Destination, setting: str, days: str
) -> None:
    sandbox.change_switches({"bill_numbers": setting, "days": days})
    first = plain("RE-2026/0045", invoiceDate="2026-01-01", operationDate="2026-01-01")
    assert write(destination, first).code == 0
    for spelling in ("re 2026 0045", "RE20260045", " Re_2026.0045"):
        assert write(destination, {**first, "invoiceNumber": spelling}).code == 0
        assert destination.counts() == {"unchanged": 1}
    assert [row["invoiceNumber"] for row in bills.stored(sandbox, company)] == ["RE-2026/0045"]
    # Of another year, and of another supplier, it is another bill.
    code = {"supplier": {"code": str(bills.FIRST_SUPPLIER + 1)}}
    assert destination.write(records("suppliers", [bills.supplier(1, "DE")])).code == 0
    before = {**first, "invoiceDate": "2025-12-20", "operationDate": "2025-12-20", "id": "x"}
    outcome = write(destination, before, {**first, **code, "id": "y"})
    if setting == "repeatable":
        assert (outcome.code, len(bills.stored(sandbox, company))) == (0, 3)


def test_two_records_with_one_key_are_not_one_bill(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    assert write(destination, plain("0045"), plain("45", 200, id="other")).code == 0
    assert bills.reasons(destination) == [("ambiguous", None)]
    assert [row["totalLiquid"] for row in bills.stored(sandbox, company)] == [119]


def test_numbers_that_only_read_alike_overwrite_nothing(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    assert write(destination, plain("1-11")).code == 0
    write(destination, plain("11-1", 200))
    assert bills.reasons(destination) == [("ambiguous", "invoiceNumber")]
    assert write(destination, plain("1 11", 200)).code == 0
    assert [row["totalLiquid"] for row in bills.stored(sandbox, company)] == [238]


@pytest.mark.parametrize("member", ["invoiceNumber", "invoiceDate", "supplier"])
def test_a_bill_that_could_not_be_found_again_is_rejected(
    sandbox: Sandbox, destination: Destination, member: str
) -> None:
    write(destination, {**plain(), member: None})
    assert bills.reasons(destination) == [("no-key", {"supplier": "supplierId"}.get(member, member))]
    assert received(sandbox) == {}


# --- what is never done ---


@pytest.mark.parametrize("source", ["AP_AUTOMATION", "EMAIL_AP_AUTOMATION", "E_INVOICING_AP_AUTOMATION", None])
def test_a_bill_of_another_origin_is_never_changed(
    sandbox: Sandbox, company: Company, destination: Destination, source: str | None
) -> None:
    assert write(destination, plain()).code == 0
    edited(sandbox, company, sourceType=source)
    sandbox.mutations.clear()
    assert write(destination, plain()).code == 0
    assert destination.counts() == {"unchanged": 1}
    write(destination, plain(base=200))
    assert bills.reasons(destination) == [("held", "totalLiquid")]
    destination.set(streams=bills.POSTED)
    write(destination, plain())
    assert bills.reasons(destination) == [("held", None)]
    assert received(sandbox) == {}


@pytest.mark.parametrize(
    ("number", "date", "is_held"),
    [("RE-2", "2026-03-17", True), ("RE-2", "2026-03-03", True), ("RE-2", "2026-03-18", False)],
)
def test_a_similar_bill_is_held(
    sandbox: Sandbox, company: Company, destination: Destination, number: str, date: str, is_held: bool
) -> None:
    assert write(destination, plain()).code == 0
    other = plain(number, invoiceDate=date, operationDate=date)
    write(destination, other)
    assert bills.reasons(destination) == [("held", "invoiceNumber")] * is_held
    assert len(bills.stored(sandbox, company)) == 2 - is_held
    if is_held:
        assert "possible duplicate" in destination.rejected()[0]["rejected_message"]
        destination.set(allow_similar=True)
        assert write(destination, other).code == 0
        assert len(bills.stored(sandbox, company)) == 2
        destination.set(allow_similar=False)
        assert write(destination, plain(), other).code == 0
        assert destination.counts() == {"unchanged": 2}


def test_a_bill_that_was_typed_without_a_number_is_similar_too(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    assert write(destination, plain()).code == 0
    edited(sandbox, company, sourceType=None, invoiceNumber=None)
    write(destination, plain())
    assert bills.reasons(destination) == [("held", "invoiceNumber")]


@pytest.mark.parametrize("dry_run", [False, True])
def test_two_similar_bills_of_one_sync_are_not_both_created(
    sandbox: Sandbox, company: Company, destination: Destination, dry_run: bool
) -> None:
    destination.set(dry_run=dry_run)
    write(destination, plain(), plain("RE-2"), plain("RE-3", 300))
    assert bills.reasons(destination) == [("held", "invoiceNumber")]
    assert len(bills.stored(sandbox, company)) == (0 if dry_run else 2)


# --- amounts and rates ---


def test_a_rate_beside_a_tax_is_rejected_before_sending(sandbox: Sandbox, destination: Destination) -> None:
    line = {**bills.named("DE", 100), "vatPercentage": 19}
    write(destination, bills.bill("RE-1", line))
    assert bills.reasons(destination) == [("rate-stated-twice", "vatLines[0].vatPercentage")]
    assert "leave one out" in destination.rejected()[0]["rejected_message"]
    assert received(sandbox) == {}


@pytest.mark.parametrize(
    ("total", "is_right"), [("119.00", True), ("119.01", True), ("119.02", False), ("100.00", False)]
)
def test_the_lines_come_to_the_total(sandbox: Sandbox, destination: Destination, total: str, is_right: bool) -> None:
    write(destination, plain(totalLiquid=Decimal(total)))
    assert bills.reasons(destination) == ([] if is_right else [("contradiction", "totalLiquid")])
    assert committed(sandbox) == ({"createPurchaseInvoice": 1} if is_right else {})


@pytest.mark.parametrize("market", ["es", "de"])
def test_what_is_not_paid_to_the_supplier_is_not_in_the_total(
    sandbox: Sandbox, company: Company, tmp_path: Path
) -> None:
    home = company.market
    parties = (
        bills.supplier(0, home, personalIncomeTax=True),
        bills.supplier(1, "IT"),
        bills.supplier(2, home),
    )
    destination = bills.over(sandbox, company, tmp_path, *parties)
    codes = [{"supplier": {"code": party["code"]}} for party in parties]
    abroad = bills.named(home, 100, bills.ABROAD[home])
    rated = bills.rated(home, 100)
    write(
        destination,
        bills.bill("withheld", rated, **codes[0], totalLiquid=100 + rated["totalVat"] - 15),
        bills.bill("abroad", rated, **codes[1], totalLiquid=100),
        bills.bill("named", abroad, **codes[2], totalLiquid=100),
        bills.bill("named, paid", abroad, **codes[2]),
        bills.bill("at home", rated, **codes[2], totalLiquid=100 + rated["totalVat"] - 15),
    )
    wrong = {rejection["record"]["data"]["invoiceNumber"] for rejection in destination.rejected()}
    assert wrong == {"named, paid", "at home"} | ({"withheld"} if home == "DE" else set())
