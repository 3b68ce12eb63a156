"""Documents beyond drafts, several companies, and what is refused by name."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import run_here
from integration_tests.destination import (
    DESTINATION,
    Destination,
    catalog,
    committed,
    received,
    record,
    records,
    state,
    stats,
)
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 8
MASTERS = ("customers", "items")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(rows=1, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The running one, its tokens and counts as new."""
    running.reset_tokens()
    running.mutations.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def company(sandbox: Sandbox) -> Company:
    return sandbox.add_company("de")


@pytest.fixture
def destination(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """One for a company that has customers and items, and no invoices."""
    destination = Destination.over(sandbox, "direct", company, tmp_path, settle_seconds=0, max_rejected_percent=100)
    rich = RichRecords(sandbox, company)
    outcome = destination.write([line for stream in MASTERS for line in records(stream, rich.of(stream, 20))])
    assert outcome.code == 0, outcome.errors
    sandbox.mutations.clear()
    return destination


@pytest.fixture
def invoices(sandbox: Sandbox, company: Company) -> list[dict[str, Any]]:
    return RichRecords(sandbox, company).of("invoices", COUNT)


def statuses(sandbox: Sandbox, company: Company) -> dict[str, tuple[str, str | None]]:
    """Status and number of each invoice by its reference."""
    known = stored(sandbox, company, "invoices", "externalReference")
    return {key: (row["status"], row["operationalNumber"]) for key, row in known.items()}


# --- statuses and numbers ---


@pytest.mark.parametrize(
    ("wanted", "status", "mutations"),
    [
        ("draft", "Pending", ("createSalesInvoice",)),
        ("closed", "Closed", ("createSalesInvoice", "closeSalesInvoice")),
        ("posted", "Posted", ("createSalesInvoice", "closeSalesInvoice", "postSalesInvoice")),
    ],
)
def test_invoices_become(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    wanted: str,
    status: str,
    mutations: tuple[str, ...],
) -> None:
    destination.set(invoice_status=wanted)
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": COUNT}
    assert stats(outcome) == [(1, COUNT, 0)]
    assert {found for found, _ in statuses(sandbox, company).values()} == {status}
    assert committed(sandbox) == dict.fromkeys(mutations, COUNT)
    sandbox.mutations.clear()
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"unchanged": COUNT}
    assert received(sandbox) == {}


def test_drafts_are_closed_and_posted_later(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    for wanted, status, mutation in (
        ("draft", "Pending", "createSalesInvoice"),
        ("closed", "Closed", "closeSalesInvoice"),
        ("posted", "Posted", "postSalesInvoice"),
    ):
        sandbox.mutations.clear()
        destination.set(invoice_status=wanted)
        assert destination.write(records("invoices", invoices)).code == 0
        assert {found for found, _ in statuses(sandbox, company).values()} == {status}
        assert committed(sandbox) == {mutation: COUNT}


@pytest.mark.parametrize("operation", ["closeSalesInvoice", "postSalesInvoice"])
@pytest.mark.parametrize("action", ["answer_lost", "reset_before", "late_commit"])
def test_lost_answers_while_closing_and_posting(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    operation: str,
    action: str,
) -> None:
    destination.set(invoice_status="posted", settle_seconds=2)
    sandbox.faults.add(action, operation=operation, seconds=0.3)
    outcome = destination.write(records("invoices", invoices))
    assert outcome.code == 0, outcome.errors
    assert {found for found, _ in statuses(sandbox, company).values()} == {"Posted"}
    assert destination.counts() == {"create": COUNT}
    done = committed(sandbox)
    assert done == {"createSalesInvoice": COUNT, "closeSalesInvoice": COUNT, "postSalesInvoice": COUNT}
    assert len(sandbox.store.table(company.id, "AccountingEntry")) == COUNT


@pytest.mark.parametrize("keep", [False, True])
def test_numbers(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], keep: bool
) -> None:
    destination.set(keep_numbers=keep)
    rows = [{**row, "operationalNumber": f"OLD-{number}"} for number, row in enumerate(invoices)]
    assert destination.write(records("invoices", rows)).code == 0
    found = set(statuses(sandbox, company).values())
    assert found == ({("Closed", f"OLD-{number}") for number in range(COUNT)} if keep else {("Pending", None)})
    sandbox.mutations.clear()
    assert destination.write(records("invoices", rows)).code == 0
    assert destination.counts() == {"unchanged": COUNT}
    assert received(sandbox) == {}


