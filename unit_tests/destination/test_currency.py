"""The currency of a record, however it is named: the company's own passes, another is rejected, a second is named."""

from typing import Any

import pytest

from destination_sage_active.plan.amounts.currency import in_home_currency, other_currencies
from destination_sage_active.plan.amounts.net_prices import refuse_gross_prices
from destination_sage_active.record.rejection import Rejected
from sage_active.writing import WriteModel
from unit_tests.destination.test_amounts import AT_MAESN
from unit_tests.destination.write_memory import INVOICES, ITEMS, model_of

CUSTOMERS = model_of("customers")
UUID = "3f0f2a52-0000-4000-8000-000000000001"
HOME: list[Any] = [
    *("EUR", "eur", " Eur ", "€", "Euro", "EUROS", "EUR - Euro", "Euro (€)", 978, "978", None, "", " "),
    *({"code": "EUR"}, {"isoCode": "eur"}, {"ISO_CODE": "EUR"}, {"id": UUID, "code": "EUR"}, {}, '{"code": "EUR"}'),
]
OTHER: list[Any] = [
    *("USD", "usd", "$", "US Dollar", "GBP", "840", 840, "EUR/USD", "none"),
    *({"code": "USD"}, {"id": 1, "isoCode": "chf"}, {"name": "Pfund"}, '{"code": "USD"}', [{"code": "USD"}]),
]


def refused(model: WriteModel, record: dict[str, Any]) -> str | None:
    """The member for whose currency a record is rejected."""
    try:
        in_home_currency(model, record)
    except Rejected as reason:
        assert reason.code == "currency"
        assert "only organizations in EUR are supported" in reason.reason
        return reason.field
    return None


@pytest.mark.parametrize("value", HOME, ids=repr)
def test_the_own_currency_passes_in_any_form(value: Any) -> None:
    for name in ("currency", "currencyCode", "currency_code", "CURRENCY"):
        assert refused(INVOICES, {name: value}) is None
    assert list(other_currencies(INVOICES, {"currency": value, "foreignCurrency": value})) == []
    assert in_home_currency(AT_MAESN, {"currency": value})["currency"] in ("EUR", None)


@pytest.mark.parametrize("value", OTHER, ids=repr)
def test_another_currency_is_rejected_however_it_is_named(value: Any) -> None:
    for model in (INVOICES, AT_MAESN, ITEMS, CUSTOMERS):
        for name in ("currency", "currencyCode", "currency_code", "CURRENCY_CODE", "isoCurrency", "WAERS"):
            assert refused(model, {name: value}) == name


def test_a_line_may_have_a_currency_of_its_own() -> None:
    rows: list[Any] = [{"currency": "EUR"}, {"Currency": "USD"}]
    assert refused(INVOICES, {"lines": rows}) == "lines[1].Currency"
    assert refused(AT_MAESN, {"lineItems": rows}) == "lineItems[1].Currency"
    assert refused(CUSTOMERS, {"bankAccounts": rows}) is None, "that of an account is not the customer's"


def test_an_id_of_another_system_tells_nothing_and_is_named() -> None:
    for value in (1, "17", UUID, {"id": UUID}, {"id": 4}):
        assert refused(INVOICES, {"currencyId": value}) is None
        assert list(other_currencies(INVOICES, {"currencyId": value})) == ["currencyId"]
    assert refused(INVOICES, {"currencyId": "USD"}) == "currencyId"


@pytest.mark.parametrize(
    ("name", "value", "is_second"),
    [
        ("exchangeRate", "1.1", True),
        ("exchange_rate", 1, False),
        ("EXCHANGE_RATE", "1.000", False),
        ("exchangeRate", 0, False),
        ("exchangeRate", None, False),
        ("exchangeRate", "none", False),
        ("foreignCurrency", "USD", True),
        ("transactionCurrency", {"code": "usd"}, True),
        ("transaction_currency_code", "EUR", False),
        ("amountInForeignCurrency", "12.50", True),
        ("rate", 1.1, False),
    ],
)
def test_a_second_currency_is_named_and_does_not_matter(name: str, value: Any, is_second: bool) -> None:
    assert refused(INVOICES, {name: value}) is None
    assert list(other_currencies(INVOICES, {"lines": [{name: value}, {name: value}]})) == (
        [f"lines[].{name}"] * 2 if is_second else []
    )


def test_the_currency_that_an_api_takes_is_written_as_it_expects_it() -> None:
    assert in_home_currency(AT_MAESN, {"currency": {"code": "eur"}, "reference": "R"}) == {
        "currency": "EUR",
        "reference": "R",
    }
    assert in_home_currency(AT_MAESN, {"CURRENCY": "€"})["currency"] == "EUR"
    assert in_home_currency(AT_MAESN, {"reference": "R"}) == {"reference": "R"}


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"isGross": True}, "isGross"),
        ({"is_gross": "TRUE"}, "is_gross"),
        ({"taxes_included": 1}, "taxes_included"),
        ({"taxRule": "GROSS"}, "taxRule"),
        ({"lineAmountTypes": "INCLUSIVE"}, "lineAmountTypes"),
        ({"lineItems": [{"taxType": "INCLUSIVE"}]}, "lineItems[0].taxType"),
        ({"isGross": False, "taxRule": "NET", "lineAmountTypes": "EXCLUSIVE", "grossAmount": 1}, None),
        ({"isGross": 0, "priceIncludesTax": None, "taxesIncluded": ""}, None),
    ],
)
def test_prices_that_hold_the_tax_are_named(record: dict[str, Any], field: str | None) -> None:
    try:
        refuse_gross_prices(AT_MAESN, record)
    except Rejected as reason:
        assert (reason.field, reason.code) == (field, "gross-price")
        assert "net price per unit expected" in reason.reason
    else:
        assert field is None
