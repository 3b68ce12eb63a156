"""The rows that checks look at: members of Sage Active's objects under their own names, as far as a check needs them.

A member that the service leaves out is None, like one that is null: what was refused is known from elsewhere.
"""

from decimal import Decimal
from typing import Any, Final

import msgspec


class Row(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """A row of a stream."""

    id: str = ""
    creation_date: str | None = None
    modification_date: str | None = None

    @property
    def day(self) -> str | None:
        """The day that decides whether it is looked at; None for what always is."""
        return None


class Part(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """Something that a row owns."""


class ThirdParty(Part):
    """The customer, supplier or employee of a line."""

    third_party_id: str | None = None
    code: str | None = None
    origin: str | None = None


class Payment(Part):
    """How a line is matched with others."""

    match_id: str | None = None
    matching: str | None = None


class Tag(Part):
    """What of a line stands on a tracking category."""

    dimension_id: str | None = None
    amount: Decimal | None = None


class OpenItem(Part):
    """An instalment."""

    amount: Decimal | None = None
    paid_amount_accumulated: Decimal | None = None
    due_date: str | None = None
    status: str | None = None


class RegisteredTax(Part):
    """A rate in the tax register of an entry."""

    tax_treatment_id: str | None = None
    tax_base: Decimal | None = None
    tax_amount: Decimal | None = None
    deductible: bool | None = None
    equivalence_surcharge_quota: Decimal | None = None


class EntryInvoice(Part):
    """The invoice of a line, with its open items and its tax register."""

    amount: Decimal | None = None
    open_items: tuple[OpenItem, ...] | None = None
    accounting_entry_taxes: tuple[RegisteredTax, ...] | None = None


class EntryLine(Part):
    """A line of an entry."""

    id: str = ""
    sub_account_id: str | None = None
    debit_amount: Decimal | None = None
    credit_amount: Decimal | None = None
    accounting_entry_third_party: ThirdParty | None = None
    accounting_entry_payment: Payment | None = None
    accounting_entry_invoice: EntryInvoice | None = None
    accounting_entry_dimension_tags: tuple[Tag, ...] | None = None


class Entry(Row):
    """An accounting entry."""

    date: str | None = None
    number: int | None = None
    tan_number: int | None = None
    entry_type: str | None = None
    source_type: str | None = None
    accounting_exercise_id: str | None = None
    accounting_period_id: str | None = None
    journal_type_id: str | None = None
    session_id: str | None = None
    sales_invoice_id: str | None = None
    source_entity_id: str | None = None
    accounting_entry_lines: tuple[EntryLine, ...] | None = None

    @property
    def lines(self) -> tuple[EntryLine, ...]:
        """Its lines."""
        return self.accounting_entry_lines or ()


class Period(Part):
    """A period of an exercise."""

    id: str = ""
    start_date: str | None = None
    end_date: str | None = None
    is_closed: bool | None = None


class Exercise(Row):
    """A fiscal year."""

    exercise: int | None = None
    start_date: str | None = None
    end_date: str | None = None
    status: str | None = None
    periods: tuple[Period, ...] | None = None


class Account(Row):
    """An account. The code is an object or a text (docs/reference/objects.md, "Disputed shapes")."""

    code: Any = None
    account_level: str | None = None
    account_type: str | None = None
    sub_account_type: str | None = None

    @property
    def number(self) -> str:
        """The code in either shape."""
        value = self.code.get("value") if isinstance(self.code, dict) else self.code
        return str(value or "")


class Journal(Row):
    """A journal."""

    type: str | None = None


class Treatment(Row):
    """A tax treatment."""

    is_intracomunity: bool | None = None


class DocumentTotals(Row):
    """The totals that sales documents and their lines have in common."""

    total_gross: Decimal | None = None
    total_discount: Decimal | None = None
    total_customer_discount: Decimal | None = None
    total_net: Decimal | None = None
    total_vat_base: Decimal | None = None
    total_vat: Decimal | None = None
    total_fee_surcharge: Decimal | None = None
    total_vat_fee: Decimal | None = None
    total_liquid_no_withholding: Decimal | None = None
    total_withholding: Decimal | None = None
    total_liquid: Decimal | None = None


class DocumentLine(DocumentTotals):
    """A line of a sales document."""

    product_id: str | None = None
    tax_id: str | None = None
    total_quantity: Decimal | None = None
    unit_price: Decimal | None = None
    vat_percentage: Decimal | None = None


class Document(DocumentTotals):
    """A sales document."""

    operational_number: str | None = None
    document_date: str | None = None
    status: str | None = None
    customer_id: str | None = None
    has_credit_note: bool | None = None
    source_sales_invoice_id: str | None = None
    first_due_date: str | None = None
    lines: tuple[DocumentLine, ...] | None = None
    open_items: tuple[OpenItem, ...] | None = None

    @property
    def day(self) -> str | None:
        """The day of the document."""
        return self.document_date


class BillTax(Part):
    """The amounts of a bill at one rate."""

    total_vat: Decimal | None = None
    total_vat_base: Decimal | None = None
    tax_treatment_id: str | None = None


class Bill(Row):
    """A purchase invoice."""

    invoice_number: str | None = None
    invoice_date: str | None = None
    first_due_date: str | None = None
    supplier_id: str | None = None
    status: str | None = None
    total_liquid: Decimal | None = None
    pending_amount: Decimal | None = None
    vat_lines: tuple[BillTax, ...] | None = None
    open_items: tuple[OpenItem, ...] | None = None

    @property
    def day(self) -> str | None:
        """The day of the invoice."""
        return self.invoice_date


class TrialBalanceLine(Row):
    """An account in the server's trial balance."""

    exercise_id: str = ""
    account_code: str | None = None
    debit_amount: Decimal | None = None
    credit_amount: Decimal | None = None


class ThirdPartyBalanceLine(Row):
    """A customer, supplier or employee in the server's balance of third parties."""

    exercise_id: str = ""
    third_party_type: str | None = None
    third_party_id: str | None = None
    debit_amount: Decimal | None = None
    credit_amount: Decimal | None = None


# Rows that stay in memory: there are few of them in any company.
REFERENCES: Final[dict[str, type[Row]]] = {
    "fiscal_years": Exercise,
    "accounts": Account,
    "journals": Journal,
    "tax_treatments": Treatment,
    "customers": Row,
    "suppliers": Row,
    "items": Row,
    "tax_rates": Row,
}
# Rows that pass by, in the order in which their streams are read: an entry is made after its document.
PASSING: Final[dict[str, type[Row]]] = {
    "quotes": Document,
    "sales_orders": Document,
    "delivery_notes": Document,
    "invoices": Document,
    "credit_notes": Document,
    "bills": Bill,
    "journal_entries": Entry,
}
