"""Two rows with different primary keys are two documents, also where they share the number of the user's own."""

from pathlib import Path
from typing import Any

import pytest

from integration_tests.destination import AT_ONCE, Destination, record, records
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

NUMBER = "PO-7"

pytestmark = pytest.mark.usefixtures("stock")


@pytest.fixture
def destination(destination: Destination) -> Destination:
    """It finds invoices by their `externalReference`."""
    destination.set(document_key="externalReference")
    return destination


@pytest.fixture
def pair(sandbox: Sandbox, company: Company) -> list[Row]:
    """Two rows of one number."""
    (row,) = RichRecords(sandbox, company).of("invoices", 1)
    return [{**row, "id": name, "externalReference": NUMBER, "comments": name} for name in ("a1", "a2")]


def there(sandbox: Sandbox, company: Company) -> list[tuple[str, str]]:
    rows = sandbox.store.table(company.id, "SalesInvoice").values()
    return sorted((row["externalReference"], row["comments"]) for row in rows)


def write(destination: Destination, rows: list[Row], mode: str = "append_dedup") -> dict[str, int]:
    outcome = destination.write(records("invoices", rows), {"invoices": mode})
    # A stream of which every record is rejected has failed.
    assert outcome.code == int(len(destination.rejected()) == len(rows)), outcome.errors
    return destination.counts()


@pytest.mark.parametrize("apart", ["one batch", "two batches", "two syncs"])
def test_both_are_created_and_each_is_found_again(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row], apart: str
) -> None:
    if apart == "two syncs":
        assert [write(destination, [row]) for row in pair] == [{"create": 1}] * 2
    else:
        first = {**pair[0], **(AT_ONCE if apart == "two batches" else {})}
        assert write(destination, [first, pair[1]]) == {"create": 2}
    assert there(sandbox, company) == [(NUMBER, "a1"), (NUMBER, "a2")]
    assert write(destination, pair[::-1]) == {"unchanged": 2}
    assert write(destination, [pair[0], {**pair[1], "comments": "new"}]) == {"unchanged": 1, "update": 1}
    assert there(sandbox, company) == [(NUMBER, "a1"), (NUMBER, "new")]


@pytest.mark.parametrize("apart", ["one batch", "two syncs"])
def test_a_dry_run_plans_the_same(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row], apart: str
) -> None:
    if apart == "two syncs":
        write(destination, pair[:1])
    destination.set(dry_run=True)
    assert destination.write(records("invoices", [*pair, {**pair[0], "comments": "new"}])).code == 0
    steps = [step["action"] for step in destination.plan()]
    assert steps == ["unchanged" if apart == "two syncs" else "create", "create", "update"]


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry-run", "real"])
@pytest.mark.parametrize("apart", ["one sync", "two syncs"])
@pytest.mark.parametrize("is_equal", [True, False], ids=["equal", "different"])
def test_append_rejects_the_second(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    pair: list[Row],
    apart: str,
    dry_run: bool,
    is_equal: bool,
) -> None:
    rows = [{**row, "comments": "same"} for row in pair] if is_equal else pair
    if apart == "two syncs":
        write(destination, rows[:1], "append")
    destination.set(dry_run=dry_run)
    outcome = destination.write(records("invoices", rows), {"invoices": "append"})
    assert outcome.code == 0, outcome.errors
    (rejection,) = destination.rejected()
    assert rejection["record"]["data"]["id"] == "a2"
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("exists", "externalReference")


def test_update_does_not_touch_the_document_of_another_row(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row]
) -> None:
    write(destination, pair[:1])
    assert write(destination, pair[1:], "update") == {"reject": 1}
    assert destination.rejected()[0]["rejected_reason"] == "not-found"
    assert there(sandbox, company) == [(NUMBER, "a1")]


@pytest.mark.parametrize("apart", ["one sync", "two syncs"])
def test_a_document_without_a_mark_is_adopted_once(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row], apart: str
) -> None:
    write(destination, pair[:1])
    (row,) = sandbox.store.table(company.id, "SalesInvoice").values()
    row.update(remarks="a person's", comments="a person's")
    syncs = [pair] if apart == "one sync" else [pair[:1], pair[1:]]
    for rows in syncs:
        write(destination, rows)
    assert there(sandbox, company) == [(NUMBER, "a1"), (NUMBER, "a2")]
    assert "[ref:" in row["remarks"] or len(sandbox.store.table(company.id, "SalesInvoice")) == 2
    assert write(destination, pair) == {"unchanged": 2}


def test_a_document_without_a_mark_that_is_equal_already_serves_one_record_of_a_sync(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row]
) -> None:
    write(destination, pair[:1])
    (row,) = sandbox.store.table(company.id, "SalesInvoice").values()
    row["remarks"] = pair[0].get("remarks")
    assert write(destination, pair) == {"unchanged": 1, "create": 1}
    assert there(sandbox, company) == [(NUMBER, "a1"), (NUMBER, "a2")]


def test_without_room_for_the_mark_the_second_is_ambiguous(
    sandbox: Sandbox, company: Company, destination: Destination, pair: list[Row]
) -> None:
    for _ in range(2):
        write(destination, [pair[0], {**pair[1], "remarks": "r" * 1000}])
        (rejection,) = destination.rejected()
        assert (rejection["rejected_reason"], rejection["record"]["data"]["id"]) == ("ambiguous", "a2")
        assert there(sandbox, company) == [(NUMBER, "a1")]


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry-run", "real"])
@pytest.mark.parametrize("is_equal", [True, False], ids=["equal", "different"])
def test_through_maesn_the_second_of_a_sync_is_rejected(
    sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path, dry_run: bool, is_equal: bool
) -> None:
    customer = next(iter(sandbox.store.table(company.id, "Customer").values()))
    maesn = Destination.over(
        sandbox, "maesn", company, tmp_path / "maesn", document_key="reference", max_rejected_percent=100
    )
    maesn.set(dry_run=dry_run)
    rows: list[dict[str, Any]] = [
        {
            "invoiceId": None,
            "rowId": f"a{number}",
            "reference": NUMBER,
            "contact": {"number": customer["code"]},
            "invoiceDate": "2026-03-31",
            "lineItems": [{"name": "Work", "quantity": 1, "unitAmount": 100 if is_equal else 100 * number}],
        }
        for number in (1, 2)
    ]
    outcome = maesn.write([record("invoices", row) for row in rows], {"invoices": "append"}, primary_key=[["rowId"]])
    assert outcome.code == 0, outcome.errors
    (rejection,) = maesn.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("exists", "reference")
    assert rejection["record"]["data"]["rowId"] == "a2"
