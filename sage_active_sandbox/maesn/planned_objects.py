"""How the objects look that Maesn plans for Sage Active.

What Maesn will fill is unknown; members without an obvious counterpart are null.

Source: docs/reference/maesn.md, "Planned objects"; switch maesn_planned.
"""

from collections.abc import Iterator
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.reports.positions import EQUITY
from sage_active_sandbox.graphql_api.reports.statements import position_of
from sage_active_sandbox.maesn.mapping import (
    NULL,
    PAYMENT_STATUS,
    Columns,
    Constant,
    Lookup,
    changed_text,
    children,
    day_text,
    document_addresses,
    one_line_address,
    tax_code,
    translated,
)
from sage_active_sandbox.store import Company, Row, Store

INCOME = frozenset({"R.1", "R.2"})
DEBIT_CLASSES = frozenset({"ASSET", "EXPENSE"})

CREDIT_NOTE_STATUS = {"Pending": "DRAFT", "Closed": "SUBMITTED", "Posted": "OPEN"}
BILL_STATUS = {"Pending": "DRAFT", "Closed": "SUBMITTED", "Posted": "OPEN", "PartiallyPaid": "PARTIALLY_PAID"}
BILL_PAYMENT = {"Pending": "NO_OPEN_ITEM", "Posted": "PENDING", "PartiallyPaid": "PARTLY_PAID", "Paid": "PAID"}


def _account_class(row: Row, lookup: Lookup) -> str | None:
    position = position_of(row, lookup.store.companies[lookup.company_id].market)
    if position is None:
        return None
    if position.code.startswith("R."):
        return "REVENUE" if position.code in INCOME else "EXPENSE"
    return "ASSET" if position.debit else "EQUITY" if position.code == EQUITY else "LIABILITY"


def _indicator(row: Row, lookup: Lookup) -> str | None:
    kind = _account_class(row, lookup)
    return None if kind is None else "DEBIT" if kind in DEBIT_CLASSES else "CREDIT"


def _sum(*names: str) -> Any:
    def add(row: Row, _: Lookup) -> Any:
        total = ZERO
        for name in names:
            total = EXACT.add(total, row.get(name) or ZERO)
        return total

    return add


def _bill_sum(name: str) -> Any:
    def add(row: Row, _: Lookup) -> Any:
        total = ZERO
        for line in row.get("vatLines") or ():
            total = EXACT.add(total, line.get(name) or ZERO)
        return total

    return add


ACCOUNT: Columns = {
    "id": "id",
    "balance": NULL,
    "class": _account_class,
    "code": "code",
    "createdDate": "creationDate",
    "currency": Constant("EUR"),
    "debitCreditIndicator": _indicator,
    "description": "description",
    "name": "name",
    "number": "code",
    "parentAccountId": NULL,
    "status": lambda row, _: "ARCHIVED" if row.get("deactivated") else "ACTIVE",
    "type": NULL,
    "updatedDate": changed_text,
}

CREDIT_NOTE_LINE: Columns = {
    "id": "id",
    "createdDate": "creationDate",
    "description": NULL,
    "itemId": "productId",
    "itemName": "productName",
    "quantity": "totalQuantity",
    "taxCode": tax_code,
    "taxRatePercentage": "vatPercentage",
    "totalDiscountAmount": "totalDiscount",
    "totalDiscountPercentage": NULL,
    "totalGrossAmount": "totalLiquid",
    "totalNetAmount": "totalNet",
    "totalTaxAmount": "totalVat",
    "unitAmount": "unitPrice",
    "unitDiscountAmount": NULL,
    "unitDiscountPercentage": "firstDiscount",
    "unitName": lambda row, lookup: lookup.member("UnitOfMeasurement", row.get("unitOfMeasurementId"), "name"),
    "updatedDate": changed_text,
}

