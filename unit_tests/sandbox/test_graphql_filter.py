"""The argument `where`, compared with the same question asked of the stored rows."""

from collections.abc import Callable
from typing import Any

import pytest

Row = dict[str, Any]


def some_code(rows: list[Row]) -> str:
    return next(str(row["code"]) for row in rows if row["code"])


def ids(api: Any, field: str, where: str, variables: dict[str, Any] | None = None, head: str = "") -> set[str]:
    page = api.data(f"query{head}{{{field}(first:500,where:{where}){{totalCount nodes{{id}}}}}}", variables)
    assert page["totalCount"] == len(page["nodes"])
    return {node["id"] for node in page["nodes"]}


CUSTOMER_FILTERS: list[tuple[str, Callable[[Row], bool]]] = [
    ("{}", lambda _row: True),
    ("{customerType:{eq:BUSINESS}}", lambda row: row["customerType"] == "BUSINESS"),
    ("{customerType:{neq:BUSINESS}}", lambda row: row["customerType"] != "BUSINESS"),
    ("{customerType:{in:[BUSINESS]}}", lambda row: row["customerType"] == "BUSINESS"),
    ("{customerType:{nin:[BUSINESS]}}", lambda row: row["customerType"] != "BUSINESS"),
    ("{tradeName:{eq:null}}", lambda row: row["tradeName"] is None),
    ("{tradeName:{neq:null}}", lambda row: row["tradeName"] is not None),
    ('{tradeName:{neq:"none"}}', lambda _row: True),
    ('{tradeName:{nin:["none"]}}', lambda _row: True),
    ('{tradeName:{in:[null,"none"]}}', lambda row: row["tradeName"] is None),
    ('{socialName:{contains:"GMBH"}}', lambda row: "gmbh" in row["socialName"].lower()),
    ('{tradeName:{ncontains:"A"}}', lambda row: "a" not in (row["tradeName"] or "").lower()),
    ('{code:{startsWith:"100"}}', lambda row: (row["code"] or "").startswith("100")),
    ('{code:{nstartsWith:"100"}}', lambda row: not (row["code"] or "").startswith("100")),
    ('{code:{endsWith:"3"}}', lambda row: (row["code"] or "").endswith("3")),
    ('{code:{nendsWith:"3"}}', lambda row: not (row["code"] or "").endswith("3")),
    (
        '{code:{or:[{endsWith:"3"},{endsWith:"4"}]}}',
        lambda row: (row["code"] or "").endswith(("3", "4")),
    ),
    ("{discount:{gt:1.5}}", lambda row: row["discount"] is not None and row["discount"] > 1.5),
    ("{discount:{gte:0}}", lambda row: row["discount"] is not None and row["discount"] >= 0),
    ("{discount:{ngt:0}}", lambda row: row["discount"] is None or row["discount"] <= 0),
    ("{discount:{lt:5}}", lambda row: row["discount"] is not None and row["discount"] < 5),
    ("{discount:{nlte:5}}", lambda row: row["discount"] is None or row["discount"] > 5),
    ("{disabled:{eq:false}}", lambda row: row["disabled"] is False),
    (
        '{modificationDate:{gte:"2024-01-01T00:00:00Z"}}',
        lambda row: row["modificationDate"] is not None and row["modificationDate"].year >= 2024,
    ),
    (
        '{or:[{modificationDate:{gte:"2024-01-01"}},{creationDate:{gte:"2024-01-01"}}]}',
        lambda row: any(
            row[name] is not None and row[name].year >= 2024 for name in ("modificationDate", "creationDate")
        ),
    ),
    (
        '{and:[{modificationDate:{neq:null}},{or:[{code:{endsWith:"1"}},{code:{endsWith:"2"}}]}]}',
        lambda row: row["modificationDate"] is not None and (row["code"] or "").endswith(("1", "2")),
    ),
    ('{addresses:{some:{city:{eq:"Berlin"}}}}', lambda row: any(a["city"] == "Berlin" for a in row["addresses"])),
    ('{addresses:{none:{city:{eq:"Berlin"}}}}', lambda row: all(a["city"] != "Berlin" for a in row["addresses"])),
    ('{addresses:{all:{city:{eq:"Berlin"}}}}', lambda row: all(a["city"] == "Berlin" for a in row["addresses"])),
    ("{contacts:{any:true}}", lambda row: bool(row["contacts"])),
    ("{contacts:{any:false}}", lambda row: not row["contacts"]),
    (
        '{contacts:{some:{emails:{some:{emailAddress:{contains:"@EXAMPLE"}}}}}}',
        lambda row: any("@example" in e["emailAddress"] for c in row["contacts"] for e in c["emails"]),
    ),
]


