"""Reference data of one market and of one company: countries, units, accounts, taxes, payment terms, series ..."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.books_reference import fill_books
from sage_active_sandbox.data.books_rules import BOOKS
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import Market, TaxGroupSpec
from sage_active_sandbox.data.markets import COUNTRIES, CURRENCIES, MARKETS, UNITS
from sage_active_sandbox.data.reference_rows import DELIVERED, account_row, delivered, treatment_row
from sage_active_sandbox.data.sales_reference import fill_sales_reference
from sage_active_sandbox.store import Company, Row, Store, Tables

REMAINING_ORDER = 9999
"""Order of the payment term line that takes what remains (docs/reference/objects.md, "Payment terms")."""

TERM_LINES: tuple[tuple[tuple[str, str, str, int], ...], ...] = (
    (("REMAINING_AMOUNT", "0", "DAY_OF_PAYMENT", 14),),
    (("REMAINING_AMOUNT", "0", "END_OF_MONTH", 30),),
    (("PERCENTAGE", "50", "DAY_OF_PAYMENT", 0), ("REMAINING_AMOUNT", "0", "DAY_OF_PAYMENT", 60)),
)
"""Type, value, condition and days of the lines of the three payment terms of every market."""


@dataclass(frozen=True)
class References:
    """What invented records of a company refer to: ids by name, except where whole rows are needed."""

    countries: dict[str, Row]
    accounts: dict[str, str]
    tax_groups: dict[str, str]
    rates: dict[str, Row]
    treatments: dict[str, str]
    document_types: dict[str, str]
    units: dict[str, str]
    categories: list[str]
    payment_means: list[str]
    job_areas: list[str]
    business_areas: list[str]
    presets: dict[str, Row]
    discount_groups: list[str]
    tariffs: list[str]


def fill_market(store: Store, code: str) -> None:
    """Fill the tables that all companies of a market share."""
    market = MARKETS[code]
    maker = Maker(store.seed, code, "market")
    tables = store.market_tables.setdefault(code, {})
    tables["Country"] = delivered(
        maker,
        (
            {
                "name": names[code],
                "isoCodeAlpha2": alpha2,
                "isoCodeAlpha3": alpha3,
                "isoNumber": number,
                "viesCode": vies,
                "legislationCode": alpha2 if alpha2 in MARKETS else None,
            }
            for alpha2, alpha3, number, vies, names in COUNTRIES
        ),
    )
    tables["ZipCode"] = delivered(
        maker,
        (
            {"country": code, "province": province, "town": town, "zipCode": zip_code}
            for town, zip_code, province in market.cities
        ),
    )
    tables["Currency"] = delivered(
        maker,
        ({"code": name, "description": description, "precision": places} for name, description, places in CURRENCIES),
    )


def fill_company(store: Store, company: Company, maker: Maker) -> References:
    """Fill the company's reference tables and return what its records can refer to."""
    market = MARKETS[company.market]
    tables = company.tables
    tables["DocumentType"] = delivered(maker, ({"code": code, "name": name} for code, name in market.document_types))
    units: list[Row] = [{"id": maker.uuid(), "name": name, "numberOfDecimals": places} for name, places in UNITS]
    tables["UnitOfMeasurement"] = {row["id"]: row for row in units}
    tables["BusinessArea"] = delivered(maker, ({"name": name} for name in market.business_areas))
    tables["JobArea"] = delivered(maker, ({"name": name} for name in market.job_areas))
    tables["PaymentMean"] = delivered(
        maker,
        (
            {"description": name, "type": "PAYMENT_IN" if last else "UNDEFINED", "inactive": False}
            for name, last in ((name, name == market.payment_means[-1]) for name in market.payment_means)
        ),
    )
    tables["OperationalNumberPresetText"] = delivered(
        maker,
        (
            {
                "description": description,
                "isDefault": True,
                "operation": operation,
                "operationalNumberSeriesType": "NORMAL",
                "presetText": prefix,
            }
            for prefix, description, operation in market.presets
        ),
    )
    means = list(tables["PaymentMean"])
    tables["PaymentTerm"] = delivered(
        maker,
        (
            {"name": name, "lines": payment_term_lines(maker, DELIVERED, lines, means[0])}
            for name, lines in zip(market.payment_terms, TERM_LINES, strict=True)
        ),
    )
    rates = _fill_taxes(tables, market, maker)
    tax_groups = {row["taxGroupCode"]: row["id"] for row in tables["TaxGroup"].values()}
    accounts = _fill_accounts(tables, market, maker)
    treatments = _fill_treatments(tables, market, maker, tax_groups, accounts)
    tables["JournalType"] = delivered(
        maker,
        (
            {
                "code": code,
                "name": name,
                "deactivated": False,
                "type": kind,
                "isCreditNote": False,
                "creditNoteReason": "UNDEFINED" if market.code == "ES" else None,
                "accountingAccountId": accounts["bank"] if kind == "FINANCIAL" else None,
            }
            for code, name, kind in market.journals
        ),
    )
    received = [treatment.code for treatment in market.treatments if treatment.register == "RECEIVED"]
    tables["TransactionCategory"] = delivered(
        maker,
        (
            {
                "reason": reason,
                "type": kind,
                "default": False,
                "createdByDefault": True,
                "disabled": False,
                "disabledDate": None,
                "accountingAccountId": accounts[role],
                "taxTreatmentId": treatments[received[0]] if kind == "PURCHASE" else None,
            }
            for reason, kind, role in market.categories
        ),
    )
    tables["SalesTariff"] = delivered(
        maker, (_price_list(code, type=kind) for code, kind in (("RETAIL", "PRICE"), ("TRADE", "INCREMENT")))
    )
    tables["SalesDiscountGroup"] = delivered(maker, (_price_list(code) for code in ("A", "B")))
    fill_books(tables, market, BOOKS[market.code], company.id)
    fill_sales_reference(tables, market, company.id)
    return References(
        countries={row["isoCodeAlpha2"]: row for row in store.market_tables[company.market]["Country"].values()},
        accounts=accounts,
        tax_groups=tax_groups,
        rates=rates,
        treatments={row["taxCode"]: row["id"] for row in tables["TaxTreatment"].values()},
        document_types={row["code"]: row["id"] for row in tables["DocumentType"].values()},
        units={row["name"]: row["id"] for row in units},
        categories=[row["id"] for row in tables["TransactionCategory"].values() if row["type"] == "PURCHASE"],
        payment_means=means,
        job_areas=list(tables["JobArea"]),
        business_areas=list(tables["BusinessArea"]),
        presets={row["operation"]: row for row in tables["OperationalNumberPresetText"].values()},
        discount_groups=list(tables["SalesDiscountGroup"]),
        tariffs=list(tables["SalesTariff"]),
    )


