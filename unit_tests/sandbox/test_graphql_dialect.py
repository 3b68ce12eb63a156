"""Errors, HTTP status, cost, introspection and drift as the vendor's server has them."""

from typing import Any

import pytest
import requests
from graphql import GraphQLObjectType, build_schema, get_introspection_query

FULL_PRODUCT = (
    "id code name salesUnitPrice unitOfMeasurement{id name} salesAccountingAccount{id code{value}} "
    "taxes{id name group{taxGroupCode}}"
)


def errors(response: requests.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = response.json()["errors"]
    return found


def test_unknown_fields_are_named_and_at_most_five_at_once(api: Any) -> None:
    response = api.post("{customers{nodes{a b shown: c d e f g addresses{h}}}}")
    assert response.status_code == 400
    assert "data" not in response.json()
    found = errors(response)
    assert len(found) == 5
    assert found[2]["message"] == "The field `c` does not exist on the type `Customer`."
    expected = {"type": "Customer", "field": "c", "responseName": "shown"}
    assert {name: found[2]["extensions"][name] for name in expected} == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{customers(wher:{}){totalCount}}", "The argument `wher` does not exist."),
        ("{customers(where:{nope:{eq:1}}){totalCount}}", "The specified input object field `nope` does not exist."),
        (
            "{customers(where:{code:{eq:1}}){totalCount}}",
            "The specified value type of field `eq` does not match the field type.",
        ),
        ('{customers(first:"2"){totalCount}}', "The specified argument value does not match the argument type."),
        (
            "query($a:Int){customers(where:{code:{eq:$a}}){totalCount}}",
            "The variable `a` is not compatible with the type of the current location.",
        ),
        ("query($a:Int){customers{totalCount}}", "The following variables were not used: a."),
        ("{customers(first:$a){totalCount}}", "The following variables were not declared: a."),
        ("{userAccessPolicyCheck{action}}", "The argument `actions` is required."),
        (
            "{customers{nodes}}",
            "`nodes` is an object, interface or union type field. Leaf selections on objects, interfaces, and unions "
            "without subfields are disallowed.",
        ),
    ],
)
def test_other_refusals_before_execution(api: Any, query: str, message: str) -> None:
    response = api.post(query)
    assert response.status_code == 400
    assert errors(response)[0]["message"] == message


def test_syntax_and_bodies_that_are_not_requests(api: Any) -> None:
    assert errors(api.post("{customers{"))[0]["extensions"]["code"] == "HC0011"
    url = f"{api.sandbox.url}/graphql"
    for body, code in ((b"{", "HC0012"), (b"[]", "HC0012"), (b'{"query":""}', "HC0013")):
        response = api.session.post(url, data=body, headers=api.headers(), timeout=10)
        assert (response.status_code, errors(response)[0]["extensions"]["code"]) == (400, code)


def test_values_of_variables_that_do_not_fit(api: Any) -> None:
    response = api.post("query($id: UUID){customers(where:{id:{eq:$id}}){totalCount}}", {"id": "x"})
    assert response.status_code == 400
    assert errors(response) == [
        {"message": "The variable `id` got an invalid value.", "extensions": {"variable": "id", "code": "HC0016"}}
    ]


@pytest.mark.parametrize(
    ("accept", "status", "content_type"),
    [
        ("application/json", 200, "application/json"),
        ("application/graphql-response+json", 400, "application/graphql-response+json"),
        ("application/graphql-response+json, application/json", 400, "application/graphql-response+json"),
        ("*/*", 400, "application/graphql-response+json"),
    ],
)
def test_status_of_a_refused_query_follows_accept(api: Any, accept: str, status: int, content_type: str) -> None:
    response = api.post("{nothing}", Accept=accept)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith(content_type)


def test_too_large_a_page_is_an_error_of_the_field(api: Any) -> None:
    response = api.post("{customers(first:501){totalCount} products{totalCount}}")
    assert response.status_code == 200
    answer = response.json()
    assert answer["data"]["customers"] is None
    assert answer["data"]["products"]["totalCount"] == len(api.rows("Product"))
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["customers"], "HC0051")
    assert errors(api.post("{customers(first:-1){totalCount}}"))[0]["extensions"]["code"] == "HC0079"


