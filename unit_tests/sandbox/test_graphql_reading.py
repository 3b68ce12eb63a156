"""Connections, loaders, scalars and the root fields that are not tables."""

import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest


def walk(api: Any, field: str, sizes: Iterable[int], rest: str = "") -> list[str]:
    """The ids of all rows; each page asks for the next of `sizes`."""
    ids: list[str] = []
    after = ""
    for size in itertools.islice(itertools.cycle(sizes), 100):
        page = api.data(
            f"{{{field}(first:{size}{after}{rest}){{totalCount nodes{{id}} pageInfo{{hasNextPage endCursor}}}}}}"
        )
        ids += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(ids)
            return ids
        after = f', after:"{page["pageInfo"]["endCursor"]}"'
    raise AssertionError("no end of pages")


@pytest.mark.parametrize("cursors", ["index", "keyset"])
@pytest.mark.parametrize("sizes", [[1], [5], [500], [1, 7, 3], [9, 2]], ids=str)
def test_pages_deliver_every_row_once(api: Any, cursors: Any, sizes: list[int]) -> None:
    api.sandbox.switches.cursors = cursors
    ids = walk(api, "customers", sizes, ", order:[{modificationDate:DESC},{id:ASC}]")
    assert sorted(ids) == sorted(row["id"] for row in api.rows("Customer"))
    assert len(set(ids)) == len(ids)