def test_a_closed_document_that_differs_is_rejected(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(invoice_status="closed")
    assert destination.write(records("invoices", invoices)).code == 0
    sandbox.mutations.clear()
    invoices[2]["comments"] = "anders"
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"unchanged": COUNT - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("closed", "comments")
    assert received(sandbox) == {}


def test_a_posting_journal_that_is_not_there_is_named(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(invoice_status="posted", posting_journal="NONE")
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 1
    (error,) = [candidate for candidate in outcome.errors if "NONE" in candidate["message"]]
    assert error["failure_type"] == "config_error"
    # The journals that there are.
    assert "AR" in error["message"]
    assert stats(outcome) == []


# --- what cannot be written ---


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"type": "CREDIT_NOTE"}, "document-type", "type"),
        ({"type": "PAYMENT_IN_ADVANCE"}, "document-type", "type"),
        ({"customer": {"code": "69999"}}, "reference", "customerId"),
        ({"customer": None}, "required", "customerId"),
    ],
)
def test_documents_that_cannot_be_written_are_rejected_by_name(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    change: dict[str, Any],
    reason: str,
    field: str,
) -> None:
    invoices[3] |= change
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1)])
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": COUNT - 1, "reject": 1}
    assert stats(outcome) == [(1, COUNT - 1, 1)]
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) == (reason, field)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"originId": "1d5f2c1e-0000-4000-8000-000000000001"}, "deduction"),
        ({"unitPrice": None}, "required"),
        ({"product": {"code": "NOWHERE"}, "productCode": "NOWHERE"}, "reference"),
    ],
)
def test_lines_that_cannot_be_written_are_rejected_by_name(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    line: dict[str, Any],
    reason: str,
) -> None:
    invoices[3]["lines"][0] |= line
    outcome = destination.write(records("invoices", invoices))
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": COUNT - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert rejection["rejected_reason"] == reason
    assert str(rejection["rejected_field"]).startswith("lines[0].")


@pytest.mark.parametrize("by_id", [False, True])
def test_an_advance_payment_product_is_refused(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], by_id: bool
) -> None:
    concept = {**RichRecords(sandbox, company).of("items", 1)[0], "code": "ADVANCE", "category": "CONCEPT"}
    assert destination.write([record("items", concept)]).code == 0
    product = {"productId": stored(sandbox, company, "items", "code")["ADVANCE"]["id"].upper()}
    invoices[0]["lines"] = [
        {**(product if by_id else {"product": {"code": "ADVANCE"}}), "totalQuantity": 1, "unitPrice": 5}
    ]
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == {"create": COUNT - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert "advance" in rejection["rejected_message"]
    assert rejection["rejected_field"] == "lines[0].productId"


def test_products_are_named_by_ids_of_their_own_company(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    row_id = stored(sandbox, company, "items", "code")["ART-0003"]["id"]
    for invoice, product in zip(invoices, (row_id, "nonsense", "1d5f2c1e-0000-4000-8000-000000000001"), strict=False):
        invoice["lines"] = [{"productId": product, "totalQuantity": 1, "unitPrice": 5}]
    for counts in ({"create": COUNT - 2, "reject": 2}, {"unchanged": COUNT - 2, "reject": 2}):
        assert destination.write(records("invoices", invoices)).code == 0
        assert destination.counts() == counts
        assert [rejection["rejected_reason"] for rejection in destination.rejected()] == ["reference"] * 2


# --- marks ---


@pytest.mark.parametrize("key", ["externalReference", None])
def test_remarks_that_leave_no_room_for_the_mark(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]], key: str | None
) -> None:
    """Where a number of its own identifies the document, the mark is left out; where only the mark does, nothing is."""
    destination.set(document_key=key)
    invoices[1]["remarks"] = "r" * 1000
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == ({"create": COUNT} if key else {"create": COUNT - 1, "reject": 1})
    held = sandbox.store.table(company.id, "SalesInvoice").values()
    assert sum("[ref:" in row["remarks"] for row in held) == COUNT - 1
    sandbox.mutations.clear()
    assert destination.write(records("invoices", invoices)).code == 0
    assert destination.counts() == ({"unchanged": COUNT} if key else {"unchanged": COUNT - 1, "reject": 1})
    invoices[2]["remarks"] = "s" * 990
    assert destination.write(records("invoices", invoices)).code == 0
    assert committed(sandbox) == ({"updateSalesInvoice": 1} if key else {})


