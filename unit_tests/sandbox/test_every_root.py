"""Every query of the schema answers with data in at least one market; the queries are made from the schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from sage_active_sandbox.acting_queries import ACTING_QUERIES
from sage_active_sandbox.graphql_api.aggregation.entities import ENTITIES
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.registers import PLANS
from sage_active_sandbox.graphql_api.roots import ONE_MARKET
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches
from unit_tests.sandbox.conftest import Api

MARKETS = ("DE", "ES", "FR")
QUERIES: dict[str, GraphQLField] = {}
_query_type = serve(Switches(), Drift()).schema.query_type
assert _query_type is not None
QUERIES.update(_query_type.fields)

LITERALS = {
    "aggregationType": '"SUM"',
    "periodType": '"Month"',
    "dateMin": '"2020-01-01"',
    "dateMax": '"2040-01-01"',
    "startDate": '"2024-01-01"',
    "endDate": '"2024-12-31"',
    "entityKey": '"salesInvoices"',
    "filterName": '"ALL"',
    "orderByName": '"id"',
    "actions": '["createCustomer","updateProduct"]',
    "enumName": '"SalesIndicatorType"',
    "language": '"en"',
    "errorCode": '"global.businessErrors.authorizationPolicy"',
    "type": "SALES_INVOICE",
    "thirdPartyType": "CUSTOMER",
    "emailFrom": '"a@example.com"',
    "emailTo": '"b@example.com"',
}
"""Values of required members whose type alone does not say what fits."""


@pytest.fixture(scope="module")
def clients(running_sandbox: Sandbox) -> dict[str, Api]:
    """A client of the first company of each market."""
    return {market: Api(running_sandbox, market) for market in MARKETS}


@pytest.fixture
def every_market(clients: dict[str, Api], sandbox: Sandbox) -> Iterator[list[Api]]:
    """The clients, with good tokens."""
    for client in clients.values():
        client.token = sandbox.sign_in.issue_access_token()
    yield [*clients.values()]


def row_id(api: Api, type_name: str) -> str:
    """The id of the first row of the type."""
    return str(api.rows(type_name)[0]["id"])


def value(api: Api, root: str, name: str, kind: Any) -> str:
    """A literal for an argument or member."""
    nullable = get_nullable_type(kind)
    if name in LITERALS:
        return LITERALS[name]
    if isinstance(nullable, GraphQLInputObjectType):
        needed = {
            member: item.type for member, item in nullable.fields.items() if isinstance(item.type, GraphQLNonNull)
        }
        return "{" + ",".join(f"{member}:{value(api, root, member, item)}" for member, item in needed.items()) + "}"
    if isinstance(nullable, GraphQLList):
        return f"[{value(api, root, name, nullable.of_type)}]"
    if isinstance(nullable, GraphQLEnumType):
        return str(next(iter(nullable.values)))
    return f'"{identifier(api, root, name)}"'


def identifier(api: Api, root: str, name: str) -> str:
    """The id that a member of this name needs."""
    if name == "exerciseId":
        return next(str(row["id"]) for row in api.rows("AccountingExercise") if row["exercise"] == 2024)
    if root.endswith("ByOrgId"):
        return api.company.id
    if root.startswith("accountingPlansMaster"):
        return PLANS[api.market]
    if root.startswith("document"):
        return row_id(api, "SalesInvoice")
    answered = get_named_type(QUERIES[root].type).name
    return row_id(api, {"ProductPrice": "Product"}.get(answered, answered))


def leaves(kind: Any) -> str:
    """A selection of all plain members of a type, and of the first list of objects in it."""
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType):
        return ""
    if named.name.endswith("Connection"):
        return "{totalCount nodes{id} aggregate{aggregates{name value}}}"
    plain = [
        name for name, member in named.fields.items() if not isinstance(get_named_type(member.type), GraphQLObjectType)
    ]
    return "{__typename " + " ".join(plain) + "}"


def document(api: Api, root: str) -> str:
    """A query of one root with its required arguments."""
    member = QUERIES[root]
    needed = {name: item.type for name, item in member.args.items() if isinstance(item.type, GraphQLNonNull)}
    arguments = ",".join(f"{name}:{value(api, root, name, kind)}" for name, kind in needed.items())
    return f"{{{root}{f'({arguments})' if arguments else ''}{leaves(member.type)}}}"


def client_of(every_market: list[Api], root: str) -> Api:
    """A client of a market that has the root."""
    return next(client for client in every_market if ONE_MARKET.get(root) in (None, client.market))


def has_rows(answer: Any) -> bool:
    """Does the answer of a root hold anything."""
    return bool(answer["nodes"]) if isinstance(answer, dict) and "nodes" in answer else bool(answer)


def test_every_root_answers_with_data(every_market: list[Api]) -> None:
    wrong, with_data = [], set()
    for root in QUERIES:
        for api in every_market:
            if ONE_MARKET.get(root) not in (None, api.market):
                continue
            answer = api.answer(document(api, root))
            if "errors" in answer or answer["data"][root] is None:
                wrong.append((root, api.market, answer))
            elif has_rows(answer["data"][root]):
                with_data.add(root)
    assert not wrong
    assert with_data == QUERIES.keys()


def test_rights_reach_every_root(every_market: list[Api], sandbox: Sandbox) -> None:
    documents = {root: document(client_of(every_market, root), root) for root in QUERIES}
    sandbox.rights.replace(dict.fromkeys(QUERIES, "AUTH_NOT_AUTHORIZED"))
    for root, query in documents.items():
        answer = client_of(every_market, root).answer(query)
        assert answer["data"] == {root: None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["AUTH_NOT_AUTHORIZED"]


def test_drift_reaches_every_root(every_market: list[Api], sandbox: Sandbox) -> None:
    documents = {root: document(client_of(every_market, root), root) for root in QUERIES}
    sandbox.drift.replace({"renamed": {f"Query.{root}": f"new_{root}" for root in QUERIES}})
    for root, query in documents.items():
        answer = client_of(every_market, root).answer("{new_" + query[1:])
        assert "errors" not in answer and answer["data"][f"new_{root}"] is not None
    assert client_of(every_market, root).post(query).status_code == 400
    sandbox.drift.replace({"renamed": {}, "refused": dict.fromkeys((f"Query.{root}" for root in QUERIES), "HIDDEN")})
    for root, query in documents.items():
        assert client_of(every_market, root).answer(query)["data"] == {root: None}


@pytest.mark.parametrize(
    "root", [name for name, member in QUERIES.items() if isinstance(get_nullable_type(member.type), GraphQLList)]
)
def test_faults_of_pages_reach_plain_lists(every_market: list[Api], sandbox: Sandbox, root: str) -> None:
    api = client_of(every_market, root)
    sandbox.faults.add("empty_page", operation=root)
    assert api.data(document(api, root)) == []
    sandbox.faults.add("null_nodes", operation=root)
    assert api.data(document(api, root)) is None


def test_queries_that_act_are_counted_like_mutations(every_market: list[Api], sandbox: Sandbox) -> None:
    for root in ACTING_QUERIES:
        every_market[0].data(document(every_market[0], root))
    once = dict.fromkeys(ACTING_QUERIES, 1)
    counts = sandbox.mutations.as_dict()
    assert (counts["received"], counts["committed"], counts["refused"]) == (once, once, {})


def test_the_catalogs_name_members_that_exist(every_market: list[Api]) -> None:
    api = every_market[0]
    definitions = api.data("{listCatalog{definitions{entityKey filters orderBy supportsDateRange}}}")["definitions"]
    assert [row["entityKey"] for row in definitions] == [*ENTITIES]
    for row in definitions:
        for order in row["orderBy"]:
            sent = f'{{entityKey:"{row["entityKey"]}",filterName:"ALL",orderByName:"{order}",first:1}}'
            listed = api.data(f"{{listExecute(input:{sent}){{totalCount rows}}}}")
            assert [set(found) for found in listed["rows"]] == [set(row["orderBy"])] * min(listed["totalCount"], 1)
