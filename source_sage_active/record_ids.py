"""The stream `record_ids`: which records there are, so that a warehouse finds those that are gone.

It reads each object, but only ids and creation dates: with the same windows and the same counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import msgspec
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator

from sage_active.client import COMPANY_COLUMN, Client, Company, Page, Reading, ReadRequest, RowBytes
from sage_active.errors import SageActiveError, configuration_error
from sage_active.json_schema import MOMENT
from sage_active.markets import DIRECT
from sage_active.nearest import nearest
from sage_active.odd_rows import key_of, values_of
from sage_active.resources.resource import Resource
from source_sage_active.announcement import Announcement
from source_sage_active.cursor import CompanyCursor
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.partitions import CompanyPartitions, StreamPartition, failing
from source_sage_active.rewritten_reading import RewrittenReading
from source_sage_active.selection import StreamSelection
from source_sage_active.shares import Share

OPTION: Final = "record_ids_of"
OBJECT_COLUMN: Final = "object"
CREATION_COLUMN: Final = "creation_date"
KEY: Final = (OBJECT_COLUMN, COMPANY_COLUMN, "id")
# All that is asked for of a row.
MEMBERS: Final = frozenset({"id", "creationDate"})
IDS_OF_A_PAGE: Final = 500
# Ids weigh little: longer windows end in fewer pages that are half empty, and are read again without regret.
PAGES_OF_A_WINDOW: Final = 60
COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = {
    OBJECT_COLUMN: {"type": "string", "description": "The stream that the record belongs to."},
    COMPANY_COLUMN: {
        "type": ["null", "string"],
        "description": "What the stream's own `company_id` says: the company, or what its companies share.",
    },
    "id": {"type": ["null", "string"], "description": "The record's `id`."},
    CREATION_COLUMN: {**MOMENT, "description": "When the record was created, in UTC; null where it does not say."},
}
SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": True,
    "properties": COLUMNS,
}


def is_offered(connection: str) -> bool:
    """Through Maesn fields cannot be chosen: ids would cost as much as a full refresh, which tells more."""
    return connection == DIRECT


def listed_objects(
    client: Client, option: Sequence[str], selections: Mapping[str, StreamSelection], resources: Sequence[Resource]
) -> list[Resource]:
    """The objects whose ids are read: those of the option, else the selected ones, else all; with dates all of them.

    Raises a configuration error for names that are not among them.
    """
    dated = {resource.name: resource for resource in resources if client.is_dated(resource)}
    if unknown := [name for name in option if name not in dated]:
        close = dict.fromkeys(meant for name in unknown if (meant := nearest(name, dated)))
        suggestion = f"Did you mean {', '.join(close)}? " if close else ""
        raise configuration_error(
            f"`{OPTION}` names what is not a stream with dates: {', '.join(map(repr, unknown))}.",
            f"{suggestion}Choose among these, or leave the option empty for all selected streams: {', '.join(dated)}.",
        )
    names = option or [name for name in dated if name in selections]
    return [dated[name] for name in dict.fromkeys(names)] or list(dated.values())


class RecordIdPartitions(PartitionGenerator):
    """The partitions of all objects, one object after the other."""

    def __init__(
        self,
        client: Client,
        objects: Sequence[Resource],
        companies: Sequence[Company],
        refused: Sequence[SageActiveError],
        repository: MessageRepository,
        planners: Executor | None = None,
    ) -> None:
        self._planners = planners
        self._client = client
        self._objects = objects
        self._companies = companies
        self._refused = refused
        self._announcement = Announcement(RECORD_IDS, repository)
        self.cursor = CompanyCursor(RECORD_IDS, client.connection, {}, repository, timedelta(0))

    def generate(self) -> Iterable[Partition]:
        """What is refused, then parts of companies, and a failure for each object and company that cannot be read."""
        # Named once, whichever objects there are.
        for number, error in enumerate(self._refused):
            yield StreamPartition(RECORD_IDS, {"refused": number}, partial(failing, error))
        for resource in self._objects:
            ids = self._ids_of(resource)
            yield from CompanyPartitions(
                _Ids(self._client, resource.name),
                ids,
                self._companies,
                (),
                partial(_request, ids),
                self.cursor,
                self._announcement,
                is_incremental=False,
                stream=RECORD_IDS,
                planners=self._planners,
            ).generate()

    def _ids_of(self, resource: Resource) -> Resource:
        """The resource with nothing else to ask for; messages name it so."""
        binding = resource.on(DIRECT)
        members = self._client.schema(resource, ask_server=False)["properties"]
        bare = replace(binding, omit=frozenset(members) - MEMBERS, open_documents=None, page_size=IDS_OF_A_PAGE)
        return replace(resource, name=f"{RECORD_IDS} of {resource.name}", direct=bare)


def _request(ids: Resource, share: Share, company: Company) -> ReadRequest:
    del share
    return ReadRequest(ids, company, {}, window_pages=PAGES_OF_A_WINDOW)


@dataclass(frozen=True, slots=True)
class _Ids:
    """Opens reads whose rows are ids of an object."""

    client: Client
    name: str

    @property
    def connection(self) -> str:
        """The client's connection."""
        return self.client.connection

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read. Raises `SageActiveError`."""
        return RewrittenReading(self.client.open(request), self._rewritten)

    def fingerprint(self, request: ReadRequest) -> None:
        """None: ids are read in full, and a full read has no checkpoints."""

    def _rewritten(self, pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            yield id_page(page, self.name)


def id_page(page: Page, name: str) -> Page:
    """A page whose rows are the ids of another one's; company and creation date are appended to each on its way out."""
    head = b'{"object":' + msgspec.json.encode(name) + b',"id":'
    encode = msgspec.json.encode
    ids: Iterable[str | None] = page.keys if not page.oddities else map(_id_of, page.rows)
    rows: list[RowBytes] = [head + encode(identifier) + b"}" for identifier in ids]
    return replace(page, rows=rows, clashing=(), date_column=CREATION_COLUMN)


def _id_of(row: RowBytes) -> str | None:
    return key_of(values_of(row).get("id"))