def payment_term_lines(
    maker: Maker, created: datetime, lines: Iterable[tuple[str, str, str, int]], payment_mean_id: str | None
) -> list[Row]:
    """Payment term lines (any owner) from type, value, condition and days."""
    return [
        maker.row(
            created,
            {
                "order": REMAINING_ORDER if kind == "REMAINING_AMOUNT" else order,
                "paymentMeanId": payment_mean_id,
                "type": kind,
                "value": Decimal(value),
                "condition": condition,
                "day": days,
                "payDays": [],
            },
        )
        for order, (kind, value, condition, days) in enumerate(lines)
    ]


def _price_list(code: str, **values: Any) -> Row:
    return {
        "code": code,
        "name": code.title(),
        **values,
        "startDate": datetime(2021, 1, 1, tzinfo=UTC),
        "endDate": None,
        "enabled": True,
        "lines": [],
    }


def _fill_taxes(tables: Tables, market: Market, maker: Maker) -> dict[str, Row]:
    tables["TaxGroup"] = delivered(
        maker,
        (
            {"name": group.name, "vatTaxation": group.taxation, "taxType": group.tax_type, "taxGroupCode": group.code}
            for group in market.tax_groups
        ),
    )
    tables["Tax"] = {}
    current: dict[str, Row] = {}
    for group, group_id in zip(market.tax_groups, tables["TaxGroup"], strict=True):
        rows = delivered(maker, _rates(group, group_id))
        tables["Tax"].update(rows)
        current[group.code] = next(iter(rows.values()))
    return current


def _rates(group: TaxGroupSpec, group_id: str) -> Iterable[Row]:
    for rate in group.rates:
        ended = rate.inactive_since and datetime.fromisoformat(rate.inactive_since).replace(tzinfo=UTC)
        yield {
            "effectiveDate": datetime(2012, 1, 1, tzinfo=UTC),
            "groupName": group.name,
            "groupId": group_id,
            "inactive": ended is not None,
            "inactivationDate": ended,
            "name": rate.name,
            "percentage": rate.percentage,
            "equivalenceSurchargePercentage": rate.surcharge,
            "hasEquivalenceSurcharge": rate.surcharge is not None,
            "taxType": group.tax_type,
        }


def _fill_accounts(tables: Tables, market: Market, maker: Maker) -> dict[str, str]:
    tables["AccountingAccount"] = delivered(maker, (account_row(market, spec) for spec in market.accounts))
    ids = {spec.role: account_id for spec, account_id in zip(market.accounts, tables["AccountingAccount"], strict=True)}
    rows = tables["AccountingAccount"]
    if "transitional" in ids:
        rows[ids["prepayment"]]["transitionalPrepaymentAccountId"] = ids["transitional"]
    if "grants" in ids:
        rows[ids["ecpn"]]["yearEndClosingAccountId"] = ids["grants"]
    return ids


def _fill_treatments(
    tables: Tables, market: Market, maker: Maker, tax_groups: dict[str, str], accounts: dict[str, str]
) -> dict[str, str]:
    tables["TaxTreatment"] = delivered(
        maker,
        (treatment_row(market, spec, tax_groups, accounts) for spec in market.treatments),
    )
    ids = {row["taxCode"]: row["id"] for row in tables["TaxTreatment"].values()}
    for role, treatment in (("goods", 0), ("services", 0), ("reduced", 1), ("purchase", 2)):
        tables["AccountingAccount"][accounts[role]]["taxTreatmentId"] = ids[market.treatments[treatment].code]
    return ids
