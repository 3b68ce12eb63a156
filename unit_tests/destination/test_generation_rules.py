"""What must hold before a credit note is made of an invoice, and when two of them are the same."""

from collections.abc import Mapping, Sequence
from datetime import timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.conditions.generation_rules import is_same, lines_to_name, require_origin, same_lines
from destination_sage_active.plan.planner import Options, plan_record
from destination_sage_active.record.marker import marker_of
from destination_sage_active.record.rejection import Rejected
from sage_active.direct.amount_facts import AMOUNTS
from sage_active.resources.credit_notes import GENERATION
from sage_active.unsigned import unsigned
from sage_active.writing import Operation
from unit_tests.destination.write_memory import model_of

Row = Mapping[str, Any]
INVOICE: Row = {"status": "Closed", "type": "NORMAL", "documentDate": "2026-03-10T00:00:00.000Z"}
CREDIT_NOTES = model_of("credit_notes").in_market("DE")
MARK, OF_INVOICE = (marker_of("s", (None, stream), ["1"]) for stream in ("credit_notes", "invoices"))


def line(product: str, quantity: Any, price: Any = None, left: Any = None) -> Row:
    """A line of an invoice, of a credit note or of a record."""
    return {"productId": product, "totalQuantity": quantity, "unitPrice": price, "availableForCreditNoteQuantity": left}


def whole(wanted: Sequence[Row] | None, lines: Sequence[Row], *generated: Sequence[Row]) -> bool:
    """Whether a record takes all of an invoice with these lines, of which credit notes were made before."""
    values = {} if wanted is None else {"lines": wanted}
    return named(values, lines, *generated) is None


def named(values: Row, lines: Sequence[Row], *generated: Sequence[Row]) -> list[Row] | None:
    """The lines that are named where a record is made of an invoice with these lines."""
    return lines_to_name(GENERATION, values, {"lines": lines}, [{"lines": taken} for taken in generated])


@pytest.mark.parametrize("left", [None, Decimal(2)])
def test_all_of_an_invoice_is_its_lines_in_any_order(left: Decimal | None) -> None:
    lines = [line("a", 2, 10, left), line("a", Decimal("2.0"), 5, left), line("B", 2, 1, left)]
    for wanted in (None, [line("b", 2), line("a", 2, 5), line("A", 2)], lines):
        assert whole(wanted, lines)


def test_a_part_is_not_all() -> None:
    lines = [line("a", 2, 10, 2), line("b", 2, 1, 2)]
    assert not whole([line("a", 2)], lines)
    assert not whole([line("a", 2), line("b", 1)], lines)
    # Another price is sent with the line, and that of the invoice where the record has none.
    sent = named({"lines": [line("A", 2, 9), {"productId": "b", "totalQuantity": 2}]}, lines) or []
    assert [row["unitPrice"] for row in sent] == [9, 1]


@pytest.mark.parametrize(
    ("wanted", "generated", "field", "text"),
    [
        ([line("a", 2)], [[line("a", 1)]], "lines[0].totalQuantity", "2.00, and 1.00"),
        ([line("b", 1), line("a", 1)], [[line("a", 2)]], "lines[1].totalQuantity", "0.00 of the invoice is left"),
        ([line("a", 1), line("a", 2)], [], "lines[0].totalQuantity", "is 3.00"),
        ([line("a", -1)], [], "lines[0].totalQuantity", "more than 0"),
        ([line("c", 1)], [], "lines[0].productId", "not on the invoice"),
        ([line("d", 1)], [], "lines[0].productId", "several lines"),
        (None, [[line("b", 1)]], "lines", "not all of the invoice is left"),
    ],
)
def test_what_is_not_left_is_named(wanted: list[Row] | None, generated: list[list[Row]], field: str, text: str) -> None:
    lines = [line("a", 2, 10, 2), line("b", 2, 1, 2), line("d", 1), line("d", 1)]
    with pytest.raises(Rejected, match=text) as caught:
        whole(wanted, lines, *generated)
    assert caught.value.field == field


def test_what_the_server_says_is_left_counts_as_well() -> None:
    with pytest.raises(Rejected, match=r"1\.00 of the invoice is left"):
        whole([line("a", 2)], [line("a", 5, 10, 1)])


@pytest.mark.parametrize(
    ("origin", "field", "text"),
    [
        (None, "sourceSalesInvoiceId", "names no invoice"),
        ({**INVOICE, "status": "Pending"}, "sourceSalesInvoiceId", "Pending; close it"),
        ({**INVOICE, "type": "CREDIT_NOTE"}, "sourceSalesInvoiceId", "CREDIT_NOTE"),
        ({**INVOICE, "documentDate": "2026-03-12"}, "documentDate", "date it 2026-03-12 or later"),
    ],
)
def test_an_invoice_that_cannot_be_credited_is_named(origin: Row | None, field: str, text: str) -> None:
    with pytest.raises(Rejected, match=text) as caught:
        require_origin(GENERATION, {"documentDate": "2026-03-11"}, origin, timezone.utc)
    assert caught.value.field == field


