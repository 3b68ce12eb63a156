"""Sums that the server works out (docs/reference/queries.md, "Filters")."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from unit_tests.sandbox.conftest import Api

RESULT = "{groupValues{name value} aggregates{name value} pageInfo{hasNextPage}}"


def aggregates(api: Api, arguments: str, *, first: int = 500, fields: str = "") -> list[dict[str, Any]]:
    """Group values and aggregates of sales invoices, as mappings."""
    selection = f"id status documentDate totalNet customer{{socialName}} {fields}"
    query = f"{{salesInvoices(first:{first}){{nodes{{{selection}}} aggregate({arguments}){RESULT}}}}}"
    return [
        {pair["name"]: pair["value"] for pair in (*row["groupValues"], *row["aggregates"])}
        for row in api.data(query)["aggregate"]
    ]


def test_sums_by_group_are_those_of_the_rows(market_api: Api) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in market_api.rows("SalesInvoice"):
        expected[row["status"]] += row["totalNet"]
    found = aggregates(market_api, 'aggregateFields:["totalNet|SUM"],groupFields:["status"]')
    assert {row["status"]: Decimal(row["totalNet|SUM"]) for row in found} == expected


def test_functions(api: Api) -> None:
    amounts = [row["totalNet"] for row in api.rows("SalesInvoice")]
    fields = '["totalNet","totalNet|MIN","totalNet|MAX","totalNet|AVG","id|DISTINCTCOUNT","__count"]'
    (row,) = aggregates(api, f"aggregateFields:{fields}")
    assert Decimal(row["totalNet"]) == sum(amounts)
    assert (Decimal(row["totalNet|MIN"]), Decimal(row["totalNet|MAX"])) == (min(amounts), max(amounts))
    assert abs(Decimal(row["totalNet|AVG"]) - sum(amounts) / len(amounts)) < Decimal("0.01")
    assert row["id|DISTINCTCOUNT"] == row["__count"] == str(len(amounts))


@pytest.mark.parametrize(("period", "length"), [("Day", 10), ("Week", 8), ("Month", 7), ("Quarter", 7), ("Year", 4)])
def test_periods(api: Api, period: str, length: int) -> None:
    found = aggregates(api, f'groupFields:["documentDate|{period}"]')
    names = [row[f"documentDate|{period}"] for row in found]
    assert names == sorted(set(names)) and {len(name) for name in names} == {length}
    assert sum(int(row["__count"]) for row in found) == len(api.rows("SalesInvoice"))


def test_groups_of_a_parent_in_an_order_and_in_pages(api: Api) -> None:
    arguments = 'aggregateFields:["totalNet"],groupFields:["customer.socialName"],orderFields:["totalNet|DESC"]'
    found = [Decimal(row["totalNet"]) for row in aggregates(api, arguments)]
    assert found == sorted(found, reverse=True) and len(found) > 2
    assert [Decimal(row["totalNet"]) for row in aggregates(api, arguments, first=2)] == found[:2]


@pytest.mark.parametrize(
    "arguments",
    [
        'aggregateFields:["nothing"]',
        'aggregateFields:["totalVat"]',
        'aggregateFields:["status"]',
        'aggregateFields:["totalNet|MEDIAN"]',
        'groupFields:["lines.productCode"]',
        'groupFields:["customer"]',
        'groupFields:["documentDate|Decade"]',
        'groupFields:["status|Month"]',
        'orderFields:["totalGross"]',
    ],
)
def test_illegal_parameters(api: Api, arguments: str) -> None:
    query = f"{{salesInvoices{{nodes{{id status documentDate totalNet}} aggregate({arguments}){RESULT}}}}}"
    (error,) = api.answer(query)["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"


def test_one_object_instead_of_a_list(api: Api) -> None:
    api.sandbox.switches.aggregate_shape = "object"
    query = '{salesInvoices{nodes{totalNet} aggregate(aggregateFields:["__count"]){aggregates{value}}}}'
    assert api.data(query)["aggregate"] == {"aggregates": [{"value": str(len(api.rows("SalesInvoice")))}]}


def execute(api: Api, members: str) -> Any:
    """The rows of an aggregation of sales invoices over all years."""
    base = 'entityKey:"salesInvoices",aggregationType:"SUM",periodType:"Year",dateMin:"2020-01-01",dateMax:"2029-12-31"'
    return api.data(
        f"{{aggregationExecute(input:{{{base},{members}}}){{meta{{entityKey context}}"
        "rows{groupValue period value1 value2 periodN_1 valueN valueN_1 deltaPercent}}}"
    )["rows"]


def test_an_aggregation_of_the_catalog(api: Api) -> None:
    invoices = api.rows("SalesInvoice")
    rows = execute(api, 'valueColumn1:"totalLiquid",distinctCountName:"customerId"')
    assert sum(row["value1"] for row in rows) == sum(row["totalLiquid"] for row in invoices)
    assert [row["period"] for row in rows] == sorted({f"{row['documentDate']:%Y}" for row in invoices})
    (grouped,) = execute(api, 'valueColumn1:"totalNet",groupByName:"status",top:1')
    assert grouped["groupValue"]
    top, others = execute(api, 'valueColumn1:"totalNet",top:1,includeOthers:true,othersLabel:"Rest"')
    assert others["groupValue"] == "Rest"
    assert top["value1"] + others["value1"] == sum(row["totalNet"] for row in invoices)


def test_years_are_compared(api: Api) -> None:
    query = (
        '{aggregationExecute(input:{entityKey:"salesInvoices",aggregationType:"SUM",periodType:"Year",compare:true,'
        'dateMin:"2024-01-01",dateMax:"2024-12-31",valueColumn1:"totalNet"})'
        "{rows{periodN periodN_1 valueN valueN_1 deltaPercent}}}"
    )
    (row,) = api.data(query)["rows"]
    assert (row["periodN"], row["periodN_1"]) == ("2024", "2023")
    assert row["deltaPercent"] == round((row["valueN"] - row["valueN_1"]) / row["valueN_1"] * 100, 2)


def test_a_list_of_the_catalog_has_pages(api: Api) -> None:
    after, seen = "", []
    while True:
        sent = f'{{entityKey:"customers",filterName:"ALL",orderByName:"code",first:5{after}}}'
        chunk = api.data(f"{{listExecute(input:{sent}){{rows totalCount pageInfo{{hasNextPage endCursor}}}}}}")
        seen += [row["code"] for row in chunk["rows"]]
        if not chunk["pageInfo"]["hasNextPage"]:
            break
        after = f',after:"{chunk["pageInfo"]["endCursor"]}"'
    assert seen == sorted(row["code"] for row in api.rows("Customer"))
    assert chunk["totalCount"] == len(seen)


@pytest.mark.parametrize(
    "sent",
    [
        'entityKey:"nothing",filterName:"ALL",orderByName:"id"',
        'entityKey:"customers",filterName:"nothing",orderByName:"id"',
        'entityKey:"customers",filterName:"ALL",orderByName:"nothing"',
        'entityKey:"customers",filterName:"ALL",orderByName:"id",first:501',
        'entityKey:"customers",filterName:"ALL",orderByName:"id",dateMin:"2024-01-01"',
        'entityKey:"salesInvoices",filterName:"ALL",orderByName:"id",dateMin:"soon"',
        'entityKey:"customers",filterName:"ALL",orderByName:"id",after:"é"',
    ],
)
def test_lists_that_make_no_sense(api: Api, sent: str) -> None:
    (error,) = api.answer(f"{{listExecute(input:{{{sent}}}){{totalCount}}}}")["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"


def test_catalogs_can_be_narrowed(api: Api) -> None:
    for root in ("aggregationCatalog", "listCatalog"):
        rows = api.data(f'{{{root}(contextContains:"purch"){{definitions{{entityKey}}}}}}')["definitions"]
        assert rows == [{"entityKey": "purchaseInvoices"}]
