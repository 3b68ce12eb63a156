"""Checks of sales documents and bills."""

from typing import Final

from sage_active_cli.audit.bills import EnteredTwice, pending, tax_lines
from sage_active_cli.audit.check import Check, Severity
from sage_active_cli.audit.document_numbers import DocumentNumbers
from sage_active_cli.audit.documents import (
    TOTALS,
    closed_and_not_posted,
    first_due,
    header_totals,
    identities,
    items_are_due,
    items_are_paid,
    line_arithmetic,
    status_fits,
    tax_by_rate,
)
from sage_active_cli.audit.each_row import each_row
from sage_active_cli.audit.references import CreditNotesFit, ReferencesExist

_INVOICES: Final = ("invoices", "credit_notes")
_DOCUMENTS: Final = (*_INVOICES, "quotes", "sales_orders", "delivery_notes")
_HEAD: Final = ("operationalNumber", "documentDate")
_BILL: Final = ("invoiceNumber", "invoiceDate")
_ITEMS: Final = ("openItems.amount", "openItems.paidAmountAccumulated")
_TOTALS: Final = tuple(TOTALS.values())
_LINE_TOTALS: Final = tuple(f"lines.{name}" for name in _TOTALS)


def _of(streams: tuple[str, ...], *members: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(streams, members)


def _of_payables(*members: str) -> dict[str, tuple[str, ...]]:
    """Of everything that has open items."""
    return {**_of(_INVOICES, *_HEAD, *members), "bills": (*_BILL, *members)}


DOCUMENT_CHECKS: Final = (
    Check(
        name="D1",
        title="The eleven totals of a sales document are the sums of its lines",
        severity=Severity.WARNING,
        needs=_of(_DOCUMENTS, *_HEAD, *_TOTALS, *_LINE_TOTALS),
        examine=each_row(header_totals),
        tolerance="0.005, or 0.01 for each line: totals may be rounded by line or by rate",
    ),
    Check(
        name="D2",
        title="Gross, discounts, net, tax, surcharge, withholding and amount due agree",
        severity=Severity.WARNING,
        needs=_of(_DOCUMENTS, *_HEAD, *_TOTALS, "lines.totalNet"),
        examine=each_row(identities),
        tolerance="0.01 for each line",
        exceptions="either of totalFeeSurcharge and totalVatFee may be the surcharge (ES)",
    ),
    Check(
        name="D3",
        title="Quantity times price is gross, and base times rate is tax",
        severity=Severity.NOTICE,
        needs=_of(
            _DOCUMENTS,
            *_HEAD,
            *(
                f"lines.{name}"
                for name in ("totalQuantity", "unitPrice", "totalGross", "totalVatBase", "vatPercentage", "totalVat")
            ),
        ),
        examine=each_row(line_arithmetic),
        tolerance="0.01; of gross 0.005 for each unit, because prices may have more than two decimals",
    ),
    Check(
        name="D4",
        title="The tax of a sales document is that of its rates, or of its lines",
        severity=Severity.WARNING,
        needs=_of(_DOCUMENTS, *_HEAD, "totalVat", "lines.totalVat", "lines.totalVatBase", "lines.vatPercentage"),
        examine=each_row(tax_by_rate),
        tolerance="0.01 for each line; either rule may hold",
    ),
    Check(
        name="D5",
        title="The open items of a posted document are its amount due",
        severity=Severity.WARNING,
        needs={
            **_of_payables("status", "totalLiquid", "openItems.amount"),
            **_of(_INVOICES, *_HEAD, "status", "totalLiquid", "totalWithholding", "openItems.amount"),
        },
        examine=each_row(items_are_due),
        tolerance="0.01",
        exceptions="the sign of credit notes; with or without what is withheld (ES)",
    ),
    Check(
        name="D6",
        title="What is paid of an open item lies between nothing and its amount, as its status says",
        severity=Severity.WARNING,
        needs=_of_payables(*_ITEMS, "openItems.status"),
        examine=each_row(items_are_paid),
        exceptions="an item of nothing",
    ),
    Check(
        name="D7",
        title="The status of a posted document is that of its open items",
        severity=Severity.WARNING,
        needs=_of_payables("status", *_ITEMS),
        examine=each_row(status_fits),
        exceptions="documents without open items",
    ),
    Check(
        name="D8",
        title="The first due date of a posted document is the earliest of its open items",
        severity=Severity.NOTICE,
        needs=_of_payables("status", "firstDueDate", "openItems.dueDate"),
        examine=each_row(first_due),
    ),
    Check(
        name="D9",
        title="Invoices and credit notes that are closed have a number, each once, without gaps in a series",
        severity=Severity.NOTICE,
        needs=_of(_INVOICES, *_HEAD, "status"),
        examine=DocumentNumbers,
        exceptions="a series is what stands before the last digits; numbers that were forced leave gaps",
    ),
    Check(
        name="D10",
        title="The invoice of a credit note exists, is marked as credited, and is not smaller",
        severity=Severity.WARNING,
        needs={
            "invoices": (*_HEAD, "hasCreditNote", "totalLiquid"),
            "credit_notes": (*_HEAD, "sourceSalesInvoiceId", "totalLiquid"),
        },
        examine=CreditNotesFit,
        tolerance="0.01",
        exceptions="the sign of credit notes; with --since invoices that are left out",
    ),
    Check(
        name="D11",
        title="Customers, items, tax rates, suppliers and journals that are referred to exist",
        severity=Severity.WARNING,
        needs={
            **_of(_DOCUMENTS, *_HEAD, "customerId", "lines.productId", "lines.taxId"),
            "bills": (*_BILL, "supplierId"),
            "journal_entries": ("number", "journalTypeId"),
            **_of(("customers", "suppliers", "items", "tax_rates", "journals"), "id"),
        },
        examine=ReferencesExist,
        exceptions="rows that were deleted while they were referred to are findings",
    ),
    Check(
        name="B1",
        title="The amount due of a bill is the sum of its tax lines",
        severity=Severity.WARNING,
        needs={
            "bills": (
                *_BILL,
                "totalLiquid",
                "vatLines.totalVatBase",
                "vatLines.totalVat",
                "vatLines.taxTreatmentId",
            ),
            "tax_treatments": ("isIntracomunity",),
        },
        examine=each_row(tax_lines),
        tolerance="0.01 for each tax line",
        exceptions="the tax of reverse charges; income tax of 7, 15 or 19 % that is withheld (ES)",
    ),
    Check(
        name="B2",
        title="What is pending of a bill is its amount less what is paid",
        severity=Severity.WARNING,
        needs={"bills": (*_BILL, "totalLiquid", "pendingAmount", "openItems.paidAmountAccumulated")},
        examine=each_row(pending),
        tolerance="0.01",
    ),
    Check(
        name="B3",
        title="A supplier's invoice number comes once within 400 days: a bill that is there twice is paid twice",
        severity=Severity.WARNING,
        needs={"bills": (*_BILL, "supplierId")},
        examine=EnteredTwice,
        exceptions="numbers are compared by their letters and digits",
    ),
    Check(
        name="P1",
        title="Documents that are closed and not posted",
        severity=Severity.NOTICE,
        needs=_of(_INVOICES, *_HEAD, "status"),
        examine=each_row(closed_and_not_posted),
    ),
)
