"""The register of objects and the table of what each connection offers."""

import pytest

from sage_active.errors import SageActiveError
from sage_active.faults import Kind
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS, DIRECT, MAESN
from sage_active.resources.register import (
    CAPABILITIES,
    CREATE,
    NO_ENTITY,
    NOT_OFFERED,
    OPERATIONS,
    PLANNED,
    READ,
    RESOURCE_BY_NAME,
    RESOURCES,
    UPDATE,
    YES,
    not_offered,
    offered,
)
from source_sage_active import streams
from source_sage_active.streams import STREAM_CLASSES, SageActiveStream


def test_all_cells_of_the_table_are_filled() -> None:
    assert set(CONNECTION_LABELS) == set(CONNECTIONS)
    for name, row in CAPABILITIES.items():
        assert set(row) == set(CONNECTIONS), name
        for cells in row.values():
            assert len(cells) == len(OPERATIONS)
            assert set(cells) <= {YES, PLANNED, NOT_OFFERED, NO_ENTITY}


def test_objects_are_in_the_table_and_have_a_place_where_they_can_be_read() -> None:
    for resource in RESOURCES:
        assert (resource.direct is not None) == (CAPABILITIES[resource.name][DIRECT][0] == YES)
        assert (resource.maesn is not None) == (CAPABILITIES[resource.name][MAESN][0] == YES)
        assert RESOURCE_BY_NAME[resource.name] is resource
    assert len(RESOURCE_BY_NAME) == len(RESOURCES)


def test_the_four_objects_of_both_connections() -> None:
    four = ["customers", "suppliers", "items", "invoices"]
    for connection in CONNECTIONS:
        for operation in (READ, CREATE):
            assert [resource.name for resource in offered(connection, operation) if resource.name in four] == four
    assert offered(MAESN, UPDATE) == []


def test_every_object_has_a_stream_class_that_a_reader_finds_by_name() -> None:
    by_object = {stream_class.object_name: stream_class for stream_class in STREAM_CLASSES}
    assert list(by_object) == [resource.name for resource in RESOURCES]
    for name, stream_class in by_object.items():
        assert stream_class.__name__.lower() == name.replace("_", "")
        assert getattr(streams, stream_class.__name__) is stream_class
        assert issubclass(stream_class, SageActiveStream)
        assert stream_class.__doc__


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", [*CAPABILITIES, "unicorns"])
def test_what_is_not_offered_is_refused_clearly(connection: str, operation: str, name: str) -> None:
    if name in {resource.name for resource in offered(connection, operation)}:
        return
    error = not_offered(connection, name, operation)
    message = str(error)
    assert isinstance(error, SageActiveError)
    assert error.fault.kind is Kind.CONFIGURATION
    assert CONNECTION_LABELS[connection] in message
    assert f"`{name}`" in message
    assert operation in message
    assert f"({YES})" not in message, "it is refused although the API offers it: say that it is not built yet"
    for instead in offered(connection, operation):
        assert instead.name in message


def test_a_connection_that_offers_nothing_says_so() -> None:
    message = str(not_offered(MAESN, "customers", UPDATE))
    assert PLANNED in message
    assert "offers: ." not in message
