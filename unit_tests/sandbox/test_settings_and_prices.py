"""Settings of a company, prices, bank accounts, and the registers that every company can look up."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from graphql import GraphQLObjectType

from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.registers import PLANS
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.rights import READER
from sage_active_sandbox.switches import Switches
from unit_tests.sandbox.conftest import Api

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SETUPS = {
    "organizationAccountingSetupByOrgId": "OrganizationAccountingSetup",
    "organizationSalesSetupByOrgId": "OrganizationSalesSetupGLDto",
}


def members(type_name: str) -> list[str]:
    """Names of the members of a type that are not objects."""
    kind = serve(Switches(), Drift()).schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return [*kind.fields]


@pytest.mark.parametrize("root", SETUPS)
def test_ids_of_settings_name_rows(market_api: Api, root: str) -> None:
    names = members(SETUPS[root])
    setup = market_api.data(f'{{{root}(id:"{market_api.company.id}"){{{" ".join(names)}}}}}')
    tables = market_api.company.tables
    kinds = {
        "AccountId": "AccountingAccount",
        "JournalTypeId": "JournalType",
        "PresetTextId": "OperationalNumberPresetText",
    }
    for name in names:
        for end, type_name in kinds.items():
            if name.endswith(end) and setup[name] is not None:
                assert setup[name] in tables[type_name], name
    assert [name for name in names if setup[name] is not None]
    if root == "organizationAccountingSetupByOrgId":
        accounts = {row["id"]: row["code"] for row in market_api.rows("AccountingAccount")}
        lengths = {len(accounts[setup[name]]) for name in names if name.endswith("AccountId") and setup[name]}
        assert lengths == {setup["subAccountingLength"]}
        needed = ("Customers", "Suppliers", "Bank", "Cash", "InputVAT", "OutputVAT", "SaleProducts", "PurchaseProducts")
        assert all(setup[f"default{name}AccountId"] for name in needed)


@pytest.mark.parametrize("root", SETUPS)
def test_settings_of_another_company_are_refused(api: Api, root: str) -> None:
    (error,) = api.answer(f'{{{root}(id:"{UNKNOWN}"){{id}}}}')["errors"]
    assert error["message"].endswith("recordNotFound")


class TestPrices:
    """`productPriceById` looks into the price list and the discount group of the customer."""

    @pytest.fixture
    def product(self, api: Api) -> dict[str, Any]:
        """A product that costs 100 and has 5 percent discount of its own."""
        group = next(row["id"] for row in api.rows("TaxGroup"))
        values = {"code": "PRICED", "name": "Priced", "taxGroupId": group, "firstSalesDiscount": Decimal("5")}
        return api.sandbox.store.insert(api.company.id, "Product", {**values, "salesUnitPrice": Decimal("100")})

    def price(self, api: Api, product: dict[str, Any], sent: str) -> Any:
        """The answer for a product."""
        return api.data(
            f'{{productPriceById(id:"{product["id"]}",productPrice:{{{sent}}})'
            "{price{code source value indicator} firstDiscount{source value} taxPercentage taxId taxTreatmentId}}"
        )

    def listed(self, api: Api, type_name: str, product: dict[str, Any], **values: Any) -> str:
        """A list with one line for the product, and a better value from ten units on."""
        start = datetime(2024, 1, 1, tzinfo=UTC)
        member = "indicatorValue" if type_name == "SalesTariff" else "firstDiscount"
        stretch = {"fromUnits": Decimal(10), "toUnits": None, member: Decimal("60")}
        line = {"productId": product["id"], "startDate": start, "endDate": None, "enabled": True, "stretchs": [stretch]}
        line[member] = Decimal("80")
        head = {"code": "L", "name": "List", "enabled": True, "lines": [line]}
        return str(api.sandbox.store.insert(api.company.id, type_name, {**head, **values})["id"])

    def test_of_the_product(self, api: Api, product: dict[str, Any]) -> None:
        found = self.price(api, product, "")
        assert found["price"] == {"code": "PRICED", "source": "PRODUCT", "value": Decimal("100"), "indicator": None}
        assert found["firstDiscount"]["value"] == Decimal("5")
        assert found["taxPercentage"] == Decimal("19") and found["taxId"] and found["taxTreatmentId"]

    def test_of_a_price_list(self, api: Api, product: dict[str, Any]) -> None:
        tariff = self.listed(api, "SalesTariff", product, type="PRICE")
        day = 'documentDate:"2025-01-01"'
        few = self.price(api, product, f'salesTariffId:"{tariff}",quantity:9,{day}')["price"]
        assert (few["value"], few["source"], few["indicator"]) == (Decimal("80"), "TARIFF", "PRICE")
        assert self.price(api, product, f'salesTariffId:"{tariff}",quantity:10,{day}')["price"]["value"] == Decimal(
            "60"
        )
        early = self.price(api, product, f'salesTariffId:"{tariff}",documentDate:"2023-01-01"')["price"]
        assert early["source"] == "PRODUCT"

    def test_with_an_increment(self, api: Api, product: dict[str, Any]) -> None:
        tariff = self.listed(api, "SalesTariff", product, type="INCREMENT")
        found = self.price(api, product, f'salesTariffId:"{tariff}"')["price"]
        assert (found["value"], found["indicator"]) == (Decimal("180"), None)

    def test_of_a_customer(self, api: Api, product: dict[str, Any]) -> None:
        group = self.listed(api, "SalesDiscountGroup", product)
        customer = api.sandbox.store.insert(api.company.id, "Customer", {"salesDiscountGroupId": group})
        found = self.price(api, product, f'customerId:"{customer["id"]}",quantity:20')
        assert found["firstDiscount"] == {"source": "DISCOUNT_GROUP", "value": Decimal("60")}

    def test_of_an_unknown_product(self, api: Api) -> None:
        (error,) = api.answer(f'{{productPriceById(id:"{UNKNOWN}",productPrice:{{}}){{taxId}}}}')["errors"]
        assert error["message"].endswith("recordNotFound")


def test_bank_accounts_have_the_balance_of_the_ledger(market_api: Api) -> None:
    exercise = next(row for row in market_api.rows("AccountingExercise") if row["exercise"] == 2025)
    sent = (
        f'{{exerciseId:"{exercise["id"]}",startDate:"2025-01-01",endDate:"2025-12-31",showTemporaryCarryForward:true}}'
    )
    rows = market_api.data(f"{{accountingTrialBalance(input:{sent}){{accountCode balance}}}}")
    balances = {row["accountCode"]: row["balance"] for row in rows}
    accounts = market_api.data("{bankAccounts{accountingAccountCode accountingAccountTotalBalance}}")
    assert {row["accountingAccountCode"] for row in accounts} & balances.keys()
    for row in accounts:
        assert row["accountingAccountTotalBalance"] == balances.get(row["accountingAccountCode"], Decimal("0"))


def test_the_plan_of_accounts(market_api: Api) -> None:
    plan = market_api.data(
        f'{{accountingPlansMasterById(id:"{PLANS[market_api.market]}")'
        "{description accountingPlanMasterLines{code name accountLevel}}}"
    )
    codes = [line["code"] for line in plan["accountingPlanMasterLines"]]
    assert codes == sorted(row["code"] for row in market_api.rows("AccountingAccount"))
    assert "errors" in market_api.answer(f'{{accountingPlansMasterById(id:"{UNKNOWN}"){{id}}}}')


def test_the_french_register(sandbox: Any) -> None:
    api = Api(sandbox, "FR")
    known = next(row for row in api.rows("Customer") if row["countryAcronym"] == "FR" and row["documentId"])
    query = "{thirdPartyIdentification(input:{%s}){businessName siretSiren city}}"
    found = api.data(query % f'siret:"{known["documentId"]}"')
    assert known["socialName"] in [row["businessName"] for row in found]
    assert len(api.data(query % "searchLimit:1")) == 1
    assert "errors" in api.answer(query % "searchLimit:1001")


def test_a_login_hint_chooses_the_user(sandbox: Any) -> None:
    redirect = "http://127.0.0.1:8910/callback"
    request = {"response_type": "code", "client_id": "sandbox-client", "scope": "RDSA offline_access", "auto": "1"}
    request |= {"redirect_uri": redirect, "login_hint": READER}
    reply = requests.get(f"{sandbox.url}/connect/authorize", params=request, allow_redirects=False, timeout=5)
    code = reply.headers["location"].partition("code=")[2].partition("&")[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    form |= {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    token = requests.post(f"{sandbox.url}/connect/token", data=form, timeout=5).json()["access_token"]
    assert sandbox.sign_in.user_of(token) == READER
