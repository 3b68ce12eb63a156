"""Invented quotes, orders and delivery notes, what became of them, and the links between documents.

They stand in front of invoices: an invoice's customer and lines are those of the documents that led to it.

Source: docs/reference/documents.md, "Links between documents".
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.maker import Maker, day
from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.store import Row, Table

INVOICE_MEMBERS = frozenset(
    {
        "operationDate",
        "salesOrderNumber",
        "type",
        "salesInvoiceTemplateId",
        "hasCreditNote",
        "firstDueDate",
        "createdInSoftwareVersion",
        "openItems",
        "printNameOnPdf",
        "specialMention",
        "canGeneratePaymentLink",
        "paymentTermLines",
        "sourceSalesInvoiceId",
        "eInvoiceId",
        "eInvoicingAddressTypeCustomer",
        "eInvoicingAddressCustomer",
        "eInvoicingStatus",
        "regulatoryBillingFramework",
        "shouldSendViaElectronicInvoicing",
        "eInvoice",
    }
)
"""Members that only invoices have."""

NOT_COPIED = frozenset({"salesInvoiceId", "availableForCreditNoteQuantity", "_advanceId"})
"""Members of an invoice's line that only these have."""

QUOTE, ORDER, NOTE = "SalesQuote", "SalesOrder", "SalesDeliveryNote"
OPERATIONS = {QUOTE: "QUOTE", ORDER: "ORDER", NOTE: "DELIVERY_NOTE"}
PARENTS = {QUOTE: "salesQuoteId", ORDER: "salesOrderId", NOTE: "salesDeliveryNoteId"}

WAYS: tuple[tuple[str, ...], ...] = (
    (QUOTE, ORDER, NOTE),
    (ORDER,),
    (NOTE,),
    (QUOTE,),
    (QUOTE, ORDER),
    (ORDER, NOTE),
    (),
)
"""How invoices come about, one after the other; the last way starts with the invoice."""

OPEN = (
    (QUOTE, "Pending"),
    (QUOTE, "Declined"),
    (ORDER, "Pending"),
    (ORDER, "Partial"),
    (NOTE, "Pending"),
)
"""Documents that did not become invoices, one of each after so many invoices as there are ways."""

LEAD_SHARE = 0.3
"""Share of the open quotes that go to somebody who is not yet a customer."""

INVOICE_KINDS = {"CREDIT_NOTE": "CREDIT_NOTE", "PAYMENT_IN_ADVANCE": "ADVANCE_INVOICE"}


