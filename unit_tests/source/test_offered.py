"""What a configured catalog may ask for."""

import logging
from collections.abc import Iterable
from typing import Any, Final

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, ConfiguredAirbyteCatalog
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.client import OWN_COLUMNS
from sage_active.direct.contract import Contract, object_schema
from sage_active.errors import SageActiveError
from sage_active.maesn.models import record_schema
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from source_sage_active.offered import require_own_fields
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import OddServer, catalog, lines

CONTRACT: Final = Contract()
COLUMNS: Final = {
    "direct": {
        resource.name: object_schema(CONTRACT.fields(resource.direct.type))["properties"].keys()
        for resource in offered(DIRECT)
        if resource.direct
    },
    "maesn": {
        resource.name: record_schema(resource.on(MAESN).record)["properties"].keys() for resource in offered(MAESN)
    },
}
OTHER: Final = {"direct": "maesn", "maesn": "direct"}
NAMES: Final = [resource.name for resource in offered(DIRECT) if resource in offered(MAESN)]


class Offering:
    """The part of a client that is asked for its columns."""

    def __init__(self, connection: str) -> None:
        self.connection = connection

    def schema(self, resource: Any, *, ask_server: bool = True) -> dict[str, Any]:
        assert not ask_server
        return {"properties": dict.fromkeys(COLUMNS[self.connection][resource.name])}


def check(connection: str, name: str, columns: Iterable[str]) -> None:
    """Raises when a catalog with these columns is taken for one of the other connection."""
    require_own_fields(Offering(connection), RESOURCE_BY_NAME[name], [*columns, *OWN_COLUMNS])  # type: ignore[arg-type]


@pytest.mark.parametrize("connection", OTHER)
@pytest.mark.parametrize("name", NAMES)
def test_catalogs_are_told_apart_by_the_columns_that_only_one_has(connection: str, name: str) -> None:
    columns, other = COLUMNS[connection][name], COLUMNS[OTHER[connection]][name]
    added = {f"added{number}" for number in range(50)}
    check(connection, name, columns)
    check(connection, name, ())
    check(connection, name, {"id", *added})
    for column in columns:
        check(connection, name, {column, *added})
    for column in other - columns:
        with pytest.raises(SageActiveError, match="Run discover again"):
            check(connection, name, {column})
        with pytest.raises(SageActiveError, match=name):
            check(connection, name, {column, "id", *added})
        check(connection, name, {column, next(iter(columns - other))})


# --- streams that there are not ---


def read(server: OddServer, connection: str, configured: ConfiguredAirbyteCatalog) -> tuple[list[AirbyteMessage], str]:
    """The messages of a read, and the error that it ends with."""
    messages: list[AirbyteMessage] = []
    with pytest.raises(AirbyteTracedException) as raised:
        for message in SourceSageActive().read_pages(server.config(connection), configured):
            messages.append(message)
    return messages, raised.value.message or ""


@pytest.mark.parametrize("connection", OTHER)
@pytest.mark.parametrize("others", [("customers", "companies"), ()])
def test_a_stream_that_there_is_not_ends_incomplete_and_the_others_are_read(
    connection: str, others: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    with OddServer(['{"id":"1"}']) as server, caplog.at_level(logging.ERROR):
        messages, error = read(server, connection, catalog("gone_stream", *others))
    assert "`gone_stream`" in error
    traces = [AirbyteMessageSerializer.dump(message)["trace"] for message in messages if message.trace]
    errors = [trace["error"] for trace in traces if trace["type"] == "ERROR"]
    assert [trace["stream_descriptor"]["name"] for trace in errors] == ["gone_stream"]
    assert "companies" in errors[0]["message"]
    statuses = {
        trace["stream_status"]["stream_descriptor"]["name"]: trace["stream_status"]["status"]
        for trace in traces
        if trace["type"] == "STREAM_STATUS"
    }
    assert statuses == {"gone_stream": "INCOMPLETE", **dict.fromkeys(others, "COMPLETE")}
    assert len(lines(messages)) == len(others)


def test_an_invoice_catalog_of_nothing_but_the_own_columns_is_read_through_maesn() -> None:
    configured = catalog("invoices")
    configured.streams[0].stream.json_schema = {"properties": {name: {} for name in OWN_COLUMNS}}
    with OddServer(['{"invoiceId":"1"}']) as server:
        assert len(lines(list(SourceSageActive().read_pages(server.config("maesn"), configured)))) == 1
