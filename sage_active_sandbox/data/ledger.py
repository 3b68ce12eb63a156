"""The ledger of one company: what follows from its documents, what is typed, and the ends of its exercises."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data import other_entries
from sage_active_sandbox.data.bills import POSTED as POSTED_BILLS
from sage_active_sandbox.data.books import Books
from sage_active_sandbox.data.books_reference import CLOSED_UNTIL, FIRST_YEAR, PROVISIONAL_YEAR
from sage_active_sandbox.data.entries import Heading, Posting, Stamp, entry_row
from sage_active_sandbox.data.entry_numbers import dimension_tags, numbered
from sage_active_sandbox.data.maker import ANCHOR, FIRST_DAY, Maker
from sage_active_sandbox.data.payments import Matching, Payment, payment_date, payment_entry
from sage_active_sandbox.data.purchase_postings import amount_due, pending_tax, purchase_entry
from sage_active_sandbox.data.sales_postings import sales_entries
from sage_active_sandbox.data.totals import ZERO, cents
from sage_active_sandbox.data.year_end import Balances, add, carried_forward, closing_entries, opening_entry
from sage_active_sandbox.store import Row, Table

POSTED = frozenset({"Posted", "PartiallyCollected", "Collected"})
LAST_DAY = datetime(2025, 12, 31, tzinfo=UTC)
CREDITED_EVERY = 9
"""One posted bill in so many is followed by a supplier's credit in the journal for it (ES)."""


