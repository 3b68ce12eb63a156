"""Invented bills of one company: typed, sent through the API, read from files, received electronically.

Source: docs/reference/files.md, "List of files".
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.documents import WITHHOLDING, due_date
from sage_active_sandbox.data.maker import ANCHOR, FIRST_DAY, Maker, day
from sage_active_sandbox.data.purchase_postings import amount_due
from sage_active_sandbox.data.totals import ZERO, instalments, percent
from sage_active_sandbox.store import Row, Table

STATUSES = ("Pending",) * 2 + ("Closed",) + ("Posted",) * 6 + ("PartiallyPaid",) * 3 + ("Paid",) * 8
POSTED = frozenset({"Posted", "PartiallyPaid", "Paid"})
WITHOUT_ITEMS = frozenset({"Pending", "Uploading", "SbdRejected", "AwaitingDecision", "Refused"})
READ_FROM_FILE = ("AP_AUTOMATION", "EMAIL_AP_AUTOMATION", "SAGE_MOBILE_APP_AP_AUTOMATION", "PUBLIC_API_AP_AUTOMATION")
UNREAD = "sales.businessErrors.simplifiedPurchaseInvoiceOcrStatusErrorMessage"
SAMPLE_BILLS = 8
"""From this many bills on the last ones are samples of files that were not read and of decisions to be made (FR)."""

PARTLY_PAID = Decimal(40)


class Bills:
    """Makes the bills of one company from its suppliers; ``rates`` are the current rates by tax group code."""

    def __init__(self, books: Books, maker: Maker, suppliers: Sequence[Row], rates: dict[str, Row]) -> None:
        self._books = books
        self._maker = maker
        self._suppliers = suppliers
        self._dates = sorted(row["creationDate"] for row in suppliers)
        self._rates = rates

    def bills(self, count: int) -> Table:
        """Bills in the order of their creation."""
        if not self._suppliers:
            return {}
        rows = [self._bill(index, created) for index, created in enumerate(self._maker.creation_dates(count))]
        if count >= SAMPLE_BILLS:
            self._set_samples(rows)
        return {row["id"]: row for row in rows}

    def _bill(self, index: int, created: datetime) -> Row:
        maker, books = self._maker, self._books
        supplier = self._suppliers[int(maker.rng.random() * max(1, bisect_right(self._dates, created)))]
        status = maker.pick(STATUSES)
        # No exercise is there for earlier ones.
        invoice_date = max(day(created) - timedelta(days=maker.rng.randint(0, 5)), FIRST_DAY)
        source = maker.pick((None, None, "PUBLIC_API", maker.pick(READ_FROM_FILE)))
        file_id = f"{maker.rng.getrandbits(128):032x}.pdf" if source in READ_FROM_FILE else None
        cash_vat = books.spec.pending_input_tax is not None and bool(supplier.get("vatCriterion"))
        row = maker.row(
            created,
            {
                "sourceType": source,
                "invoiceDate": invoice_date,
                "firstDueDate": None,
                "invoiceNumber": f"{supplier['code'][-3:]}-{invoice_date.year}-{index + 1:05}",
                "operationDate": invoice_date if maker.chance(0.6) else None,
                "supplierId": supplier["id"],
                "pendingAmount": ZERO,
                "status": status,
                "description": None,
                "totalLiquid": ZERO,
                "hasCashVat": cash_vat if books.market.code != "ES" else None,
                "fileId": file_id,
                "fileName": f"bill-{index + 1:05}" if file_id else None,
                "vatLines": [],
                "openItems": [],
                "eInvoiceId": None,
                "isEInvoice": False,
                "isEInvoiceCreditNote": False,
                "eInvoicingStatus": None,
            },
        )
        row["vatLines"] = self._vat_lines(row, supplier)
        row["totalLiquid"] = self._total(row, supplier)
        self._add_items(row, supplier)
        if maker.chance(0.3):
            self._receive_electronically(row)
        return row

    def _vat_lines(self, bill: Row, supplier: Row) -> list[Row]:
        maker, books = self._maker, self._books
        choices = books.spec.bills if _domestic(books, supplier) else books.spec.bills[:1]
        groups = [choices[0] if maker.chance(0.75) else maker.pick(choices)]
        if maker.chance(0.25):
            groups += [choice for choice in choices if choice is not groups[0]][:1]
        lines = []
        for group, accounts in groups:
            rate = self._rates[group]
            base = maker.decimal(20, 2500, 2)
            treatment = self._treatment(supplier, rate)
            export = treatment is None
            lines.append(
                maker.row(
                    bill["creationDate"],
                    {
                        "totalVat": ZERO if export else percent(base, rate["percentage"]),
                        "totalVatBase": base,
                        "invoiceDate": bill["invoiceDate"],
                        "taxId": rate["id"],
                        "taxTreatmentId": treatment["id"] if treatment else None,
                        "purchaseAccountingAccountId": books.roles[maker.pick(accounts)],
                        "transactionCategoryId": supplier.get("transactionCategoryId"),
                    },
                )
            )
        return lines

    def _treatment(self, supplier: Row, rate: Row) -> Row | None:
        """Reverse charge within the EU, nothing beyond, else the treatment of the rate."""
        if _domestic(self._books, supplier):
            return self._books.received(rate["id"])
        return self._books.treatments[self._books.spec.reverse_charge] if supplier.get("viesCode") else None

    def _total(self, bill: Row, supplier: Row) -> Decimal:
        if supplier.get("personalIncomeTax") and _domestic(self._books, supplier):
            bill["_withheld"] = percent(sum((line["totalVatBase"] for line in bill["vatLines"]), ZERO), WITHHOLDING)
        return amount_due(self._books, bill["vatLines"], bill.get("_withheld", ZERO))

    def _add_items(self, bill: Row, supplier: Row) -> None:
        maker, status = self._maker, bill["status"]
        bill["pendingAmount"] = bill["totalLiquid"]
        terms: list[dict[str, Any]] = supplier["paymentTermLines"] or [{}]
        dues = [due_date(bill["invoiceDate"], term) for term in terms]
        bill["firstDueDate"] = min(dues)
        if status in WITHOUT_ITEMS:
            return
        amounts = instalments(bill["totalLiquid"], terms)
        for position, (term, due, amount) in enumerate(zip(terms, dues, amounts, strict=True)):
            paid, state = ZERO, "NOT_SPECIFIED"
            if status == "Paid":
                paid, state = amount, "PAID"
            elif status == "PartiallyPaid" and position == 0:
                paid, state = percent(amount, PARTLY_PAID), "PARTIAL"
            item = maker.row(
                bill["creationDate"],
                {
                    "amount": amount,
                    "paidAmountAccumulated": paid,
                    "dueDate": due,
                    "status": state,
                    "paymentMeanId": term.get("paymentMeanId"),
                },
            )
            if state == "NOT_SPECIFIED":
                item["modificationDate"] = None
            bill["openItems"].append(item)
            bill["pendingAmount"] -= paid

    def _receive_electronically(self, bill: Row) -> None:
        """French bills that come through the platform (docs/reference/purchases.md, "Bills")."""
        if self._books.market.code != "FR" or bill["sourceType"] in READ_FROM_FILE:
            return
        bill.update(
            sourceType="E_INVOICING_AP_AUTOMATION",
            eInvoiceId=self._maker.uuid(),
            isEInvoice=True,
            eInvoicingStatus="RECEIVED",
            fileId=f"{self._maker.rng.getrandbits(128):032x}.pdf",
            fileName=f"e-invoice-{bill['invoiceNumber']}",
        )

    def _set_samples(self, rows: list[Row]) -> None:
        french = self._books.market.code == "FR"
        samples = ("Uploading", "SbdRejected", *(("AwaitingDecision", "Refused") if french else ()))
        for row, status in zip(reversed(rows), samples, strict=False):
            row.update(status=status, openItems=[], pendingAmount=row["totalLiquid"])
            if status in ("Uploading", "SbdRejected"):
                row.update(sourceType="AP_AUTOMATION", description=UNREAD, isEInvoice=False, eInvoiceId=None)
                row.update(eInvoicingStatus=None, fileName=f"scan-{row['id'][:8]}")
                row["fileId"] = row["fileId"] or f"{row['id'].replace('-', '')}.pdf"
            else:
                row.update(sourceType="E_INVOICING_AP_AUTOMATION", isEInvoice=True, eInvoiceId=self._maker.uuid())
                row.update(eInvoicingStatus="REFUSED" if status == "Refused" else "RECEIVED")
                row.update(isEInvoiceCreditNote=status == "AwaitingDecision")
        open_year = [row for row in rows if row["status"] == "Posted" and row["invoiceDate"].year == ANCHOR.year - 1]
        for row in open_year[-1:]:
            _turn(row)


def _turn(bill: Row) -> None:
    """A negative bill: nobody says whether there are such.

    Source: docs/reference/objects.md, "Disputed shapes"; switch negative_bills.
    """
    for holder, members in (
        (bill, ("totalLiquid", "pendingAmount", "_withheld")),
        *((line, ("totalVat", "totalVatBase")) for line in bill["vatLines"]),
        *((item, ("amount",)) for item in bill["openItems"]),
    ):
        for name in members:
            if holder.get(name):
                holder[name] = -holder[name]


def _domestic(books: Books, supplier: Row) -> bool:
    return supplier.get("countryAcronym") in (None, books.market.code)
