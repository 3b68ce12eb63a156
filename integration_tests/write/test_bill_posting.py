"""Bills are posted within bounds, and only where the treatment of their taxes is beyond doubt."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests import bills
from integration_tests.bills import edited, plain, write
from integration_tests.destination import Destination, committed, received, records
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row


@pytest.fixture
def posting(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """One that posts bills of one supplier at home, without a pilot."""
    return bills.over(sandbox, company, tmp_path, streams=bills.POSTED)


def entries(sandbox: Sandbox, company: Company) -> list[Row]:
    return list(sandbox.store.table(company.id, "AccountingEntry").values())


@pytest.mark.parametrize("market", ["de", "es", "fr"])
def test_bills_are_posted_in_the_order_of_their_dates(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    destination = bills.over(
        sandbox,
        company,
        tmp_path,
        *bills.suppliers(company.market),
        streams=bills.posted_to(bills.JOURNALS[company.market]),
    )
    sent = bills.bills(company.market, 12)
    outcome = write(destination, *sent)
    assert outcome.code == 0, outcome.errors
    assert destination.rejected() == []
    assert set(bills.statuses(bills.stored(sandbox, company)).values()) == {"Posted"}
    booked = sorted(entries(sandbox, company), key=lambda entry: int(entry["number"]))
    dates = [f"{entry['date']:%Y-%m-%d}" for entry in booked]
    assert dates == sorted(record["invoiceDate"][:10] for record in sent)
    assert {entry["description"].split()[0] for entry in booked} == {"invoiceNumber"}
    chosen = [receipt["chosen"] for receipt in destination.receipts() if "chosen" in receipt]
    assert len(chosen) == len(sent)
    assert {"member": "vatLines[0].taxTreatmentId", "sage_active": bills.TREATMENTS[company.market]} in chosen[0]
    sandbox.mutations.clear()
    assert write(destination, *sent).code == 0
    assert (destination.counts(), received(sandbox)) == ({"unchanged": 12}, {})


@pytest.mark.parametrize(
    ("line", "country", "treatment", "is_posted"),
    [
        (bills.rated("DE", 100), "DE", "domestic", True),
        (bills.rated("DE", 100), "DE", "intracommunity", False),
        (bills.rated("DE", 100), "IT", "domestic", False),
        (bills.named("DE", 100), "IT", "domestic", True),
        (bills.named("DE", 100), "DE", "intracommunity", True),
        ({"totalVatBase": 100, "totalVat": Decimal(0), "vatPercentage": 0}, "DE", "domestic", False),
        ({"totalVatBase": 100, "totalVat": Decimal(0)}, "DE", "domestic", False),
    ],
)
def test_a_treatment_that_nobody_has_named_may_keep_a_bill_a_draft(
    sandbox: Sandbox,
    company: Company,
    posting: Destination,
    line: dict[str, Any],
    country: str,
    treatment: str,
    is_posted: bool,
) -> None:
    sandbox.change_switches({"bill_treatment": treatment})
    destination = posting
    assert destination.write(records("suppliers", [bills.supplier(2, country)])).code == 0
    sent = bills.bill("RE-1", line, supplier={"code": str(bills.FIRST_SUPPLIER + 2)})
    for _ in range(2):
        write(destination, sent)
        assert bills.reasons(destination) == ([] if is_posted else [("held", "vatLines[0].taxTreatmentId")])
    (row,) = bills.stored(sandbox, company)
    assert row["status"] == ("Posted" if is_posted else "Pending")


@pytest.mark.parametrize("status", ["AwaitingDecision", "Refused", "Closed"])
def test_what_waits_for_a_decision_is_never_posted(
    sandbox: Sandbox, company: Company, posting: Destination, status: str
) -> None:
    posting.set(streams=None)
    assert write(posting, plain()).code == 0
    edited(sandbox, company, status=status)
    posting.set(streams=bills.POSTED)
    sandbox.mutations.clear()
    write(posting, plain())
    assert bills.reasons(posting) == [("held", "status")]
    assert received(sandbox) == {}


def test_a_posted_bill_is_not_changed(sandbox: Sandbox, company: Company, posting: Destination) -> None:
    assert write(posting, plain()).code == 0
    assert bills.statuses(bills.stored(sandbox, company)) == {"RE-1": "Posted"}
    write(posting, plain(base=200))
    assert bills.reasons(posting) == [("closed", "totalLiquid")]
    assert committed(sandbox) == dict.fromkeys(("createPurchaseInvoice", "postPurchaseInvoice"), 1)


def test_the_pilot_posts_one_bill_and_names_it(sandbox: Sandbox, company: Company, posting: Destination) -> None:
    posting.set(final_acts={"objects": ["bills"], "pilot": 1})
    outcome = write(posting, plain("RE-2", 200), plain("RE-1", 100, invoiceDate="2026-03-09"))
    assert outcome.code == 1
    assert bills.statuses(bills.stored(sandbox, company)) == {"RE-1": "Posted", "RE-2": "Pending"}
    assert any("RE-1" in text and "totalLiquid 119.00" in text for text in outcome.logs("WARN"))


def test_bills_outside_the_bounds_are_held(sandbox: Sandbox, company: Company, posting: Destination) -> None:
    posting.set(final_acts={"objects": ["bills"], "pilot": 0, "not_before": "2026-03-01", "max_per_run": 1})
    rows = [plain(f"RE-{at}", 100 * at, invoiceDate=f"2026-0{at}-10", operationDate=None) for at in (2, 3, 4)]
    write(posting, *rows)
    assert bills.reasons(posting) == [("held", "invoiceDate"), ("held", None)]
    assert bills.statuses(bills.stored(sandbox, company)) == {
        "RE-2": "Pending",
        "RE-3": "Posted",
        "RE-4": "Pending",
    }


def test_a_dry_run_shows_what_would_be_posted(sandbox: Sandbox, company: Company, posting: Destination) -> None:
    posting.set(dry_run=True)
    outcome = write(posting, plain("RE-1", 100), plain("RE-2", 200))
    assert outcome.code == 0, outcome.errors
    (line,) = [text for text in outcome.logs("INFO") if "Would become final" in text]
    assert all(text in line for text in ("bills", "2026-03", "19", "2", "300", "57", "357"))
    assert received(sandbox) == {}
