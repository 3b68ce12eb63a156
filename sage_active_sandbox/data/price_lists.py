"""Lines of price lists and discount groups, which are delivered without any (docs/reference/objects.md, "Prices")."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.reference_rows import DELIVERED
from sage_active_sandbox.store import Row, Table

MOST_LINES = 10
STEPS = ((Decimal(1), Decimal(9)), (Decimal(10), Decimal(999)))


def price_list_tables(tariffs: Table, discounts: Table, products: Sequence[Row], maker: Maker) -> dict[str, Table]:
    """The tables SalesTariff and SalesDiscountGroup with lines for some products."""
    for row in tariffs.values():
        row["lines"] = [
            _line(maker, product, "indicatorValue", maker.decimal(1, 90, 2), 0) for product in _chosen(products, maker)
        ]
    for row in discounts.values():
        row["lines"] = [
            _line(maker, product, "firstDiscount", maker.decimal(1, 15, 1), 5) for product in _chosen(products, maker)
        ]
    return {"SalesTariff": tariffs, "SalesDiscountGroup": discounts}


def _chosen(products: Sequence[Row], maker: Maker) -> list[Row]:
    return [product for product in products[:MOST_LINES] if maker.chance(0.8)]


def _line(maker: Maker, product: Row, member: str, value: Decimal, more: int) -> Row:
    return _stamped(
        maker,
        {
            "productId": product["id"],
            "startDate": DELIVERED.replace(hour=0),
            "endDate": None,
            "enabled": True,
            member: value,
            "stretchs": [
                _stamped(maker, {"fromUnits": first, "toUnits": last, member: value + step * more})
                for step, (first, last) in enumerate(STEPS)
            ],
        },
    )


def _stamped(maker: Maker, values: Mapping[str, Any]) -> Row:
    return {"id": maker.uuid(), "creationDate": DELIVERED, "modificationDate": None, **values}