@pytest.mark.parametrize("cursors", ["index", "keyset"])
def test_unreadable_cursors_are_refused(api: Any, cursors: Any) -> None:
    api.sandbox.switches.cursors = cursors
    (error,) = errors(api.post('{customers(after:"%%%"){totalCount}}'))
    assert error["message"] == "The cursor specified in `after` has an invalid format."
    assert error["extensions"]["code"] == "HC0078"


def cost(api: Any, query: str, variables: dict[str, Any] | None = None) -> int:
    answer = api.answer(query, variables, GraphQL_Cost="report")
    return int(answer["extensions"]["operationCost"]["fieldCost"])


def test_cost_grows_with_the_page_and_the_objects(api: Any) -> None:
    leaves = cost(api, "{products(first:500){nodes{id code name}}}")
    small = cost(api, f"{{products(first:50){{nodes{{{FULL_PRODUCT}}}}}}}")
    large = cost(api, f"{{products(first:500){{nodes{{{FULL_PRODUCT}}}}}}}")
    assert leaves < 100 < small < large
    assert 8 < large / small <= 10
    assert 19_000 < large < 22_000


def test_a_variable_page_size_is_priced_at_the_largest_page_unless_it_has_a_default(api: Any) -> None:
    selection = f"{{nodes{{{FULL_PRODUCT}}}}}"
    literal = cost(api, f"{{products(first:10){selection}}}")
    variable = cost(api, f"query($n:Int){{products(first:$n){selection}}}", {"n": 10})
    defaulted = cost(api, f"query($n:Int=10){{products(first:$n){selection}}}", {"n": 10})
    assert literal == defaulted
    assert variable == cost(api, f"{{products(first:500){selection}}}")


def test_a_variable_filter_is_priced_at_its_worst_case(api: Any) -> None:
    literal = cost(api, '{products(first:10,where:{code:{eq:"A"}}){totalCount}}')
    variable = cost(
        api, "query($w:ProductFilterInput){products(first:10,where:$w){totalCount}}", {"w": {"code": {"eq": "A"}}}
    )
    assert variable > 5 * literal


@pytest.mark.parametrize(
    ("shape", "message", "stated", "allowed"),
    [
        ("fieldCost", "The maximum allowed field cost was exceeded.", "fieldCost", "maxFieldCost"),
        ("complexity", "The maximum allowed operation complexity was exceeded.", "complexity", "allowedComplexity"),
    ],
)
def test_refusal_of_expensive_queries(api: Any, shape: Any, message: str, stated: str, allowed: str) -> None:
    api.sandbox.switches.max_field_cost = 1000
    api.sandbox.switches.cost_error_shape = shape
    response = api.post(f"{{products(first:500){{nodes{{{FULL_PRODUCT}}}}}}}")
    assert response.status_code == 400
    (error,) = errors(response)
    assert (error["message"], error["extensions"]["code"]) == (message, "HC0047")
    assert error["extensions"][stated] > error["extensions"][allowed] == 1000
    assert "data" not in response.json()
    assert api.post(f"{{products(first:20){{nodes{{{FULL_PRODUCT}}}}}}}").status_code == 200


def test_introspection_by_switch(api: Any) -> None:
    response = api.post('{__type(name:"Customer"){name}}')
    assert (response.status_code, errors(response)[0]["extensions"]["code"]) == (400, "HC0046")
    api.sandbox.switches.introspection = True
    api.sandbox.drift.dropped_fields = {"Customer.tradeName"}
    found = api.data('{__type(name:"Customer"){fields{name}}}', X_OrganizationId=None)
    names = {member["name"] for member in found["fields"]}
    assert "socialName" in names
    assert "tradeName" not in names
    assert api.data(get_introspection_query(), X_OrganizationId=None)["types"]


