"""Drift of types: a leaf becomes an object, an object or a list a leaf, a filter something else."""

from typing import Any

import pytest

OBJECT = (
    "`{}` is an object, interface or union type field. Leaf selections on objects, interfaces, and unions without "
    "subfields are disallowed."
)
LEAF = (
    "`{}` returns a scalar value. Selections on scalars or enums are never allowed, because they are the leaf nodes of "
    "any GraphQL query."
)


@pytest.mark.parametrize(
    ("field", "kind", "before", "after", "message"),
    [
        ("tradeName", "AccountingAccountCode", "tradeName", "tradeName{value}", OBJECT),
        ("addresses", "String", "addresses{id}", "addresses", LEAF),
        ("defaultAccountingAccount", "String", "defaultAccountingAccount{id}", "defaultAccountingAccount", LEAF),
    ],
)
def test_the_old_selection_is_refused_and_the_new_one_answered(
    api: Any, field: str, kind: str, before: str, after: str, message: str
) -> None:
    api.sandbox.drift.retyped = {f"Customer.{field}": kind}
    response = api.post(f"{{customers{{nodes{{id {before}}}}}}}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["message"] == message.format(field)
    assert error["extensions"]["field"] == field
    for row in api.data(f"{{customers{{nodes{{id {after}}}}}}}")["nodes"]:
        stored = api.stored("Customer", row["id"])
        expected = {
            "tradeName": stored["tradeName"] and {"value": stored["tradeName"]},
            "addresses": stored["addresses"][0]["id"] if stored["addresses"] else None,
            "defaultAccountingAccount": stored["defaultAccountingAccountId"],
        }
        assert row[field] == expected[field]
    api.sandbox.drift.clear()
    api.data(f"{{customers{{nodes{{id {before}}}}}}}")


def test_scalars_and_lists_of_scalars(api: Any) -> None:
    api.sandbox.drift.retyped = {"Customer.disabled": "String", "Customer.code": "[String!]"}
    for row in api.data("{customers{nodes{id disabled code}}}")["nodes"]:
        stored = api.stored("Customer", row["id"])
        assert row["disabled"] == str(stored["disabled"])
        assert row["code"] == [stored["code"]]


def test_filters(api: Any) -> None:
    query = 'query{customers(where:{creationDate:{gte:"2020-01-01"}}){totalCount}}'
    api.data(query)
    api.sandbox.drift.retyped = {"CustomerFilterInput.creationDate": "StringOperationFilterInput"}
    (error,) = api.post(query).json()["errors"]
    assert error["message"] == "The specified input object field `gte` does not exist."
    api.sandbox.drift.retyped = {"CustomerFilterInput.creationDate": "DecimalOperationFilterInput"}
    variable = "query($since:DateTime){customers(where:{creationDate:{gte:$since}}){totalCount}}"
    (error,) = api.post(variable, {"since": "2020-01-01"}).json()["errors"]
    assert error["message"] == "The variable `since` is not compatible with the type of the current location."


def test_an_unknown_type_is_refused(api: Any) -> None:
    wanted = {"retyped": {"Customer.tradeName": "Nonsense"}}
    response = api.session.patch(f"{api.sandbox.url}/admin/drift", json=wanted, timeout=10)
    assert response.status_code == 400
    assert api.sandbox.drift.retyped == {}
