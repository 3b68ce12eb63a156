"""Which field an error is about, in the words of both servers."""

import pytest

from sage_active.direct.answers import GraphQLError, Location
from sage_active.direct.contract import Contract, walk
from sage_active.direct.query import Shape, page_query, selection
from sage_active.direct.refusals import field_of

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
        pytest.param(
            GraphQLError(
                "The argument `currency` is required.",
                extensions={"type": "Customer", "field": "code", "argument": "currency"},
            ),
            ("Customer", "code"),
            id="argument-missing",
        ),
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
    assert field_of(error, FIELDS) == expected


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
    assert field_of(error, FIELDS) == ("AccountingAccount", "code")


def test_a_scalar_without_its_owner_is_found_if_only_one_selection_has_its_name() -> None:
    unique = next(
        field.name
        for field in FIELDS
        if field.children and sum(field.name == other.name for other in walk(FIELDS) if other.children) == 1
    )
    error = GraphQLError("selection", extensions={"type": "String", "field": unique})
    assert field_of(error, FIELDS) == ("Customer", unique)


def test_a_selection_on_a_scalar_in_the_words_of_graphql_core_is_found() -> None:
    error = GraphQLError("Field 'addresses' must not have a selection since type 'String' has no subfields.")
    assert field_of(error, FIELDS) == ("Customer", "addresses")


DOCUMENT = page_query("customers", selection(FIELDS, Shape()), None, first=1).text
OBJECT_IN_HOT_CHOCOLATE = (
    "`{}` is an object, interface or union type field. Leaf selections on objects, interfaces, and unions without "
    "subfields are disallowed."
)
OBJECT_IN_GRAPHQL_CORE = "Field '{0}' of type 'Thing' must have a selection of subfields. Did you mean '{0} {{ ... }}'?"
LEAF_IN_HOT_CHOCOLATE = "`{}` returns a scalar value. Selections on scalars or enums are never allowed."
LEAF_IN_GRAPHQL_CORE = "Field '{}' must not have a selection since type 'String' has no subfields."


def locations_of(text: str) -> list[Location]:
    """Where a part of the document begins."""
    assert DOCUMENT.count(text) == 1, text
    return [Location(1, DOCUMENT.index(text) + 1)]


@pytest.mark.parametrize("template", [OBJECT_IN_HOT_CHOCOLATE, OBJECT_IN_GRAPHQL_CORE])
@pytest.mark.parametrize("extensions", [None, {"type": "Thing", "field": "code", "responseName": "code"}])
class TestALeafThatBecameAnObject:
    def test_is_told_from_its_namesakes_by_its_place(self, template: str, extensions: dict[str, str] | None) -> None:
        error = GraphQLError(template.format("code"), None, extensions, locations_of("code socialName"))
        assert field_of(error, FIELDS, DOCUMENT) == ("Customer", "code")

    def test_is_not_guessed_among_namesakes(self, template: str, extensions: dict[str, str] | None) -> None:
        error = GraphQLError(template.format("code"), None, extensions)
        assert field_of(error, FIELDS, DOCUMENT) is None

    def test_needs_no_place_if_its_name_is_unique(self, template: str, extensions: dict[str, str] | None) -> None:
        if extensions:
            extensions = {**extensions, "field": "jobName"}
        assert field_of(GraphQLError(template.format("jobName"), None, extensions), FIELDS) == (
            "CustomerContact",
            "jobName",
        )


@pytest.mark.parametrize("template", [LEAF_IN_HOT_CHOCOLATE, LEAF_IN_GRAPHQL_CORE])
def test_an_object_that_became_a_leaf_is_told_from_its_namesakes_by_its_place(template: str) -> None:
    invoice = page_query("salesInvoices", selection(INVOICE, Shape()), None, first=1).text
    column = invoice.index("paymentMean {") + 1
    error = GraphQLError(template.format("paymentMean"), locations=[Location(1, column)])
    assert field_of(error, INVOICE, invoice) == ("SalesInvoiceOpenItem", "paymentMean")
    assert field_of(error, INVOICE) is None


@pytest.mark.parametrize("location", [Location(), Location(1, 1), Location(7, 3), Location(1, len(DOCUMENT))], ids=str)
def test_a_place_where_no_such_field_begins_tells_nothing(location: Location) -> None:
    error = GraphQLError(OBJECT_IN_HOT_CHOCOLATE.format("code"), locations=[location])
    assert field_of(error, FIELDS, DOCUMENT) is None
    assert field_of(error, FIELDS, "no { document") is None


def test_nested_fields_of_the_same_name_are_told_apart_by_the_extensions() -> None:
    error = GraphQLError("gone", extensions={"type": "SalesInvoiceLine", "field": "creationDate"})
    assert field_of(error, INVOICE) == ("SalesInvoiceLine", "creationDate")
