"""What each connection offers of each resource: a view of the table and of the schema."""

from collections.abc import Sequence

from sage_active.errors import SageActiveError, configuration_error
from sage_active.markets import CONNECTION_LABELS, MAESN
from sage_active.resources.lifecycle import Operation
from sage_active.resources.mutations import mutation_field
from sage_active.resources.resource import READ, Cell, Resource
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import RESOURCES, offered


def cell(resource: Resource, connection: str, operation: str) -> Cell:
    """What the API of a connection offers: as declared, else as built, else by the schema."""
    if declared := resource.cells.get((connection, operation)):
        return declared
    if (connection, operation) in resource.built:
        return Cell.OFFERED
    if connection == MAESN or resource.direct is None:
        return Cell.NOT_OFFERED
    if operation == READ:
        return Cell.OFFERED
    found = mutation_field(packaged_schema(), resource.direct, Operation(operation))
    return Cell.OFFERED if found else Cell.NOT_OFFERED


def is_planned(resource: Resource, connection: str) -> bool:
    """Whether a connection only plans to offer a resource for reading, and has a binding: it is asked first."""
    return connection in resource.bindings and cell(resource, connection, READ) is Cell.PLANNED


def not_offered(
    connection: str,
    name: str,
    operation: str = READ,
    *,
    also: Sequence[str] = (),
    resources: Sequence[Resource] = RESOURCES,
) -> SageActiveError:
    """The configuration error for asking a connection for what is not built.

    `also`: what can be had beside the resources.
    """
    resource = next((candidate for candidate in resources if candidate.name == name), None)
    offer = cell(resource, connection, operation) if resource else Cell.NOT_OFFERED
    names = [resource.name for resource in offered(connection, operation, resources)]
    instead = ", ".join((*names, *also)) or "nothing"
    return configuration_error(
        f"The connection {CONNECTION_LABELS[connection]} does not {operation} `{name}` "
        f"({'offered by the API, not yet by this connector' if offer is Cell.OFFERED else offer}).",
        f"What it can {operation}: {instead}. Run discover again and choose among these.",
    )
