"""Invented sales invoices and credit notes of one company."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.data.documents import NEW_DOCUMENT, line_text, open_amounts, price_line, taken_from_customer
from sage_active_sandbox.data.maker import ANCHOR, FIRST_DAY, Maker, day
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import SPECIAL_TEXTS
from sage_active_sandbox.data.products import LARGE_PRICE
from sage_active_sandbox.data.reference import TERM_LINES, References, payment_term_lines
from sage_active_sandbox.data.totals import ZERO, document_totals, percent
from sage_active_sandbox.store import Row, Table

STATUSES = ("Pending",) * 3 + ("Closed",) * 3 + ("Posted",) * 5 + ("PartiallyCollected",) * 3 + ("Collected",) * 6
CREDIT_NOTE_SHARE = 10
"""One document in so many is a credit note."""

ODD_TYPES = (None, "NONE")
"""Types of sample invoices: a filter on NORMAL would lose them."""


class Invoices:
    """Makes the invoices of one company from its customers and products."""

    def __init__(
        self, market: Market, references: References, maker: Maker, customers: Sequence[Row], products: Sequence[Row]
    ) -> None:
        self._market = market
        self._references = references
        self._maker = maker
        self._customers = customers
        self._customer_dates = sorted(row["creationDate"] or row["modificationDate"] for row in customers)
        self._products = products
        self._rates = {rate["groupId"]: rate for rate in references.rates.values()}
        self._by_id = {row["id"]: row for row in customers}
        self._numbers: dict[str, int] = {}
        issued = BOOKS[market.code].issued
        self._treatments = {references.tax_groups[group]: references.treatments[code] for group, code in issued.items()}

    def invoices(self, count: int, *, samples: bool) -> Table:
        """Invoices, then the credit notes for some of them; with ``samples`` some carry awkward values."""
        if not self._customers:
            return {}
        dates = self._maker.creation_dates(count - count // CREDIT_NOTE_SHARE)
        rows = [self._invoice(index, created, samples=samples) for index, created in enumerate(dates)]
        if samples:
            rows[1].update(remarks="".join(SPECIAL_TEXTS), comments=SPECIAL_TEXTS[2])
            for row, kind in zip(rows[2:], ODD_TYPES, strict=False):
                row["type"] = kind
        creditable = [row for row in rows if row["status"] != "Pending" and row["type"] == "NORMAL"]
        step = max(1, len(creditable) // max(1, count // CREDIT_NOTE_SHARE))
        notes = [self._credit_note(source) for source in creditable[::step][: count // CREDIT_NOTE_SHARE]]
        return {row["id"]: row for row in rows + notes}

    def advances(self, product: Row, count: int) -> Table:
        """Advance invoices over the hidden product, each followed by the invoice that deducts it."""
        maker, rows = self._maker, []
        for created in maker.creation_dates(count if self._customers else 0):
            customer = self._customers[int(maker.rng.random() * max(1, bisect_right(self._customer_dates, created)))]
            advance = self._document(customer, created, "PAYMENT_IN_ADVANCE", "Collected")
            price = maker.decimal(100, 900, 2)
            advance["lines"] = [self._plain_line(advance, 1, product, Decimal(1), price)]
            later = min(created + timedelta(days=maker.rng.randint(10, 60)), ANCHOR - timedelta(days=1))
            final = self._document(customer, later, "NORMAL", maker.pick(("Posted", "PartiallyCollected", "Collected")))
            item = self._product(0, 2) or product
            deduction = self._plain_line(final, 2, product, Decimal(-1), price)
            deduction.update(_advanceId=advance["id"], availableForCreditNoteQuantity=ZERO)
            final["lines"] = [self._plain_line(final, 1, item, Decimal(2), price), deduction]
            rows += [advance, final]
        for row in rows:
            self._complete(row)
        return {row["id"]: row for row in rows}

    def _plain_line(self, document: Row, order: int, product: Row, quantity: Decimal, price: Decimal) -> Row:
        """A line without discount."""
        usual = self._references.rates[self._market.tax_groups[0].code]
        rate = self._rates.get(product["taxGroupId"], usual)
        line = self._maker.row(
            document["creationDate"],
            {
                "productId": product["id"],
                "productCode": product["code"],
                "productName": line_text(product),
                "order": order,
                "unitOfMeasurementId": product["unitOfMeasurementId"],
                "totalQuantity": quantity,
                "unitPrice": price,
                "firstDiscount": None,
                "taxTreatmentId": self._treatments[rate["groupId"]],
            },
        )
        price_line(document, line, product, rate)
        return line

    def _invoice(self, index: int, created: datetime, *, samples: bool) -> Row:
        maker = self._maker
        known = max(1, bisect_right(self._customer_dates, created))
        customer = self._customers[int(maker.rng.random() * known)]
        status = maker.pick(STATUSES)
        row = self._document(customer, created, "NORMAL", status)
        row["discount"] = maker.decimal(1, 3, 1) if maker.chance(0.1) else None
        row["lines"] = [
            self._line(row, order, self._product(index if samples else None, order))
            for order in range(1, maker.pick((1, 1, 2, 2, 3, 4, 5)) + 1)
        ]
        self._complete(row)
        return row

    def _credit_note(self, source: Row) -> Row:
        maker = self._maker
        created = maker.between(source["creationDate"], ANCHOR)
        row = self._document(self._by_id[source["customerId"]], created, "CREDIT_NOTE", maker.pick(STATUSES))
        row["discount"] = source["discount"]
        row["sourceSalesInvoiceId"] = source["id"]
        source["hasCreditNote"] = True
        for line in source["lines"][: maker.rng.randint(1, len(source["lines"]))]:
            credited = dict(line, salesInvoiceId=row["id"], availableForCreditNoteQuantity=Decimal(0))
            credited.update(id=maker.uuid(), creationDate=created, modificationDate=None)
            line["availableForCreditNoteQuantity"] = Decimal(0)
            row["lines"].append(credited)
        self._complete(row)
        return row

    def _document(self, customer: Row, created: datetime, kind: str, status: str) -> Row:
        maker, references, market = self._maker, self._references, self._market
        pending = status == "Pending"
        # No exercise is there for earlier ones.
        document_date = max(day(created) - timedelta(days=maker.rng.randint(0, 2)), FIRST_DAY)
        terms = maker.pick(TERM_LINES)
        return maker.row(
            created,
            {
                **NEW_DOCUMENT,
                **taken_from_customer(customer),
                "sourceType": maker.pick(("SALES", "SALES", "PUBLIC_API")),
                "documentDate": document_date,
                "operationalNumber": None if pending else self._number(document_date.year),
                "operationalNumberPresetTextId": references.presets["INVOICE"]["id"],
                "status": status,
                "lines": [],
                "comments": maker.pick(SPECIAL_TEXTS) if maker.chance(0.05) else None,
                "externalReference": f"PO-{maker.digits('######')}" if maker.chance(0.6) else None,
                "documentLanguage": market.language,
                "operationDate": document_date if maker.chance(0.7) else None,
                "salesOrderNumber": f"WEB-{maker.digits('########')}" if maker.chance(0.3) else None,
                "type": kind,
                "openItems": [],
                "paymentTermLines": payment_term_lines(maker, created, terms, maker.pick(references.payment_means)),
                **self._electronic(created, pending=pending),
            },
        )

    def _product(self, index: int | None, order: int) -> Row | None:
        if not self._products or (index is None and self._maker.chance(0.05)):
            return None
        if index == 0 and order == 1:
            return self._products[0]
        ordinary = self._products[2:] if index is not None else self._products
        return self._maker.pick(ordinary) if ordinary else None

    def _line(self, document: Row, order: int, product: Row | None) -> Row:
        maker, references, market = self._maker, self._references, self._market
        usual = references.rates[market.tax_groups[0].code]
        rate = self._rates.get(product["taxGroupId"], usual) if product else usual
        quantity = maker.decimal(1, 40, maker.pick((0, 0, 2, 3)))
        if product is not None and product["salesUnitPrice"] == LARGE_PRICE:
            quantity = Decimal(1)
        price = product["salesUnitPrice"] if product else maker.decimal(5, 90, 2)
        discount = maker.decimal(1, 15, 2) if maker.chance(0.15) else None
        line = maker.row(
            document["creationDate"],
            {
                "productId": product["id"] if product else None,
                "productCode": product["code"] if product else None,
                "productName": maker.pick(market.adjectives) if product is None else line_text(product),
                "order": order,
                "unitOfMeasurementId": product["unitOfMeasurementId"] if product else references.units["UNIT"],
                "totalQuantity": quantity,
                "unitPrice": price,
                "firstDiscount": discount,
                "taxTreatmentId": self._treatments[rate["groupId"]],
            },
        )
        price_line(document, line, product or {}, rate)
        return line

    def _complete(self, document: Row) -> None:
        document.update(document_totals(document["lines"]))
        if document["status"] == "Pending":
            return
        maker = self._maker
        for position, values in enumerate(open_amounts(document)):
            paid, status = self._payment(document["status"], values["amount"], position)
            values |= {"paidAmountAccumulated": paid, "status": status}
            item = maker.row(document["creationDate"], values)
            if values["status"] == "NOT_SPECIFIED":
                item["modificationDate"] = None
            document["openItems"].append(item)
        document["firstDueDate"] = min(item["dueDate"] for item in document["openItems"])
        for notice in document["eInvoice"]:
            notice["salesInvoiceId"] = document["id"]

    def _payment(self, status: str, amount: Decimal, position: int) -> tuple[Decimal, str]:
        if status == "Collected":
            return amount, "COLLECTED"
        if status == "PartiallyCollected" and position == 0:
            return percent(amount, Decimal(40)), "PARTIAL"
        return ZERO, "NOT_SPECIFIED"

    def _electronic(self, created: datetime, *, pending: bool) -> Row:
        maker = self._maker
        sent = self._market.code == "FR" and not pending and maker.chance(0.3)
        status = maker.pick(("SUBMITTED", "RECEIVED_BY_PLATFORM", "APPROVED", "REJECTED")) if sent else None
        notice = {
            "id": maker.uuid(),
            "creationDate": maker.between(created, ANCHOR),
            "status": status,
            "rejectedReason": "Adresse inconnue" if status == "REJECTED" else None,
            "traceParent": None,
        }
        return {
            "eInvoiceId": notice["id"] if sent else None,
            "eInvoicingStatus": status,
            "regulatoryBillingFramework": maker.pick(("B1", "S1")) if self._market.code == "FR" else None,
            "shouldSendViaElectronicInvoicing": sent,
            "eInvoice": [notice] if sent else [],
        }

    def _number(self, year: int) -> str:
        prefix = f"{self._references.presets['INVOICE']['presetText']}{year}-"
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}{self._numbers[prefix]:05}"
