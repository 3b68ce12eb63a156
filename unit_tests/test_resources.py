"""The table of resources, and what of it each connection offers."""

from itertools import product

import pytest

from sage_active.errors import SageActiveError
from sage_active.faults import Kind
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS, DIRECT, MAESN
from sage_active.resources.capabilities import cell, is_planned, not_offered
from sage_active.resources.resource import CREATE, OPERATIONS, READ, UPDATE, Cell, DirectResource, Report, Resource
from sage_active.resources.table import RESOURCE_BY_NAME, RESOURCES, offered
from sage_active_sandbox.acting_queries import ACTING_QUERIES

AT = list(product(CONNECTIONS, OPERATIONS))


def test_what_is_built_is_where_the_connection_has_it_and_offers_it() -> None:
    assert len(RESOURCE_BY_NAME) == len(RESOURCES)
    for resource in RESOURCES:
        assert resource.built <= set(AT)
        for connection, operation in resource.built:
            assert {DIRECT: resource.direct, MAESN: resource.maesn}[connection] is not None
            is_asked_first = operation == READ and is_planned(resource, connection)
            assert cell(resource, connection, operation) is (Cell.PLANNED if is_asked_first else Cell.OFFERED)


def test_the_four_objects_of_both_connections() -> None:
    four = ["customers", "suppliers", "items", "invoices"]
    for connection in CONNECTIONS:
        for operation in (READ, CREATE):
            assert [resource.name for resource in offered(connection, operation) if resource.name in four] == four
    assert offered(MAESN, UPDATE) == []


def test_a_resource_that_is_only_read_offers_no_write() -> None:
    accounts = Resource(name="accounts", direct=DirectResource(root="accountingAccounts", type="AccountingAccount"))
    assert offered(DIRECT, READ, [accounts]) == [accounts]
    assert offered(DIRECT, CREATE, [accounts]) == offered(DIRECT, UPDATE, [accounts]) == []
    assert offered(MAESN, READ, [accounts]) == []
    assert [cell(accounts, DIRECT, operation) for operation in OPERATIONS] == [Cell.OFFERED] * 3


@pytest.mark.parametrize(
    ("name", "operation", "offer"),
    [
        ("tracking_categories", CREATE, Cell.NOT_OFFERED),
        ("tracking_categories", READ, Cell.OFFERED),
        ("bills", UPDATE, Cell.OFFERED),
        ("files", CREATE, Cell.OFFERED),
        ("files", UPDATE, Cell.NOT_OFFERED),
        ("credit_notes", CREATE, Cell.OFFERED),
        ("purchase_orders", READ, Cell.NO_ENTITY),
    ],
)
def test_what_the_api_offers_follows_from_the_schema_and_the_exceptions(name: str, operation: str, offer: Cell) -> None:
    assert cell(RESOURCE_BY_NAME[name], DIRECT, operation) is offer


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", [*RESOURCE_BY_NAME, "unicorns"])
def test_what_is_not_built_is_refused_clearly(connection: str, operation: str, name: str) -> None:
    if name in {resource.name for resource in offered(connection, operation)}:
        return
    error = not_offered(connection, name, operation)
    message = str(error)
    assert isinstance(error, SageActiveError)
    assert error.fault.kind is Kind.CONFIGURATION
    assert CONNECTION_LABELS[connection] in message
    assert f"`{name}`" in message
    assert operation in message
    assert f"({Cell.OFFERED})" not in message, "it is refused although the API offers it: say that it is not built yet"
    for instead in offered(connection, operation):
        assert instead.name in message


def test_persons_are_never_suggested_unless_documents_refer_to_them() -> None:
    assert [one.name for one in RESOURCES if one.personal and one.suggested] == ["customers", "suppliers"]
    assert {one.name for one in RESOURCES if one.personal and not one.suggested} == {"employees", "users"}


def test_reading_never_asks_a_query_that_acts() -> None:
    roots = {resource.direct.root for resource in RESOURCES if resource.direct}
    assert ACTING_QUERIES
    assert roots.isdisjoint(ACTING_QUERIES)


def test_what_is_read_of_a_root_is_a_part_of_it_where_several_streams_do() -> None:
    bindings = [
        binding for resource in offered(DIRECT) if (binding := resource.direct) and not isinstance(binding.read, Report)
    ]
    shared = {binding.root for binding in bindings if sum(other.root == binding.root for other in bindings) > 1}
    assert all(binding.where for binding in bindings if binding.root in shared)


def test_a_connection_that_offers_nothing_says_so() -> None:
    message = str(not_offered(MAESN, "customers", UPDATE))
    assert Cell.PLANNED in message
    assert "offers: ." not in message