@pytest.mark.parametrize("status", ["Closed", "Posted", "PartiallyCollected", "Collected"])
def test_an_invoice_that_is_closed_or_further_can_be_credited(status: str) -> None:
    origin = {**INVOICE, "status": status}
    assert require_origin(GENERATION, {"documentDate": "2026-03-10"}, origin, timezone.utc) is origin


def test_a_draft_is_the_same_by_day_lines_and_series() -> None:
    values = {"documentDate": "2026-03-11", "lines": [line("a", 1)], "operationalNumberPresetTextId": "S"}
    row = {"documentDate": "2026-03-11T00:00:00Z", "lines": [line("A", 1, 10)], "operationalNumberPresetTextId": "s"}
    others: list[Row] = [
        {"documentDate": "2026-03-12"},
        {"lines": [line("a", 2)]},
        {"lines": [line("a", 1), line("b", 1)]},
        {"operationalNumberPresetTextId": "t"},
    ]
    also = ("operationalNumberPresetTextId",)
    assert is_same(GENERATION, values, row, {}, timezone.utc, also)
    assert not any(is_same(GENERATION, values, {**row, **other}, {}, timezone.utc, also) for other in others)
    # Without lines it is all of the invoice.
    of_all = {"documentDate": "2026-03-11"}
    assert is_same(GENERATION, of_all, row, {"lines": row["lines"]}, timezone.utc, also)
    assert not is_same(GENERATION, of_all, row, {"lines": [line("a", 4)]}, timezone.utc, also)


LINES = st.lists(st.builds(line, st.sampled_from("ab"), st.integers(1, 3), st.sampled_from([None, 1, 2])), max_size=5)


@given(LINES, st.randoms())
def test_lines_are_the_same_in_any_order_and_no_others_are(lines: list[Row], chance: Any) -> None:
    priced = [{**row, "unitPrice": row["unitPrice"] or 1} for row in lines]
    shuffled = chance.sample(lines, len(lines))
    assert same_lines(GENERATION, shuffled, priced)
    assert not same_lines(GENERATION, [*shuffled, line("a", 1)], priced)
    assert not same_lines(GENERATION, shuffled, [*priced, line("a", 1, 1)])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("of_lines", [1, -1])
def test_amounts_count_without_a_sign_and_keep_what_they_are_to_each_other(sign: int, of_lines: int) -> None:
    # A line that deducts something has the other sign in either notation.
    document = {
        "totalNet": sign * 60,
        "totalLiquid": sign * Decimal("71.40"),
        "lines": [
            {"totalQuantity": of_lines * 2, "unitPrice": 50},
            {"totalQuantity": of_lines * -1, "unitPrice": 40},
            {"unitPrice": 3},
        ],
    }
    positive = unsigned(CREDIT_NOTES.amounts, document)
    assert (positive["totalNet"], positive["totalLiquid"]) == (60, Decimal("71.40"))
    assert [row.get("totalQuantity") for row in positive["lines"]] == [2, -1, None]
    assert unsigned(AMOUNTS["SalesInvoice"], document) is document


VALUES: Row = {"documentDate": "2026-03-11", "sourceSalesInvoiceId": "x", "comments": "New"}
DRAFT: dict[str, Any] = {**VALUES, "id": "n", "status": "Pending", "comments": "Old", "remarks": f"Text\n{OF_INVOICE}"}


def test_the_mark_follows_the_create_with_the_texts() -> None:
    decision = plan_record(CREDIT_NOTES, Mode.UPSERT, VALUES, [], Options(), marker=MARK)
    create, update = decision.commands
    assert (create.operation, update.operation) == (Operation.CREATE, Operation.UPDATE)
    assert update.input == {"comments": "New", "remarks": MARK}


@pytest.mark.parametrize("mode", [Mode.APPEND, Mode.UPSERT])
@pytest.mark.parametrize("adopts", [True, False])
def test_a_draft_without_a_mark_gets_it_in_the_place_of_that_of_its_invoice(mode: Mode, adopts: bool) -> None:
    options = Options(target_state="closed")
    withheld = frozenset({"canGeneratePaymentLink"})
    row = {**DRAFT, "canGeneratePaymentLink": True}
    decision = plan_record(
        CREDIT_NOTES,
        mode,
        VALUES,
        [row],
        options,
        is_own=not adopts,
        adopts=adopts,
        marker=MARK,
        withheld=withheld,
    )
    update, *steps = decision.commands
    assert update.input == {"id": "n", "comments": "New", "remarks": f"Text\n{MARK}", "canGeneratePaymentLink": False}
    # What was adopted stays a draft.
    assert [step.operation for step in steps] == ([] if adopts else [Operation.CLOSE])


def test_a_draft_that_has_its_mark_is_left_as_it_is() -> None:
    row = {**DRAFT, "comments": "New", "remarks": MARK}
    for adopts in (True, False):
        decision = plan_record(
            CREDIT_NOTES, Mode.UPSERT, VALUES, [row], Options(), is_own=not adopts, adopts=adopts, marker=MARK
        )
        assert decision.commands == ()