CREDIT_NOTE: Columns = {
    "id": "id",
    "addresses": document_addresses,
    "contactId": "customerId",
    "createdDate": "creationDate",
    "creditNoteDate": day_text("documentDate"),
    "creditNoteLines": children("lines", CREDIT_NOTE_LINE),
    "creditNoteNumber": "operationalNumber",
    "currency": Constant("EUR"),
    "paymentStatus": translated("status", PAYMENT_STATUS, "UNKNOWN"),
    "paymentTermId": NULL,
    "reference": "externalReference",
    "status": translated("status", CREDIT_NOTE_STATUS, "OPEN"),
    "totalDiscountAmount": _sum("totalDiscount", "totalCustomerDiscount"),
    "totalDiscountPercentage": NULL,
    "totalGrossAmount": "totalLiquid",
    "totalNetAmount": "totalNet",
    "totalTaxAmount": "totalVat",
    "updatedDate": changed_text,
}

DIMENSION: Columns = {
    "id": "id",
    "categoryName": "categoryName",
    "createdDate": "creationDate",
    "name": "name",
    "status": lambda row, _: "ACTIVE" if row.get("isActive") else "ARCHIVED",
    "updatedDate": changed_text,
}

VENDOR_CREDIT_LINE: Columns = {
    "id": "id",
    "accountId": "purchaseAccountingAccountId",
    "accountNumber": lambda row, lookup: lookup.member(
        "AccountingAccount", row.get("purchaseAccountingAccountId"), "code"
    ),
    "createdDate": "creationDate",
    **dict.fromkeys(("deferredEndDate", "deferredStartDate", "description", "itemId", "itemName"), NULL),
    "dimensions": Constant([]),
    "quantity": NULL,
    "taxCode": tax_code,
    "taxRatePercentage": lambda row, lookup: lookup.member("Tax", row.get("taxId"), "percentage"),
    **dict.fromkeys(("totalDiscountAmount", "totalDiscountPercentage"), NULL),
    "totalGrossAmount": _sum("totalVatBase", "totalVat"),
    "totalNetAmount": "totalVatBase",
    "totalTaxAmount": "totalVat",
    **dict.fromkeys(("unitAmount", "unitDiscountAmount", "unitDiscountPercentage", "unitName"), NULL),
    "updatedDate": changed_text,
}

VENDOR_CREDIT: Columns = {
    "id": "id",
    "accountId": NULL,
    "addresses": Constant([]),
    "contactId": "supplierId",
    "createdDate": "creationDate",
    "currency": Constant("EUR"),
    "deliveryDate": day_text("operationDate"),
    "dueDate": day_text("firstDueDate"),
    "fileId": "fileId",
    "journalCode": NULL,
    "lineItems": children("vatLines", VENDOR_CREDIT_LINE),
    "name": lambda row, lookup: lookup.member("Supplier", row.get("supplierId"), "socialName"),
    "oneLineAddress": one_line_address,
    **dict.fromkeys(("paidDate", "paymentReference", "paymentTermId", "paymentDays", "reference"), NULL),
    "paymentStatus": translated("status", BILL_PAYMENT, "UNKNOWN"),
    **dict.fromkeys(("shippingDate", "shippingType", "taxRule", "taxText"), NULL),
    "status": translated("status", BILL_STATUS, "OPEN"),
    **dict.fromkeys(("totalDiscountAmount", "totalDiscountPercentage"), NULL),
    "totalGrossAmount": "totalLiquid",
    "totalNetAmount": _bill_sum("totalVatBase"),
    "totalTaxAmount": _bill_sum("totalVat"),
    "updatedDate": changed_text,
    "vendorCreditDate": day_text("invoiceDate"),
    "vendorCreditNumber": "invoiceNumber",
}


def dimension_tags(store: Store, company: Company) -> Iterator[Row]:
    """The tags of all dimensions, each with the name and the dates of its dimension."""
    for dimension in store.table(company.id, "Dimension").values():
        for tag in dimension.get("dimensionTags") or ():
            dates = {name: dimension.get(name) for name in ("creationDate", "modificationDate")}
            yield {**tag, **dates, "categoryName": dimension.get("name")}


def is_vendor_credit(row: Row) -> bool:
    """Is a bill one that the supplier owes: negative, or marked as a credit note by its e-invoice (FR)."""
    return bool(row.get("isEInvoiceCreditNote")) or (row.get("totalLiquid") or ZERO) < 0
