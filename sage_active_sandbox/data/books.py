"""What an entry of a company refers to: accounts by role, journals, exercises and periods, taxes and treatments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sage_active_sandbox.data.books_reference import roles
from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.data.books_spec import BooksSpec
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.store import Row, Store, Table


@dataclass(frozen=True)
class Books:
    """Look-ups over a company's reference tables; ``roles`` are ids of accounts, ``journals`` ids by code."""

    market: Market
    spec: BooksSpec
    roles: Mapping[str, str]
    journals: Mapping[str, str]
    account_rows: Table
    exercises: Table
    treatments: Mapping[str, Row]
    groups: Mapping[str, str]
    taxes: Table
    invoice_types: Mapping[tuple[str, bool], str]
    currency_id: str | None
    session_id: str | None

    def exercise(self, date: datetime) -> Row | None:
        """The exercise of a day, or None."""
        return next((row for row in self.exercises.values() if row["startDate"] <= date <= row["endDate"]), None)

    def period(self, date: datetime) -> Row | None:
        """The period of a day, or None."""
        exercise = self.exercise(date)
        periods = exercise["periods"] if exercise else ()
        return next((row for row in periods if row["startDate"] <= date <= row["endDate"]), None)

    def group_code(self, tax_id: str | None) -> str | None:
        """Code of the tax group of a rate."""
        tax = self.taxes.get(tax_id or "")
        return self.groups.get(tax["groupId"]) if tax else None

    def issued(self, tax_id: str | None) -> Row | None:
        """The treatment with which sales at this rate are posted."""
        return self.treatments.get(self.spec.issued.get(self.group_code(tax_id) or "", ""))

    def received(self, tax_id: str | None) -> Row | None:
        """The treatment with which purchases at this rate are posted."""
        return self.treatments.get(self.spec.received.get(self.group_code(tax_id) or "", ""))

    def output_tax(self, tax_id: str | None) -> str:
        """Account of the VAT on sales at this rate; the usual one for a rate without an account."""
        return self.roles[self.spec.output_taxes.get(self.group_code(tax_id) or "", "output_tax")]

    def input_tax(self, tax_id: str | None) -> str:
        """Account of the VAT on purchases at this rate; the usual one for a rate without an account."""
        return self.roles[self.spec.input_taxes.get(self.group_code(tax_id) or "", "input_tax")]

    def account_code(self, account_id: str | None) -> str:
        """Code of an account; empty for none."""
        row = self.account_rows.get(account_id or "")
        return str(row["code"]) if row else ""


def open_books(store: Store, company_id: str) -> Books:
    """The look-ups of a company; KeyError for an unknown one."""
    company = store.companies[company_id]
    market, spec, tables = MARKETS[company.market], BOOKS[company.market], company.tables
    euro = (row["id"] for row in store.table(company_id, "Currency").values() if row["code"] == "EUR")
    sessions = (row["id"] for row in tables["AccountingEntrySession"].values() if row["isDefault"])
    return Books(
        market=market,
        spec=spec,
        roles=roles(market, spec, tables["AccountingAccount"]),
        journals={row["code"]: row["id"] for row in tables["JournalType"].values()},
        account_rows=tables["AccountingAccount"],
        exercises=tables["AccountingExercise"],
        treatments={row["taxCode"]: row for row in tables["TaxTreatment"].values()},
        groups={row["id"]: row["taxGroupCode"] for row in tables["TaxGroup"].values()},
        taxes=tables["Tax"],
        invoice_types={
            (row["registerType"], row["isAmendInvoice"]): row["id"] for row in tables["InvoiceType"].values()
        },
        currency_id=next(euro, None),
        session_id=next(sessions, None),
    )
