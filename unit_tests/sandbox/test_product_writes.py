"""Creating, updating and deleting products: defaults, codes, dates of blocking, exact numbers."""

from decimal import Decimal
from typing import Any

import pytest
import requests

from unit_tests.sandbox.conftest import Api

SELECTION = (
    "id code name category registrationDate obsolete obsoleteDate unitOfMeasurement{name} taxes{id} taxGroupId "
    "salesAccountingAccount{subAccountType} salesUnitPrice salesVatPercentage useWithholding "
    "salesInvoiceBlockingEnabled salesInvoiceBlockingDate"
)


def test_a_product_has_the_documented_defaults(market_api: Api) -> None:
    row = market_api.write("createProduct", {"code": "DEFAULTS", "name": "x"}, SELECTION)
    assert (row["category"], row["obsolete"], row["obsoleteDate"]) == ("PRODUCT", False, None)
    assert row["unitOfMeasurement"] == {"name": "UNIT"}
    assert row["salesAccountingAccount"] == {"subAccountType": "REVENUE"}
    assert row["registrationDate"].endswith("T00:00:00.000Z")
    assert row["salesUnitPrice"] == Decimal("0.00")
    group = market_api.rows("TaxGroup")[0]
    rate = next(tax for tax in market_api.rows("Tax") if tax["groupId"] == group["id"] and not tax["inactive"])
    assert (row["taxGroupId"], row["salesVatPercentage"]) == (group["id"], rate["percentage"])
    assert row["useWithholding"] is (False if market_api.market == "ES" else None)


@pytest.mark.parametrize("price", ["12345678901234567.89", "19.990000", "0.0000001"])
def test_prices_keep_their_digits(api: Api, price: str) -> None:
    document = (
        f'mutation{{createProduct(input:{{code:"{price[:14]}",name:"x",salesUnitPrice:{price}}}){{salesUnitPrice}}}}'
    )
    assert str(api.data(document)["salesUnitPrice"]) in (price, str(Decimal(price)))


def test_codes_are_unique_on_create_and_update(api: Api) -> None:
    first = api.write("createProduct", {"code": "UNIQUE-1", "name": "x"})
    second = api.write("createProduct", {"code": "UNIQUE-2", "name": "x"})
    key = ["global.businessErrors.undocumented_codeAlreadyExists"]
    assert api.refusal("createProduct", {"code": "UNIQUE-1", "name": "x"}) == key
    assert api.refusal("updateProduct", {"id": second["id"], "code": "UNIQUE-1"}) == key
    assert api.write("updateProduct", {"id": first["id"], "code": "UNIQUE-1"}, "code") == {"code": "UNIQUE-1"}
    other = Api(api.sandbox, "ES")
    assert other.write("createProduct", {"code": "UNIQUE-1", "name": "x"}, "code") == {"code": "UNIQUE-1"}
    other.session.close()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"code": "X" * 16}, "global.businessErrors.undocumented_maximumLength"),
        ({"code": ""}, "global.businessErrors.undocumented_mandatoryField"),
        ({"code": "A\tB"}, "sales.businessErrors.codeCannotContainBlankSpaces"),
        ({"name": "x" * 51}, "global.businessErrors.undocumented_maximumLength"),
        ({"comments": "x" * 251}, "global.businessErrors.undocumented_maximumLength"),
    ],
)
def test_refused_products(api: Api, sent: dict[str, Any], reason: str) -> None:
    assert api.refusal("createProduct", {"code": "REFUSED", "name": "x", **sent}) == [reason]


def test_dates_of_obsolete_and_blocked_products(api: Api) -> None:
    row_id = api.write("createProduct", {"code": "OLD", "name": "x", "salesInvoiceBlockingEnabled": True})["id"]
    row = api.write("updateProduct", {"id": row_id, "obsolete": True}, SELECTION)
    assert row["obsoleteDate"] is not None
    assert row["salesInvoiceBlockingDate"] is not None
    row = api.write("updateProduct", {"id": row_id, "obsolete": False, "salesInvoiceBlockingEnabled": False}, SELECTION)
    assert (row["obsoleteDate"], row["salesInvoiceBlockingDate"]) == (None, None)


