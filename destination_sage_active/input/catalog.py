"""What each configured stream is written to, and how; whatever is not offered is refused before the first record.

Works on the catalog as the platform wrote it: the framework's classes drop what they do not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, Final

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.options.stream_target import DeletedRows, MissingChildren, StreamTarget, TargetState
from destination_sage_active.record.key import carries_marker, document_keys, extended_key, matching_keys
from destination_sage_active.record.spelling import folded, same_name
from destination_sage_active.record.stream import Stream, label
from sage_active.errors import SageActiveError, configuration_error
from sage_active.markets import CONNECTION_LABELS
from sage_active.resources.capabilities import cell, not_offered
from sage_active.resources.keys import key_name
from sage_active.resources.resource import CREATE, UPDATE, Cell, Resource
from sage_active.resources.table import RESOURCES, offered

# The source's own column: it says where a record comes from, it is not a key.
COMPANY_COLUMN: Final = "company_id"
NOTHING_IS_EMPTIED: Final = "nothing in Sage Active is emptied or replaced as a whole"


# Keys, each by its members.
Keys = tuple[tuple[str, ...], ...]


class Mode(Enum):
    """What becomes of a record, in the protocol's words."""

    APPEND = "append"
    UPSERT = "append_dedup"
    UPDATE = "update"


