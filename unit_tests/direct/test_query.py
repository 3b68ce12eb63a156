"""Documents for reading: valid by the contract, with literals where the server's prices demand them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sage_active.direct.contract import Contract, walk
from sage_active.direct.filters import Where, all_of, any_of, changed_since, moment
from sage_active.direct.query import PAGE, Query, Shape, Variable, count_query, guard_name, page_query, selection
from sage_active.direct.strategy import strategy_of
from sage_active.direct.windows import EVERYTHING, UNDATED, Window
from sage_active.markets import DIRECT
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.resource import DirectResource, Member, Windowed
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import offered

CONTRACT = Contract()
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
DIRECT_RESOURCES = [
    resource.direct
    for resource in offered(DIRECT)
    if resource.direct and isinstance(strategy_of(CONTRACT, resource.direct), Windowed)
]
SELECTIONS = {resource.type: selection(CONTRACT.fields(resource.type), Shape()) for resource in DIRECT_RESOURCES}
WINDOWS = [EVERYTHING, UNDATED, Window(None, NOW), Window(NOW), Window(NOW, NOW + timedelta(days=1))]


def assert_valid(query: Query) -> DocumentNode:
    """The parsed document, which the packaged schema accepts, with exactly the variables that it declares."""
    document = parse(query.text)
    assert validate(packaged_schema(), document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    assert declared == set(query.variables)
    json.loads(query.body())
    return document


def arguments_of(document: DocumentNode, alias: str) -> dict[str, ValueNode]:
    """The arguments of one root field."""
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    for node in operation.selection_set.selections:
        assert isinstance(node, FieldNode)
        if node.alias and node.alias.value == alias:
            return {argument.name.value: argument.value for argument in node.arguments or ()}
    raise AssertionError(f"no alias {alias}")


def filter_of(
    resource: DirectResource, since: bool, not_before: bool, still_open: bool, window: Window
) -> Where | None:
    """The filter of a read in all its parts."""
    fields = CONTRACT.fields(resource.type)

    def changed(name: str) -> Where:
        return changed_since(CONTRACT, resource.root, fields, moment(name, NOW))

    return all_of(
        resource.where,
        changed("not_before") if not_before else None,
        any_of(changed("since") if since else None, resource.open_documents if still_open else None),
        window.where(),
    )


@settings(max_examples=40)
@given(
    resource=st.sampled_from(DIRECT_RESOURCES),
    since=st.booleans(),
    not_before=st.booleans(),
    still_open=st.booleans(),
    window=st.sampled_from(WINDOWS),
    after=st.none() | st.text(max_size=12),
    ordered=st.booleans(),
    guarded=st.booleans(),
)
def test_every_combination_of_filters_is_valid(
    resource: DirectResource,
    since: bool,
    not_before: bool,
    still_open: bool,
    window: Window,
    after: str | None,
    ordered: bool,
    guarded: bool,
) -> None:
    where = filter_of(resource, since, not_before, still_open, window)
    guards = [all_of(resource.where, window.where()), resource.where, None] if guarded else []
    query = page_query(
        resource.root, SELECTIONS[resource.type], where, first=500, after=after, ordered=ordered, guards=guards
    )
    document = assert_valid(query)
    arguments = arguments_of(document, PAGE)
    assert not any(isinstance(value, VariableNode) for name, value in arguments.items() if name != "after")
    assert ("order" in arguments) == ordered
    assert ("where" in arguments) == bool(where)
    assert isinstance(arguments["first"], ValueNode)
    assert query.variables.get("after") == after
    for index, guard in enumerate(guards):
        beside = arguments_of(document, guard_name(index))
        assert set(beside) == ({"first", "where"} if guard else {"first"})
        assert not any(isinstance(value, VariableNode) for value in beside.values())


@pytest.mark.parametrize("resource", DIRECT_RESOURCES, ids=lambda resource: resource.root)
def test_counts_of_all_windows_are_valid_in_one_document(resource: DirectResource) -> None:
    wheres = {
        f"c{number}": filter_of(resource, number % 2 == 0, number % 3 == 0, True, window)
        for number, window in enumerate(WINDOWS)
    }
    document = assert_valid(count_query(resource.root, wheres))
    assert all(
        not isinstance(value, VariableNode) for alias in wheres for value in arguments_of(document, alias).values()
    )


def list_roots() -> dict[str, str]:
    """Root field -> node type of every list in the schema."""
    query_type = packaged_schema().query_type
    assert query_type
    connections = {name: get_named_type(root.type) for name, root in query_type.fields.items()}
    return {
        name: get_named_type(connection.fields["nodes"].type).name
        for name, connection in connections.items()
        if isinstance(connection, GraphQLObjectType) and "nodes" in connection.fields
    }


@pytest.mark.parametrize(("root", "type_name"), list_roots().items())
def test_full_selections_of_every_list_root_are_valid(root: str, type_name: str) -> None:
    query = page_query(root, selection(CONTRACT.fields(type_name), Shape()), None, first=1, ordered=False)
    assert_valid(query)


def test_organizations_are_valid() -> None:
    assert_valid(page_query("organizations", "id status", None, first=500, after="x", ordered=False))


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.parents: list[str] = []

    def enter_variable(self, node: VariableNode, key: Any, parent: Any, path: Any, ancestors: Any) -> None:
        self.parents.append(type(parent).__name__)


def test_variables_are_leaves_only() -> None:
    resource = next(candidate for candidate in DIRECT_RESOURCES if candidate.open_documents)
    where = filter_of(resource, True, True, True, Window(NOW, NOW + timedelta(days=1)))
    document = assert_valid(page_query(resource.root, "id", where, first=10, after="c"))
    found = _Variables()
    visit(document, found)
    # The member of a filter, the `after` argument, and the declarations themselves.
    assert set(found.parents) == {"ObjectFieldNode", "ArgumentNode", "VariableDefinitionNode"}
    assert found.parents.count("ArgumentNode") == 1


def test_two_values_for_a_variable_are_refused() -> None:
    one, other = Variable("since", "DateTime", "1"), Variable("since", "DateTime", "2")
    with pytest.raises(ValueError, match=r"two values for the variable \$since"):
        count_query("customers", {"a": {"creationDate": {"gte": one, "lt": other}}})
    with pytest.raises(ValueError, match=r"two values for the variable \$since"):
        count_query("customers", {"a": {"creationDate": {"gte": one}}, "b": {"creationDate": {"gte": other}}})


def test_a_variable_used_twice_is_declared_once() -> None:
    since = Variable("since", "DateTime", "2026-01-01T00:00:00Z")
    query = count_query("customers", {"a": {"creationDate": {"gte": since}}, "b": {"modificationDate": {"gte": since}}})
    assert query.text.count("$since: DateTime") == 1
    assert query.variables == {"since": "2026-01-01T00:00:00Z"}


def test_a_page_as_it_is_written() -> None:
    where: Mapping[str, Any] = {"or": [{"type": {"neq": Member("CREDIT_NOTE")}}, {"type": {"eq": None}}]}
    query = page_query("salesInvoices", "id", where, first=500, after="abc")
    assert query.text == (
        "query($after: String) { page: salesInvoices(first: 500, "
        "where: { or: [{ type: { neq: CREDIT_NOTE } }, { type: { eq: null } }] }, "
        "order: [{ creationDate: ASC }, { id: ASC }], after: $after) "
        "{ totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    assert query.variables == {"after": "abc"}


@given(text=st.text(max_size=30))
def test_text_literals_survive_any_content(text: str) -> None:
    query = page_query("customers", "id", {"code": {"eq": text}}, first=1, ordered=False)
    values: list[str] = []

    class Strings(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
            values.append(node.value)

    visit(parse(query.text), Strings())
    assert values == [text]


def test_an_empty_filter_is_left_out() -> None:
    assert "where" not in page_query("customers", "id", {}, first=1).text
    assert "where" not in count_query("customers", {"a": None}).text


@settings(max_examples=20)
@given(resource=st.sampled_from(DIRECT_RESOURCES), data=st.data())
def test_dropped_fields_leave_a_valid_selection(resource: DirectResource, data: st.DataObject) -> None:
    fields = CONTRACT.fields(resource.type)
    names = sorted({(field.owner, field.name) for field in walk(fields)} - {(resource.type, "id")})
    dropped = frozenset(data.draw(st.lists(st.sampled_from(names), max_size=60)))
    text = selection(fields, Shape(dropped=dropped))
    assert_valid(page_query(resource.root, text, None, first=1))
    assert "{ }" not in text


def test_a_refused_shape_is_written_plain() -> None:
    fields = CONTRACT.fields("Customer")
    (two,) = TWO_SHAPES
    assert "code { value }" in selection(fields, Shape())
    assert "code { value }" not in selection(fields, Shape(plain=frozenset({two})))
    # Only disputed shapes can be plain: any other object without a selection would be refused for sure.
    assert selection(fields, Shape(plain=frozenset({("Customer", "addresses")}))) == selection(fields, Shape())