def test_the_vat_percentage_follows_the_tax_group(api: Api) -> None:
    reduced = api.rows("TaxGroup")[1]
    row = api.write("createProduct", {"code": "REDUCED", "name": "x", "taxGroupId": reduced["id"]}, SELECTION)
    assert row["salesVatPercentage"] == 7
    usual = api.rows("TaxGroup")[0]["id"]
    changed = api.write("updateProduct", {"id": row["id"], "taxGroupId": usual}, SELECTION)
    assert changed["salesVatPercentage"] == 19


def test_sold_products_stay(api: Api) -> None:
    sold = next(line["productId"] for row in api.rows("SalesInvoice") for line in row["lines"] if line["productId"])
    assert api.refusal("deleteProduct", {"id": sold}) == ["global.businessErrors.undocumented_recordInUse"]
    unsold = api.write("createProduct", {"code": "UNSOLD", "name": "x"})["id"]
    assert api.write("deleteProduct", {"id": unsold}) == {"id": unsold}


def test_payment_means_and_business_areas(api: Api) -> None:
    mean = api.write("createPaymentMean", {"description": "Tausch"}, "id description type")
    assert (mean["description"], mean["type"]) == ("Tausch", "UNDEFINED")
    assert api.refusal("createPaymentMean", {"description": "Tausch"}) == [
        "global.businessErrors.undocumented_codeAlreadyExists"
    ]
    used = {"order": 9999, "value": 0, "type": "REMAINING_AMOUNT", "paymentMeanId": mean["id"]}
    term = api.write(
        "createPaymentTerm", {"name": "Sofort", "lines": [used]}, "id lines{order paymentMean{description}}"
    )
    assert term["lines"] == [{"order": 9999, "paymentMean": {"description": "Tausch"}}]
    area = api.write("createBusinessArea", {"name": "Handwerk"})["id"]
    party = {"socialName": "x", "addresses": [], "businessAreaId": area, "paymentTermLines": [used]}
    customer = api.write("createCustomer", party)["id"]
    for mutation, row_id in (("deleteBusinessArea", area), ("deletePaymentMean", mean["id"])):
        assert api.refusal(mutation, {"id": row_id}) == ["global.businessErrors.undocumented_recordInUse"]
    api.write("deleteCustomer", {"id": customer})
    assert api.write("deleteBusinessArea", {"id": area}) == {"id": area}


def test_items_of_both_apis_meet(api: Api) -> None:
    url = f"{api.sandbox.url}/accounting/items"
    pair = {"companyId": api.company.id, "environmentName": api.company.environment_id}
    keys = {"X-API-KEY": "sandbox-api-key", "X-ACCOUNT-KEY": "sandbox-account-key-de"}
    unified = requests.post(url, params=pair, headers=keys, json={"name": "x", "itemNumber": "MEET-1"}, timeout=5)
    assert unified.status_code == 201
    found = api.data('{products(where:{code:{eq:"MEET-1"}}){nodes{id name}}}')
    assert found["nodes"] == [{"id": unified.json()["data"]["id"], "name": "x"}]
    direct = api.write("createProduct", {"code": "MEET-2", "name": "y"})
    items = requests.get(url, params={**pair, "itemNumber": "MEET-2"}, headers=keys, timeout=5).json()["data"]
    assert [(item["id"], item["name"]) for item in items] == [(direct["id"], "y")]
    assert (
        requests.post(url, params=pair, headers=keys, json={"name": "x", "itemNumber": "A B"}, timeout=5).json()[
            "errors"
        ]["message"]
        == "The itemNumber cannot contain blank spaces."
    )