# The operations of the register that a mode makes use of.
NEEDED: Final[Mapping[Mode, tuple[str, ...]]] = {
    Mode.APPEND: (CREATE,),
    Mode.UPSERT: (CREATE, UPDATE),
    Mode.UPDATE: (UPDATE,),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the records of one stream go.

    `key`: the member that finds a record in Sage Active, as the user chose it (for documents also `document_key`);
    None: the object's own natural keys, for documents the marker. `primary_key`: the paths that identify a record in
    its source. `deleted_rows`: what becomes of rows that the source has deleted; `cursor`: the path of the member that
    says which of several versions of a record is the newest; `missing_children`: what becomes of children that the
    record lacks; None: it depends on the list. `target_state`: what documents become; None: what the options of the
    engine say; `keep_numbers`: under the numbers of their records; `journal`: the code of the one that they are posted
    to.
    """

    stream: Stream
    resource: Resource
    mode: Mode
    key: tuple[str, ...] | None
    primary_key: tuple[tuple[str, ...], ...]
    deleted_rows: DeletedRows = "ignore"
    cursor: tuple[str, ...] = ()
    missing_children: MissingChildren | None = None
    target_state: TargetState | None = None
    keep_numbers: bool = False
    journal: str | None = None

    @property
    def label(self) -> str:
        """How messages name the stream."""
        return label(self.stream)


def stream_of(namespace: str | None, name: str) -> Stream:
    """A stream as it is known here: an empty namespace is none."""
    return (namespace or None, name)


def modes(resource: Resource, connection: str) -> list[Mode]:
    """The modes that a connection offers for an object.

    What the API creates and never changes can be there already: then it is compared.
    """
    never = {UPDATE} if cell(resource, connection, UPDATE) is Cell.NOT_OFFERED else set()
    return [
        mode
        for mode, needed in NEEDED.items()
        if any((connection, operation) in resource.built for operation in needed)
        and all((connection, operation) in resource.built or operation in never for operation in needed)
    ]


def targets(
    catalog: Any, config: DestinationConfig, connection: str, resources: Sequence[Resource] = RESOURCES
) -> dict[Stream, Target]:
    """The target of every stream of a configured catalog (the decoded JSON).

    Raises a configuration error that names the stream and what is offered instead.
    """
    streams = catalog.get("streams") if isinstance(catalog, Mapping) else None
    if not isinstance(streams, list) or not streams:
        raise configuration_error("The configured catalog has no streams.", "Choose at least one stream.")
    mapped = {mapping.stream: mapping for mapping in config.streams}
    found: dict[Stream, Target] = {}
    for configured in streams:
        target = _target(configured, mapped, config, connection, resources)
        if target.stream in found:
            raise configuration_error(
                f"The configured catalog has the stream `{target.label}` twice.", "Keep one of the two."
            )
        found[target.stream] = target
    return found


def _target(
    configured: Any,
    mapped: Mapping[str, StreamTarget],
    config: DestinationConfig,
    connection: str,
    resources: Sequence[Resource],
) -> Target:
    described = configured.get("stream") if isinstance(configured, Mapping) else None
    if not isinstance(described, Mapping) or not isinstance(described.get("name"), str):
        raise configuration_error(
            "The configured catalog has a stream without a name.", "Pass the catalog that the platform wrote."
        )
    stream = stream_of(described.get("namespace"), described["name"])
    chosen = mapped.get(described["name"])
    destination_object = configured.get("destination_object_name")
    name = chosen.object if chosen else destination_object or described["name"]
    resource = _object(name, stream, connection, resources)
    mode = _mode(configured, resource, stream, connection)
    primary_key = _primary_key(configured, described)
    possible = matching_keys(resource, connection, creates=mode is not Mode.UPDATE)
    if chosen and chosen.key:
        key: tuple[str, ...] | None = tuple(chosen.key)
    elif destination_object and configured.get("primary_key") and mode is not Mode.APPEND:
        key = _matching_key(primary_key, stream, possible)
    else:
        numbers = document_keys(resource, connection)
        key = (config.document_key,) if config.document_key in numbers else None
    if key is None:
        primary_key = primary_key or _guessed_key(described)
    else:
        key = extended_key(resource, connection, key) or _as_offered(key, possible)
        possible = (*possible, *([key] if extended_key(resource, connection, key) else []))
    _verify(key, primary_key, resource, possible, stream, connection)
    deleted_rows: DeletedRows = chosen.deleted_rows if chosen else "ignore"
    missing_children = (chosen.missing_children if chosen else None) or config.missing_children
    cursor = _cursor(configured, described)
    return Target(
        stream,
        resource,
        mode,
        key,
        primary_key,
        deleted_rows,
        cursor,
        missing_children,
        config.target_state(chosen, resource),
        config.keeps_numbers(chosen, resource),
        config.journal(chosen, resource),
    )


def _verify(
    key: tuple[str, ...] | None,
    primary_key: tuple[tuple[str, ...], ...],
    resource: Resource,
    possible: Keys,
    stream: Stream,
    connection: str,
) -> None:
    """Refuses keys that find nothing, and documents that could not be found again."""
    if key is not None and key not in possible:
        raise configuration_error(
            f"The records of stream `{label(stream)}` cannot be matched by `{key_name(key)}`.",
            f"Matching keys of `{resource.name}` {CONNECTION_LABELS[connection]}: {_listed(possible)}.",
        )
    if not resource.document or key is not None or resource.on(connection).keys:
        return
    numbers = " or ".join(document_keys(resource, connection))
    if not numbers and not carries_marker(resource, connection):
        raise configuration_error(
            f"The records of stream `{label(stream)}` cannot be found again: `{resource.name}` have no key "
            f"{CONNECTION_LABELS[connection]}.",
            "Take the stream out of the catalog.",
        )
    if not carries_marker(resource, connection):
        raise configuration_error(
            f"The connection {CONNECTION_LABELS[connection]} finds the records of stream `{label(stream)}` only by a "
            "number of your own, and there is no `document_key`.",
            f"Put the field that carries it into `document_key`: {numbers}.",
        )
    if not primary_key:
        raise configuration_error(
            f"The records of stream `{label(stream)}` cannot be found again: there is neither a `document_key` nor a "
            "primary key.",
            f"Put the field that carries your own number into `document_key` ({numbers}), or give the stream a primary "
            "key."
            if numbers
            else "Give the stream a primary key.",
        )


def _object(name: str, stream: Stream, connection: str, resources: Sequence[Resource]) -> Resource:
    writable = offered(connection, CREATE, resources)
    if found := next((resource for resource in writable if resource.name == name), None):
        return found
    if any(resource.name == name for resource in resources):
        raise not_offered(connection, name, CREATE, resources=resources)
    raise configuration_error(
        f"The stream `{label(stream)}` is to become `{name}`, which is not an object of this connector.",
        f"Say in `streams` what it is to become: {', '.join(resource.name for resource in writable)}.",
    )


def _mode(configured: Mapping[str, Any], resource: Resource, stream: Stream, connection: str) -> Mode:
    name = configured.get("destination_sync_mode")
    possible = modes(resource, connection)
    mode = next((mode for mode in possible if mode.value == name), None)
    if mode is None:
        why = "it has no updates" if name in {member.value for member in Mode} else NOTHING_IS_EMPTIED
        raise _refused(f"the sync mode `{name}`", why, resource, stream, connection)
    if (configured.get("minimum_generation_id") or 0) > 0:
        what = "a refresh that removes what was written before"
        raise _refused(what, NOTHING_IS_EMPTIED, resource, stream, connection)
    return mode


def _refused(what: str, why: str, resource: Resource, stream: Stream, connection: str) -> SageActiveError:
    possible = ", ".join(mode.value for mode in modes(resource, connection))
    return configuration_error(
        f"The connection {CONNECTION_LABELS[connection]} does not offer {what} for `{resource.name}` (stream "
        f"`{label(stream)}`): {why}.",
        f"Choose one of: {possible}.",
    )


def _primary_key(configured: Mapping[str, Any], described: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """What identifies a record: the configured primary key, else the source's own."""
    paths = configured.get("primary_key") or described.get("source_defined_primary_key") or []
    return tuple(tuple(path) for path in paths if path)


def _cursor(configured: Mapping[str, Any], described: Mapping[str, Any]) -> tuple[str, ...]:
    """The member that tells versions of a record apart: the configured one, else the source's own."""
    source_cursor = described.get("default_cursor_field") if described.get("source_defined_cursor") else None
    path = configured.get("cursor_field") or source_cursor or ()
    return tuple(step for step in path if isinstance(step, str)) if isinstance(path, (list, tuple)) else ()


def _guessed_key(described: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """What probably identifies a record where nobody says what does: `id` if there is one."""
    members = (described.get("json_schema") or {}).get("properties") or {}
    return next((((name,),) for name in members if folded(name) == "id"), ())


def _as_offered(key: tuple[str, ...], possible: Keys) -> tuple[str, ...]:
    """The one of the possible keys that has these members, in any order and spelling; else these members."""
    spelled = tuple(same_name(member, dict.fromkeys(chain.from_iterable(possible))) for member in key)
    return next((candidate for candidate in possible if sorted(candidate) == sorted(spelled)), spelled)


def _listed(keys: Keys) -> str:
    return ", ".join(map(key_name, keys))


def _matching_key(primary_key: tuple[tuple[str, ...], ...], stream: Stream, possible: Keys) -> tuple[str, ...]:
    """The matching key of data activation, which the platform puts where the primary key is otherwise."""
    members = [path for path in primary_key if same_name(path[0], [COMPANY_COLUMN]) != COMPANY_COLUMN]
    whole = _as_offered(tuple(path[0] for path in members if len(path) == 1), possible)
    if len(whole) == len(members) > 1 and whole in possible:
        return whole
    if len(members) != 1 or len(members[0]) != 1:
        names = ", ".join(".".join(path) for path in primary_key)
        raise configuration_error(
            f"The matching key of stream `{label(stream)}` ({names}) is not one member of the record.",
            "Choose one of the matching keys that `discover` lists.",
        )
    return members[0]
