"""What a configured catalog and a state say about each stream."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalog, SyncMode

from sage_active.client import OWN_COLUMNS
from sage_active.markets import CONNECTION_LABELS
from source_sage_active.stream_states import stream_states

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True)
class StreamSelection:
    """What a configured catalog and a state say about one stream. A full refresh has no state.

    `last_state`: the state that was handed over, whatever the mode is.
    """

    schema: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    is_incremental: bool = False
    last_state: Mapping[str, Any] = field(default_factory=dict)

    def api_schema(self, added: Collection[str] = ()) -> Mapping[str, Any]:
        """The part of the schema that the API knows; `added`: members that it does not."""
        declared = self.schema.get("properties")
        properties = declared if isinstance(declared, Mapping) else {}
        known = {name: properties[name] for name in properties if name not in (*OWN_COLUMNS, *added)}
        # Nothing selected would mean everything; a catalog of the connector's own columns alone needs the key.
        return {**self.schema, "properties": known or (properties and {"id": {}})}

    def state_of(self, connection: str, stream: str) -> Mapping[str, Any]:
        """The state, unless it was made through the other connection, whose ids and dates mean something else."""
        made_by = self.state.get("connection")
        if not self.state or made_by == connection:
            return self.state
        LOGGER.warning(
            "Stream %s: the state was made %s, this configuration reads %s; everything is read again.",
            stream,
            CONNECTION_LABELS.get(str(made_by), "by something else"),
            CONNECTION_LABELS[connection],
        )
        return {}


def selections(
    catalog: ConfiguredAirbyteCatalog, state: Sequence[AirbyteStateMessage] | None
) -> dict[str, StreamSelection]:
    """What is to be read of each stream of the catalog, by the stream's name."""
    states = stream_states(state)
    by_stream: dict[str, StreamSelection] = {}
    for configured in catalog.streams:
        name, is_incremental = configured.stream.name, configured.sync_mode is SyncMode.incremental
        by_stream[name] = StreamSelection(
            schema=configured.stream.json_schema,
            state=states.get(name, {}) if is_incremental else {},
            is_incremental=is_incremental,
            last_state=states.get(name, {}),
        )
    return by_stream
