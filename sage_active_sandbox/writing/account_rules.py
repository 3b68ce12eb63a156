"""Codes, kinds and statements of accounts by market; data only (docs/reference/accounting.md, "Accounts")."""

from collections.abc import Mapping
from typing import Final

CODES: Final[Mapping[str, str]] = {"DE": r"\d{{4}}", "ES": r"\d{{{length}}}", "FR": r"\d{{3}}[0-9A-Za-z]{{1,10}}"}
"""Patterns of the codes of sub-accounts; ``length`` is what the company sets (ES)."""

STATEMENTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "DE": (("9", "STATISTICAL"), ("[017]|3970|3980", "BALANCE_SHEET"), ("[2-68]", "INCOME_STATEMENT")),
    "ES": (("[1-5]", "BALANCE_SHEET"), ("[67]", "INCOME_STATEMENT"), ("[89]", "ECPN")),
    "FR": (("[1-5]", "BALANCE_SHEET"), ("[67]", "INCOME_STATEMENT"), ("[89]", "SPECIAL")),
}
"""The type of an account by the beginning of its code; the first that fits."""

_EVERYWHERE: Final = frozenset(
    ("UNDEFINED", "CUSTOMER", "PROVIDER", "BANK", "CASH", "CHARGE", "REVENUE", "CAPITAL", "FIXED_ASSET", "EMPLOYEE")
)
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "DE": _EVERYWHERE
    | {
        "MANAGEMENT_RESULT",
        "CURRENT_ASSETS",
        "BORROWED_CAPITAL",
        "COST",
        "REDUCTION_IN_EXPENSES",
        "NEUTRAL_REVENUE",
        "NEUTRAL_EXPENSES",
        "SALES_DEDUCTION",
        "EXCHANGE_RATE_INCOME",
        "EXCHANGE_RATE_EXPENSE",
        "BALANCE_CARRIED_FORWARD",
        "AGGREGATE_CARRIED_FORWARD",
        "OTHER_BALANCE_SHEET_ACCOUNT",
        "STATISTICAL_BALANCE",
        "STATISTICAL_CONSUMPTION",
        "CURRENT_ASSETS_INPUT_TAX",
        "BORROWED_CAPITAL_OUTPUT_TAX",
        "CUSTOMER_PREPAYMENT",
        "SUPPLIER_PREPAYMENT",
    },
    "ES": _EVERYWHERE | {"CUSTOMER_RETURNABLE_PACKAGING", "SUPPLIER_RETURNABLE_PACKAGING", "INPUT_TAX", "OUTPUT_TAX"},
    "FR": _EVERYWHERE
    | {
        "MANAGEMENT_RESULT",
        "DEPRECIATION_PROVISION",
        "STOCK",
        "RESULT_BALANCE_SHEET",
        "TITLE",
        "CUSTOMER_PREPAYMENT_TAX_INCLUDED",
        "SUPPLIER_PREPAYMENT_TAX_INCLUDED",
        "INPUT_TAX",
        "OUTPUT_TAX",
    },
}
"""The values of subAccountType that a market has."""
