"""Payments of documents that are posted in a company of the sandbox, and what its books say of them afterwards."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.switches import Switches
from sage_active_sandbox.writing.operations import OPERATIONS
from sage_active_sandbox.writing.target import Target

Data = dict[str, Any]
DATED = datetime(2026, 2, 3, tzinfo=timezone.utc)
METHODS = [books.bank_names[0] for books in BOOKS.values()]
AMOUNTS = ("100.00", "19.99", "7.10", "1234.56")


@dataclass(frozen=True)
class Side:
    """What sets payments of customers and of suppliers apart."""

    stream: str
    mutation: str
    items: str
    party: str
    code: str
    document: str
    number: str
    type_name: str
    prefix: str

    @property
    def party_type(self) -> str:
        """What the sandbox calls the third parties."""
        return self.party.title()


SALES = Side(
    "payments",
    "salesOpenItemSettlement",
    "salesOpenItemLinkagePaidAmounts",
    "customer",
    "29001",
    "invoice",
    "operationalNumber",
    "SalesInvoice",
    "IN-",
)
PURCHASES = Side(
    "bill_payments",
    "purchaseOpenItemSettlement",
    "purchaseOpenItemLinkagePaidAmounts",
    "supplier",
    "89001",
    "bill",
    "invoiceNumber",
    "PurchaseInvoice",
    "OUT-",
)
SIDES = {side.stream: side for side in (SALES, PURCHASES)}


class PaymentRecords:
    """Posts documents in a company, and makes records that pay them."""

    def __init__(self, sandbox: Sandbox, company: Company, side: Side = SALES) -> None:
        self._sandbox = sandbox
        self._company = company
        self.side = side
        # The documents are there whatever the sandbox does later.
        self._target = Target(sandbox.store, company, Switches())
        methods = sandbox.store.table(company.id, "PaymentMethod").values()
        self.method = str(next(row["referenceName"] for row in methods if row["type"] == "BANK_ACCOUNT"))
        self.cash = str(next(row["referenceName"] for row in methods if row["type"] == "CASH"))
        self._parties: dict[str, str] = {}

    @property
    def options(self) -> Data:
        """What these records need of the configuration."""
        return {
            "final_acts": {"objects": [self.side.stream], "pilot": 0},
            "allow_payments": {"methods": [self.method]},
        }

    @property
    def journal_code(self) -> str:
        """That of the journal in which invoices are posted."""
        return str(self._journal("SALES_INVOICE")["code"])

    def party(self, code: str = "") -> str:
        """The id of a third party, which is created if it is not there."""
        code = code or self.side.code
        if code not in self._parties:
            kind = self.side.party_type
            values = {"code": code, "socialName": f"{kind} {code}", "addresses": []}
            values["countryAcronym"] = self._company.market
            self._parties[code] = self._done(f"create{kind}", values)["id"]
        return self._parties[code]

    def posted(self, number: int, amount: Decimal | None = None, code: str = "") -> Row:
        """A document that is posted, with one open item."""
        net = Decimal(AMOUNTS[number % len(AMOUNTS)]) if amount is None else amount
        party = self.party(code)
        if self.side is SALES:
            return self._invoice(party, net)
        return self._bill(party, f"PAID-{number:05}", net)

    def credit_note(self, invoice: Row) -> Row:
        """The credit note of a whole invoice, posted."""
        draft = self._done("generateCreditNote", {"id": invoice["id"], "outputDocumentDate": DATED})
        return self._posted_invoice(draft["id"])

    def open_bank_account(self) -> None:
        """Lets a bank deliver the movements of the account that the payments move; a new company has none."""
        methods = self._target.table("PaymentMethod").values()
        method = next(row for row in methods if row["referenceName"] == self.method)
        same = {name: method[name] for name in ("referenceName", "type", "subAccountId", "journalTypeId")}
        self._sandbox.store.insert(self._company.id, "BankAccount", self._target.stamped(same))

    def of(self, count: int) -> list[Data]:
        """So many payments, each of a document of its own: in whole, or in part."""
        return [self.payment(number, self.posted(number)) for number in range(count)]

    def payment(self, number: int, document: Row, paid: Decimal | None = None, **more: Any) -> Data:
        """The payment of a document's first open item, by the keys that a user knows."""
        item, side = document["openItems"][0], self.side
        whole = item["amount"] - item["paidAmountAccumulated"]
        due = item["dueDate"].date().isoformat()
        return {
            "id": f"payment {number}",
            "entryDate": f"2026-{number % 3 + 3:02}-{number % 28 + 1:02}",
            "documentNumber": f"{side.prefix}{number:05}",
            "description": f"Zahlung {number}",
            "paymentMethod": {"referenceName": self.method},
            side.party: {"code": side.code},
            side.items: [
                {
                    side.document: {side.number: document[side.number]},
                    "dueDate": due,
                    "paidAmount": (whole if number % 3 else round(whole / 2, 2)) if paid is None else paid,
                }
            ],
            **more,
        }

    def paid(self) -> Mapping[str, Decimal]:
        """What the open items of the company's documents show as paid, by the numbers of the documents."""
        rows = self._sandbox.store.table(self._company.id, self.side.type_name).values()
        return {row[self.side.number]: sum(item["paidAmountAccumulated"] for item in row["openItems"]) for row in rows}

    def entered(self) -> Counter[str]:
        """How many entries there are of each payment's number."""
        rows = self._sandbox.store.table(self._company.id, "AccountingEntry").values()
        numbers = (str(row["documentNumber"]) for row in rows)
        return Counter(number for number in numbers if number.startswith(self.side.prefix))

    def _invoice(self, party: str, net: Decimal) -> Row:
        products = self._sandbox.store.table(self._company.id, "Product").values()
        product = next((row["id"] for row in products if row["code"] == "PAID"), None)
        product = product or self._done("createProduct", {"code": "PAID", "name": "Paid"})["id"]
        line = {"productId": product, "totalQuantity": Decimal(1), "unitPrice": net}
        draft = self._done("createSalesInvoice", {"customerId": party, "documentDate": DATED, "lines": [line]})
        return self._posted_invoice(draft["id"])

    def _posted_invoice(self, invoice_id: str) -> Row:
        self._done("closeSalesInvoice", {"salesInvoiceId": invoice_id})
        posting = {"accountingEntryDescription": "Invoice", "journalTypeId": self._journal("SALES_INVOICE")["id"]}
        self._done("postSalesInvoice", {"salesInvoiceId": invoice_id, **posting})
        return self._target.table("SalesInvoice")[invoice_id]

    def _bill(self, party: str, number: str, net: Decimal) -> Row:
        tax = next(row for row in self._target.table("Tax").values() if row["percentage"] and not row["inactive"])
        vat = round(net * tax["percentage"] / 100, 2)
        draft = self._done(
            "createPurchaseInvoice",
            {
                "supplierId": party,
                "invoiceNumber": number,
                "invoiceDate": DATED,
                "operationDate": DATED,
                "firstDueDate": DATED + timedelta(days=30),
                "totalLiquid": net + vat,
                "vatLines": [{"totalVatBase": net, "totalVat": vat, "vatPercentage": tax["percentage"]}],
            },
        )
        posting = {"accountingEntryDescription": "Bill", "journalTypeId": self._journal("PURCHASE_INVOICE")["id"]}
        self._done("postPurchaseInvoice", {"purchaseInvoiceId": draft["id"], "postingDate": DATED, **posting})
        return self._target.table("PurchaseInvoice")[draft["id"]]

    def _journal(self, kind: str) -> Row:
        table = self._target.table("JournalType").values()
        return next(row for row in table if row["type"] == kind and not row["isCreditNote"])

    def _done(self, mutation: str, values: Data) -> Row:
        with self._sandbox.store.lock:
            return OPERATIONS[mutation](self._target, values)