@pytest.mark.parametrize(("where", "test"), CUSTOMER_FILTERS, ids=[where for where, _ in CUSTOMER_FILTERS])
def test_filters_of_customers(api: Any, where: str, test: Callable[[Row], bool]) -> None:
    assert ids(api, "customers", where) == {row["id"] for row in api.rows("Customer") if test(row)}


def test_filters_through_loaders(api: Any) -> None:
    customers = {row["id"]: row for row in api.rows("Customer")}
    code = some_code([*customers.values()])
    expected = {row["id"] for row in api.rows("SalesInvoice") if customers[row["customerId"]]["code"] == code}
    assert ids(api, "salesInvoices", f'{{customer:{{code:{{eq:"{code}"}}}}}}') == expected
    lines = {line["id"] for row in api.rows("SalesInvoice") if row["id"] in expected for line in row["lines"]}
    assert ids(api, "salesInvoiceLines", f'{{salesInvoice:{{customer:{{code:{{eq:"{code}"}}}}}}}}') == lines


def test_a_missing_loader_is_a_row_without_values(api: Any) -> None:
    without = {row["id"] for row in api.rows("SalesInvoice") if row["sourceSalesInvoiceId"] is None}
    assert without
    assert ids(api, "salesInvoices", "{sourceSalesInvoice:{id:{eq:null}}}") == without
    assert without <= ids(api, "salesInvoices", '{sourceSalesInvoice:{operationalNumber:{neq:"X"}}}')


def test_lists_of_numbers(api: Any) -> None:
    term = api.sandbox.store.insert(
        api.company.id, "PaymentTerm", {"name": "days", "lines": [{"id": "1", "payDays": [5, 20]}]}
    )
    try:
        assert ids(api, "paymentTerms", "{lines:{some:{payDays:{some:{gt:15}}}}}") >= {term["id"]}
        assert term["id"] not in ids(api, "paymentTerms", "{lines:{some:{payDays:{some:{gt:25}}}}}")
    finally:
        api.sandbox.store.delete(api.company.id, "PaymentTerm", term["id"])


def test_variables_as_leaves_and_as_a_whole(api: Any) -> None:
    code = some_code(api.rows("Customer"))
    expected = {row["id"] for row in api.rows("Customer") if row["code"] == code}
    assert ids(api, "customers", "{code:{eq:$code}}", {"code": code}, "($code: String)") == expected
    assert (
        ids(api, "customers", "$where", {"where": {"code": {"eq": code}}}, "($where: CustomerFilterInput)") == expected
    )
    upper = next(iter(expected)).upper()
    assert ids(api, "customers", "{id:{eq:$id}}", {"id": upper}, "($id: UUID)") == expected


@pytest.mark.parametrize(
    "where", ["{code:null}", "{code:{contains:null}}", "{documentType:null}", "{contacts:{some:null}}"]
)
def test_null_where_an_object_is_needed_is_refused(api: Any, where: str) -> None:
    answer = api.answer(f"{{customers(where:{where}){{totalCount}}}}")
    assert answer["data"] == {"customers": None}
    assert answer["errors"][0]["extensions"]["code"] == "HC0026"
