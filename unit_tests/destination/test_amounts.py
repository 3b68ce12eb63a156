"""Our own sum of a record's lines: what the sandbox computes always fits, what contradicts itself never does."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.plan.amounts.contradictions import contradiction
from destination_sage_active.plan.amounts.differences import differences
from destination_sage_active.plan.amounts.exact import allowance, format_amount
from destination_sage_active.plan.amounts.stated_amounts import NET_EXPECTED, Stated, stated_amounts
from destination_sage_active.plan.content.validate import validate
from destination_sage_active.plan.diff import Rules
from destination_sage_active.record.rejection import Rejected
from sage_active.amount_members import Part
from sage_active.maesn.inputs import write_model
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import WriteModel
from sage_active_sandbox.data.totals import document_totals, line_totals
from unit_tests.destination.write_memory import INVOICES, ITEMS

_MAESN_PLACE = RESOURCE_BY_NAME["invoices"].maesn
assert _MAESN_PLACE
AT_MAESN = write_model(RESOURCE_BY_NAME["invoices"], _MAESN_PLACE, "reference")
CENT = Decimal("0.01")
QUANTITIES = st.decimals(-50, 1000, places=3).filter(bool)
PRICES = st.decimals(0, 5000, places=4)
PERCENTAGES = st.sampled_from([None, Decimal(0), Decimal(5), Decimal("12.5"), Decimal("33.333")])
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "5.5", "7", "10", "19", "20", "21")])
LINES = st.lists(st.tuples(QUANTITIES, PRICES, PERCENTAGES, RATES), min_size=1, max_size=5)


def record_of(lines: list[Any], discount: Decimal | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record, and what the sandbox makes of it."""
    computed = [
        line_totals(
            quantity,
            price,
            discount=percentage,
            customer_discount=discount,
            vat=rate,
            surcharge=None,
            withholding=None,
        )
        for quantity, price, percentage, rate in lines
    ]
    sent = [
        {"totalQuantity": quantity, "unitPrice": price, "firstDiscount": percentage, "vatPercentage": rate}
        for quantity, price, percentage, rate in lines
    ]
    totals = document_totals(computed)
    stated = {name: totals[name] for name in ("totalNet", "totalVat", "totalLiquid")}
    return {"lines": sent, "discount": discount, **stated}, totals


def wrong(record: dict[str, Any], model: WriteModel = INVOICES, tolerance: str = "0.01") -> Rejected | None:
    """What is wrong with a record."""
    stated = stated_amounts(model, record)
    assert stated
    return contradiction(model, validate(model.fields, record, own_ids=False), stated, Decimal(tolerance))


@given(lines=LINES, discount=PERCENTAGES)
def test_what_the_server_computes_never_contradicts_the_lines(lines: list[Any], discount: Decimal | None) -> None:
    record, _ = record_of(lines, discount)
    assert wrong(record, tolerance="0") is None
    for part in ("totalNet", "totalVat", "totalLiquid"):
        assert wrong({name: value for name, value in record.items() if name != part}, tolerance="0") is None


@given(lines=LINES, discount=PERCENTAGES, member=st.sampled_from(["totalNet", "totalVat", "totalLiquid"]))
def test_what_is_off_by_more_than_every_reading_is_rejected(
    lines: list[Any], discount: Decimal | None, member: str
) -> None:
    record, _ = record_of(lines, discount)
    # Every reading is within a cent and a half a line of the others, but for a discount that is an amount.
    found = wrong(record | {member: record[member] + 100_000_000})
    assert found
    assert found.code == "contradiction"


@given(lines=LINES)
def test_every_difference_is_found_and_only_one_within_the_tolerance_is_let_through(lines: list[Any]) -> None:
    record, totals = record_of(lines, None)
    row = {**totals, "lines": [{**line, "id": str(index)} for index, line in enumerate(record["lines"])]}
    values = validate(INVOICES.fields, record, own_ids=False)

    def found(**changed: Decimal) -> dict[str, bool]:
        stated = stated_amounts(INVOICES, record | changed)
        assert stated
        unlike = differences(INVOICES, stated, values, row, Decimal("0.01"), Rules())
        return {difference.member: difference.within for difference in unlike}

    assert found() == {}
    assert found(totalNet=totals["totalNet"] + CENT) == {"totalNet": True}
    assert found(totalNet=totals["totalNet"] - CENT - Decimal("0.0001")) == {"totalNet": False}


@given(lines=st.lists(st.tuples(st.just(Decimal(1)), st.decimals(1, 999, places=2), st.none(), st.just(Decimal(19)))))
def test_gross_prices_are_named_whatever_the_record_states(lines: list[Any]) -> None:
    gross = sum((price for _, price, _, _ in lines), Decimal(0))
    net = (gross / Decimal("1.19")).quantize(CENT)
    if not lines:
        return
    record, _ = record_of(lines, None)
    stated = {"totalNet": net, "totalVat": gross - net, "totalLiquid": gross}
    for names in (["totalNet", "totalVat"], ["totalNet", "totalLiquid"], ["totalLiquid"], list(stated)):
        found = wrong({"lines": record["lines"], **{name: stated[name] for name in names}})
        assert found
        assert (found.code, NET_EXPECTED in found.reason) == ("gross-price", True)


