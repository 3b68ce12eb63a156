"""The shape of a market's vocabulary.

In a pattern every ``#`` is replaced by a digit. For account codes see docs/reference/accounting.md, "Accounts".
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class TaxRate:
    """One rate of a tax group: name, percent, surcharge percent (ES) and the day since when it is inactive."""

    name: str
    percentage: Decimal
    surcharge: Decimal | None = None
    inactive_since: str | None = None


@dataclass(frozen=True)
class TaxGroupSpec:
    """A tax group with its rates; the first one is current."""

    code: str
    name: str
    taxation: str
    tax_type: str
    rates: tuple[TaxRate, ...]


@dataclass(frozen=True)
class AccountSpec:
    """A ledger account; ``role`` is the name that other tables use for it."""

    role: str
    code: str
    name: str
    kind: str
    type: str = "BALANCE_SHEET"
    level: str = "SUB_ACCOUNT"


@dataclass(frozen=True)
class TreatmentSpec:
    """A tax treatment ("tax code" in the product) with the roles of its tax accounts."""

    code: str
    description: str
    register: str
    group: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    intracommunity: bool = False


@dataclass(frozen=True)
class Market:
    """Everything the generator needs to know about one market."""

    code: str
    language: str
    mail: str
    tax_type: str
    companies: tuple[str, ...]
    unusable: tuple[str, str]
    names: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]
    vat: str
    document_id: str
    personal_id: str
    activity: str
    phones: tuple[str, str]
    customer_code: str
    supplier_code: str
    first_customer: int
    first_supplier: int
    document_types: tuple[tuple[str, str], ...]
    tax_groups: tuple[TaxGroupSpec, ...]
    accounts: tuple[AccountSpec, ...]
    treatments: tuple[TreatmentSpec, ...]
    journals: tuple[tuple[str, str, str], ...]
    categories: tuple[tuple[str, str, str], ...]
    payment_means: tuple[str, ...]
    payment_terms: tuple[str, str, str]
    job_areas: tuple[str, ...]
    business_areas: tuple[str, ...]
    presets: tuple[tuple[str, str, str], ...]
    products: tuple[tuple[str, str, str], ...]
    adjectives: tuple[str, ...]
