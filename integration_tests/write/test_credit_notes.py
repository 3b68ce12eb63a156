"""Credit notes: made from the invoice that they credit, found again, and refused before they are sent."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration_tests import credit_records
from integration_tests.connector import Connector, run_here
from integration_tests.credit_records import CREATE, MARK, by_comments, credit, invoice, notes, reasons, series, write
from integration_tests.destination import DESTINATION, Destination, committed, received, records, stats
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

COUNT = 30
CLOSED = [{"stream": "credit_notes", "object": "credit_notes", "target_state": "closed"}]
POSTED = [{**CLOSED[0], "target_state": "posted"}]
ALLOWED = {"objects": ["credit_notes"], "pilot": 0, "not_after": "2026-12-31"}


@pytest.fixture
def crediting(sandbox: Sandbox, company: Company, destination: Destination) -> Destination:
    """A destination whose company has made what the invoices of these tests need."""
    return credit_records.prepare_company(sandbox, company, destination, settle_seconds=0)


@pytest.fixture
def source(sandbox: Sandbox, company: Company) -> Row:
    """An invoice of two items, 4 for 10 each and 3 for 19.99 each."""
    return invoice(sandbox, company, "RE-1", ("CR-1", 4, 10), ("CR-2", 3, Decimal("19.99")))


def lines_of(row: Row) -> list[tuple[str, str]]:
    """The items and quantities of a stored document."""
    return [(line["productCode"], f"{line['totalQuantity'].normalize():f}") for line in row["lines"]]


# --- everything is written, and found again ---


@pytest.mark.parametrize("drafts", ["reserve", "take_nothing"])
def test_every_record_is_there_and_a_second_sync_changes_nothing(
    sandbox: Sandbox, company: Company, crediting: Destination, drafts: str
) -> None:
    rows = credit_records.of(sandbox, company, COUNT)
    sandbox.change_switches({"credit_note_drafts": drafts, "credit_note_sign": "negative"})
    outcome = write(crediting, *rows)
    assert (outcome.code, crediting.rejected()) == (0, []), outcome.errors
    assert (crediting.counts(), stats(outcome)) == ({"create": COUNT}, [(1, COUNT, 0)])
    assert committed(sandbox) == dict.fromkeys((CREATE, MARK), COUNT)
    held = by_comments(sandbox, company)
    for row in rows:
        note = held[row["id"]]
        assert note["status"] == "Pending"
        assert note["specialMention"] == row["specialMention"]
        assert note["remarks"].startswith("Internal\n[ref:")
        assert note["documentDate"].date().isoformat() == row["documentDate"]
        taken = [(line["product"]["code"], f"{line['totalQuantity']}") for line in row.get("lines", ())]
        assert lines_of(note) == (taken or [("CR-1", "20.5"), ("CR-2", "3")])
    sandbox.mutations.clear()
    # All rows come again, as after Clear: by their marks they are what is there.
    assert write(crediting, *rows).code == 0
    assert (crediting.counts(), received(sandbox)) == ({"unchanged": COUNT}, {})


@pytest.mark.parametrize("market", ["es", "fr"])
def test_the_other_markets_take_them_as_well(sandbox: Sandbox, company: Company, crediting: Destination) -> None:
    rows = credit_records.of(sandbox, company, 8)
    for counts in ({"create": 8}, {"unchanged": 8}):
        outcome = write(crediting, *rows)
        assert (outcome.code, crediting.counts()) == (0, counts), (outcome.errors, crediting.rejected())


def test_two_equal_credits_of_one_invoice_are_two(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    rows = [credit(source, number, ("CR-1", 2)) for number in ("A", "B")]
    for counts in ({"create": 2}, {"unchanged": 2}):
        outcome = write(crediting, *rows)
        assert (outcome.code, crediting.counts()) == (0, counts), (outcome.errors, crediting.rejected())
    assert {number: lines_of(row) for number, row in by_comments(sandbox, company).items()} == {
        "A": [("CR-1", "2")],
        "B": [("CR-1", "2")],
    }


def test_records_of_the_source_with_their_signs(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    # As the source may emit it: by ids, negative, with totals, and the discount that the invoice has.
    line = {"productId": source["lines"][0]["productId"], "totalQuantity": -2, "unitPrice": 10, "vatPercentage": 19}
    totals = {"totalNet": -20, "totalVat": Decimal("-3.80"), "totalLiquid": Decimal("-23.80")}
    record = credit(source, "A", lines=[{**line, "firstDiscount": None, "totalNet": -20}], **totals, type="CREDIT_NOTE")
    record |= {"sourceSalesInvoiceId": source["id"], "sourceSalesInvoice": None}
    for sign in ("positive", "negative"):
        sandbox.change_switches({"credit_note_sign": sign})
        outcome = write(crediting, record)
        assert (outcome.code, crediting.rejected(), outcome.logs("WARN")) == (0, [], []), outcome.errors
    assert crediting.counts() == {"unchanged": 1}
    (note,) = notes(sandbox, company)
    assert lines_of(note) == [("CR-1", "2")]


def test_an_invoice_and_what_credits_it_become_final_in_one_sync(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    crediting.set(
        streams=[{"stream": "invoices", "object": "invoices", "target_state": "closed", "keep_numbers": True}, *CLOSED],
        final_acts={**ALLOWED, "objects": ["invoices", "credit_notes"]},
    )
    line = {"productId": source["lines"][0]["productId"], "totalQuantity": 2, "unitPrice": 10}
    sale = {"id": "I", "customerId": source["customerId"], "documentDate": "2026-03-12", "operationalNumber": "RE-2"}
    note = credit(sale, "A", ("CR-1", 1))
    # What is credited comes after what credits it.
    outcome = crediting.write([*records("credit_notes", [note]), *records("invoices", [{**sale, "lines": [line]}])])
    assert (outcome.code, crediting.rejected()) == (0, []), outcome.errors
    assert crediting.counts()["create"] == 2
    (stored,) = notes(sandbox, company)
    credited = sandbox.store.table(company.id, "SalesInvoice")[stored["sourceSalesInvoiceId"]]
    assert (stored["status"], credited["status"], credited["operationalNumber"]) == ("Closed", "Closed", "RE-2")


def test_all_of_an_invoice_is_credited_without_naming_its_lines(
    sandbox: Sandbox, company: Company, crediting: Destination
) -> None:
    # An item on two lines can be credited whole alone.
    source = invoice(sandbox, company, "RE-2", ("CR-1", 4, 10), ("CR-1", 2, 8), ("CR-2", 1, 5))
    given = [("CR-2", 1), ("CR-1", 2), ("CR-1", 4)]
    outcome = write(crediting, credit(source, "A", *given))
    assert (outcome.code, crediting.counts()) == (0, {"create": 1}), (outcome.errors, crediting.rejected())
    (note,) = notes(sandbox, company)
    assert sorted(lines_of(note)) == [("CR-1", "2"), ("CR-1", "4"), ("CR-2", "1")]
    assert write(crediting, credit(source, "A", *given), credit(source, "B")).code == 0
    assert crediting.counts() == {"unchanged": 1, "reject": 1}


# --- what is refused before it is sent ---

REFUSED: Mapping[str, tuple[dict[str, Any], str | None, str]] = {
    "more than is left": ({"lines": [("CR-1", 5)]}, "lines[0].totalQuantity", "4.00 of the invoice is left"),
    "the same item twice": ({"lines": [("CR-1", 3), ("CR-1", 2)]}, "lines[0].totalQuantity", "is 5.00"),
    "nothing": ({"lines": [("CR-1", 0)]}, "lines[0].totalQuantity", "more than 0"),
    "an item of another invoice": ({"lines": [("OTHER", 1)]}, "lines[0].productId", "leave the line out"),
    "a day before the invoice": ({"documentDate": "2026-03-09"}, "documentDate", "date it 2026-03-10 or later"),
    "no day": ({"documentDate": None}, "documentDate", "is required"),
    "no invoice": ({"sourceSalesInvoice": None}, "sourceSalesInvoiceId", "is required"),
    "an invoice that is not there": (
        {"sourceSalesInvoiceId": "3f0f2a52-0000-4000-8000-000000000001", "sourceSalesInvoice": None},
        "sourceSalesInvoiceId",
        "names no invoice",
    ),
    "a number that is not there": ({"sourceSalesInvoice": {"operationalNumber": "?"}}, "sourceSalesInvoiceId", "none"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_credited_is_named_before_anything_is_sent(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, name: str
) -> None:
    invoice(sandbox, company, "ANOTHER", ("OTHER", 1, 1))
    members, field, text = REFUSED[name]
    record = credit(source, "A", *members.get("lines", ()))
    record |= {member: value for member, value in members.items() if member != "lines"}
    write(crediting, record)
    (rejection,) = crediting.rejected()
    assert rejection["rejected_field"] == field
    assert text in rejection["rejected_message"]
    assert received(sandbox) == {}


def test_a_draft_and_a_credit_note_cannot_be_credited(
    sandbox: Sandbox, company: Company, crediting: Destination
) -> None:
    draft = invoice(sandbox, company, "", ("CR-1", 4, 10))
    source = invoice(sandbox, company, "RE-2", ("CR-1", 4, 10))
    assert write(crediting, credit(source, "A", ("CR-1", 1))).code == 0
    (note,) = notes(sandbox, company)
    for number, found, text in (("B", draft, "close it"), ("C", note, "name the invoice itself")):
        record = credit(found, number, ("CR-1", 1), sourceSalesInvoiceId=found["id"])
        write(crediting, record)
        (rejection,) = crediting.rejected()
        assert (rejection["rejected_reason"], rejection["rejected_field"]) == ("origin", "sourceSalesInvoiceId")
        assert text in rejection["rejected_message"]


def test_a_part_of_an_item_on_several_lines_is_rejected(
    sandbox: Sandbox, company: Company, crediting: Destination
) -> None:
    source = invoice(sandbox, company, "RE-2", ("CR-1", 4, 10), ("CR-1", 4, 8))
    write(crediting, credit(source, "A", ("CR-1", 4)))
    assert reasons(crediting) == [("origin", "lines[0].productId")]
    assert "several lines" in crediting.rejected()[0]["rejected_message"]


@pytest.mark.parametrize("drafts", ["reserve", "take_nothing"])
def test_drafts_count_as_credited_whether_or_not_the_server_counts_them(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, drafts: str
) -> None:
    sandbox.change_switches({"credit_note_drafts": drafts})
    rows = [credit(source, "A", ("CR-1", 3)), credit(source, "B", ("CR-1", 2)), credit(source, "C")]
    write(crediting, *rows)
    assert crediting.counts() == {"create": 1, "reject": 2}
    assert reasons(crediting) == [("origin", "lines[0].totalQuantity"), ("origin", "lines")]
    assert "1.00 of the invoice is left" in crediting.rejected()[0]["rejected_message"]


@pytest.mark.parametrize("market", ["es"])
def test_spain_wants_a_number_series(sandbox: Sandbox, company: Company, crediting: Destination) -> None:
    source = invoice(sandbox, company, "RE-2", ("CR-1", 4, 10))
    record = credit(source, "A", ("CR-1", 1))
    write(crediting, record)
    assert reasons(crediting) == [("required", "operationalNumberPresetTextId")]
    assert write(crediting, {**record, **series(sandbox, company)}).code == 0
    assert crediting.counts() == {"create": 1}


# --- what is there already ---

DIFFERENT: Mapping[str, tuple[dict[str, Any], str]] = {
    "a quantity": ({"lines": [{"product": {"code": "CR-1"}, "totalQuantity": 1}]}, "lines"),
    "a price": ({"lines": [{"product": {"code": "CR-1"}, "totalQuantity": 2, "unitPrice": 9}]}, "lines"),
    "a further line": (
        {"lines": [{"product": {"code": code}, "totalQuantity": 2} for code in ("CR-1", "CR-2")]},
        "lines",
    ),
    "the day": ({"documentDate": "2026-03-21"}, "documentDate"),
    "the invoice": ({"sourceSalesInvoice": {"operationalNumber": "FIRST"}}, "sourceSalesInvoiceId"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_only_texts_of_a_draft_change(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, name: str
) -> None:
    record = credit(source, "A", ("CR-1", 2))
    assert write(crediting, record).code == 0
    texts = {"comments": "Credit B", "specialMention": "New", "remarks": "Ours"}
    assert write(crediting, {**record, **texts}, mode="append_dedup").code == 0
    assert crediting.counts() == {"update": 1}
    note = by_comments(sandbox, company)["B"]
    assert (note["specialMention"], note["remarks"].partition("\n")[0]) == ("New", "Ours")
    sandbox.mutations.clear()
    members, field = DIFFERENT[name]
    write(crediting, {**record, **texts, **members})
    assert (reasons(crediting), received(sandbox)) == ([("fixed", field)], {})


def test_append_creates_once_and_names_what_differs(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    record = credit(source, "A", ("CR-1", 2))
    for changed, counts in (
        ({}, {"create": 1}),
        ({}, {"unchanged": 1}),
        ({"documentDate": "2026-03-21"}, {"reject": 1}),
    ):
        write(crediting, {**record, **changed}, mode="append")
        assert crediting.counts() == counts
    assert reasons(crediting) == [("exists", "documentDate")]


def test_update_changes_what_is_there_and_creates_nothing(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    first, second = (credit(source, number, ("CR-1", 2)) for number in ("A", "B"))
    assert write(crediting, first).code == 0
    write(crediting, {**first, "comments": "Credit C"}, second, mode="update")
    assert (crediting.counts(), reasons(crediting)) == ({"update": 1, "reject": 1}, [("not-found", None)])
    assert list(by_comments(sandbox, company)) == ["C"]


# --- final acts ---


def test_credit_notes_are_closed_and_posted_in_the_order_of_their_days(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    crediting.set(streams=POSTED, final_acts=ALLOWED)
    rows = [credit(source, f"{day}", ("CR-1", 1), documentDate=f"2026-03-{day}") for day in (22, 20, 21)]
    outcome = write(crediting, *rows)
    assert (outcome.code, crediting.rejected()) == (0, []), outcome.errors
    held = by_comments(sandbox, company)
    assert {row["status"] for row in held.values()} == {"Posted"}
    numbers = [held[day]["operationalNumber"] for day in ("20", "21", "22")]
    assert numbers == sorted(numbers)
    sandbox.mutations.clear()
    assert write(crediting, *rows).code == 0
    assert (crediting.counts(), received(sandbox)) == ({"unchanged": 3}, {})
    write(crediting, {**rows[0], "comments": "Other"})
    assert reasons(crediting) == [("closed", "comments")]


def test_numbers_of_invoices_and_credit_notes_follow_their_days_together(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    invoices = {"stream": "invoices", "object": "invoices", "target_state": "closed"}
    both = {**ALLOWED, "objects": ["invoices", "credit_notes"]}
    crediting.set(streams=[invoices, *CLOSED], final_acts=both)
    lines = [{"productId": source["lines"][0]["productId"], "totalQuantity": 1, "unitPrice": 10}]
    drafts = [
        {"id": day, "customerId": source["customerId"], "documentDate": f"2026-03-{day}", "lines": lines}
        for day in ("24", "22")
    ]
    credits_of = [credit(source, day, ("CR-1", 1), documentDate=f"2026-03-{day}") for day in ("25", "23", "21")]
    outcome = crediting.write([*records("invoices", drafts), *records("credit_notes", credits_of)])
    assert (outcome.code, crediting.rejected()) == (0, []), outcome.errors
    stored = sandbox.store.table(company.id, "SalesInvoice").values()
    new = sorted((row["documentDate"], row["operationalNumber"]) for row in stored if row["documentDate"].day > 20)
    numbers = [number for _, number in new]
    assert (len(numbers), numbers) == (5, sorted(numbers))


def test_nothing_is_closed_unless_that_is_allowed_and_amounts_agree(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row
) -> None:
    crediting.set(streams=CLOSED, final_acts=ALLOWED, require_totals=True)
    right = {"totalNet": 10, "totalVat": Decimal("1.90"), "totalLiquid": Decimal("11.90")}
    wrong = {"totalNet": 10, "totalVat": Decimal("0.70"), "totalLiquid": Decimal("10.70")}
    rows = [credit(source, name, ("CR-1", 1), **totals) for name, totals in (("A", right), ("B", wrong), ("C", {}))]
    write(crediting, *rows)
    assert reasons(crediting) == [("held", "totalVat"), ("held", None)]
    statuses = {number: row["status"] for number, row in by_comments(sandbox, company).items()}
    assert statuses == {"A": "Closed", "B": "Pending", "C": "Pending"}


@pytest.mark.parametrize("drafts", ["reserve", "take_nothing"])
def test_a_dry_run_says_what_would_happen_and_sends_nothing(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, drafts: str
) -> None:
    sandbox.change_switches({"credit_note_drafts": drafts})
    crediting.set(dry_run=True, streams=CLOSED, final_acts=ALLOWED)
    rows = [credit(source, number, ("CR-1", 3)) for number in ("A", "B")]
    outcome = write(crediting, *rows)
    assert received(sandbox) == {}
    assert sorted(line["action"] for line in crediting.plan()) == ["create", "reject"]
    assert reasons(crediting) == [("origin", "lines[0].totalQuantity")]
    assert any(text.startswith("Would become final: credit_notes") for text in outcome.logs("INFO"))


def test_effects_of_the_invoice_are_not_those_of_its_credit_note(
    sandbox: Sandbox, company: Company, crediting: Destination
) -> None:
    link = {"canGeneratePaymentLink": True, "invoiceEmail": "a@example.com"}
    source = invoice(sandbox, company, "RE-2", ("CR-1", 4, 10), **link)
    crediting.set(streams=CLOSED, final_acts=ALLOWED, allow_external_effects=[])
    assert write(crediting, credit(source, "A", ("CR-1", 1))).code == 0
    (note,) = notes(sandbox, company)
    assert (note["status"], note["canGeneratePaymentLink"]) == ("Closed", False)


def test_a_missing_right_is_named_by_check(sandbox: Sandbox, crediting: Destination) -> None:
    sandbox.rights.replace({CREATE: ROLE})
    config = crediting.connector.write("config.json", crediting.connector.config)
    status, message = run_here(["check", "--config", str(config)], DESTINATION).status
    assert (status, CREATE in message) == ("SUCCEEDED", True)


# --- as the source emits them ---


def test_credit_notes_that_the_source_emits_are_those_that_are_there(
    sandbox: Sandbox, company: Company, crediting: Destination, source: Row, tmp_path: Path
) -> None:
    assert write(crediting, credit(source, "A", ("CR-1", 2)), credit(source, "B", ("CR-2", 1))).code == 0
    options = {"companies": [{"company_id": company.id}], "token_path": str(tmp_path / "tokens.json")}
    reader = Connector.over(sandbox, "direct", "de", tmp_path / "source", apply_controls=False, **options)
    reader.folder.mkdir()
    emitted = reader.read(("credit_notes",)).records("credit_notes")
    sandbox.mutations.clear()
    outcome = write(crediting, *emitted)
    assert (outcome.code, crediting.counts()) == (0, {"unchanged": 2}), (outcome.errors, crediting.rejected())
    assert received(sandbox) == {}
