"""The shape of a market's bookkeeping rules: further accounts, journals, tax treatments and texts.

For account codes and types see docs/reference/accounting.md, "Accounts". Roles that `Market.accounts` already has are
not repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sage_active_sandbox.data.market import AccountSpec, TreatmentSpec


@dataclass(frozen=True)
class JournalSpec:
    """A journal; ``account`` is the role of its own account, ``credit_reason`` marks a journal of credit notes (ES)."""

    code: str
    name: str
    type: str
    account: str | None = None
    credit_reason: str | None = None


@dataclass(frozen=True)
class ManualEntrySpec:
    """An entry that is typed in every year: month, description, amount, and the roles of its two accounts."""

    month: int
    description: str
    amount: str
    debit: str
    credit: str


@dataclass(frozen=True)
class BooksSpec:
    """Everything that the ledger of a market needs beside its vocabulary.

    ``output_taxes`` and ``input_taxes`` give the role of the tax account by tax group code, ``issued`` and ``received``
    the tax code of the treatment; a group without an account carries no tax. ``classes`` names the first digits.
    ``bills`` are the tax groups of bills, the usual one first, each with the roles of its cost accounts.
    """

    accounts: tuple[AccountSpec, ...]
    treatments: tuple[TreatmentSpec, ...]
    journals: tuple[JournalSpec, ...]
    output_taxes: Mapping[str, str]
    input_taxes: Mapping[str, str]
    issued: Mapping[str, str]
    received: Mapping[str, str]
    reverse_charge: str
    bills: tuple[tuple[str, tuple[str, ...]], ...]
    sales_journal: str
    purchase_journal: str
    bank_journal: str
    cash_journal: str
    general_journal: str
    opening_journal: str
    closing_journal: str | None
    profit: str
    loss: str
    classes: Mapping[str, str]
    headings: tuple[AccountSpec, ...]
    texts: Mapping[str, str]
    manual: tuple[ManualEntrySpec, ...]
    dimensions: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    annual_accounts: str
    surcharge: str | None = None
    withheld_by_customers: str | None = None
    withheld_from_suppliers: str | None = None
    pending_input_tax: str | None = None
    employees: bool = True
    sessions: bool = False
    bank_names: tuple[str, ...] = ("Banco Azul", "Crédit Bleu", "Blaue Bank")
    iban: str = "DE## #### #### #### #### ##"