# --- lines on update ---


@pytest.mark.parametrize("missing_children", ["keep", "remove"])
def test_lines_that_the_record_lacks(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    missing_children: str,
) -> None:
    def line(number: int, quantity: int) -> dict[str, Any]:
        return {"product": {"code": f"ART-{number:04}"}, "totalQuantity": quantity, "unitPrice": 5}

    def written(*lines: dict[str, Any]) -> list[tuple[str, int]]:
        assert destination.write([record("invoices", {**invoices[0], "lines": list(lines)})]).code == 0
        (row,) = sandbox.store.table(company.id, "SalesInvoice").values()
        return [(line["productCode"], int(line["totalQuantity"])) for line in row["lines"]]

    destination.set(missing_children=missing_children)
    written(line(0, 1), line(1, 2))
    kept = [("ART-0000", 1), ("ART-0001", 2)] if missing_children == "keep" else []
    assert written(line(2, 3)) == [*kept, ("ART-0002", 3)]
    assert destination.counts() == {"update": 1}
    assert written(line(2, 3)) == [*kept, ("ART-0002", 3)]
    assert destination.counts() == {"unchanged": 1}
    # A line with other values is the same line.
    assert written(line(2, 4)) == [*kept, ("ART-0002", 4)]
    assert destination.counts() == {"update": 1}


# --- numbers of the user's own that change ---


def numbers(sandbox: Sandbox, company: Company) -> list[tuple[str, str]]:
    """Number and comments of the invoices that there are."""
    rows = sandbox.store.table(company.id, "SalesInvoice").values()
    return sorted((row["externalReference"], row["comments"]) for row in rows)


