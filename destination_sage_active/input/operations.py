"""What can be written, as `discover` offers it for data activation: object, mode, JSON schema and matching keys."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import Mode, modes
from destination_sage_active.record.key import carries_marker, creates_final, matching_keys
from sage_active.resources.resource import CREATE, Resource
from sage_active.resources.table import RESOURCES, offered
from sage_active.writing import Operation, WriteClient

# What each mode does in Sage Active; an object that never changes is not updated.
MUTATIONS: Final[Mapping[Mode, tuple[Operation, ...]]] = {
    Mode.APPEND: (Operation.CREATE,),
    Mode.UPSERT: (Operation.CREATE, Operation.UPDATE),
    Mode.UPDATE: (Operation.UPDATE,),
}


def catalog(client: WriteClient, resources: Sequence[Resource] = RESOURCES) -> dict[str, Any]:
    """The DESTINATION_CATALOG message: one operation per object and mode that the connection offers."""
    found = [
        _operation(client, resource, mode)
        for resource in offered(client.connection, CREATE, resources)
        for mode in modes(resource, client.connection)
    ]
    return {"type": "DESTINATION_CATALOG", "destination_catalog": {"operations": found}}


def _operation(client: WriteClient, resource: Resource, mode: Mode) -> dict[str, Any]:
    creates = Operation.CREATE in MUTATIONS[mode]
    keys = matching_keys(resource, client.connection, creates=creates)
    return {
        "object_name": resource.name,
        "sync_mode": mode.value,
        "json_schema": client.model(resource).json_schema(create=creates),
        "matching_keys": [list(key) for key in keys] if mode is not Mode.APPEND else [],
    }


def mutations(
    config: DestinationConfig, resources: Sequence[Resource] = RESOURCES
) -> dict[Resource, Collection[Operation]]:
    """Everything that writing may call for under this configuration, so that rights can be asked about beforehand."""
    found = {
        resource: tuple(dict.fromkeys(_mutations(resource, config)))
        for resource in offered(config.connection, CREATE, resources)
    }
    return {resource: operations for resource, operations in found.items() if operations}


def _mutations(resource: Resource, config: DestinationConfig) -> Iterator[Operation]:
    # What is final when it is created is not created unless that is allowed.
    never = {Operation.CREATE} if creates_final(resource, config.connection) and not config.allows(resource) else set()
    for mode in modes(resource, config.connection):
        for operation in MUTATIONS[mode]:
            if operation not in never and (config.connection, operation.value) in resource.built:
                yield operation
    if lifecycle := resource.on(config.connection).lifecycle:
        for state in config.target_states(resource):
            yield from (step.act for step in lifecycle.path(lifecycle.initial, state))
        if carries_marker(resource, config.connection) and lifecycle.deletable:
            # Of two drafts with the same marker the later one is removed.
            yield Operation.DELETE