@pytest.mark.parametrize(
    "record",
    [
        {"totalNet": 100},
        {"totalNet": "100.00", "lines": [{"totalQuantity": 2, "unitPrice": 50}]},
        {"totalNet": 90, "discount": 10, "lines": [{"totalQuantity": 1, "unitPrice": 100}]},
        {"totalNet": 190, "discount": 10, "lines": [{"totalQuantity": 2, "unitPrice": 100}]},
        # Without a quantity nothing can be computed: an update may leave it out.
        {"totalNet": 1, "lines": [{"unitPrice": 100}]},
        {"totalNet": 100, "totalVat": 21, "totalLiquid": 106, "totalWithholding": 15},
        {"totalNet": 100, "totalVat": 21, "totalLiquid": "126.20", "totalFeeSurcharge": "5.20"},
        {"totalNet": 0, "totalVat": 0, "totalLiquid": 0, "lines": [{"totalQuantity": 0, "unitPrice": 9}]},
        {"totalLiquid": 119, "lines": [{"totalQuantity": 1, "unitPrice": 100}]},
    ],
)
def test_what_is_right_in_one_reading_is_sent(record: dict[str, Any]) -> None:
    assert wrong(record) is None


@pytest.mark.parametrize(
    ("record", "phrase"),
    [
        ({"totalNet": 100, "totalVat": 21, "totalLiquid": 106}, "totalFeeSurcharge or totalWithholding"),
        (
            {"totalNet": 1, "lines": [{"totalQuantity": 1, "unitPrice": 100}]},
            "is 1.00, and the sum of the lines is 100",
        ),
        ({"totalNet": "1e500", "lines": [{"totalQuantity": 1, "unitPrice": 1}]}, "too large"),
    ],
)
def test_what_is_wrong_is_said_with_both_numbers(record: dict[str, Any], phrase: str) -> None:
    found = wrong(record)
    assert found
    assert phrase in found.reason


def test_through_maesn_the_amounts_have_other_names() -> None:
    line = {"quantity": 2, "unitAmount": 50, "discountItemPercentage": 10, "taxRatePercentage": 19}
    right = {"sumNetAmount": 90, "totalTaxAmount": "17.10", "totalAmount": "107.10", "lineItems": [line]}
    assert wrong(right, AT_MAESN) is None
    assert wrong({"grossTotalAmount": "107.10", "lineItems": [line]}, AT_MAESN) is None
    for name, value in (("sumNetAmount", 91), ("totalTaxAmount", 7), ("totalAmount", 100)):
        found = wrong(right | {name: value}, AT_MAESN)
        assert found
        assert found.code == "contradiction"


def test_what_an_api_need_not_give_back_is_not_a_difference() -> None:
    stated = Stated({Part.TAX: ("totalTaxAmount", Decimal(19))})
    assert differences(AT_MAESN, stated, {}, {}, CENT, Rules()) == ()
    (difference,) = differences(INVOICES, Stated({Part.TAX: ("totalVat", Decimal(19))}), {}, {}, CENT, Rules())
    assert (difference.within, str(difference)) == (
        False,
        "totalVat is 19.00 in the record and not given back by Sage Active",
    )


def test_rates_are_compared_line_by_line_also_where_the_lines_have_another_order() -> None:
    lines = [{"productCode": code, "totalQuantity": 1, "unitPrice": 1} for code in "ABC"]
    rates = (Decimal(7), None, Decimal(19))
    row = {
        "lines": [
            {**line, "id": line["productCode"], "vatPercentage": rate}
            for line, rate in zip(lines, (7, 10, Decimal("19.0")), strict=True)
        ][::-1]
    }
    assert differences(INVOICES, Stated({}, rates), {"lines": lines}, row, CENT, Rules()) == ()
    (unlike,) = differences(INVOICES, Stated({}, (Decimal(19), *rates[1:])), {"lines": lines}, row, CENT, Rules())
    assert unlike.member == "lines[0].vatPercentage"


@pytest.mark.parametrize("discounts", [(None, 0), (0, None)])
def test_of_lines_that_are_otherwise_equal_the_rate_tells(discounts: tuple[Any, Any]) -> None:
    line = {"productCode": "A", "totalQuantity": 1, "unitPrice": 1}
    sent = [line | {"firstDiscount": discount} for discount in discounts]
    row = {"lines": [line | {"id": str(rate), "firstDiscount": None, "vatPercentage": rate} for rate in (7, 19)]}
    for rates in ((7, 19), (19, 7)):
        stated = Stated({}, tuple(map(Decimal, rates)))
        assert differences(INVOICES, stated, {"lines": sent}, row, CENT, Rules()) == ()


def test_only_documents_state_amounts_and_only_numbers_are_amounts() -> None:
    assert stated_amounts(ITEMS, {"totalNet": 1}) is None
    assert stated_amounts(INVOICES, {"totalNet": None, "totalVat": " ", "lines": [{"vatPercentage": None}]}) is None
    with pytest.raises(Rejected) as caught:
        stated_amounts(INVOICES, {"totalNet": "about 100"})
    assert caught.value.field == "totalNet"


@pytest.mark.parametrize(
    ("tolerance", "lines", "allowed"),
    [
        ("0.01", 1, "0.01"),
        ("0.10", 1, "0.01"),
        ("0.10", 3, "0.03"),
        ("0.10", 50, "0.10"),
        ("0", 9, "0"),
        ("1", 99, "0.1"),
    ],
)
def test_a_document_may_differ_by_a_cent_a_line_and_ten_in_all(tolerance: str, lines: int, allowed: str) -> None:
    assert allowance(Decimal(tolerance), lines) == Decimal(allowed)


def test_numbers_are_shown_in_cents_unless_they_are_finer() -> None:
    assert [format_amount(Decimal(text)) for text in ("7", "7.5", "1E+2", "0.335")] == [
        "7.00",
        "7.50",
        "100.00",
        "0.335",
    ]
