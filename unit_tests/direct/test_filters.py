"""Filters for "what changed since"."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type
from hypothesis import given
from hypothesis import strategies as st

from sage_active.direct.contract import Contract
from sage_active.direct.filters import Where, all_of, any_of, changed_since, moment
from sage_active.direct.query import Variable
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT
from sage_active.resources.contract_exceptions import REFERENCE_LISTS
from sage_active.resources.resource import DirectResource, Windowed
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import RESOURCE_BY_NAME, offered

CONTRACT = Contract()
SINCE = moment("since", datetime(2026, 1, 31, 9, 30, 12, 345678, tzinfo=timezone.utc))
DIRECT_RESOURCES = [
    resource.direct
    for resource in offered(DIRECT)
    if resource.direct and isinstance(strategy_of(CONTRACT, resource.direct), Windowed)
]
DATES = {"creationDate", "modificationDate"}


def built(resource: DirectResource) -> Where:
    """The filter of one object."""
    return changed_since(CONTRACT, resource.root, CONTRACT.fields(resource.type), SINCE)


def children(where: Where) -> dict[str, Where]:
    """Child list -> the filter of its elements."""
    return {
        name: inner["some"]
        for option in where["or"]
        for name, inner in option.items()
        if isinstance(inner, Mapping) and "some" in inner
    }


def own_dates(where: Where) -> set[str]:
    """The dates that a filter compares at its own level."""
    return {name for option in where["or"] for name in option} & DATES


def variables(value: Any) -> Iterator[Variable]:
    """All variables of a filter."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from variables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from variables(inner)


def expected_children(type_name: str, filter_type: GraphQLInputObjectType) -> set[str]:
    """Lists of the type whose elements have dates in the schema and in its filter, and are not references."""
    kind = packaged_schema().type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    found = set()
    for name, field in kind.fields.items():
        element = get_named_type(field.type)
        if (
            isinstance(get_nullable_type(field.type), GraphQLList)
            and isinstance(element, GraphQLObjectType)
            and DATES & set(element.fields)
            and (type_name, name) not in REFERENCE_LISTS
            and name in filter_type.fields
        ):
            collection = get_named_type(filter_type.fields[name].type)
            assert isinstance(collection, GraphQLInputObjectType)
            element_filter = get_named_type(collection.fields["some"].type)
            if isinstance(element_filter, GraphQLInputObjectType) and DATES & set(element_filter.fields):
                found.add(name)
    return found


def filter_type(resource: DirectResource) -> GraphQLInputObjectType:
    """The input type of the root field's `where`."""
    query = packaged_schema().query_type
    assert query
    found = get_named_type(query.fields[resource.root].args["where"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


@pytest.mark.parametrize("resource", DIRECT_RESOURCES, ids=lambda resource: resource.root)
def test_every_owned_list_with_dates_appears_and_no_reference(resource: DirectResource) -> None:
    where = built(resource)
    assert own_dates(where) == DATES
    assert set(children(where)) == expected_children(resource.type, filter_type(resource))
    for inner in children(where).values():
        assert own_dates(inner)


@pytest.mark.parametrize("resource", DIRECT_RESOURCES, ids=lambda resource: resource.root)
def test_all_dates_are_compared_with_one_variable_at_a_whole_second(resource: DirectResource) -> None:
    found = {variable for variable in variables(built(resource)) if variable.name != "never"}
    assert found == {Variable("since", "DateTime", "2026-01-31T09:30:12Z")}


@pytest.mark.parametrize("resource", DIRECT_RESOURCES, ids=lambda resource: resource.root)
def test_rows_without_own_dates_count_as_changed_and_children_without_dates_do_not(resource: DirectResource) -> None:
    never = Variable("never", "DateTime", "1900-01-01T00:00:00Z")
    without = [{"or": [{name: {"eq": None}}, {name: {"lt": never}}]} for name in ("creationDate", "modificationDate")]
    where = built(resource)
    assert where["or"][-1] == {"and": without}
    assert all(variable != never for inner in children(where).values() for variable in variables(inner))


def test_invoices_look_at_lines_and_open_items() -> None:
    invoices = RESOURCE_BY_NAME["invoices"].on(DIRECT)
    assert {"lines", "openItems"} <= set(children(built(invoices)))


def test_customers_look_at_addresses_and_contacts() -> None:
    (customers,) = [resource for resource in DIRECT_RESOURCES if resource.root == "customers"]
    assert {"addresses", "contacts"} <= set(children(built(customers)))


def test_taxes_of_items_are_references() -> None:
    (products,) = [resource for resource in DIRECT_RESOURCES if resource.root == "products"]
    assert "taxes" not in children(built(products))


@given(st.lists(st.sampled_from([None, {}, {"a": 1}, {"b": 2}, {"c": 3}]), max_size=6))
def test_joining_leaves_out_what_is_empty(wheres: list[Where | None]) -> None:
    present = [where for where in wheres if where]
    for join, word in ((all_of, "and"), (any_of, "or")):
        joined = join(*wheres)
        if not present:
            assert joined is None
        elif len(present) == 1:
            assert joined == present[0]
        else:
            assert joined == {word: present}