class Ledger:
    """Makes the entries of one company from its documents."""

    def __init__(self, books: Books, maker: Maker, tables: Mapping[str, Table]) -> None:
        self._books = books
        self._maker = maker
        self._tables = tables
        self._matching = Matching(maker)
        self._entries: list[Row] = []
        self._originals: dict[str, Row] = {}
        self._customers = tables["Customer"]
        self._suppliers = tables["Supplier"]

    def entries(self) -> Table:
        """All entries, in the order of their numbers."""
        for invoice in self._tables["SalesInvoice"].values():
            if invoice["status"] in POSTED:
                self._sale(invoice)
        for position, bill in enumerate(self._tables["PurchaseInvoice"].values()):
            if bill["status"] in POSTED_BILLS:
                self._purchase(bill, position)
        years = range(FIRST_YEAR, LAST_DAY.year + 1)
        if self._entries:
            for year in years:
                self._year(year)
        dimension_tags(self._entries, self._books, self._tables["Dimension"], self._maker)
        rows = numbered([*self._entries, *self._year_ends(years)], self._books)
        return {row["id"]: row for row in rows}

    def _stamp(self, moment: datetime) -> Stamp:
        created = min(moment, ANCHOR - timedelta(seconds=1))

        def stamp(values: Mapping[str, Any]) -> Row:
            return {"id": self._maker.uuid(), "creationDate": created, "modificationDate": None, **values}

        return stamp

    def _moment(self, date: datetime) -> datetime:
        """A moment on a working day, when an entry of this date is typed."""
        return date + timedelta(seconds=self._maker.rng.randint(8 * 3600, 18 * 3600))

    def _sale(self, invoice: Row) -> None:
        kind = {"CREDIT_NOTE": "credit_note", "PAYMENT_IN_ADVANCE": "advance"}.get(invoice["type"] or "", "invoice")
        heading = Heading(
            date=_within(invoice["documentDate"]),
            journal=self._books.journals[self._books.spec.sales_journal],
            description=self._text(kind, invoice["operationalNumber"]),
            document_number=invoice["operationalNumber"],
            source="SALES",
            document_date=invoice["documentDate"],
            sales_invoice_id=invoice["id"],
            source_entity_id=invoice["id"],
        )
        created = invoice["creationDate"] + timedelta(minutes=self._maker.rng.randint(1, 500))
        entries = sales_entries(
            self._books,
            self._stamp(created),
            invoice,
            heading,
            customers=self._customers,
            products=self._tables["Product"],
            originals=self._originals,
        )
        lines = [entry["accountingEntryLines"][0] for entry in entries]
        self._originals[invoice["id"]] = lines[0]["accountingEntryInvoice"]
        self._entries += entries
        customer = self._customers.get(invoice["customerId"])
        if customer is not None:
            sign = -1 if invoice["type"] == "CREDIT_NOTE" else 1
            self._settle_open_items(entries, invoice["openItems"], customer, "CUSTOMER", sign, "received")

    def _purchase(self, bill: Row, position: int) -> None:
        supplier = self._suppliers.get(bill["supplierId"])
        if supplier is None:
            # Tests empty tables; a bill from nobody is not posted.
            return
        heading = Heading(
            date=_within(bill["invoiceDate"]),
            journal=self._books.journals[self._books.spec.purchase_journal],
            description=self._text("bill", bill["invoiceNumber"]),
            document_number=bill["invoiceNumber"],
            source="AP_AUTOMATION" if bill["fileId"] else "ACCOUNTING",
            document_date=bill["invoiceDate"],
            source_entity_id=bill["id"],
        )
        created = bill["creationDate"] + timedelta(minutes=self._maker.rng.randint(1, 500))
        entry = purchase_entry(self._books, self._stamp(created), bill, supplier, heading)
        self._entries.append(entry)
        paid = self._settle_open_items([entry], bill["openItems"], supplier, "SUPPLIER", -1, "paid")
        self._release_tax(bill, paid)
        credits_journal = next((spec for spec in self._books.spec.journals if spec.credit_reason), None)
        if credits_journal is not None and position % CREDITED_EVERY == 0 and bill["totalLiquid"] > 0:
            self._suppliers_credit(bill, supplier, credits_journal.code)

    def _suppliers_credit(self, bill: Row, supplier: Row, journal: str) -> None:
        """A rectifying invoice for a tenth of the bill, not yet settled.

        Source: docs/reference/purchases.md, "Vendor credits".
        """
        lines = [
            line | {"totalVatBase": cents(line["totalVatBase"] / 10), "totalVat": cents(line["totalVat"] / 10)}
            for line in bill["vatLines"]
        ]
        withheld = cents((bill.get("_withheld") or ZERO) / 10)
        total = amount_due(self._books, lines, withheld)
        number = f"R-{bill['invoiceNumber']}"
        date = _within(bill["invoiceDate"] + timedelta(days=20))
        item = {
            "amount": total,
            "paidAmountAccumulated": ZERO,
            "dueDate": date,
            "status": "NOT_SPECIFIED",
            "paymentMeanId": None,
        }
        credit = {**bill, "invoiceNumber": number, "vatLines": lines, "totalLiquid": total, "openItems": [item]}
        credit.update(_withheld=withheld, invoiceDate=date, operationDate=None)
        heading = Heading(date, self._books.journals[journal], self._text("credit_note", number), number, "ACCOUNTING")
        stamp = self._stamp(self._moment(date))
        self._entries.append(purchase_entry(self._books, stamp, credit, supplier, heading, sign=-1))

    def _settle_open_items(
        self, entries: list[Row], items: Iterable[Row], party: Row, origin: str, sign: int, text: str
    ) -> list[tuple[datetime, Decimal]]:
        """Bank entries for what is paid of the items, matched with the entries; dates and amounts."""
        lines = [entry["accountingEntryLines"][0] for entry in entries]
        number, account_id = entries[0]["documentNumber"], lines[0]["subAccountId"]
        settled, paid = [*lines], []
        moment = entries[0]["creationDate"]
        for item in items:
            if not item["paidAmountAccumulated"]:
                continue
            date = payment_date(item["dueDate"], entries[0]["date"], LAST_DAY, self._maker)
            amount = item["paidAmountAccumulated"] * sign
            payment = Payment(amount, date, party, origin, account_id, number, self._text(text, number))
            typed = self._moment(date)
            entry = payment_entry(self._books, self._stamp(typed), payment, self._maker)
            self._entries.append(entry)
            settled.append(entry["accountingEntryLines"][1])
            moment = max(moment, entry["creationDate"])
            paid.append((date, item["paidAmountAccumulated"]))
        if len(settled) > 1:
            self._matching.match(self._stamp(moment), settled, moment)
            for entry in entries:
                entry["modificationDate"] = max(entry["creationDate"], moment)
        return paid

    def _release_tax(self, bill: Row, paid: list[tuple[datetime, Decimal]]) -> None:
        """Input tax becomes deductible with each payment (cash VAT)."""
        pending = pending_tax(self._books, bill)
        left, unpaid = pending, bill["totalLiquid"]
        for date, amount in paid:
            unpaid -= amount
            released = cents(pending * amount / bill["totalLiquid"]) if unpaid else left
            left -= released
            if not released:
                continue
            account = self._books.input_tax(bill["vatLines"][0]["taxId"])
            waiting = self._books.roles[self._books.spec.pending_input_tax or "input_tax"]
            number = bill["invoiceNumber"]
            heading = Heading(
                date,
                self._books.journals[self._books.spec.general_journal],
                self._text("cash_vat", number),
                number,
                "ACCOUNTING",
                kind="CASH_VAT_ADJUSTMENT",
                source_entity_id=bill["id"],
            )
            postings = (Posting(account, released), Posting(waiting, -released))
            self._entries.append(entry_row(self._books, self._stamp(self._moment(date)), heading, postings))

    def _year(self, year: int) -> None:
        """Entries without a document."""
        books, maker = self._books, self._maker
        stamp = self._stamp(datetime(year, 12, 30, tzinfo=UTC))
        if year == FIRST_YEAR:
            self._entries.append(other_entries.capital_entry(books, self._stamp(FIRST_DAY + timedelta(days=4)), year))
        self._entries += other_entries.manual_entries(books, stamp, year)
        self._entries += other_entries.fee_entries(books, stamp, year, maker)
        for wages, payment in other_entries.wage_entries(books, stamp, year, self._tables["Employee"], maker):
            self._entries += (wages, payment)
            paid = {_party_id(line): line for line in payment["accountingEntryLines"][1:]}
            for line in wages["accountingEntryLines"][1:]:
                self._matching.match(stamp, (line, paid[_party_id(line)]), payment["creationDate"])

    def _year_ends(self, years: Iterable[int]) -> list[Row]:
        by_year: dict[int, list[Row]] = {}
        for entry in self._entries:
            by_year.setdefault(entry["date"].year, []).append(entry)
        found: list[Row] = []
        opening: Row | None = None
        for year in years:
            balances: Balances = {}
            if opening is not None:
                found.append(opening)
                add(balances, [opening])
                opening = None
            add(balances, by_year.get(year, ()))
            if year > PROVISIONAL_YEAR:
                continue
            stamp = self._stamp(datetime(year + 1, 3, 31, 9, tzinfo=UTC))
            carried = carried_forward(self._books, balances)
            if year <= CLOSED_UNTIL:
                found += closing_entries(self._books, stamp, balances, year)
            opening = opening_entry(self._books, stamp, carried, year + 1, provisional=year == PROVISIONAL_YEAR)
        return found

    def _text(self, name: str, number: str) -> str:
        return self._books.spec.texts[name].format(number=number)


def _party_id(line: Row) -> str | None:
    party = line["accountingEntryThirdParty"]
    return party["thirdPartyId"] if party else None


def _within(date: datetime) -> datetime:
    """The day, inside of the years that the data covers."""
    return min(max(date, FIRST_DAY), LAST_DAY)
