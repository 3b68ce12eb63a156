"""Which field an error is about, in the words of both servers."""

import pytest

from sage_active.direct.answers import GraphQLError
from sage_active.direct.contract import Contract, walk
from sage_active.direct.refusals import place_of

FIELDS = Contract().fields("Customer")
INVOICE = Contract().fields("SalesInvoice")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(
            GraphQLError(
                "The field `code` does not exist on the type `Customer`.",
                extensions={"type": "Customer", "field": "code", "responseName": "code"},
            ),
            ("Customer", "code"),
            id="hot-chocolate-extensions",
        ),
        pytest.param(
            GraphQLError("The field `city` does not exist on the type `CustomerAddress`."),
            ("CustomerAddress", "city"),
            id="hot-chocolate-text",
        ),
        pytest.param(
            GraphQLError("Cannot query field 'code' on type 'Customer'. Did you mean 'codes'?"),
            ("Customer", "code"),
            id="graphql-core-text",
        ),
        pytest.param(
            GraphQLError('Cannot query field "code" on type "Customer".'), ("Customer", "code"), id="graphql-js-text"
        ),
        pytest.param(
            GraphQLError(
                "The current user is not authorized to access this resource.",
                path=["page", "nodes", 3, "addresses", 0, "city"],
                extensions={"code": "AUTH_NOT_AUTHORIZED"},
            ),
            ("ADDRESS", "city"),
            id="path-below-a-list",
        ),
        pytest.param(GraphQLError("refused", path=["page", "nodes", 0, "code"]), ("Customer", "code"), id="path"),
        pytest.param(
            GraphQLError("refused", path=["page", "nodes", 0, "addresses"]), ("Customer", "addresses"), id="path-object"
        ),
        pytest.param(GraphQLError("refused", path=["page", "nodes", 0]), None, id="path-of-a-row"),
        pytest.param(GraphQLError("refused", path=["page", "nodes"]), None, id="path-of-all-rows"),
        pytest.param(GraphQLError("refused", path=["page", "totalCount"]), None, id="path-of-the-count"),
        pytest.param(GraphQLError("refused", path=["guard", "nodes", 0, "code"]), None, id="path-of-the-guard"),
        pytest.param(GraphQLError("refused", path=["page", "nodes", 0, "nowhere"]), None, id="path-not-asked-for"),
        pytest.param(GraphQLError("refused", path=["page", "nodes", 0, "code", "deeper"]), None, id="path-too-deep"),
        pytest.param(GraphQLError("something else"), None, id="nothing-named"),
        pytest.param(
            GraphQLError("x", extensions={"code": "HC0016", "type": 5, "field": None}), None, id="odd-extensions"
        ),
    ],
)
def test_places(error: GraphQLError, expected: tuple[str, str] | None) -> None:
    if expected and expected[0] == "ADDRESS":
        address = next(field for field in FIELDS if field.name == "addresses")
        expected = (address.type, expected[1])
    assert place_of(error, FIELDS) == expected


def test_a_selection_on_a_scalar_names_the_owner_not_the_scalar() -> None:
    error = GraphQLError(
        "`code` returns a scalar value. Selections on scalars or enums are never allowed.",
        extensions={
            "declaringType": "AccountingAccount",
            "field": "code",
            "type": "String",
            "responseName": "code",
        },
    )
    assert place_of(error, FIELDS) == ("AccountingAccount", "code")


def test_a_scalar_without_its_owner_is_found_if_only_one_selection_has_its_name() -> None:
    unique = next(
        field.name
        for field in FIELDS
        if field.children and sum(field.name == each.name for each in walk(FIELDS) if each.children) == 1
    )
    error = GraphQLError("selection", extensions={"type": "String", "field": unique})
    assert place_of(error, FIELDS) == ("Customer", unique)


def test_a_selection_on_a_scalar_in_the_words_of_graphql_core_is_found() -> None:
    error = GraphQLError("Field 'addresses' must not have a selection since type 'String' has no subfields.")
    assert place_of(error, FIELDS) == ("Customer", "addresses")


def test_nested_fields_of_the_same_name_are_told_apart_by_the_extensions() -> None:
    error = GraphQLError("gone", extensions={"type": "SalesInvoiceLine", "field": "creationDate"})
    assert place_of(error, INVOICE) == ("SalesInvoiceLine", "creationDate")
