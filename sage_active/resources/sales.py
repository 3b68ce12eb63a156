"""Sales: documents, their lines and open items, price lists and discounts.

What is not final: docs/reference/documents.md, "Lifecycle" and "Open items".
"""

from dataclasses import replace
from typing import Final

from sage_active.markets import DIRECT, MAESN
from sage_active.resources import credit_notes, planned_at_maesn
from sage_active.resources.external_effects import ExternalEffect
from sage_active.resources.lifecycle import Journal, Lifecycle, Operation, RecordName, Step
from sage_active.resources.offers import DIRECT_ALL, EVERYWHERE, PLANNED_AT_MAESN, READ_EVERYWHERE, UPDATES_PLANNED
from sage_active.resources.open_documents import UNPAID_AT_MAESN, not_yet
from sage_active.resources.resource import DirectResource, MaesnResource, Member, Resource
from sage_active.resources.rules import Rule
from sage_active.resources.sales_documents import (
    NUMBERS,
    OF_QUOTES,
    OPEN_OR_CLOSED,
    QUOTE,
    WITHOUT_KIND,
    origin_rules,
    origins,
)
from sage_active.resources.uploading import Printing

_CREDIT_NOTE: Final = Member("CREDIT_NOTE")
_BY_US: Final = ("sourceType", "PUBLIC_API")
# A customer's open item ends as collected, that of a credit note perhaps as paid.
SETTLED: Final = (Member("COLLECTED"), Member("PAID"))

_INVOICE: Final = Lifecycle(
    member="status",
    initial="Pending",
    editable=frozenset({"Pending"}),
    deletable=frozenset({"Pending"}),
    steps=(
        Step(act=Operation.CLOSE, source="Pending", target="Closed", final=True),
        Step(
            act=Operation.POST,
            source="Closed",
            target="Posted",
            inputs={"accountingEntryDescription": RecordName(200), "journalTypeId": Journal("SALES_INVOICE")},
            final=True,
        ),
    ),
    states={"draft": "Pending", "closed": "Closed", "posted": "Posted"},
    later={"PartiallyCollected": "posted", "Collected": "posted"},
    created_with={"operationalNumber": "Closed"},
)
_EFFECTS: Final = (
    ExternalEffect("shouldSendViaElectronicInvoicing", "submits an e-invoice when it is posted", frozenset({"FR"})),
    ExternalEffect("canGeneratePaymentLink", "makes a payment link when it is posted"),
)
_OF_INVOICES: Final = (
    Rule(
        path="type",
        test="forbidden",
        value=("CREDIT_NOTE",),
        reason="is a credit note: write it to `credit_notes`, which are made from the invoice that they credit",
        code="document-type",
    ),
    Rule(
        path="type",
        test="forbidden",
        value=("PAYMENT_IN_ADVANCE",),
        reason="is an advance invoice: these cannot be written",
        code="document-type",
    ),
    Rule(
        path="lines.originId",
        test="forbidden",
        reason="deducts an advance invoice: these cannot be written",
        code="deduction",
        # With it, the line comes from an order or another document.
        when={"originType": None},
    ),
)

