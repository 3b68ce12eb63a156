"""By what names documents of the direct connection state their amounts (docs/reference/documents.md, "Amounts")."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sage_active.amount_members import AmountMembers, Part, Total

# Amounts that Sage Active computes and a record may state.
_SALES_AMOUNTS: Final = AmountMembers(
    lines="lines",
    quantity="totalQuantity",
    price="unitPrice",
    line_discount="firstDiscount",
    discount="discount",
    rate="vatPercentage",
    totals=(
        Total(Part.NET, "totalNet", "totalNet"),
        Total(Part.TAX, "totalVat", "totalVat"),
        Total(Part.SURCHARGE, "totalFeeSurcharge", "totalFeeSurcharge"),
        Total(Part.WITHHELD, "totalWithholding", "totalWithholding"),
        Total(Part.TOTAL, "totalLiquid", "totalLiquid"),
    ),
    reads_all=True,
    number="operationalNumber",
    item="productId",
    item_rate="salesVatPercentage",
)
# Made from an invoice, which its lines have their discounts from.
_CREDIT_AMOUNTS: Final = replace(_SALES_AMOUNTS, takes_discounts=False, unsigned=True)
# What the lines of a bill come to is the caller's own statement (docs/reference/purchases.md, "Bills").
_BILL_AMOUNTS: Final = AmountMembers(
    lines="vatLines",
    net="totalVatBase",
    tax="totalVat",
    rate="vatPercentage",
    totals=(Total(Part.TOTAL, "totalLiquid"),),
    reads_all=True,
    item="taxId",
    item_rate="percentage",
)
AMOUNTS: Final[Mapping[str, AmountMembers]] = MappingProxyType(
    {
        **dict.fromkeys(("SalesInvoice", "SalesOrder", "SalesQuote", "SalesDeliveryNote"), _SALES_AMOUNTS),
        "PurchaseInvoice": _BILL_AMOUNTS,
        # What is created by an input of its own.
        "GenerateCreditNoteGLDtoInput": _CREDIT_AMOUNTS,
    }
)
