"""A company that is added as the target of a copy, and a copy of everything into it."""

from importlib.resources import files
from typing import Any

import pytest
import requests
from graphql import GraphQLInputObjectType, build_ast_schema, get_named_type, parse

from sage_active_sandbox.graphql_api.scalars import date_text
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.sandbox.conftest import Api, input_type

TOTALS = ("totalGross", "totalDiscount", "totalCustomerDiscount", "totalNet", "totalVat", "totalLiquid")
NATURAL_KEYS = {
    "AccountingAccount": ("code",),
    "BusinessArea": ("name",),
    "Country": ("isoCodeAlpha2",),
    "Customer": ("code",),
    "DocumentType": ("code",),
    "JobArea": ("name",),
    "OperationalNumberPresetText": ("presetText",),
    "PaymentMean": ("description",),
    "Product": ("code",),
    "SalesDiscountGroup": ("code",),
    "SalesTariff": ("code",),
    "TaxGroup": ("taxGroupCode",),
    "TaxTreatment": ("taxCode",),
    "TransactionCategory": ("reason", "type"),
    "UnitOfMeasurement": ("name",),
}

SCHEMA = build_ast_schema(parse((files("sage_active") / "sage-active.graphql").read_text()), assume_valid=True)
INPUTS = {
    name: {member: str(get_named_type(inner.type)) for member, inner in kind.fields.items()}
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLInputObjectType)
}
"""Members of every input type with the name of their own type."""


class Copier:
    """Writes rows of one company into another with nothing but the inputs that the schema allows."""

    def __init__(self, source: Api, target: Api) -> None:
        self.source = source
        self.target = target
        self.schema = INPUTS
        self.ids: dict[str, str] = {}
        for type_name, key in NATURAL_KEYS.items():
            self.learn(type_name, key)

    def learn(self, type_name: str, key: tuple[str, ...]) -> None:
        found = {tuple(row.get(name) for name in key): row["id"] for row in self.target.rows(type_name)}
        for row in self.source.rows(type_name):
            match = found.get(tuple(row.get(name) for name in key))
            if match is not None:
                self.ids[row["id"]] = match

    def copy(self, mutation: str, row: dict[str, Any]) -> dict[str, Any]:
        document = f"mutation($v:{input_type(mutation)}!){{{mutation}(input:$v){{id}}}}"
        written: dict[str, Any] = self.target.data(document, {"v": self.input(input_type(mutation), row)})
        return written

    def input(self, type_name: str, row: dict[str, Any]) -> dict[str, Any]:
        sent: dict[str, Any] = {}
        for name, inner in self.schema[type_name].items():
            value = row.get(name)
            if value is None or name == "operationalNumber":
                continue
            if inner in self.schema:
                lists = isinstance(value, list)
                sent[name] = [self.input(inner, child) for child in value] if lists else self.input(inner, value)
            elif isinstance(value, str) and value in self.ids:
                sent[name] = self.ids[value]
            else:
                sent[name] = date_text(value)
        return sent


@pytest.mark.parametrize("market", ["DE", "ES", "FR"])
def test_everything_of_a_company_can_be_written_into_an_empty_one(api: Api, market: str) -> None:
    source = Api(api.sandbox, market)
    added = requests.post(f"{api.sandbox.url}/admin/companies", json={"market": market, "name": "Kopie"}, timeout=5)
    company = api.sandbox.store.company(added.json()["id"])
    assert company is not None
    assert "Customer" not in added.json()["rows"]
    target = Api(api.sandbox, market, company)
    copier = Copier(source, target)
    for mutation, type_name, key in (
        ("createCustomer", "Customer", ("code",)),
        ("createSupplier", "Supplier", ("code",)),
        ("createProduct", "Product", ("code",)),
    ):
        for row in source.rows(type_name):
            copier.copy(mutation, row)
        copier.learn(type_name, key)
        assert [row[key[0]] for row in target.rows(type_name)] == [row[key[0]] for row in source.rows(type_name)]
    originals = [row for row in source.rows("SalesInvoice") if row["type"] != "CREDIT_NOTE"]
    for row in originals:
        copied = target.stored("SalesInvoice", copier.copy("createSalesInvoice", row)["id"])
        assert copied["status"] == "Pending"
        assert {name: copied[name] for name in TOTALS} == {name: row[name] for name in TOTALS}
    assert len(target.rows("SalesInvoice")) == len(originals)
    listed = source.data("{organizations(first:50){nodes{id socialName status}}}")["nodes"]
    assert {"id": company.id, "socialName": "Kopie", "status": "READY"} in listed
    source.session.close()
    target.session.close()


def test_an_added_company_is_seen_through_maesn_too(api: Api) -> None:
    company = api.sandbox.add_company("fr")
    keys = {"X-API-KEY": "sandbox-api-key", "X-ACCOUNT-KEY": "sandbox-account-key-fr"}
    rows = requests.get(f"{api.sandbox.url}/auth/companies", headers=keys, timeout=5).json()["data"]
    assert {"id": company.id, "environmentId": company.environment_id}.items() <= next(
        row for row in rows if row["id"] == company.id
    ).items()
    pair = {"companyId": company.id, "environmentName": company.environment_id}
    items = requests.get(f"{api.sandbox.url}/accounting/items", params=pair, headers=keys, timeout=5).json()
    assert items["data"] == []


def test_snapshots_show_whole_rows(api: Api) -> None:
    created = api.write("createProduct", {"code": "SNAP", "name": "x", "salesUnitPrice": 5})
    url = f"{api.sandbox.url}/admin/snapshot"
    snapshot = requests.get(url, params={"company_id": api.company.id, "type": "Product"}, timeout=5).json()
    row = next(row for row in snapshot["Product"] if row["id"] == created["id"])
    assert (row["code"], row["salesUnitPrice"], row["modificationDate"]) == ("SNAP", 5, None)
    everything = requests.get(url, params={"company_id": api.company.id}, timeout=10).json()
    assert {"Customer", "Supplier", "Product", "SalesInvoice", "TaxTreatment"} <= {*everything}
    assert all(not name.startswith("_") for treatment in everything["TaxTreatment"] for name in treatment)
    assert everything["SalesInvoice"][0]["lines"][0]["id"]
    assert requests.get(url, params={"company_id": "nobody"}, timeout=5).status_code == 400
    assert requests.post(f"{api.sandbox.url}/admin/companies", json={"market": "IT"}, timeout=5).status_code == 400


def test_a_sandbox_can_start_with_empty_companies() -> None:
    with Sandbox(rows=5, companies_per_market=1, empty_companies=2) as sandbox:
        usable = [company for company in sandbox.store.companies.values() if company.usable]
    assert [sum(company.market == market for company in usable) for market in ("DE", "ES", "FR")] == [3, 3, 3]
    assert len({company.id for company in usable}) == len({company.name for company in usable}) == 9
    assert sum("Customer" in company.tables for company in usable) == 3
