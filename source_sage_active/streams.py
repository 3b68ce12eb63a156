"""The streams: one for each resource of the table that the connection reads, and the companies."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import msgspec
from airbyte_cdk.models import AirbyteMessage, AirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import CursorField, FinalStateCursor
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator

from sage_active.client import COMPANY_COLUMN, CURSOR_COLUMN, Client, Company, Page, ReadRequest
from sage_active.errors import SageActiveError
from sage_active.json_schema import MOMENT
from sage_active.resources.capabilities import is_planned
from sage_active.resources.personal_data import MARK
from sage_active.resources.resource import READ, Resource, Scope
from sage_active.resources.table import RESOURCES, offered
from source_sage_active.announcement import Announcement
from source_sage_active.configuration import SourceConfig
from source_sage_active.cursor import CompanyCursor
from source_sage_active.deletions import NOT_COUNTED, RECORD_IDS, StreamExisting
from source_sage_active.exclusions import without_excluded
from source_sage_active.file_contents import content_schema, with_contents
from source_sage_active.partitions import CompanyPartitions, StreamPartition, failing
from source_sage_active.planned_streams import PLANNED, PlannedPartitions
from source_sage_active.record_ids import KEY, SCHEMA, RecordIdPartitions, is_offered, listed_objects
from source_sage_active.records import PageMessage
from source_sage_active.selection import StreamSelection
from source_sage_active.shares import Share

LOGGER = logging.getLogger("airbyte")
COMPANIES: Final = "companies"
DRAFT: Final = "http://json-schema.org/draft-07/schema#"
OWN_SCHEMAS: Final[Mapping[str, Mapping[str, Any]]] = {
    COMPANY_COLUMN: {"type": "string", "description": "Id of the company that the record belongs to."},
    CURSOR_COLUMN: {
        **MOMENT,
        "description": "When the record was last modified, or created if it never was; in UTC.",
    },
}
# What `company_id` is where the rows are not a company's.
SHARED_OWNERS: Final[Mapping[Scope, Mapping[str, Any]]] = {
    Scope.MARKET: {"description": "Code of the market (DE, ES, FR): its companies share the record."},
    Scope.SIGN_IN: {"type": ["null", "string"], "description": "Always null: all companies share the record."},
}
COMPANY_SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": DRAFT,
    "type": "object",
    "additionalProperties": True,
    "properties": {
        "id": {"type": "string", "description": "Id of the company."},
        "name": {"type": "string", "description": "Name of the company.", MARK: True},
        "market": {"type": ["null", "string"], "description": "Code of the market (DE, ES, FR)."},
        "status": {"type": ["null", "string"], "description": "Status, as the API states it."},
        "usable": {"type": "boolean", "description": "Whether the company can be read."},
        "environment_name": {"type": ["null", "string"], "description": "Through Maesn, its `environmentId`."},
        **OWN_SCHEMAS,
    },
}


@dataclass(frozen=True)
class Context:
    """What streams are built from: the connection, its companies, and what the platform asked for."""

    client: Client
    config: SourceConfig
    repository: MessageRepository
    listed: Sequence[Company] = ()
    # Why markets did not list their companies.
    unlisted: Sequence[SageActiveError] = ()
    companies: Sequence[Company] = ()
    # Companies that are configured and cannot be used, and markets that may have some of them.
    refused: Sequence[SageActiveError] = ()
    selections: Mapping[str, StreamSelection] = field(default_factory=dict)
    # The framework asks for the schema again and again while it reads; only discovery needs the server's own.
    ask_server: bool = False
    resources: Sequence[Resource] = RESOURCES
    # What was counted before the streams are read, by stream.
    existing: Mapping[str, StreamExisting] = field(default_factory=dict)
    # Threads that plan companies side by side.
    planners: Executor | None = None


class SageActiveStream(DefaultStream):
    """A stream over one resource. It keeps no state of its own: see `CompanyCursor`."""

    def __init__(self, context: Context, resource: Resource) -> None:
        connection = context.client.connection
        selection = context.selections.get(resource.name, StreamSelection())
        # One for all requests: what follows from it is worked out once.
        schema = selection.api_schema(resource.added_members)
        existing = context.existing.get(resource.name, NOT_COUNTED)
        cursor = CompanyCursor(
            resource.name,
            context.client.connection,
            selection.state_of(context.client.connection, resource.name),
            context.repository,
            timedelta(minutes=context.config.lookback_minutes),
            is_bounded=resource.start_date,
            start_date=context.config.start_date,
        )

        def request(share: Share, company: Company) -> ReadRequest:
            since = cursor.since(share.state_id)
            if moved := cursor.moved_start(share.state_id):
                LOGGER.warning(
                    "%s, stream %s: `start_date` was %s at the last run and is %s now; the company is read from there.",
                    share.label,
                    resource.name,
                    moved,
                    context.config.start_date or "not set",
                )
            if since and (reason := existing.late_rows(share.state_id)):
                LOGGER.info("%s, stream %s: everything is read: %s.", share.label, resource.name, reason)
                since = None
            return ReadRequest(
                resource=resource,
                company=company,
                schema=schema,
                since=since,
                not_before=_start(context.config) if resource.start_date else None,
                open_documents=context.config.reread_open_documents,
                counted_before=existing.counted_before(share.state_id),
                count_before=existing.count_before(share.state_id),
            )

        opener = with_contents(context.client, resource, context.config)

        def partitions(companies: Sequence[Company]) -> CompanyPartitions:
            return CompanyPartitions(
                opener,
                resource,
                companies,
                context.refused,
                request,
                cursor,
                Announcement(resource.name, context.repository),
                is_incremental=selection.is_incremental,
                existing=existing,
                planners=context.planners,
                unlisted=context.unlisted,
            )

        asks_first = is_planned(resource, connection)
        # A census brings rows alone: those that come with contents are left to their own read.
        is_surveyed = opener is context.client and not asks_first and context.client.is_surveyed(resource)
        every_company = partitions(context.companies)
        self.resource = resource
        # What a census may ask about before the stream is read.
        self.surveyed: CompanyPartitions | None = every_company if is_surveyed else None
        super().__init__(
            partition_generator=PlannedPartitions(
                context.client,
                resource,
                context.companies,
                partitions,
                is_tried=context.config.planned_objects == "try",
            )
            if asks_first
            else every_company,
            name=resource.name,
            json_schema=lambda: stream_schema(
                context.client.schema(resource, ask_server=context.ask_server),
                resource.scope(connection),
                PLANNED if asks_first else None,
                content_schema(resource, connection, context.config),
            ),
            primary_key=primary_key(resource, connection),
            # Without dates there is nothing to follow: such a stream is read in full only.
            cursor_field=CursorField(CURSOR_COLUMN) if context.client.is_dated(resource) else None,
            logger=LOGGER,
            cursor=cursor,
        )

    def as_airbyte_stream(self) -> AirbyteStream:
        """The stream as discover describes it.

        A full refresh that failed cannot be resumed, whatever the framework says of streams with a cursor: the platform
        must begin a new generation instead of appending to half a table.
        """
        stream = super().as_airbyte_stream()
        stream.is_resumable = False
        return stream


class Companies(DefaultStream):
    """The companies that the sign-in lists, usable or not."""

    def __init__(self, context: Context) -> None:
        super().__init__(
            partition_generator=_CompanyList(context),
            name=COMPANIES,
            json_schema=COMPANY_SCHEMA,
            primary_key=["id", "name"],
            cursor_field=None,
            logger=LOGGER,
            cursor=FinalStateCursor(COMPANIES, None, context.repository),
        )


class RecordIds(DefaultStream):
    """The ids of all records of some other streams."""

    def __init__(self, context: Context) -> None:
        client = context.client
        objects = listed_objects(
            client,
            context.config.record_ids_of,
            context.selections,
            offered(client.connection, READ, context.resources),
        )
        partitions = RecordIdPartitions(
            client, objects, context.companies, context.refused, context.repository, context.planners
        )
        super().__init__(
            partition_generator=partitions,
            name=RECORD_IDS,
            json_schema=SCHEMA,
            primary_key=list(KEY),
            cursor_field=None,
            logger=LOGGER,
            cursor=partitions.cursor,
        )


class _CompanyList(PartitionGenerator):
    def __init__(self, context: Context) -> None:
        self._listed = context.listed
        self._unlisted = context.unlisted
        self._announcement = Announcement(COMPANIES, context.repository)

    def generate(self) -> Iterable[Partition]:
        """One partition that needs no request, and one for each market whose companies nobody knows."""
        for number, error in enumerate(self._unlisted):
            yield StreamPartition(COMPANIES, {"refused": number}, partial(failing, error))
        yield StreamPartition(COMPANIES, {}, self._pages)

    def _pages(self) -> Iterator[AirbyteMessage]:
        self._announcement.running()
        for company in self._listed:
            row = {name: getattr(company, name) for name in ("id", "name", "market", "status", "usable")}
            raw = msgspec.json.encode(row | {"environment_name": company.environment_name})
            yield PageMessage(COMPANIES, company.id, Page([raw], [company.id], [None]))


def all_streams(context: Context) -> list[DefaultStream]:
    """Every stream that the connection offers, in the table's order, those that are not objects last.

    Raises a configuration error for an option that names other streams.
    """
    connection = context.client.connection
    resources = without_excluded(context.client, context.config.exclude_fields, context.resources)
    objects: list[DefaultStream] = [
        SageActiveStream(context, resource) for resource in offered(connection, READ, resources)
    ]
    further: Mapping[str, Callable[[Context], DefaultStream]] = {RECORD_IDS: RecordIds, COMPANIES: Companies}
    return [*objects, *(further[name](context) for name in further_streams(connection))]


def stream_names(connection: str, resources: Sequence[Resource]) -> list[str]:
    """The names of all streams that a connection offers, in the same order."""
    return [*(resource.name for resource in offered(connection, READ, resources)), *further_streams(connection)]


def further_streams(connection: str) -> list[str]:
    """The names of the streams that are not objects."""
    return [*([RECORD_IDS] if is_offered(connection) else []), COMPANIES]


def stream_schema(
    row: Mapping[str, Any],
    scope: Scope = Scope.COMPANY,
    description: str | None = None,
    further: Mapping[str, Any] = MappingProxyType({}),
) -> Mapping[str, Any]:
    """A row's schema with `further` members and the connector's two columns, which win over others of the same name."""
    company = {**OWN_SCHEMAS[COMPANY_COLUMN], **SHARED_OWNERS.get(scope, {})}
    return {
        "$schema": DRAFT,
        **({"description": description} if description else {}),
        "type": "object",
        "additionalProperties": True,
        "properties": {**row["properties"], **further, **OWN_SCHEMAS, COMPANY_COLUMN: company},
    }


def primary_key(resource: Resource, connection: str) -> list[str]:
    """What identifies a row; without the company where there is none."""
    key = resource.row_key(connection)
    return list(key) if resource.scope(connection) is Scope.SIGN_IN else [COMPANY_COLUMN, *key]


def _start(config: SourceConfig) -> datetime | None:
    day = config.start_date
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc) if day else None
