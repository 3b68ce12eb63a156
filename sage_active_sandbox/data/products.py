"""Invented products of one company."""

from datetime import datetime
from decimal import Decimal

from sage_active_sandbox.data.maker import Maker, day
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import SPECIAL_TEXTS
from sage_active_sandbox.data.reference import References
from sage_active_sandbox.data.reference_rows import DELIVERED
from sage_active_sandbox.store import Row, Table

LARGE_PRICE = Decimal("12345678901234567.89")
TRAILING_ZEROS = Decimal("19.990000")
ADVANCES = {"DE": ("ANZAHLUNG", "Anzahlung"), "ES": ("ANTICIPO", "Anticipo"), "FR": ("ACOMPTE", "Acompte")}
"""Code and name of the product of advance invoices."""
SMALL_DISCOUNT = Decimal("1E-7")


def products(count: int, market: Market, references: References, maker: Maker, *, samples: bool) -> Table:
    """Products in the order of their creation; with ``samples`` some carry awkward values."""
    rows = [
        _product(index, created, market, references, maker) for index, created in enumerate(maker.creation_dates(count))
    ]
    if samples and len(rows) > 1:
        rows[0].update(salesUnitPrice=LARGE_PRICE, firstSalesDiscount=SMALL_DISCOUNT, lineDescription=SPECIAL_TEXTS[1])
        rows[1].update(salesUnitPrice=TRAILING_ZEROS, creationDate=None, modificationDate=None, taxGroupId=None)
    return {row["id"]: row for row in rows}


def advance_product(market: Market, references: References, maker: Maker) -> Row:
    """The hidden product of advance invoices (docs/reference/objects.md, "Items")."""
    code, name = ADVANCES[market.code]
    rate = references.rates[market.tax_groups[0].code]
    row = _product(0, DELIVERED, market, references, maker)
    row.update(
        category="CONCEPT",
        code=code,
        name=name,
        lineDescription=None,
        unitOfMeasurementId=references.units["UNIT"],
        taxGroupId=rate["groupId"],
        salesAccountingAccountId=references.accounts["prepayment"],
        salesUnitPrice=Decimal("0.00"),
        salesVatPercentage=rate["percentage"],
        firstSalesDiscount=None,
        useWithholding=False if market.code == "ES" else None,
        obsolete=False,
        obsoleteDate=None,
        salesInvoiceBlockingEnabled=False,
        salesInvoiceBlockingDate=None,
    )
    return row


def _product(index: int, created: datetime, market: Market, references: References, maker: Maker) -> Row:
    name, unit, category = market.products[index % len(market.products)]
    variant = f", {maker.pick(market.adjectives)}" if index >= len(market.products) else ""
    taxable = [group.code for group in market.tax_groups if group.tax_type == market.tax_type]
    group = taxable[0] if maker.chance(0.7) else maker.pick(taxable)
    rate = references.rates[group]
    revenue = "reduced" if group == taxable[1] else "services" if category != "PRODUCT" else "goods"
    obsolete = maker.chance(0.05)
    return maker.row(
        created,
        {
            "category": category,
            "code": f"{name[:3].upper()}{index + 1:05}",
            "name": f"{name}{variant}"[:50],
            "registrationDate": day(created),
            "obsolete": obsolete,
            "obsoleteDate": day(created) if obsolete else None,
            "unitOfMeasurementId": references.units[unit],
            "lineDescription": f"{name}\n{maker.pick(market.adjectives)}" if maker.chance(0.3) else None,
            "comments": None,
            "taxGroupId": rate["groupId"],
            "salesAccountingAccountId": references.accounts[revenue],
            "salesUnitPrice": maker.decimal(1, 400, maker.rng.randint(2, 6)),
            "salesVatPercentage": rate["percentage"],
            "firstSalesDiscount": maker.decimal(1, 20, 2) if maker.chance(0.1) else None,
            "useWithholding": maker.chance(0.1) if market.code == "ES" else None,
            "salesOrderBlockingEnabled": False,
            "salesOrderBlockingDate": None,
            "salesDeliveryNoteBlockingEnabled": False,
            "salesDeliveryNoteBlockingDate": None,
            "salesInvoiceBlockingEnabled": obsolete,
            "salesInvoiceBlockingDate": day(created) if obsolete else None,
        },
    )
