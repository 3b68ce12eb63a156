"""The option `exclude_fields`: members that are neither asked for nor delivered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sage_active.client import OWN_COLUMNS, Client
from sage_active.direct.strategies.selection import always_selected
from sage_active.errors import configuration_error
from sage_active.escaping import printable
from sage_active.limits import LONGEST_NAME, MOST_LISTED
from sage_active.markets import CONNECTION_LABELS
from sage_active.nearest import nearest
from sage_active.resources.omission import members_below
from sage_active.resources.resource import READ, DirectResource, MaesnResource, Resource
from sage_active.resources.table import offered

OPTION: Final = "exclude_fields"


def without_excluded(client: Client, entries: Sequence[str], resources: Sequence[Resource]) -> Sequence[Resource]:
    """The resources, told to leave out what the entries (`stream.member`, or a longer path) name.

    Raises a configuration error for entries that name nothing, or what a read needs.
    """
    if not entries:
        return resources
    by_name = {resource.name: resource for resource in offered(client.connection, READ, resources)}
    omit: dict[str, set[str]] = {}
    problems: list[str] = []
    for entry in dict.fromkeys(entries):
        stream, _, path = entry.partition(".")
        resource = by_name.get(stream)
        if resource is None:
            problems.append(f"`{_short(entry)}`: there is no stream `{_short(stream)}`{_instead(stream, by_name)}")
        elif problem := _problem(client, resource, path):
            problems.append(f"`{_short(entry)}`: {problem}")
        else:
            omit.setdefault(stream, set()).add(path)
    if problems:
        more = [f"and {len(problems) - MOST_LISTED} more"] if len(problems) > MOST_LISTED else []
        raise configuration_error(
            f"The option `{OPTION}` cannot be followed {CONNECTION_LABELS[client.connection]}: "
            f"{'; '.join([*problems[:MOST_LISTED], *more])}.",
            "Correct these entries, or take them out. The names are those of the columns that discover lists.",
        )
    return [_without(client.connection, resource, frozenset(omit.get(resource.name, ()))) for resource in resources]


def _problem(client: Client, resource: Resource, path: str) -> str | None:
    """Why a member cannot be left out."""
    binding = resource.on(client.connection)
    needed = {*_needed(binding), *OWN_COLUMNS}
    if path in needed:
        return f"keys and dates that a read goes by are always there ({', '.join(sorted(needed))})"
    schema: Mapping[str, Any] = client.schema(resource, ask_server=False)
    for name in path.split("."):
        members = members_below(schema)
        if name not in members:
            return f"there is no member `{_short(name)}`{_instead(name, members)}"
        schema = members[name]
    return None


def _needed(binding: DirectResource | MaesnResource) -> set[str]:
    if isinstance(binding, DirectResource):
        return set(always_selected(binding))
    return {binding.key, *binding.dates, *([binding.other_key] if binding.other_key else [])}


def _without(connection: str, resource: Resource, omit: frozenset[str]) -> Resource:
    if not omit:
        return resource
    binding = resource.on(connection)
    if isinstance(binding, DirectResource):
        return replace(resource, direct=replace(binding, omit=binding.omit | omit))
    return replace(resource, maesn=replace(binding, omit=binding.omit | omit))


def _instead(name: str, known: Mapping[str, Any]) -> str:
    """What there is in place of a name, to go on with in a sentence."""
    meant = nearest(name, known)
    return f", but `{meant}`" if meant else ""


def _short(name: str) -> str:
    return printable(name, LONGEST_NAME)
