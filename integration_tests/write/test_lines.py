"""A document is its lines: what a record lacks is removed, unless somebody must look at it first."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.connector import Outcome
from integration_tests.destination import Destination, committed, record, records
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

LONG = timedelta(hours=2)
Line = dict[str, Any]

pytestmark = pytest.mark.usefixtures("stock")


@pytest.fixture
def invoice(sandbox: Sandbox, company: Company) -> Row:
    (row,) = RichRecords(sandbox, company).of("invoices", 1)
    return row


def line(number: int, quantity: int = 1, price: int = 10) -> Line:
    return {"product": {"code": f"ART-{number:04}"}, "totalQuantity": quantity, "unitPrice": price}


def stored(sandbox: Sandbox, company: Company) -> list[Row]:
    return [*sandbox.store.table(company.id, "SalesInvoice").values()]


def figures(lines: list[Row]) -> list[tuple[str, int, int]]:
    """Product, quantity and price of lines, of a record or of Sage Active."""
    return [
        (entry.get("productCode") or entry["product"]["code"], int(entry["totalQuantity"]), int(entry["unitPrice"]))
        for entry in lines
    ]


def write(destination: Destination, invoice: Row, *lines: Line) -> Outcome:
    outcome = destination.write([record("invoices", {**invoice, "lines": [*lines]})])
    # A stream of which every record is rejected or held has failed.
    is_refused = any("1 held" in text or "1 rejected" in text for text in outcome.logs("INFO"))
    assert outcome.code == int(is_refused), outcome.errors
    return outcome


def test_the_lines_of_a_draft_are_those_of_the_record(
    sandbox: Sandbox, company: Company, destination: Destination, invoice: Row
) -> None:
    write(destination, invoice, line(0), line(1), line(2))
    for lines in ([line(0), line(2)], [line(3), line(2)], [line(2, 5), line(4)], [line(0)]):
        write(destination, invoice, *lines)
        (row,) = stored(sandbox, company)
        assert sorted(figures(row["lines"])) == sorted(figures(lines))
        assert row["totalGross"] == sum(entry["totalQuantity"] * entry["unitPrice"] for entry in lines)
        # The texts of a product do not stay behind with another one.
        assert {entry["productName"] for entry in row["lines"]} == {
            product["lineDescription"] or product["name"]
            for product in sandbox.store.table(company.id, "Product").values()
            if product["code"] in {code for code, _, _ in figures(lines)}
        }
        assert destination.counts() == {"update": 1}
        write(destination, invoice, *lines)
        assert destination.counts() == {"unchanged": 1}


def test_whatever_two_versions_are_the_second_is_what_is_there(
    sandbox: Sandbox, company: Company, destination: Destination, invoice: Row
) -> None:
    chance = random.Random(9)

    def version(number: int) -> Row:
        lines = [
            line(chance.randrange(4), chance.randint(1, 3), chance.choice((5, 10))) for _ in range(chance.randint(1, 5))
        ]
        for entry in lines:
            if chance.random() < 0.5:
                entry["productName"] = "text"
        return {**invoice, "id": f"row {number}", "externalReference": f"N-{number}", "lines": lines}

    for _ in range(3):
        rows = [version(number) for number in range(60)]
        assert destination.write(records("invoices", rows)).code == 0
        assert "reject" not in destination.counts()
        there = {row["externalReference"]: row for row in stored(sandbox, company)}
        for row in rows:
            assert sorted(figures(there[row["externalReference"]]["lines"])) == sorted(figures(row["lines"]))
        assert destination.write(records("invoices", rows)).code == 0
        assert destination.counts() == {"unchanged": len(rows)}


# --- what is held ---


def by_hand(row: Row, _: Sandbox, __: Company) -> None:
    row["sourceType"] = "SALES"


def without_mark(row: Row, _: Sandbox, __: Company) -> None:
    row["remarks"] = "a person's"


def from_order(row: Row, sandbox: Sandbox, company: Company) -> None:
    link = {"documentId": row["id"], "originId": row["lines"][0]["id"], "originDocumentType": "ORDER"}
    sandbox.store.insert(company.id, "RelatedSalesDocument", link)


def deducting(row: Row, sandbox: Sandbox, company: Company) -> None:
    product = sandbox.store.table(company.id, "Product")[row["lines"][1]["productId"]]
    product["category"] = "CONCEPT"


def added_later(row: Row, _: Sandbox, __: Company) -> None:
    row["lines"][1]["creationDate"] += LONG


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry-run", "real"])
@pytest.mark.parametrize(
    ("happens", "message"),
    [
        (by_hand, "not created by this connector"),
        (without_mark, "not created by this connector"),
        (from_order, "made from another document"),
        (deducting, "deducts an advance invoice"),
        (added_later, "was added after the connector last wrote"),
    ],
)
def test_a_line_that_is_not_ours_to_remove_holds_the_record(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoice: Row,
    happens: Callable[[Row, Sandbox, Company], None],
    message: str,
    dry_run: bool,
) -> None:
    destination.set(document_key="externalReference")
    write(destination, invoice, line(0), line(1))
    (row,) = stored(sandbox, company)
    happens(row, sandbox, company)
    sandbox.mutations.clear()
    destination.set(dry_run=dry_run)
    write(destination, {**invoice, "comments": "changed"}, line(0))
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("held", "lines")
    assert message in rejection["rejected_message"]
    assert committed(sandbox) == {}


@pytest.mark.parametrize("report", [True, False], ids=["receipts", "no-receipts"])
@pytest.mark.parametrize("by_person", [True, False], ids=["a person's", "ours"])
def test_receipts_tell_when_we_last_wrote(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoice: Row,
    report: bool,
    by_person: bool,
) -> None:
    """A line that we have added in a later sync is told from one that somebody has added after it."""
    destination.set(report_path=str(destination.report) if report else None)
    write(destination, invoice, line(0))
    (row,) = stored(sandbox, company)
    row["creationDate"] -= LONG
    row["lines"][0]["creationDate"] -= LONG
    write(destination, invoice, line(0), line(1))
    (row,) = stored(sandbox, company)
    row["lines"][1]["creationDate"] += timedelta(seconds=30) if by_person else timedelta()
    outcome = write(destination, invoice, line(0))
    (row,) = stored(sandbox, company)
    is_removed = report and not by_person
    assert len(row["lines"]) == (1 if is_removed else 2)
    assert any("1 held" in text for text in outcome.logs("INFO")) == (not is_removed)


# --- what stays ---


@pytest.mark.parametrize("options", [{"missing_children": "keep"}, {"streams": [
    {"stream": "invoices", "object": "invoices", "missing_children": "keep"}
]}])  # fmt: skip
@pytest.mark.parametrize("dry_run", [True, False], ids=["dry-run", "real"])
def test_lines_that_are_kept_are_named(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoice: Row,
    options: dict[str, Any],
    dry_run: bool,
) -> None:
    destination.set(document_key="externalReference", **options)
    write(destination, invoice, line(0), line(1))
    destination.set(dry_run=dry_run)
    outcome = write(destination, invoice, line(0))
    warnings = [text for text in outcome.logs("WARN") if "that its record lacks" in text]
    assert len(warnings) == 1
    assert f"externalReference {invoice['externalReference']}" in warnings[0]
    (row,) = stored(sandbox, company)
    assert len(row["lines"]) == 2


def test_an_option_of_the_stream_comes_before_the_one_for_all(
    sandbox: Sandbox, company: Company, destination: Destination, invoice: Row
) -> None:
    entry = {"stream": "invoices", "object": "invoices", "missing_children": "remove"}
    destination.set(missing_children="keep", streams=[entry])
    write(destination, invoice, line(0), line(1))
    write(destination, invoice, line(0))
    (row,) = stored(sandbox, company)
    assert len(row["lines"]) == 1


@pytest.mark.parametrize("nothing", [{"lines": None}, {}], ids=["null", "missing"])
def test_lines_that_a_record_does_not_speak_of_stay(
    sandbox: Sandbox, company: Company, destination: Destination, invoice: Row, nothing: Row
) -> None:
    write(destination, invoice, line(0), line(1))
    header = {name: value for name, value in invoice.items() if name != "lines"}
    assert destination.write([record("invoices", {**header, "comments": "new", **nothing})]).code == 0
    (row,) = stored(sandbox, company)
    assert (row["comments"], len(row["lines"])) == ("new", 2)


def test_an_empty_list_of_lines_is_rejected(
    sandbox: Sandbox, company: Company, destination: Destination, invoice: Row
) -> None:
    empties: tuple[Any, ...] = ([], "[]")
    for _ in ("create", "update"):
        for empty in empties:
            assert destination.write([record("invoices", {**invoice, "lines": empty})]).code == 1
            (rejection,) = destination.rejected()
            assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("invalid", "lines")
        write(destination, invoice, line(0))
    assert len(stored(sandbox, company)) == 1
