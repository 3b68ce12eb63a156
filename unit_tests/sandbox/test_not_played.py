"""Every query is answered with data or with an error, never with a silent null, whatever its cursor is."""

import base64
import itertools
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.switches import Switches

LEAVES = {"Int": "1", "Boolean": "true", "Decimal": "1", "DateTime": '"2026-01-31T00:00:00Z"'}
ID = '"00000000-0000-4000-8000-000000000000"'
ONE_MARKET = {
    "thirdPartyIdentification": "FR",
    "organizationGlobalSetupByOrgId": "FR",
    "organizationEInvoiceSetupByOrgId": "FR",
    "organizationIrpfSetupByOrgId": "ES",
}
ANSWERS_NULL_FOR_UNKNOWN_IDS = {"salesTariffById", "salesDiscountById"}
"""Played from their tables: null says that no row has the id."""


def query_fields() -> dict[str, GraphQLField]:
    """The root fields of the served schema."""
    query = serve(Switches(), Drift()).schema.query_type
    assert query is not None
    fields: dict[str, GraphQLField] = query.fields
    return fields


def literal(kind: Any) -> str:
    """A value of an input type, with its required members."""
    nullable = get_nullable_type(kind)
    if isinstance(nullable, GraphQLList):
        return f"[{literal(nullable.of_type)}]"
    if isinstance(nullable, GraphQLInputObjectType):
        required = {
            name: member.type for name, member in nullable.fields.items() if isinstance(member.type, GraphQLNonNull)
        }
        return "{" + ",".join(f"{name}:{literal(member)}" for name, member in required.items()) + "}"
    if isinstance(nullable, GraphQLEnumType):
        return str(next(iter(nullable.values)))
    return LEAVES.get(nullable.name, ID)


def documents(name: str, member: GraphQLField) -> list[str]:
    """The field with its required arguments only, and with each of the optional ones in turn."""
    needed = {key: argument for key, argument in member.args.items() if isinstance(argument.type, GraphQLNonNull)}
    optional = {key: argument for key, argument in member.args.items() if key not in needed}
    selection = "{__typename}" if isinstance(get_named_type(member.type), GraphQLObjectType) else ""
    found = []
    for further in ({}, *({key: argument} for key, argument in optional.items())):
        arguments: dict[str, GraphQLArgument] = {**needed, **further}
        given = ",".join(f"{key}:{_value(key, argument)}" for key, argument in arguments.items())
        found.append(f"{{{name}{f'({given})' if given else ''}{selection}}}")
    return found


def _value(name: str, argument: GraphQLArgument) -> str:
    return f'"{cursor("0")}"' if name in ("after", "before") else literal(argument.type)


def cursor(text: str) -> str:
    """A text as cursors are encoded."""
    return base64.b64encode(text.encode()).decode()


def test_no_query_answers_null_without_an_error(api: Any) -> None:
    silent = []
    for name, member in query_fields().items():
        for document in documents(name, member):
            answer = api.answer(document)
            if "data" not in answer or (answer["data"][name] is None and "errors" not in answer):
                silent.append((document, answer))
    assert {document.partition("(")[0].strip("{") for document, _ in silent} <= ANSWERS_NULL_FOR_UNKNOWN_IDS


@pytest.mark.parametrize("name", ONE_MARKET)
def test_what_exists_in_another_market_only_says_so(api: Any, name: str) -> None:
    member = query_fields()[name]
    (document, *_) = documents(name, member)
    document = document.replace(ID, f'"{api.company.id}"')
    (error,) = api.answer(document)["errors"]
    assert error["message"] == f"{name} exists in {ONE_MARKET[name]} only."
    assert error["extensions"] == {"code": "SANDBOX_NOT_OFFERED"}
    (error,) = api.answer(document, X_OrganizationId=None)["errors"]
    assert "X-OrganizationId" in error["message"]


@pytest.mark.parametrize("cursors", ["index", "keyset"])
def test_a_cursor_beyond_the_end_is_an_empty_page(api: Any, cursors: str) -> None:
    api.sandbox.switches.cursors = cursors
    whole = api.data("{customers(first:500){totalCount pageInfo{endCursor}}}")
    beyond = [whole["pageInfo"]["endCursor"]]
    if cursors == "index":
        beyond += [cursor("999999"), cursor("9" * 100)]
    for after, size in itertools.product(beyond, ("first:2", "last:2", "")):
        page = api.data(
            f'{{customers(after:"{after}" {size}){{totalCount nodes{{id}} edges{{cursor}}'
            f"pageInfo{{hasNextPage hasPreviousPage startCursor endCursor}}}}}}"
        )
        assert (page["nodes"], page["edges"], page["totalCount"]) == ([], [], whole["totalCount"])
        information = {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": None}
        assert page["pageInfo"] == information


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize("cursors", ["index", "keyset"])
@pytest.mark.parametrize(
    "value",
    [
        *("", "x", "é", cursor(""), cursor("x"), cursor("-5"), cursor("1_0"), cursor("\N{ARABIC-INDIC DIGIT ONE}")),
        *(cursor("9" * 9000), cursor("[" * 5000), cursor("{}"), cursor("null"), cursor('[["decimal","x"]]')),
        *(
            cursor('[["plain",5]]'),
            cursor('[["date","2026-01-01"]]'),
            cursor('[["decimal","NaN"]]'),
            cursor("[[[],1]]"),
        ),
    ],
)
def test_unreadable_cursors_are_refused(
    api: Any, capfd: pytest.CaptureFixture[str], cursors: str, argument: str, value: str
) -> None:
    api.sandbox.switches.cursors = cursors
    answer = api.answer(f"query($c:String){{customers(first:2,{argument}:$c){{nodes{{id}}}}}}", {"c": value})
    assert answer["data"] == {"customers": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["HC0078"]
    assert capfd.readouterr().err == ""
