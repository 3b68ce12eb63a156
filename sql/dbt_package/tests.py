"""What dbt tests of the models: their keys, the values that a column may have, and to what an id refers.

The queries that must find nothing stand in `proofs/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sql.source import Model, read_models

PROOFS: Final = Path(__file__).parent / "proofs"


@dataclass(frozen=True)
class Key:
    """The columns that identify a row, beside the company, and those of them that may be null."""

    columns: tuple[str, ...]
    nullable: frozenset[str] = frozenset()


def _key(text: str) -> Key:
    """The key that a text names; a question mark is behind what may be null."""
    names = text.split()
    return Key(
        ("company_id", *(name.removesuffix("?") for name in names)),
        frozenset(name.removesuffix("?") for name in names if name.endswith("?")),
    )


# A model that is missing here has no key: parts of VAT that become due on one day, and findings, may be alike.
KEYS: Final[Mapping[str, Key]] = {
    model: _key(text)
    for model, text in {
        "stg_accounting_setup": "",
        "stg_accounts": "account_id",
        "stg_balance_sheet": "fiscal_year_id line_code",
        "stg_bill_open_items": "document_id open_item_id",
        "stg_bills": "document_id",
        "stg_credit_note_lines": "document_id document_line_id",
        "stg_credit_note_open_items": "document_id open_item_id",
        "stg_credit_notes": "document_id",
        "stg_customers": "customer_id",
        "stg_entries": "entry_id",
        "stg_entry_lines": "entry_line_id",
        "stg_entry_open_items": "entry_line_id open_item_id",
        "stg_entry_taxes": "entry_line_id entry_tax_id",
        "stg_fiscal_years": "fiscal_year_id",
        "stg_invoice_lines": "document_id document_line_id",
        "stg_invoice_open_items": "document_id open_item_id",
        "stg_invoices": "document_id",
        "stg_items": "item_id",
        "stg_journals": "journal_id",
        "stg_periods": "fiscal_year_id period_id",
        "stg_profit_and_loss": "fiscal_year_id line_code",
        "stg_report_positions": "account_id line_code",
        "stg_suppliers": "supplier_id",
        "stg_tax_treatments": "tax_treatment_id",
        "stg_trial_balance": "fiscal_year_id report_start report_end account_code",
        "account_positions": "account_id",
        "ap_ageing": "item_id",
        "ap_ageing_as_of": "entry_line_id instalment",
        "ar_ageing": "item_id",
        "ar_ageing_as_of": "entry_line_id instalment",
        "balance_sheet_computed": "fiscal_year_id period_start row_kind account_id?",
        "bank_payments": "payment_line_id entry_line_id instalment",
        "erasure_candidates": "third_party_kind third_party_id",
        "fec_working_file": "fiscal_year_id line_position",
        "fiscal_year_openings": "fiscal_year_id",
        "general_ledger": "entry_line_id",
        "group_account_map": "company_id? chart? account_prefix",
        "invoiced_sales": "document_id document_line_id",
        "invoiced_sales_by_customer": "sales_month customer_id?",
        "invoiced_sales_by_item": "sales_month item_id?",
        "ledger_open_items": "entry_line_id instalment",
        "ledger_sums": "fiscal_year_id period_start account_id? entry_role",
        "management_classes": "account_id",
        "open_items": "item_id",
        "opening_balances": "fiscal_year_id account_id?",
        "profit_and_loss_computed": "fiscal_year_id period_start account_id",
        "server_classes": "account_id",
        "statements_compared": "fiscal_year_id statement line_code?",
        "third_party_items": "entry_line_id instalment",
        "trial_balance_compared": "fiscal_year_id report_start report_end account_code",
        "trial_balance_computed": "fiscal_year_id period_start account_id?",
        "vat_summary": "due_month? document_month? operation_month? direction tax_type? tax_code? tax_treatment? rate? "
        "is_cash_vat",
        "vendor_credits_nearest": "document_id? entry_line_id?",
    }.items()
}
_KINDS: Final = ("CUSTOMER", "SUPPLIER")
_BUCKETS: Final = ("not due", "1-30", "31-60", "61-90", "over 90")
_OPENINGS: Final = ("opening", "provisional_opening", "computed", "none")
_DIRECTIONS: Final = ("output", "input", "reverse_charge")
_ITEMS: Final = ("invoice", "credit_note", "advance", "bill", "entry", "prepayment", "opening", "payment", "other")
_ROLES: Final = ("opening", "provisional_opening", "closure", "preview", "movement")
VALUES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "ap_ageing": {"bucket": _BUCKETS, "item_kind": _ITEMS},
    "ap_ageing_as_of": {"bucket": _BUCKETS, "item_kind": _ITEMS},
    "ar_ageing": {"bucket": _BUCKETS, "item_kind": _ITEMS},
    "ar_ageing_as_of": {"bucket": _BUCKETS, "item_kind": _ITEMS},
    "balance_sheet_computed": {"row_kind": ("account", "result", "earlier_result")},
    "checks": {"severity": ("error", "warning", "notice")},
    "erasure_candidates": {"third_party_kind": _KINDS},
    "fiscal_year_openings": {"opening_source": _OPENINGS},
    "general_ledger": {"entry_role": _ROLES},
    "invoiced_sales": {"document_kind": ("invoice", "credit_note")},
    "ledger_sums": {"entry_role": _ROLES},
    "management_classes": {
        "class_source": ("group_account_map", "report_positions", "sub_account_type", "account_type")
    },
    "open_items": {"third_party_kind": _KINDS, "item_kind": _ITEMS},
    "server_classes": {"account_class": ("asset", "equity", "liability")},
    "statements_compared": {"statement": ("balance_sheet", "profit_and_loss")},
    "third_party_items": {"third_party_kind": _KINDS, "item_kind": _ITEMS},
    "trial_balance_computed": {"opening_source": _OPENINGS},
    "vat_register": {"direction": _DIRECTIONS},
    "vat_summary": {"direction": _DIRECTIONS},
    "vendor_credits_nearest": {"origin": ("e_invoice", "entry", "negative_bill")},
}
# Model -> column -> the model that it refers to, in a column of the same name.
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "ap_ageing": {"supplier_id": "stg_suppliers"},
    "ar_ageing": {"customer_id": "stg_customers"},
    "general_ledger": {"entry_id": "stg_entries"},
    "stg_bills": {"supplier_id": "stg_suppliers"},
    "stg_credit_notes": {"customer_id": "stg_customers"},
    "stg_entry_lines": {
        "account_id": "stg_accounts",
        "fiscal_year_id": "stg_fiscal_years",
        "journal_id": "stg_journals",
    },
    "stg_entry_taxes": {"tax_treatment_id": "stg_tax_treatments"},
    "stg_invoices": {"customer_id": "stg_customers"},
}


def proofs() -> tuple[Model, ...]:
    """The queries that must find nothing."""
    return read_models(PROOFS)