@pytest.mark.parametrize("path", ["/graphql?sdl", "/graphql/schema.graphql"])
def test_schema_file_by_switch(api: Any, path: str) -> None:
    url = api.sandbox.url + path
    assert api.session.get(url, headers=api.headers(), timeout=10).status_code == 404
    api.sandbox.switches.sdl = True
    api.sandbox.drift.added_fields = {"Customer.mood": "String"}
    response = api.session.get(url, headers=api.headers(), timeout=10)
    assert response.status_code == 200
    customer = build_schema(response.text).type_map["Customer"]
    assert isinstance(customer, GraphQLObjectType)
    assert "mood" in customer.fields
    assert api.session.get(url, headers=api.headers(Authorization=None), timeout=10).status_code == 401


def test_drift_of_outputs_and_filters(api: Any) -> None:
    drift = api.sandbox.drift
    drift.dropped_fields = {"Customer.tradeName", "CustomerFilterInput.vatNumber"}
    drift.added_fields = {"Customer.mood": "String", "Customer.rank": "Int"}
    drift.added_values = {"Customer.rank": 3}
    drift.renamed = {"Customer.socialName": "legalName"}
    assert errors(api.post("{customers{nodes{tradeName}}}"))[0]["extensions"]["field"] == "tradeName"
    assert errors(api.post("{customers{nodes{socialName}}}"))[0]["extensions"]["field"] == "socialName"
    assert (
        errors(api.post('{customers(where:{vatNumber:{eq:"1"}}){totalCount}}'))[0]["extensions"]["field"] == "vatNumber"
    )
    (node,) = api.data("{customers(first:1){nodes{legalName mood rank vatNumber}}}")["nodes"]
    row = api.rows("Customer")[0]
    assert node == {"legalName": row["socialName"], "mood": "added", "rank": 3, "vatNumber": row["vatNumber"]}
    drift.clear()
    assert api.data("{customers(first:1){nodes{tradeName}}}")["nodes"][0]["tradeName"] == row["tradeName"]


@pytest.mark.parametrize(
    ("code", "message", "extensions"),
    [
        (
            "AUTH_NOT_AUTHORIZED",
            "The current user is not authorized to access this resource.",
            {"code": "AUTH_NOT_AUTHORIZED"},
        ),
        (
            "global.businessErrors.authorizationFeature",
            "global.businessErrors.authorizationFeature",
            {"details": "discount"},
        ),
    ],
)
def test_refused_fields_are_null_with_an_error_below_nodes(
    api: Any, code: str, message: str, extensions: dict[str, str]
) -> None:
    api.sandbox.drift.refused = {"Customer.discount": code}
    answer = api.answer("{customers(first:2){nodes{id discount}}}")
    assert [node["discount"] for node in answer["data"]["customers"]["nodes"]] == [None, None]
    assert [error["path"] for error in answer["errors"]] == [["customers", "nodes", n, "discount"] for n in (0, 1)]
    assert (answer["errors"][0]["message"], answer["errors"][0]["extensions"]) == (message, extensions)


def test_organization_header(api: Any) -> None:
    response = api.post("{journalTypes{totalCount}}", X_OrganizationId=None)
    assert response.status_code == 200
    assert response.json() == {
        "errors": [{"message": "X-OrganizationId header is mandatory"}],
        "data": {"journalTypes": None},
    }
    for unknown in ("00000000-0000-0000-0000-000000000000", "11111111-1111-1111-1111-111111111111", "x"):
        response = api.post("{journalTypes{totalCount}}", X_OrganizationId=unknown)
        assert (response.status_code, response.json()["Message"]) == (400, "Bad Request")


def test_companies_that_cannot_be_used(api: Any) -> None:
    companies = [company for company in api.sandbox.store.companies.values() if company.market == "DE"]
    expired = next(company for company in companies if company.status == "EXPIRED")
    answer = api.answer("{customers{totalCount}}", X_OrganizationId=expired.id)
    assert answer["data"] == {"customers": None}
    assert answer["errors"][0]["extensions"] == {"code": "AUTH_NOT_AUTHORIZED"}
    sleeping = next(company for company in companies if not company.onboarded)
    assert api.post("{customers{totalCount}}", X_OrganizationId=sleeping.id).status_code == 400
