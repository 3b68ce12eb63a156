"""Totals of sales lines and documents: gross - discounts = net, net + VAT + surcharge - withholding = liquid.

The relations are those of docs/reference/documents.md, "Amounts". Amounts are rounded to cents, half up, line by line;
the totals of a document are the sums of its lines.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

from sage_active_sandbox.store import Row

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

SUMMED = (
    "totalGross",
    "totalDiscount",
    "totalCustomerDiscount",
    "totalNet",
    "totalVatBase",
    "totalVat",
    "totalFeeSurcharge",
    "totalVatFee",
    "totalLiquidNoWithholding",
    "totalWithholding",
    "totalLiquid",
)
"""Members that lines and documents have in common."""


def cents(amount: Decimal) -> Decimal:
    """The amount rounded to cents."""
    return EXACT.quantize(amount, CENT)


def percent(amount: Decimal, percentage: Decimal | None) -> Decimal:
    """The percentage of an amount, in cents; nothing of it without a percentage."""
    return cents(EXACT.multiply(amount, EXACT.divide(percentage, Decimal(100)))) if percentage else ZERO


def line_totals(
    quantity: Decimal,
    unit_price: Decimal,
    *,
    discount: Decimal | None,
    customer_discount: Decimal | None,
    vat: Decimal,
    surcharge: Decimal | None,
    withholding: Decimal | None,
) -> Row:
    """The eleven totals of one line; discounts, VAT, surcharge and withholding are percentages."""
    gross = cents(EXACT.multiply(quantity, unit_price))
    line_discount = percent(gross, discount)
    document_discount = percent(EXACT.subtract(gross, line_discount), customer_discount)
    net = EXACT.subtract(EXACT.subtract(gross, line_discount), document_discount)
    tax, fee, withheld = percent(net, vat), percent(net, surcharge), percent(net, withholding)
    with_taxes = EXACT.add(EXACT.add(net, tax), fee)
    amounts = (
        gross,
        line_discount,
        document_discount,
        net,
        net,
        tax,
        fee,
        EXACT.add(tax, fee),
        with_taxes,
        withheld,
        EXACT.subtract(with_taxes, withheld),
    )
    return dict(zip(SUMMED, amounts, strict=True))


def round_by_rate(lines: Iterable[Row]) -> None:
    """Move the VAT of the last line of each rate, so that its lines come to the VAT of their sum."""
    by_rate: dict[str, list[Row]] = {}
    for line in lines:
        by_rate.setdefault(line["taxId"], []).append(line)
    for *others, last in by_rate.values():
        totals = document_totals([*others, last])
        shortfall = EXACT.subtract(percent(totals["totalVatBase"], last["vatPercentage"]), totals["totalVat"])
        for name in ("totalVat", "totalVatFee", "totalLiquidNoWithholding", "totalLiquid"):
            last[name] = EXACT.add(last[name], shortfall)


def document_totals(lines: Iterable[Row]) -> Row:
    """The eleven totals of a document, each the sum over its lines."""
    totals = dict.fromkeys(SUMMED, ZERO)
    for line in lines:
        for name in SUMMED:
            totals[name] = EXACT.add(totals[name], line[name])
    return totals


def instalments(total: Decimal, lines: Iterable[Row]) -> list[Decimal]:
    """The total split by payment term lines: fixed amounts and percentages first, the last line takes what remains."""
    terms = list(lines)
    amounts: list[Decimal] = []
    rest = total
    for term in terms[:-1]:
        amount = cents(term["value"]) if term["type"] == "FIXED_AMOUNT" else percent(total, term["value"])
        amounts.append(amount)
        rest = EXACT.subtract(rest, amount)
    return [*amounts, rest]