def test_page_size_defaults_to_twenty(api: Any) -> None:
    page = api.data("{salesInvoices{totalCount nodes{id} pageInfo{hasNextPage hasPreviousPage}}}")
    assert (len(page["nodes"]), page["totalCount"]) == (20, len(api.rows("SalesInvoice")))
    assert page["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}


@pytest.mark.parametrize("cursors", ["index", "keyset"])
def test_backward_pages_end_where_forward_pages_begin(api: Any, cursors: Any) -> None:
    api.sandbox.switches.cursors = cursors
    forward = api.data("{customers(first:500,order:[{id:ASC}]){edges{cursor node{id}}}}")["edges"]
    page = api.data(
        "query($at: String){customers(last:3,before:$at,order:[{id:ASC}]){nodes{id} pageInfo{hasPreviousPage}}}",
        {"at": forward[6]["cursor"]},
    )
    assert [node["id"] for node in page["nodes"]] == [edge["node"]["id"] for edge in forward[3:6]]
    assert page["pageInfo"]["hasPreviousPage"] is True


def test_an_empty_page_has_no_cursors(api: Any) -> None:
    page = api.data(
        '{customers(where:{code:{eq:"nobody"}}){totalCount nodes{id} edges{cursor} '
        "pageInfo{hasNextPage startCursor endCursor}}}"
    )
    information = {"hasNextPage": False, "startCursor": None, "endCursor": None}
    assert page == {"totalCount": 0, "nodes": [], "edges": [], "pageInfo": information}


def test_index_cursors_lose_a_row_when_an_earlier_one_disappears_and_keyset_cursors_do_not(api: Any) -> None:
    store, company = api.sandbox.store, api.company.id
    for name, lost in (("index", 1), ("keyset", 0)):
        api.sandbox.switches.cursors = name
        rows = [store.insert(company, "JobArea", {"name": f"{name} {number}"}) for number in range(4)]
        where = f'where:{{name:{{startsWith:"{name} "}}}}, order:[{{name:ASC}}]'
        first = api.data(f"{{jobAreas(first:2,{where}){{nodes{{id}} pageInfo{{endCursor}}}}}}")
        store.delete(company, "JobArea", rows[0]["id"])
        after = first["pageInfo"]["endCursor"]
        second = api.data(f'{{jobAreas(first:2,after:"{after}",{where}){{nodes{{id}}}}}}')
        seen = {node["id"] for node in first["nodes"] + second["nodes"]}
        assert len({row["id"] for row in rows} - seen) == lost


def test_children_are_read_on_their_own_with_their_parent(api: Any) -> None:
    lines = api.data(
        "{salesInvoiceLines(first:500){totalCount nodes{id salesInvoiceId salesInvoice{id operationalNumber}}}}"
    )
    stored = {line["id"]: row for row in api.rows("SalesInvoice") for line in row["lines"]}
    assert lines["totalCount"] == len(stored) > 0
    for node in lines["nodes"]:
        parent = stored[node["id"]]
        assert node["salesInvoice"] == {"id": parent["id"], "operationalNumber": parent["operationalNumber"]}
        assert node["salesInvoiceId"] == parent["id"]


def test_loaders_resolve_by_their_id(api: Any) -> None:
    nodes = api.data(
        "{customers(first:500){nodes{id documentTypeId documentType{id code} addresses{country{isoCodeAlpha2}}}}}"
    )
    types = {row["id"]: row for row in api.rows("DocumentType")}
    for node in nodes["nodes"]:
        row = types.get(node["documentTypeId"])
        assert node["documentType"] == (None if row is None else {"id": row["id"], "code": row["code"]})
    assert any(address["country"] for node in nodes["nodes"] for address in node["addresses"])


def test_lists_without_an_id_sibling_are_found(api: Any) -> None:
    products = api.data("{products(first:500){nodes{taxGroupId taxes{groupId group{taxGroupCode}}}}}")["nodes"]
    assert any(product["taxes"] for product in products)
    assert all(tax["groupId"] == product["taxGroupId"] for product in products for tax in product["taxes"])
    treatments = api.data(
        "{taxTreatments{nodes{id inputAccountingAccount{id code{value}} outputAccountingAccount{id}}}}"
    )
    for node in treatments["nodes"]:
        row = api.sandbox.store.table(api.company.id, "TaxTreatment")[node["id"]]
        assert [account["id"] for account in node["inputAccountingAccount"]] == row["_inputAccountingAccountIds"]
        assert [account["id"] for account in node["outputAccountingAccount"]] == row["_outputAccountingAccountIds"]


@pytest.mark.parametrize("text", ["12345678901234567.89", "19.990000", "1E-7", "0.00"])
def test_decimals_keep_their_text(api: Any, text: str) -> None:
    row = api.sandbox.store.insert(api.company.id, "Product", {"code": "EXACT", "salesUnitPrice": Decimal(text)})
    query = '{products(where:{code:{eq:"EXACT"}}){nodes{salesUnitPrice}}}'
    response = api.post(query)
    api.sandbox.store.delete(api.company.id, "Product", row["id"])
    assert f'"salesUnitPrice":{text}}}' in response.text


def test_dates_are_shown_with_milliseconds_and_compared_at_full_precision(api: Any) -> None:
    row = api.rows("SalesInvoice")[0]
    text = f"{row['creationDate']:%Y-%m-%dT%H:%M:%S}.{row['creationDate'].microsecond // 1000:03d}Z"
    exact = row["creationDate"].isoformat()
    found = api.data(f'{{salesInvoices(where:{{id:{{eq:"{row["id"]}"}}}}){{nodes{{creationDate}}}}}}')
    assert found["nodes"] == [{"creationDate": text}]
    query = "query($at: DateTime){salesInvoices(where:{creationDate:{eq:$at}}){totalCount}}"
    same = [other for other in api.rows("SalesInvoice") if other["creationDate"] == row["creationDate"]]
    assert api.data(query, {"at": exact})["totalCount"] == len(same)
    if row["creationDate"].microsecond % 1000:
        assert api.data(query, {"at": text})["totalCount"] == 0


def test_switch_for_missing_dates(api: Any) -> None:
    never = [row for row in api.rows("Customer") if row["modificationDate"] is None]
    query = "{customers(first:500,where:{modificationDate:{eq:null}}){totalCount nodes{modificationDate}}}"
    assert api.data(query)["totalCount"] == len(never) > 0
    api.sandbox.switches.null_dates = "0001"
    assert api.data(query)["totalCount"] == 0
    rows = api.data('{customers(where:{modificationDate:{lt:"1970-01-01"}}){nodes{modificationDate}}}')["nodes"]
    assert [node["modificationDate"] for node in rows] == ["0001-01-01T00:00:00.000Z"] * len(never)


def test_switch_for_the_account_code(api: Any) -> None:
    account = api.rows("AccountingAccount")[0]
    where = f'where:{{id:{{eq:"{account["id"]}"}}}}'
    result = api.data(f"{{accountingAccounts({where}){{nodes{{code{{value}}}}}}}}")
    assert result["nodes"] == [{"code": {"value": account["code"]}}]
    condition = f'{{eq:"{account["code"]}"}}'
    by_code = (
        f"{{accountingAccounts(order:[{{code:{{value:ASC}}}}],where:{{code:{{value:{condition}}}}}){{totalCount}}}}"
    )
    assert api.data(by_code)["totalCount"] == 1
    assert "errors" in api.answer(f"{{accountingAccounts({where}){{nodes{{code}}}}}}")
    api.sandbox.switches.account_code = "flat"
    assert api.data(f"{{accountingAccounts({where}){{nodes{{code}}}}}}")["nodes"] == [{"code": account["code"]}]
    flat = f"{{accountingAccounts(order:[{{code:ASC}}],where:{{code:{condition}}}){{totalCount}}}}"
    assert api.data(flat)["totalCount"] == 1
    assert "errors" in api.answer(f"{{accountingAccounts({where}){{nodes{{code{{value}}}}}}}}")


def test_enum_members_that_the_schema_does_not_know_are_shown(api: Any) -> None:
    row = api.rows("Product")[0]
    original = row["category"]
    row["category"] = "BRAND_NEW"
    result = api.data(f'{{products(where:{{id:{{eq:"{row["id"]}"}}}}){{nodes{{category}}}}}}')
    row["category"] = original
    assert result["nodes"] == [{"category": "BRAND_NEW"}]


def test_read_by_id(api: Any) -> None:
    row = api.rows("SalesTariff")[0]
    assert api.data("query($id: ID!){salesTariffById(id:$id){id}}", {"id": row["id"]}) == {"id": row["id"]}
    assert api.data('{salesTariffById(id:"unknown"){id}}') is None


def test_organizations_of_the_keys_market_need_no_header_and_fill_the_first_block(api: Any) -> None:
    members = "id status onboardingCompleted legislationCode socialName vatNumber currencyId"
    query = f"{{organizations(first:50){{nodes{{{members}}}}}}}"
    nodes = api.data(query, X_OrganizationId=None)["nodes"]
    companies = [company for company in api.sandbox.store.companies.values() if company.market == "DE"]
    assert [node["socialName"] for node in nodes] == [company.name for company in companies]
    assert {node["legislationCode"] for node in nodes} == {"DE"}
    assert all(node["vatNumber"] is None and node["currencyId"] is None for node in nodes)
    for node, company in zip(nodes, companies, strict=True):
        assert node["id"] == (company.id if company.onboarded else "00000000-0000-0000-0000-000000000000")
        assert (node["status"], node["onboardingCompleted"]) == (company.status, company.onboarded)
    french = api.data(query, X_OrganizationId=None, x_api_key="sandbox-key-fr")["nodes"]
    assert {node["legislationCode"] for node in french} == {"FR"}


def test_organization_detail_is_a_connection_of_the_company(api: Any) -> None:
    (node,) = api.data("{organizationDetail{nodes{id socialName currency{code}}}}")["nodes"]
    assert node == {"id": api.company.id, "socialName": api.company.name, "currency": {"code": "EUR"}}


def test_user_and_rights(api: Any) -> None:
    assert api.data("{userProfile{fullName}}", X_OrganizationId=None)["fullName"]
    checks = api.data('{userAccessPolicyCheck(actions:["createCustomer","customers"]){action isAllowed}}')
    assert checks == [{"action": name, "isAllowed": True} for name in ("createCustomer", "customers")]
    (error,) = api.answer('{userAccessPolicyCheck(actions:["x","customers","y"]){action}}')["errors"]
    assert error["message"] == "global.businessErrors.unknownActionNames"
    assert error["extensions"]["details"] == "x|y"


def test_texts(api: Any) -> None:
    key = "global.businessErrors.authorizationPolicy"
    found = api.data(
        f'{{localizedErrorMessage(errorCode:"{key}",language:"en"){{message errorCode language}}}}',
        X_OrganizationId=None,
    )
    assert (found["errorCode"], found["language"]) == (key, "en")
    assert found["message"] != key
    labels = api.data(
        '{localizedEnumValues(enumName:"CustomerType",language:"de"){value label}}', X_OrganizationId=None
    )
    assert labels == [{"value": "BUSINESS", "label": "Business"}, {"value": "INDIVIDUAL", "label": "Individual"}]


def test_entities_without_data_are_empty(api: Any) -> None:
    assert api.data("{employees{totalCount nodes{id}}}") == {"totalCount": 0, "nodes": []}
    assert api.data("{invoiceTypes{totalCount nodes{id}}}") == {"totalCount": 0, "nodes": []}
