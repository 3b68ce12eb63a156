"""The price of a product for a customer, on a day and for a quantity (docs/reference/objects.md, "Prices")."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.totals import EXACT, percent
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused


def product_price(call: Call, arguments: Mapping[str, Any]) -> Row:
    """Unit price and discount, from the price list and discount group if they have the product, and its taxes."""
    sent = arguments["productPrice"]
    call.usable_company()
    product = _found(call, "Product", arguments["id"])
    customer = _found(call, "Customer", sent["customerId"]) if sent.get("customerId") else {}
    moment = sent.get("documentDate") or call.store.clock.now()
    quantity = sent.get("quantity") or Decimal(1)
    tariff = _list(call, "SalesTariff", sent.get("salesTariffId") or customer.get("salesTariffId"))
    group = _list(call, "SalesDiscountGroup", sent.get("salesDiscountGroupId") or customer.get("salesDiscountGroupId"))
    tax = _tax(call, product)
    treatments = [row for row in call.scope.rows("TaxTreatment") if row.get("registerType") != "RECEIVED"]
    treatment = next((row for row in treatments if row.get("taxGroupId") == product.get("taxGroupId")), {})
    return {
        "price": _price(product, tariff, moment, quantity),
        "firstDiscount": _discount(product, group, moment, quantity),
        "taxGroupId": product.get("taxGroupId"),
        "taxId": tax.get("id"),
        "taxTreatmentId": treatment.get("id"),
        "taxPercentage": tax.get("percentage"),
        "equivalenceSurchargePercentage": tax.get("equivalenceSurchargePercentage"),
    }


def _found(call: Call, type_name: str, row_id: str) -> Row:
    row = call.scope.find(type_name, row_id)
    if row is None:
        raise refused("notFound", "id", value=row_id)
    return row


def _list(call: Call, type_name: str, row_id: str | None) -> Row | None:
    row = call.scope.find(type_name, row_id)
    return row if row is not None and row.get("enabled") else None


def _tax(call: Call, product: Row) -> Row:
    rows = [row for row in call.scope.rows("Tax") if row.get("groupId") == product.get("taxGroupId")]
    return next((row for row in rows if not row.get("inactive")), {})


def _price(product: Row, tariff: Row | None, moment: datetime, quantity: Decimal) -> Row:
    base: Decimal | None = product.get("salesUnitPrice")
    value = None if tariff is None else _value(tariff, product, moment, quantity, "indicatorValue")
    if tariff is None or value is None:
        return _computed(product, "PRODUCT", base, indicator=None)
    if tariff.get("type") == "PRICE":
        return _computed(tariff, "TARIFF", value, indicator="PRICE")
    return _computed(tariff, "TARIFF", None if base is None else EXACT.add(base, percent(base, value)), indicator=None)


def _discount(product: Row, group: Row | None, moment: datetime, quantity: Decimal) -> Row:
    value = None if group is None else _value(group, product, moment, quantity, "firstDiscount")
    if group is None or value is None:
        return _computed(product, "PRODUCT", product.get("firstSalesDiscount"))
    return _computed(group, "DISCOUNT_GROUP", value)


def _value(owner: Row, product: Row, moment: datetime, quantity: Decimal, member: str) -> Decimal | None:
    """What the list says for the product on the day: of the stretch that holds the quantity, else of the line."""
    for line in owner.get("lines") or ():
        if line.get("productId") != product["id"] or not line.get("enabled") or not _valid(line, moment):
            continue
        for stretch in line.get("stretchs") or ():
            if (stretch.get("fromUnits") or 0) <= quantity <= (stretch.get("toUnits") or quantity):
                found: Decimal | None = stretch.get(member)
                return found
        value: Decimal | None = line.get(member)
        return value
    return None


def _valid(line: Row, moment: datetime) -> bool:
    start, end = line.get("startDate"), line.get("endDate")
    return (start is None or start <= moment) and (end is None or moment <= end)


def _computed(owner: Row, source: str, value: Decimal | None, **further: Any) -> Row:
    return {"code": owner.get("code"), "name": owner.get("name"), "source": source, "value": value, **further}
