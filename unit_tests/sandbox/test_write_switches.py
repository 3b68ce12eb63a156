"""What the stand-in makes of drafts where the sources leave it open: VAT, days with an offset, replaced lists."""

from decimal import Decimal
from typing import Any

import pytest

from sage_active_sandbox.store import Row
from unit_tests.sandbox.conftest import Api

PRICE = 1.02
LINES = 3


def drafted(api: Api, customer_id: str, **members: Any) -> Row:
    """A draft of equal lines, as it is stored."""
    product = next(row for row in api.rows("Product") if row["salesVatPercentage"] == Decimal(19))
    line = {"productId": product["id"], "totalQuantity": 1, "unitPrice": PRICE}
    sent = {"customerId": customer_id, "lines": [line] * LINES, **members}
    return stored(api, api.write("createSalesInvoice", sent)["id"])


def stored(api: Api, row_id: str) -> Row:
    """An invoice as it is stored."""
    return next(row for row in api.rows("SalesInvoice") if row["id"] == row_id)


def customer_in(api: Api, country: str) -> str:
    """The id of a new customer."""
    sent = {"socialName": "x", "addresses": [{"name": "x", "countryIsoCodeAlpha2": country}]}
    return str(api.write("createCustomer", sent)["id"])


@pytest.mark.parametrize(("setting", "vat"), [("line", "0.57"), ("rate", "0.58")])
def test_vat_is_rounded_by_line_or_by_rate(api: Api, setting: Any, vat: str) -> None:
    api.sandbox.switches.vat_rounding = setting
    row = drafted(api, customer_in(api, "DE"))
    assert row["totalVat"] == Decimal(vat) == sum(line["totalVat"] for line in row["lines"])
    assert row["totalLiquid"] == row["totalNet"] + row["totalVat"] == sum(line["totalLiquid"] for line in row["lines"])


@pytest.mark.parametrize(("country", "rate"), [("DE", 19), ("AT", 0), ("CH", 19)])
def test_a_sale_to_another_vies_country_may_be_exempt(api: Api, country: str, rate: int) -> None:
    api.sandbox.switches.sales_abroad = "exempt"
    row = drafted(api, customer_in(api, country))
    assert {line["vatPercentage"] for line in row["lines"]} == {Decimal(rate)}


@pytest.mark.parametrize(("setting", "day"), [("written", "2026-02-01"), ("utc", "2026-01-31")])
def test_a_day_with_an_offset_is_as_written_or_in_utc(api: Api, setting: Any, day: str) -> None:
    api.sandbox.switches.offset_days = setting
    row = drafted(api, customer_in(api, "DE"), documentDate="2026-02-01T00:30:00+02:00")
    assert row["documentDate"].isoformat() == f"{day}T00:00:00+00:00"


@pytest.mark.parametrize(("setting", "count"), [("replaces", 1), ("ignored", LINES + 1)])
def test_replace_all_may_not_be_there_yet(api: Api, setting: Any, count: int) -> None:
    api.sandbox.switches.replace_all = setting
    row = drafted(api, customer_in(api, "DE"))
    api.write("updateSalesInvoice", {"id": row["id"], "replaceAll": ["LINES"], "lines": [{"productName": "x"}]})
    assert len(stored(api, row["id"])["lines"]) == count
