"""The source: spec, check, discover, read."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    Status,
)
from airbyte_cdk.sources import Source
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from sage_active.arguments import without_nulls
from sage_active.client import Client
from sage_active.companies import names, resolve_companies, usable_companies
from sage_active.company_list import market_remarks
from sage_active.config import validated
from sage_active.connect import build_client
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import READ, Resource
from sage_active.resources.table import RESOURCES, offered
from sage_active.unknown_options import ignored_options
from source_sage_active.census import CompanyCensus, SurveyedStream
from source_sage_active.check import probed, shortened
from source_sage_active.configuration import SourceConfig
from source_sage_active.deletions import RootCounts
from source_sage_active.engine_log import engine_logger
from source_sage_active.exclusions import without_excluded
from source_sage_active.offered import failures, not_read, require_own_fields
from source_sage_active.planned_streams import planned_remarks
from source_sage_active.queue import PageQueue, QueueRepository
from source_sage_active.record_ids import is_offered, listed_objects
from source_sage_active.records import PageMessage
from source_sage_active.selection import selections
from source_sage_active.streams import Context, SageActiveStream, all_streams, further_streams, stream_names

DISTRIBUTION: Final = "airbyte-sage-active"
# A user waits for check and discover; a read may wait longer for a server that recovers.
INTERACTIVE_RETRIES: Final = RetryPolicy(read=15.0, answer=30.0, tries=25.0, proxy=2.0)


class SourceSageActive(Source):
    """Reads Sage Active directly or through Maesn.

    `emit_now` receives control messages (rotated tokens) at once; without it they wait in `message_repository`, where
    the framework collects them. `retry_policy` bounds the waiting of a read; `resources` are what there is to read.
    """

    # The models check the configuration, with messages that do not quote secrets.
    check_config_against_spec = False

    def __init__(
        self,
        emit_now: Callable[[AirbyteMessage], None] | None = None,
        retry_policy: RetryPolicy | None = None,
        resources: Sequence[Resource] = RESOURCES,
        *,
        _has_census: bool = True,
    ) -> None:
        # Tests compare a read with one that asks for each stream on its own.
        self._has_census = _has_census
        self._resources = resources
        self._retry_policy = retry_policy
        self.message_repository = InMemoryMessageRepository()
        self._emit_now = emit_now or self.message_repository.emit_message

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The configuration without members that are null, which mean the same as absent ones."""
        return without_nulls(config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Signs in, lists the companies and makes a few tiny reads."""
        markets: list[str] = []
        try:
            settings = validated(SourceConfig, config)
            with self._client(settings, config, INTERACTIVE_RETRIES) as client:
                without_excluded(client, settings.exclude_fields, self._resources)
                found = client.company_list()
                markets = market_remarks(settings.credentials.keys, found)
                chosen = resolve_companies(settings.companies, found.companies, found.unlisted)
                readable = offered(client.connection, READ, self._resources)
                planned_resources = [resource for resource in readable if is_planned(resource, client.connection)]
                if is_offered(client.connection):
                    listed_objects(client, settings.record_ids_of, {}, readable)
                unreadable = probed(
                    client, [resource for resource in readable if resource not in planned_resources], chosen
                )
                expected = planned_remarks(client, planned_resources, chosen[0])
        except SageActiveError as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=" ".join([str(error), *markets]))
        company_ids = {company.id for company in chosen}
        others = [company for company in found.companies if company.usable and company.id not in company_ids]
        unneeded = list(map(str, found.unlisted))
        unselected = [f"Usable companies that are not selected: {names(others)}."] if others else []
        for remark in (*unneeded, *unreadable, *unselected, *expected[1:]):
            logger.warning(remark)
        unknown = ignored_options(SourceConfig, config)
        remarks = [*shortened(unreadable), *unselected, *expected[:1], *([unknown] if unknown else [])]
        message = " ".join([f"Connected. Companies: {names(chosen)}.", *markets, *unneeded, *remarks])
        return AirbyteConnectionStatus(status=Status.SUCCEEDED, message=message)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The streams; works without signing in."""
        settings = validated(SourceConfig, config)
        with self._client(settings, config, INTERACTIVE_RETRIES) as client:
            context = Context(client, settings, self.message_repository, ask_server=True, resources=self._resources)
            return AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in all_streams(context)])

    def streams(self, config: Mapping[str, Any]) -> list[DefaultStream]:
        """The streams that a configuration offers: names, keys and schemas of the packaged contract.

        Nothing is sent. They describe themselves; `read` is what reads them, because it knows the companies.
        Raises `SageActiveError` for a configuration that cannot be used.
        """
        settings = validated(SourceConfig, config)
        with self._client(settings, config) as client:
            return all_streams(Context(client, settings, self.message_repository, resources=self._resources))

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Reads the configured streams as ordinary messages."""
        for message in self.read_pages(config, catalog, state):
            if isinstance(message, PageMessage):
                yield from message.messages()
            else:
                yield message

    def read_pages(
        self,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Reads the configured streams; records travel as `PageMessage`s, a page at a time."""
        settings = validated(SourceConfig, config)
        workers = settings.num_workers
        queue = PageQueue()
        repository = QueueRepository(queue)
        executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="reader")
        # Apart from the readers: whoever makes partitions is one of those, and waits for what is planned.
        planners = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="planner")
        logger = engine_logger()
        with self._client(settings, config, self._retry_policy) as client:
            try:
                found = client.company_list()
                companies, refused = usable_companies(settings.companies, found.companies, found.unlisted)
                selected_streams = selections(catalog, state)
                readable = offered(client.connection, READ, self._resources)
                names = stream_names(client.connection, self._resources)
                missing_streams = [configured for configured in catalog.streams if configured.stream.name not in names]
                wanted = list(
                    dict.fromkeys(
                        configured.stream.name for configured in catalog.streams if configured not in missing_streams
                    )
                )
                for resource in readable:
                    if resource.name in wanted:
                        schema = selected_streams[resource.name].api_schema(resource.added_members)
                        require_own_fields(client, resource, schema["properties"])
                yield from failures(
                    client.connection, missing_streams, further_streams(client.connection), self._resources
                )
                # Without a stream to begin with, the framework would wait for one.
                if wanted:
                    counts = RootCounts(client, readable, companies, selected_streams)
                    context = Context(
                        client=client,
                        config=settings,
                        repository=repository,
                        listed=found.companies,
                        unlisted=found.unlisted,
                        companies=companies,
                        refused=refused,
                        selections=selected_streams,
                        resources=self._resources,
                        existing=counts.existing,
                        planners=planners,
                    )
                    streams = {stream.name: stream for stream in all_streams(context)}
                    objects = [stream for name in wanted if isinstance(stream := streams[name], SageActiveStream)]
                    surveyed = [
                        SurveyedStream(stream.resource, stream.surveyed)
                        for stream in objects
                        if stream.surveyed and self._has_census
                    ]
                    census = CompanyCensus(client, counts, surveyed, queue, repository)
                    yield from census.messages(companies, executor)
                    read = ConcurrentSource(
                        threadpool=ThreadPoolManager(executor, logger),
                        logger=logger,
                        queue=queue,
                        message_repository=repository,
                        initial_number_partitions_to_generate=max(1, workers // 2),
                    ).read([streams[name] for name in wanted])
                    yield from (message for message in read if not census.is_announced(message))
                if missing_streams:
                    raise not_read(missing_streams)
            finally:
                queue.stop()
                client.close()
                # What readers wait for ends first.
                planners.shutdown(wait=True, cancel_futures=True)
                executor.shutdown(wait=True, cancel_futures=True)

    @contextmanager
    def _client(
        self, settings: SourceConfig, config: Mapping[str, Any], retry_policy: RetryPolicy | None = None
    ) -> Iterator[Client]:
        client: Client = build_client(
            settings,
            config,
            user_agent=f"source-sage-active/{version(DISTRIBUTION)}",
            emit_now=self._emit_now,
            retry_policy=retry_policy,
        )
        try:
            yield client
        finally:
            client.close()
