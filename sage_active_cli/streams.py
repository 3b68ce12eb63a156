"""`sage-active streams`: what the source can read through a connection."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import is_dated
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import READ, Resource
from sage_active.resources.table import offered
from sage_active_cli.console import show, show_json, show_rows
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.record_ids import KEY
from source_sage_active.streams import COMPANIES, further_streams, primary_key

# The members of a stream that are noted beside it, as people and programs read them.
NOTES: Final = {"suggested": "suggested", "personal": "personal", "is_planned": "planned"}
FURTHER_KEYS: Final = {RECORD_IDS: list(KEY), COMPANIES: ["id", "name"]}


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream as `--json` prints it. `is_planned`: the API may not answer yet; `personal`: holds personal data."""

    name: str
    primary_key: list[str]
    incremental: bool = False
    suggested: bool = False
    personal: bool = False
    is_planned: bool = False


def run(connection: str, as_json: bool) -> None:
    """Prints the streams. Raises `OutputLostError` when they are not taken."""
    listed = list(_listed(connection))
    if as_json:
        show_json({"connection": connection, "streams": [_as_json(stream) for stream in listed]})
        return
    rows = [
        (
            stream.name,
            ", ".join(stream.primary_key),
            "incremental" if stream.incremental else "full refresh",
            ", ".join(note for name, note in NOTES.items() if getattr(stream, name)),
        )
        for stream in listed
    ]
    show_rows(("stream", "primary key", "sync", "notes"), rows)
    show("", f"{len(listed)} streams. The columns of each: source-sage-active discover.")


def _listed(connection: str) -> Iterator[Stream]:
    """The streams in the order of discovery."""
    contract = Contract()
    for resource in offered(connection, READ):
        yield Stream(
            resource.name,
            primary_key(resource, connection),
            _has_dates(contract, resource, connection),
            resource.suggested,
            resource.personal,
            is_planned(resource, connection),
        )
    for name in further_streams(connection):
        yield Stream(name, FURTHER_KEYS[name], suggested=name == COMPANIES)


def _as_json(stream: Stream) -> dict[str, Any]:
    return {NOTES.get(name, name): value for name, value in asdict(stream).items()}


def _has_dates(contract: Contract, resource: Resource, connection: str) -> bool:
    if connection == MAESN:
        return bool(resource.on(MAESN).dates)
    return is_dated(contract, resource.on(DIRECT))