SALES: Final = (
    Resource(
        name="invoices",
        direct=DirectResource(
            root="salesInvoices",
            type="SalesInvoice",
            # An `in` list would lose invoices whose type is NONE, null or new.
            where={"or": [{"type": {"neq": _CREDIT_NOTE}}, {"type": {"eq": None}}]},
            open_documents=not_yet("status", "Collected"),
            document_keys=("externalReference", "salesOrderNumber"),
            marker="remarks",
            created_by_us=_BY_US,
            lifecycle=_INVOICE,
            numbering=NUMBERS["INVOICE"],
            external_effects=_EFFECTS,
            rules=(*_OF_INVOICES, *origin_rules("QUOTE", "ORDER", "DELIVERY_NOTE")),
            origins=origins("QUOTE", "ORDER", "DELIVERY_NOTE"),
        ),
        maesn=MaesnResource(
            path="invoices",
            record="Invoice",
            key="invoiceId",
            dates=("updatedDate", "createdDate"),
            other_key="id",
            order={"orderField": "createdDate", "orderDir": "ASC"},
            open_documents=UNPAID_AT_MAESN,
            document_keys=("reference", "invoiceNumber"),
            lifecycle=Lifecycle(
                member="status", initial="DRAFT", editable=frozenset({"DRAFT"}), states={"draft": "DRAFT"}
            ),
        ),
        cells=UPDATES_PLANNED,
        built=EVERYWHERE,
        printing=Printing(kind="SALES_INVOICE", numbers={DIRECT: "operationalNumber", MAESN: "invoiceNumber"}),
        suggested=True,
        start_date=True,
    ),
    Resource(
        name="credit_notes",
        direct=DirectResource(
            root="salesInvoices",
            type="SalesInvoice",
            where={"type": {"eq": _CREDIT_NOTE}},
            # Which of the two a settled credit note has is not published.
            open_documents=not_yet("status", "Collected", "Paid"),
            marker="remarks",
            created_by_us=_BY_US,
            # Whether a draft that is deleted gives back what it credits is not known, so that none is.
            lifecycle=replace(_INVOICE, deletable=frozenset(), created_with={}),
            numbering=NUMBERS["INVOICE"],
            external_effects=_EFFECTS,
            generation=credit_notes.GENERATION,
            operations=credit_notes.operations(_EFFECTS),
            rules=credit_notes.RULES,
            # They refer to their invoices.
            lookup="by_key",
        ),
        maesn=planned_at_maesn.CREDIT_NOTES,
        cells=PLANNED_AT_MAESN,
        built=READ_EVERYWHERE | DIRECT_ALL,
        suggested=True,
        start_date=True,
    ),
    # Lines of credit notes and of drafts as well: `salesInvoiceId` tells whose they are.
    Resource(
        name="invoice_lines",
        direct=DirectResource(root="salesInvoiceLines", type="SalesInvoiceLine"),
        start_date=True,
    ),
    Resource(
        name="invoice_open_items",
        direct=DirectResource(
            root="salesInvoiceOpenItems",
            type="SalesInvoiceOpenItem",
            open_documents=not_yet("status", *SETTLED),
        ),
        suggested=True,
        start_date=True,
    ),
    Resource(
        name="sales_orders",
        direct=DirectResource(
            root="salesOrders",
            type="SalesOrder",
            open_documents=not_yet("status", "Closed"),
            document_keys=("externalReference",),
            marker="remarks",
            created_by_us=_BY_US,
            lifecycle=OPEN_OR_CLOSED,
            numbering=NUMBERS["ORDER"],
            rules=(WITHOUT_KIND, *origin_rules("QUOTE")),
            origins=origins("QUOTE"),
            untouched_line=("status", "Pending"),
        ),
        built=DIRECT_ALL,
        start_date=True,
    ),
    Resource(
        name="sales_order_lines",
        direct=DirectResource(
            root="salesOrderLines", type="SalesOrderLine", open_documents=not_yet("status", "Completed")
        ),
        start_date=True,
    ),
    Resource(
        name="quotes",
        direct=DirectResource(
            root="salesQuotes",
            type="SalesQuote",
            open_documents=not_yet("status", "Closed", "Declined"),
            document_keys=("externalReference",),
            marker="remarks",
            created_by_us=_BY_US,
            lifecycle=QUOTE,
            numbering=NUMBERS["QUOTE"],
            rules=OF_QUOTES,
            untouched_line=("status", "Pending"),
        ),
        built=DIRECT_ALL,
        start_date=True,
    ),
    Resource(
        name="delivery_notes",
        direct=DirectResource(
            root="salesDeliveryNotes",
            type="SalesDeliveryNote",
            open_documents=not_yet("status", "Closed"),
            document_keys=("externalReference",),
            marker="remarks",
            created_by_us=_BY_US,
            lifecycle=OPEN_OR_CLOSED,
            numbering=NUMBERS["DELIVERY_NOTE"],
            rules=(WITHOUT_KIND, *origin_rules("QUOTE", "ORDER")),
            origins=origins("QUOTE", "ORDER"),
        ),
        built=DIRECT_ALL,
        start_date=True,
    ),
    Resource(
        name="document_links",
        direct=DirectResource(root="relatedSalesDocuments", type="RelatedSalesDocument"),
        start_date=True,
    ),
    Resource(name="price_lists", direct=DirectResource(root="salesTariffs", type="SalesTariff")),
    Resource(name="discount_groups", direct=DirectResource(root="salesDiscounts", type="SalesDiscountGroup")),
)
