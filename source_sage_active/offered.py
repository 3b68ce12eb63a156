"""Whether a configured catalog fits what this connection offers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteStream,
    StreamDescriptor,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from sage_active.client import OWN_COLUMNS, Client
from sage_active.direct.contract import Contract, object_schema
from sage_active.errors import SageActiveError, configuration_error
from sage_active.maesn.models import record_schema
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN
from sage_active.resources.capabilities import not_offered
from sage_active.resources.resource import Resource

SHOWN_COLUMNS: Final = 3


def failures(
    connection: str,
    missing_streams: Sequence[ConfiguredAirbyteStream],
    also: Sequence[str],
    resources: Sequence[Resource],
) -> Iterator[AirbyteMessage]:
    """The error and the status of each stream that there is not; `also`: streams that are not objects."""
    for configured in missing_streams:
        descriptor = StreamDescriptor(name=configured.stream.name, namespace=configured.stream.namespace)
        error = not_offered(connection, configured.stream.name, also=also, resources=resources)
        yield error.as_airbyte_message(descriptor)
        yield as_airbyte_message(descriptor, AirbyteStreamStatus.INCOMPLETE)


def not_read(missing_streams: Sequence[ConfiguredAirbyteStream]) -> SageActiveError:
    """How a read ends when some streams could not be read at all."""
    names = ", ".join(f"`{configured.stream.name}`" for configured in missing_streams)
    return configuration_error(
        f"Not read, because this version or this connection does not have them: {names}. The other streams were read.",
        "Refresh the schema of the connection (run discover), and deselect what is not in it.",
    )


def require_own_fields(client: Client, resource: Resource, fields: Iterable[str]) -> None:
    """Raises a configuration error for a catalog that was made for the other connection: little of it would be read.

    It is recognised by columns that only the other connection has, where there are none that only this one has. Columns
    that neither knows may come from the server's own schema.
    """
    columns = {column for column in fields if column not in OWN_COLUMNS}
    if not columns:
        return
    known = client.schema(resource, ask_server=False)["properties"].keys()
    if columns <= known:
        return
    elsewhere = _columns_of_the_other(resource, client.connection)
    strangers = columns & (elsewhere - known)
    if strangers and not columns & (known - elsewhere):
        examples = ", ".join(sorted(strangers)[:SHOWN_COLUMNS])
        raise configuration_error(
            f"The catalog has columns of the stream {resource.name} ({examples} …) that the connection "
            f"{CONNECTION_LABELS[client.connection]} does not have.",
            "Run discover again with this configuration, and choose the streams anew.",
        )


@cache
def _columns_of_the_other(resource: Resource, connection: str) -> Set[str]:
    schema: Mapping[str, Mapping[str, object]] = {"properties": {}}
    if connection == MAESN and resource.direct:
        schema = object_schema(Contract().fields(resource.direct.type))
    if connection == DIRECT and resource.maesn:
        schema = record_schema(resource.maesn.record)
    return schema["properties"].keys()
