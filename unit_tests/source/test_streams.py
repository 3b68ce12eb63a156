"""The streams of a configuration, as they describe themselves."""

from typing import Any

import pytest
from airbyte_cdk.models import SyncMode

from sage_active.client import CURSOR_COLUMN
from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import is_dated
from sage_active.errors import SageActiveError
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.table import offered
from source_sage_active.source import SourceSageActive
from source_sage_active.streams import further_streams
from unit_tests.odd_servers import CREDENTIALS


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_the_streams_of_a_configuration_need_no_request(connection: str) -> None:
    source = SourceSageActive()
    config = {"credentials": CREDENTIALS[connection], "sandbox_url": "http://127.0.0.1:9"}
    streams = source.streams(config)
    assert [stream.name for stream in streams] == [
        *(one.name for one in offered(connection)),
        *further_streams(connection),
    ]
    described = [stream.as_airbyte_stream() for stream in streams]
    assert all(stream.json_schema["properties"] and stream.source_defined_primary_key for stream in described)


def test_a_configuration_that_cannot_be_used_is_an_error() -> None:
    config: dict[str, Any] = {"credentials": {"auth_type": "none of these"}}
    with pytest.raises(SageActiveError, match="auth_type"):
        SourceSageActive().streams(config)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_no_stream_is_resumable_and_those_with_dates_are_incremental(connection: str) -> None:
    config = {"credentials": CREDENTIALS[connection], "sandbox_url": "http://127.0.0.1:9"}
    described = {stream.name: stream.as_airbyte_stream() for stream in SourceSageActive().streams(config)}
    readable = {resource.name for resource in offered(connection)}
    dated = {
        resource.name
        for resource in offered(connection)
        if (resource.on(MAESN).dates if connection == MAESN else is_dated(Contract(), resource.on(DIRECT)))
    }
    for name, stream in described.items():
        assert stream.is_resumable is False
        assert (SyncMode.incremental in stream.supported_sync_modes) is (name in dated)
        assert stream.default_cursor_field == ([CURSOR_COLUMN] if name in dated else None)
    assert described.keys() - readable == set(further_streams(connection))
