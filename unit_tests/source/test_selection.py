"""What a catalog and a state say about a stream."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from source_sage_active.selection import StreamSelection, selections
from source_sage_active.stream_states import state_messages

BOTH_MODES: Final = ["full_refresh", "incremental"]
OWN: Final = {"connection": "direct", "states": [{"partition": {"company_id": "a"}, "cursor": {"updated_at": None}}]}


@pytest.mark.parametrize(
    "state", [{"connection": "maesn", "states": []}, {"updated_at": "2026-01-01"}, {"connection": None}], ids=str
)
def test_a_state_of_another_connection_means_a_full_read_with_a_warning(
    state: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert StreamSelection(state=state).state_of("direct", "customers") == {}
    (warning,) = caplog.messages
    assert "customers" in warning
    assert "directly" in warning


@pytest.mark.parametrize("state", [{}, OWN], ids=str)
def test_a_state_of_the_same_connection_is_used(state: Mapping[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert StreamSelection(state=state).state_of("direct", "customers") == state
    assert caplog.messages == []


def test_a_full_refresh_has_no_state() -> None:
    states = state_messages(
        [
            {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": OWN}}
            for name in ("customers", "items")
        ]
    )
    catalog = ConfiguredAirbyteCatalogSerializer.load(
        {
            "streams": [
                {
                    "stream": {
                        "name": name,
                        "json_schema": {},
                        "supported_sync_modes": BOTH_MODES,
                    },
                    "sync_mode": mode,
                    "destination_sync_mode": "overwrite",
                }
                for name, mode in (("customers", "full_refresh"), ("items", "incremental"))
            ]
        }
    )
    by_stream = selections(catalog, states)
    assert (by_stream["customers"].is_incremental, by_stream["customers"].state) == (False, {})
    assert (by_stream["items"].is_incremental, by_stream["items"].state) == (True, OWN)
