"""The invented data: deterministic, true to the schema, with totals that add up and awkward values where promised."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

from sage_active_sandbox.data.generate import populate
from sage_active_sandbox.data.totals import SUMMED, instalments, line_totals
from sage_active_sandbox.store import Company, Row, Store

LENGTHS = {
    "Customer": {
        "code": 17,
        "socialName": 70,
        "tradeName": 70,
        "countryAcronym": 2,
        "viesCode": 2,
        "documentId": 25,
        "vatNumber": 25,
        "nafApeCode": 7,
        "comments": 2000,
        "specialMention": 250,
    },
    "CustomerAddress": {
        "name": 50,
        "firstLine": 35,
        "secondLine": 35,
        "city": 35,
        "zipCode": 9,
        "province": 25,
        "countryIsoCodeAlpha2": 2,
    },
    "CustomerContact": {"name": 35, "surname": 35, "jobName": 35},
    "ContactEmail": {"emailAddress": 70},
    "ContactPhone": {"number": 20},
    "ContactSocialMedia": {"name": 30, "link": 100},
    "Product": {"code": 15, "name": 50, "lineDescription": 2500, "comments": 250},
    "SalesInvoice": {
        "operationalNumber": 50,
        "socialName": 50,
        "contactName": 50,
        "contactPhone": 15,
        "contactEmail": 50,
        "countryAcronym": 2,
        "comments": 1000,
        "remarks": 1000,
        "externalReference": 20,
        "documentId": 20,
        "vatNumber": 20,
        "invoiceEmail": 50,
        "salesOrderNumber": 250,
        "specialMention": 1000,
        "createdInSoftwareVersion": 10,
    },
    "SalesInvoiceLine": {"productCode": 15, "productName": 2500},
    "SalesDocumentAddress": {"name": 50, "firstLine": 35, "secondLine": 35, "city": 35, "zipCode": 9, "province": 25},
    "AccountingAccount": {"name": 100},
    "PaymentMean": {"description": 20},
    "PaymentTerm": {"name": 50},
    "JournalType": {"code": 20, "name": 50},
    "BusinessArea": {"name": 17},
    "JobArea": {"name": 50},
    "SalesTariff": {"code": 10, "name": 20},
    "SalesDiscountGroup": {"code": 10, "name": 20},
    "OrganizationDetail": {"socialName": 50, "documentId": 14, "vatNumber": 25},
}
LENGTHS["Supplier"] = LENGTHS["Customer"]
LENGTHS["SupplierAddress"] = LENGTHS["OrganizationAddress"] = LENGTHS["CustomerAddress"]
LENGTHS["SupplierContact"] = LENGTHS["CustomerContact"]
"""Longest texts by type and member (docs/reference/writing.md, "Marks of members")."""

CODE_SHAPES = {"DE": r"\d{4}", "ES": r"\d{9}", "FR": r"\d{3}[0-9A-Z]{1,10}"}
SCALARS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "ID": (str,),
    "UUID": (str,),
    "Int": (int,),
    "Boolean": (bool,),
    "DateTime": (datetime,),
    "Decimal": (Decimal,),
}
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FILE_ID = re.compile(r"[0-9a-f]{32}\.[a-z]{3}")
AHEAD_OF_TIME = {"AccountingExercise", "AccountingPeriod"}
"""Exercises are there before their time comes."""


@cache
def schema() -> GraphQLSchema:
    return build_schema(resources.files("sage_active").joinpath("sage-active.graphql").read_text("utf-8"))


def new_store(rows: int, *, seed: int = 1, companies: int = 3) -> Store:
    store = Store()
    populate(store, rows=rows, seed=seed, companies_per_market=companies)
    return store


@pytest.fixture(scope="module")
def sixty() -> Store:
    return new_store(60)


def usable(store: Store) -> list[Company]:
    return [company for company in store.companies.values() if company.usable]


def all_rows(store: Store) -> Iterator[tuple[str, Row]]:
    for tables in [*store.market_tables.values(), *(company.tables for company in store.companies.values())]:
        for type_name, table in tables.items():
            yield from ((type_name, row) for row in table.values())


def invoices(store: Store) -> list[Row]:
    return [row for company in usable(store) for row in company.tables["SalesInvoice"].values()]


def ordinary_invoices(company: Company) -> Iterator[Row]:
    """Invoices that have nothing to do with advances."""
    for row in company.tables["SalesInvoice"].values():
        if row["type"] != "PAYMENT_IN_ADVANCE" and not any("_advanceId" in line for line in row["lines"]):
            yield row


def state(store: Store) -> tuple[Any, Any]:
    for company in usable(store):
        company.tables.build_all()
    return store.companies, store.market_tables


def test_same_seed_gives_the_same_data() -> None:
    assert state(new_store(7)) == state(new_store(7))
    assert state(new_store(7)) != state(new_store(7, seed=2))


def test_companies_do_not_depend_on_the_number_of_rows() -> None:
    assert list(new_store(0).companies) == list(new_store(5).companies)


@pytest.mark.parametrize(("rows", "expected"), [(0, (0, 0, 0)), (1, (1, 0, 0)), (5, (5, 2, 2)), (60, (60, 30, 30))])
def test_sizes(rows: int, expected: tuple[int, int, int]) -> None:
    for company in usable(new_store(rows)):
        tables = company.tables
        products = [row for row in tables["Product"].values() if row["category"] != "CONCEPT"]
        assert (len(tables["Customer"]), len(tables["Supplier"]), len(products)) == expected
        assert rows <= len([*ordinary_invoices(company)]) <= rows * 2


def test_two_thousand_rows_keep_codes_and_identities_unique() -> None:
    store = new_store(2000, companies=1)
    for company in usable(store):
        for type_name in ("Customer", "Supplier"):
            rows = company.tables[type_name].values()
            assert len({row["code"] for row in rows}) == len(rows)
            assert len({row["socialName"] for row in rows}) == len(rows)
        assert len([*ordinary_invoices(company)]) == 4000
    german = next(company for company in usable(store) if company.market == "DE")
    assert all(10000 <= int(row["code"]) < 70000 for row in german.tables["Customer"].values())
    assert all(70000 <= int(row["code"]) < 100000 for row in german.tables["Supplier"].values())


@pytest.mark.parametrize("companies", [1, 3, 7])
def test_companies_per_market(companies: int) -> None:
    store = new_store(1, companies=companies)
    assert len({company.name for company in store.companies.values()}) == len(store.companies) == 3 * (companies + 2)
    for market in ("DE", "ES", "FR"):
        states = [(c.status, c.onboarded) for c in store.companies.values() if c.market == market]
        assert states == [("READY", True)] * companies + [("READY", False), ("EXPIRED", True)]
    assert all(key == company.id for key, company in store.companies.items())


def test_the_first_two_companies_of_a_market_share_an_environment(sixty: Store) -> None:
    german = [company.environment_id for company in sixty.companies.values() if company.market == "DE"]
    assert german[0] == german[1]
    assert len(set(german)) == len(german) - 1


def check_value(kind: Any, value: Any, where: str) -> None:
    if isinstance(kind, GraphQLNonNull):
        assert value is not None, where
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        assert isinstance(value, list), where
        for element in value:
            check_value(kind.of_type, element, where)
    elif isinstance(kind, GraphQLObjectType) and kind.name == "AccountingAccountCode":
        assert isinstance(value, str), where
    elif isinstance(kind, GraphQLObjectType):
        check_row(kind, value)
    elif isinstance(kind, GraphQLEnumType):
        assert value in kind.values, f"{where}: {value}"
    else:
        assert isinstance(kind, GraphQLScalarType)
        assert isinstance(value, SCALARS[kind.name]), f"{where}: {value!r}"
        assert kind.name == "Boolean" or not isinstance(value, bool), where


def check_row(kind: GraphQLObjectType, row: Row) -> None:
    for name, value in row.items():
        if name.startswith("_"):
            continue
        where = f"{kind.name}.{name}"
        assert name in kind.fields, where
        check_value(kind.fields[name].type, value, where)
        longest = LENGTHS.get(kind.name, {}).get(name)
        assert longest is None or value is None or len(value) <= longest, f"{where}: {value!r}"
        if isinstance(value, datetime):
            assert value.tzinfo is UTC, where
            assert value < datetime(2026, 7, 1, tzinfo=UTC) or kind.name in AHEAD_OF_TIME, where
    if "id" in row:
        shape = FILE_ID if kind.name == "EntityFile" else UUID_TEXT
        assert shape.fullmatch(row["id"]), kind.name


def test_every_row_fits_the_schema_and_the_documented_lengths(sixty: Store) -> None:
    checked = set()
    for type_name, row in all_rows(sixty):
        kind = schema().type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)
        check_row(kind, row)
        checked.add(type_name)
    assert len(checked) >= 40


def test_totals_add_up(sixty: Store) -> None:
    for row in invoices(sixty):
        assert row["lines"]
        for part in (row, *row["lines"]):
            assert part["totalNet"] == part["totalGross"] - part["totalDiscount"] - part["totalCustomerDiscount"]
            assert part["totalLiquidNoWithholding"] == part["totalNet"] + part["totalVat"] + part["totalFeeSurcharge"]
            assert part["totalLiquid"] == part["totalLiquidNoWithholding"] - part["totalWithholding"]
        for name in SUMMED:
            assert row[name] == sum(line[name] for line in row["lines"])
        for line in row["lines"]:
            assert abs(line["totalGross"] - line["totalQuantity"] * line["unitPrice"]) <= Decimal("0.005")
            assert abs(line["totalVat"] - line["totalNet"] * line["vatPercentage"] / 100) <= Decimal("0.005")
            assert line["salesInvoiceId"] == row["id"]


def test_open_items_agree_with_the_status(sixty: Store) -> None:
    seen = set()
    for row in invoices(sixty):
        seen.add(row["status"])
        items = row["openItems"]
        if row["status"] == "Pending":
            assert (row["operationalNumber"], items, row["firstDueDate"]) == (None, [], None)
            continue
        assert row["operationalNumber"]
        assert sum(item["amount"] for item in items) == row["totalLiquid"]
        assert row["firstDueDate"] == min(item["dueDate"] for item in items)
        paid = sum(item["paidAmountAccumulated"] for item in items)
        if row["status"] == "Collected":
            assert paid == row["totalLiquid"]
            assert {item["status"] for item in items} == {"COLLECTED"}
        elif row["status"] == "PartiallyCollected":
            assert 0 < paid < row["totalLiquid"]
            assert "PARTIAL" in {item["status"] for item in items}
        else:
            assert paid == 0
            assert {item["status"] for item in items} == {"NOT_SPECIFIED"}
    assert seen == {"Pending", "Closed", "Posted", "PartiallyCollected", "Collected"}


def test_numbers_of_invoices_are_unique_in_a_company(sixty: Store) -> None:
    for company in usable(sixty):
        numbers = [r["operationalNumber"] for r in company.tables["SalesInvoice"].values() if r["operationalNumber"]]
        assert len(numbers) == len(set(numbers))


def test_a_tenth_are_credit_notes_for_an_invoice(sixty: Store) -> None:
    for company in usable(sixty):
        table = company.tables["SalesInvoice"]
        notes = [row for row in table.values() if row["type"] == "CREDIT_NOTE"]
        assert len(notes) == 12
        for note in notes:
            source = table[note["sourceSalesInvoiceId"]]
            assert source["type"] == "NORMAL"
            assert source["status"] != "Pending"
            assert source["hasCreditNote"] is True
            assert source["creationDate"] <= note["creationDate"]


@pytest.mark.parametrize("rows", [5, 60])
def test_awkward_values_in_every_company(rows: int) -> None:
    for company in usable(new_store(rows)):
        customers, products = list(company.tables["Customer"].values()), list(company.tables["Product"].values())
        prices = [str(row["salesUnitPrice"]) for row in products]
        assert "12345678901234567.89" in prices
        assert "19.990000" in prices
        assert "1E-7" in [str(row["discount"]) for row in customers]
        assert len([row for row in customers if row["creationDate"] is None]) == 1
        assert len([row for row in products if row["creationDate"] is None]) == 1
        assert any(row["modificationDate"] is None for row in customers)
        assert any(row["modificationDate"] is not None for row in customers)
        assert any(not row["addresses"] and not row["contacts"] for row in customers)
        comments = "".join(row["comments"] or "" for row in customers)
        assert all(sign in comments for sign in ('"', "\\", "\n", "\t", "ü", "😀"))
        lines = [line for row in company.tables["SalesInvoice"].values() for line in row["lines"]]
        assert "12345678901234567.89" in [str(line["unitPrice"]) for line in lines]
        assert {None, "NONE", "NORMAL"} <= {row["type"] for row in company.tables["SalesInvoice"].values()}


def test_dates_lie_in_the_promised_years_and_some_are_shared(sixty: Store) -> None:
    for company in usable(sixty):
        dates = [row["creationDate"] for row in company.tables["Customer"].values() if row["creationDate"]]
        assert {date.year for date in dates} == {2021, 2022, 2023, 2024, 2025}
        assert len(set(dates)) < len(dates)
        for row in company.tables["SalesInvoice"].values():
            assert row["modificationDate"] is None or row["modificationDate"] >= row["creationDate"]


def test_codes_of_accounts_follow_the_market(sixty: Store) -> None:
    for company in usable(sixty):
        for account in company.tables["AccountingAccount"].values():
            if account["accountLevel"] == "SUB_ACCOUNT":
                assert re.fullmatch(CODE_SHAPES[company.market], account["code"])


def test_electronic_invoices_exist_in_france_only(sixty: Store) -> None:
    for company in usable(sixty):
        sent = [row for row in company.tables["SalesInvoice"].values() if row["eInvoice"]]
        assert bool(sent) is (company.market == "FR")
        assert all(row["eInvoice"][0]["salesInvoiceId"] == row["id"] for row in sent)


def test_line_totals_with_discounts_surcharge_and_withholding() -> None:
    totals = line_totals(
        Decimal("3"),
        Decimal("33.335"),
        discount=Decimal("10"),
        customer_discount=Decimal("2"),
        vat=Decimal("21"),
        surcharge=Decimal("5.2"),
        withholding=Decimal("15"),
    )
    assert [str(totals[name]) for name in ("totalGross", "totalDiscount", "totalCustomerDiscount", "totalNet")] == [
        "100.01",
        "10.00",
        "1.80",
        "88.21",
    ]
    assert [str(totals[name]) for name in ("totalVat", "totalFeeSurcharge", "totalWithholding", "totalLiquid")] == [
        "18.52",
        "4.59",
        "13.23",
        "98.09",
    ]


def test_instalments_add_up_to_the_total() -> None:
    terms = [
        {"type": "FIXED_AMOUNT", "value": Decimal("10")},
        {"type": "PERCENTAGE", "value": Decimal("33.33")},
        {"type": "REMAINING_AMOUNT", "value": Decimal("0")},
    ]
    amounts = instalments(Decimal("100.01"), terms)
    assert amounts == [Decimal("10.00"), Decimal("33.33"), Decimal("56.68")]