class Orders:
    """Makes the documents that stand in front of a company's invoices."""

    def __init__(self, maker: Maker, presets: Mapping[str, Row], invoices: Sequence[Row]) -> None:
        self._maker = maker
        self._presets = presets
        self._invoices = invoices
        self._counts: dict[str, int] = {}
        self._tables: dict[str, Table] = {QUOTE: {}, ORDER: {}, NOTE: {}, "RelatedSalesDocument": {}}

    def tables(self) -> dict[str, Table]:
        """The tables of the three kinds of documents and of the links."""
        ordinary = [row for row in self._invoices if row["sourceSalesInvoiceId"] is None]
        for position, invoice in enumerate(ordinary):
            self._lead_to(invoice, WAYS[position % len(WAYS)])
            if position % len(WAYS) < len(OPEN):
                kind, status = OPEN[position % len(WAYS)]
                self._open_document(kind, status, invoice)
        for invoice in self._invoices:
            if invoice["sourceSalesInvoiceId"]:
                self._link(invoice, "CREDIT_NOTE", invoice["sourceSalesInvoiceId"], "INVOICE")
            if invoice["salesInvoiceTemplateId"]:
                self._link(invoice, "INVOICE", invoice["salesInvoiceTemplateId"], "SALES_INVOICE_TEMPLATE")
            for line in invoice["lines"]:
                if line.get("_advanceId"):
                    self._link(invoice, "INVOICE", line["_advanceId"], "ADVANCE_INVOICE")
        return self._tables

    def _lead_to(self, invoice: Row, way: tuple[str, ...]) -> None:
        origin: Row | None = None
        origin_kind = ""
        for steps, kind in enumerate(way):
            document = self._document(kind, invoice, (len(way) - steps) * 4)
            document["status"] = "Closed"
            for line in document["lines"]:
                self._set_pending(line, kind, ZERO, "Completed")
            if origin is not None:
                self._follow(kind, document, origin)
                self._link(document, OPERATIONS[kind], origin["id"], origin_kind)
            origin, origin_kind = document, OPERATIONS[kind]
        if origin is not None:
            self._link(invoice, INVOICE_KINDS.get(invoice["type"] or "", "INVOICE"), origin["id"], origin_kind)

    def _open_document(self, kind: str, status: str, model: Row) -> None:
        document = self._document(kind, model, 2)
        document["status"] = "Declined" if status == "Declined" else "Pending"
        if kind == QUOTE and self._maker.chance(LEAD_SHARE):
            document["customerId"] = None
        document["declinedReason" if kind == QUOTE else "remarks"] = "-" if status == "Declined" else None
        for position, line in enumerate(document["lines"]):
            quantity = line["totalQuantity"]
            if status == "Partial" and position == 0:
                self._set_pending(line, kind, (quantity / 2).quantize(Decimal("0.001")), "Partial")
            else:
                self._set_pending(line, kind, quantity, "Declined" if status == "Declined" else "Pending")

    def _document(self, kind: str, model: Row, days: int) -> Row:
        maker = self._maker
        created = model["creationDate"] - timedelta(days=days, minutes=maker.rng.randint(0, 600))
        values: dict[str, Any] = {name: value for name, value in model.items() if name not in INVOICE_MEMBERS}
        operation = OPERATIONS[kind]
        values.update(
            id=maker.uuid(),
            creationDate=created,
            modificationDate=None if maker.chance(0.5) else model["creationDate"],
            documentDate=day(created),
            operationalNumberPresetTextId=self._presets[operation]["id"],
            operationalNumber=self._number(operation, created.year),
        )
        if kind == QUOTE:
            values["declinedReason"] = None
        values["lines"] = [self._line(kind, values, line) for line in model["lines"]]
        self._tables[kind][values["id"]] = values
        return values

    def _line(self, kind: str, document: Row, model: Row) -> Row:
        line = dict(model)
        for name in NOT_COPIED & line.keys():
            del line[name]
        line.update(
            id=self._maker.uuid(),
            creationDate=document["creationDate"],
            modificationDate=None,
            **{PARENTS[kind]: document["id"]},
        )
        return line

    def _set_pending(self, line: Row, kind: str, quantity: Decimal, status: str) -> None:
        if kind != NOTE:
            line.update(pendingQuantity=quantity, status=status)
        if kind == ORDER:
            line.setdefault("salesQuoteLineId", None)

    def _follow(self, kind: str, document: Row, origin: Row) -> None:
        if kind == ORDER:
            for line, before in zip(document["lines"], origin["lines"], strict=True):
                line["salesQuoteLineId"] = before["id"]

    def _link(self, document: Row, kind: str, origin_id: str, origin_kind: str) -> None:
        link = {
            "id": self._maker.uuid(),
            "creationDate": document["creationDate"],
            "modificationDate": None,
            "documentDate": document["documentDate"],
            "documentId": document["id"],
            "operationalNumber": document["operationalNumber"],
            "documentType": kind,
            "status": document["status"],
            "totalLiquid": document["totalLiquid"],
            "originId": origin_id,
            "originDocumentType": origin_kind,
        }
        self._tables["RelatedSalesDocument"][link["id"]] = link

    def _number(self, operation: str, year: int) -> str:
        prefix = f"{self._presets[operation]['presetText']}{year}-"
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]:05}"