def test_a_document_whose_number_has_changed_is_the_same_document(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    before = {**invoices[0], "externalReference": "A", "comments": "a"}
    after = {**before, "externalReference": "B", "comments": "b"}
    assert destination.write([record("invoices", before)]).code == 0
    assert destination.write([record("invoices", after)], {"invoices": "append"}).code == 1
    (rejection,) = destination.rejected()
    assert (rejection["rejected_reason"], rejection["rejected_field"]) in [
        ("exists", "externalReference"),
        ("exists", "comments"),
    ]
    sandbox.mutations.clear()
    for action in ("update", "unchanged"):
        assert destination.write([record("invoices", after), state("invoices", 1)]).code == 0
        assert destination.counts() == {action: 1}
        assert [receipt["key"] for receipt in destination.receipts()] == [{"externalReference": "B"}]
        assert numbers(sandbox, company) == [("B", "b")]
    assert received(sandbox) == {"updateSalesInvoice": 1}


def test_a_number_that_goes_to_another_record_leaves_each_a_document(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    first, second = ({**row, "comments": f"n{number}"} for number, row in enumerate(invoices[:2]))
    assert destination.write([record("invoices", {**first, "externalReference": "A"})]).code == 0
    moved = [{**second, "externalReference": "A"}, {**first, "externalReference": "B"}]
    for action in ({"create": 1, "update": 1}, {"unchanged": 2}):
        assert destination.write(records("invoices", moved)).code == 0
        assert destination.counts() == action
        assert numbers(sandbox, company) == [("A", "n1"), ("B", "n0")]


def test_without_a_primary_key_the_number_alone_says_what_is_the_same(
    sandbox: Sandbox, company: Company, destination: Destination, invoices: list[dict[str, Any]]
) -> None:
    destination.set(document_key="externalReference")
    configured = catalog({"invoices": "append"}, primary_key=())
    configured["streams"][0]["stream"]["json_schema"] = {"type": "object", "properties": {"id": {"type": "string"}}}
    rows = [{**row, "id": "ORDER-1"} for row in invoices]
    for action in ("create", "unchanged"):
        outcome = run_here(destination.arguments(configured), DESTINATION, b"".join(records("invoices", rows)))
        assert outcome.code == 0, outcome.errors
        assert destination.counts() == {action: COUNT}
        assert len(numbers(sandbox, company)) == COUNT


# --- records that wait ---

# A record that is so large is written at once.
AT_ONCE = {"junk": "x" * (9 << 20)}


@pytest.mark.parametrize("document_key", [None, "externalReference"])
@pytest.mark.parametrize("is_flushed", [True, False], ids=["flushed-between", "in-one-flush"])
def test_a_later_version_does_not_overtake_the_one_that_waits(
    sandbox: Sandbox,
    company: Company,
    destination: Destination,
    invoices: list[dict[str, Any]],
    document_key: str | None,
    is_flushed: bool,
) -> None:
    destination.set(document_key=document_key)
    (late,) = RichRecords(sandbox, company).of("items", 1)
    first = {**invoices[0], "comments": "first", "lines": [{**invoices[0]["lines"][0], "product": {"code": "LATE"}}]}
    second = {**invoices[0], "comments": "second"}
    item = record("items", {**late, "code": "LATE"})
    if is_flushed:
        lines = [record("invoices", {**first, **AT_ONCE}), item, record("invoices", second)]
    else:
        lines = [record("invoices", first), record("invoices", {**second, **AT_ONCE}), item]
    lines += [record("invoices", invoices[1]), state("invoices", 1)]
    destination.set(dry_run=True)
    assert destination.write(lines).code == 0
    plan = Counter(step["action"] for step in destination.plan())
    destination.set(dry_run=False)
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == plan == {"create": 3, "update": 1}
    assert stats(outcome) == [(1, 3, 0)]
    known = stored(sandbox, company, "invoices", "externalReference")
    assert known[invoices[0]["externalReference"]]["comments"] == "second"
    assert len(known) == 2


# --- several companies ---


def test_company_id_routes_among_several(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Eins", "Zwei")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        max_rejected_percent=100,
        companies=[{"company_id": company.id} for company in both],
    )
    rows = RichRecords(sandbox, both[0]).of("items", 6)
    homes = [both[0].id, both[1].id, both[0].id, "unknown", None, both[1].id]
    sent = [{**row, "company_id": home} for row, home in zip(rows, homes, strict=True)]
    outcome = destination.write([*records("items", sent), state("items", 1)])
    assert outcome.code == 0, outcome.errors
    for company in both:
        codes = {row["code"] for row in sent if row["company_id"] == company.id}
        assert set(stored(sandbox, company, "items", "code")) == codes
    assert stats(outcome) == [(1, 4, 2)]
    assert {line["rejected_reason"] for line in destination.rejected()} == {"company-unknown"}


def test_company_map_redirects(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Drei", "Vier")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        companies=[{"company_id": company.id} for company in both],
        company_map=[
            {"source_company_id": "old-1", "company_id": both[0].id},
            {"source_company_id": "old-2", "company_id": "Vier"},
        ],
    )
    rows = RichRecords(sandbox, both[0]).of("items", 6)
    sent = [{**row, "company_id": f"old-{number % 2 + 1}"} for number, row in enumerate(rows)]
    assert destination.write(records("items", sent)).code == 0
    for number, company in enumerate(both):
        codes = {row["code"] for row in rows[number::2]}
        assert set(stored(sandbox, company, "items", "code")) == codes


def test_the_same_record_in_two_companies_is_two_records(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Fünf", "Sechs")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        companies=[{"company_id": company.id} for company in both],
    )
    rich = RichRecords(sandbox, both[0])
    sent = [
        record(stream, {**row, "company_id": company.id})
        for stream in ("customers", "items", "invoices")
        for row in rich.of(stream, 20)
        for company in both
    ]
    for action in ("create", "unchanged"):
        outcome = destination.write(sent, primary_key=(("company_id",), ("id",)))
        assert outcome.code == 0, outcome.errors
        assert destination.counts() == {action: 120}
    assert {len(stored(sandbox, company, "invoices", "externalReference")) for company in both} == {20}


def test_an_id_counts_only_in_its_own_company(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    known = stored(sandbox, company, "items", "code")
    row = next(iter(known.values()))
    # The id of a row here, said by a record of another company: its code counts.
    foreign = {"company_id": "3f0f2a52-0000-4000-8000-000000000001", "id": row["id"], "code": "NEW-CODE", "name": "Neu"}
    data = {"company_id": company.id, "id": row["id"], "name": "Umbenannt"}
    assert destination.write([record("items", foreign)]).code == 0
    assert destination.counts() == {"create": 1}
    assert destination.write([record("items", data)]).code == 0
    assert destination.counts() == {"update": 1}
    assert sandbox.store.table(company.id, "Product")[row["id"]]["name"] == "Umbenannt"
