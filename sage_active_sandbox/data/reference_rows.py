"""Rows that a company is delivered with, as the reference tables hold them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import AccountSpec, Market, TreatmentSpec
from sage_active_sandbox.store import Row, Table

DELIVERED = datetime(2021, 1, 4, 8, 0, tzinfo=UTC)
"""Creation date of everything that a company is delivered with."""


def delivered(maker: Maker, rows: Iterable[Mapping[str, Any]]) -> Table:
    """The rows by id, each with a new id (unless it has one) and the date of delivery."""
    table: Table = {}
    for values in rows:
        row: Row = {"id": maker.uuid(), "creationDate": DELIVERED, "modificationDate": None, **values}
        table[row["id"]] = row
    return table


def account_row(market: Market, spec: AccountSpec) -> Row:
    """A ledger account."""
    german = market.code == "DE"
    return {
        "code": spec.code,
        "name": spec.name,
        "description": f"{spec.code} {spec.name}",
        "deactivated": False,
        "accountLevel": spec.level,
        "subAccountType": spec.kind,
        "accountType": spec.type,
        "datevAutomaticAccount": spec.code.startswith("8") if german else None,
        "datevAccountNumber": spec.code if german else None,
        "applyVat": spec.type == "INCOME_STATEMENT",
        "includedEurForGermany": False if german else None,
        "createdByUser": False if german else None,
        "transitionalPrepaymentAccountId": None,
        "yearEndClosingAccountId": None,
        "taxTreatmentId": None,
        "accountingAccountDimensionTags": [],
    }


def treatment_row(
    market: Market, spec: TreatmentSpec, tax_groups: Mapping[str, str], accounts: Mapping[str, str]
) -> Row:
    """A tax treatment; the maps give the ids of tax groups by code and of accounts by role."""
    return {
        "description": spec.description,
        "inactive": False,
        "registerType": spec.register,
        "isIntracomunity": spec.intracommunity,
        "taxGroupId": tax_groups[spec.group],
        "taxCode": spec.code,
        "taxType": market.tax_type,
        "_inputAccountingAccountIds": [accounts[role] for role in spec.inputs],
        "_outputAccountingAccountIds": [accounts[role] for role in spec.outputs],
    }
