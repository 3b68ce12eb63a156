"""The destination: spec, check, discover, write."""

import argparse
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from importlib.metadata import version
from typing import Any, Final

import orjson
from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    FailureType,
    Status,
    StreamDescriptor,
)
from airbyte_cdk.utils import AirbyteTracedException

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.engine import Engine
from destination_sage_active.input import operations
from destination_sage_active.input.catalog import targets
from destination_sage_active.input.commands import run_destination
from destination_sage_active.input.lines import Line
from destination_sage_active.input.messages import BrokenInput, State, messages
from destination_sage_active.input.routing import Routing
from destination_sage_active.input.states import StateQueue
from destination_sage_active.plan.content.record_files import require_folder
from destination_sage_active.record.stream import Stream, label
from destination_sage_active.report.files import writable_folder
from destination_sage_active.report.report import Report
from destination_sage_active.write.company_locks import CompanyLocks, scope_of
from sage_active.arguments import without_nulls
from sage_active.client import Company
from sage_active.companies import names, resolve_companies, usable_companies
from sage_active.company_list import market_remarks
from sage_active.config import validated
from sage_active.connect import build_client
from sage_active.direct.writing import DirectWriter
from sage_active.errors import SageActiveError, configuration_error
from sage_active.faults import Kind
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.writing import MaesnWriter
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCES
from sage_active.runtime.progress import Progress
from sage_active.unknown_options import ignored_options
from sage_active.writing import WriteClient

DISTRIBUTION: Final = "airbyte-sage-active"
LOGGER: Final = logging.getLogger("airbyte")
# A user waits for check and discover; a write may wait longer for a server that recovers.
INTERACTIVE_RETRIES: Final = RetryPolicy(read=15.0, answer=30.0, tries=25.0, proxy=2.0)


class DestinationSageActive(Destination):
    """Writes to Sage Active directly or through Maesn.

    `emit_now` receives control messages (rotated tokens) and the errors of single streams at once; without it `write`
    yields them among the states. `retry_policy` bounds the waiting of a write; `resources`: the table of resources.
    """

    # The models check the configuration, with messages that do not quote secrets.
    check_config_against_spec = False

    def __init__(
        self,
        emit_now: Callable[[AirbyteMessage], None] | None = None,
        retry_policy: RetryPolicy | None = None,
        *,
        resources: Sequence[Resource] = RESOURCES,
    ) -> None:
        self._resources = resources
        self._retry_policy = retry_policy
        self._waiting: deque[AirbyteMessage] = deque()
        self._emit_now = emit_now or self._waiting.append
        self._progress: Callable[[], Progress] = Progress

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The configuration without members that are null, which mean the same as absent ones."""
        return without_nulls(config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Signs in, verifies companies, rights and the report folder; writes nothing to Sage Active."""
        markets: list[str] = []
        try:
            settings = validated(DestinationConfig, config)
            with closing(self._client(settings, config, INTERACTIVE_RETRIES)) as client:
                found = client.company_list()
                markets = market_remarks(settings.credentials.keys, found)
                companies = resolve_companies(settings.companies, found.companies, found.unlisted)
                Routing(companies, settings.company_map)
                remarks = [
                    remark for company in companies for remark in _rights(client, company, settings, self._resources)
                ]
            if settings.report_path:
                writable_folder(settings.report_path)
            if settings.files_folder:
                require_folder(settings.files_folder)
        except SageActiveError as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=" ".join([str(error), *markets]))
        remarks += map(str, found.unlisted)
        for remark in remarks:
            logger.warning(remark)
        unknown = ignored_options(DestinationConfig, config)
        listed = f"Connected. Companies to write to: {names(companies)}."
        further = [text for text in (*settings.translations, unknown) if text]
        message = " ".join([listed, *markets, settings.allowance, *remarks, *further])
        return AirbyteConnectionStatus(status=Status.SUCCEEDED, message=message)

    def discover(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """The DESTINATION_CATALOG message with all operations; works without signing in."""
        settings = validated(DestinationConfig, config)
        with closing(self._client(settings, config, INTERACTIVE_RETRIES)) as client:
            return operations.catalog(client, self._resources)

    def write(
        self,
        config: Mapping[str, Any],
        configured_catalog: ConfiguredAirbyteCatalog,
        input_messages: Iterable[AirbyteMessage],
    ) -> Iterable[AirbyteMessage]:
        """Writes records that are messages of this process. Its class of STATE has no `id`; `write_lines` keeps it."""
        echoed: deque[bytes] = deque()
        catalog = ConfiguredAirbyteCatalogSerializer.dump(configured_catalog)
        lines = (orjson.dumps(AirbyteMessageSerializer.dump(message)) for message in input_messages)
        for _ in self._steps(config, catalog, lines, echoed.append):
            while self._waiting:
                yield self._waiting.popleft()
            while echoed:
                yield AirbyteMessageSerializer.load(orjson.loads(echoed.popleft()))

    def write_lines(
        self, config: Mapping[str, Any], catalog: Any, lines: Iterable[Line], emit: Callable[[bytes], None]
    ) -> None:
        """Writes the records among `lines`; the STATEs go to `emit` as they came, with counts.

        `catalog` is the configured catalog, decoded. Raises `AirbyteTracedException` when not everything was written.
        """
        for _ in self._steps(config, catalog, lines, emit):
            pass

    def progress(self) -> Progress:
        """How far the write has come. Safe for all threads."""
        return self._progress()

    def parse_args(self, args: list[str]) -> argparse.Namespace:
        """The command line: the framework's, with `discover` and `--debug`."""
        common = argparse.ArgumentParser(add_help=False)
        common.add_argument("--debug", action="store_true", help="log more")
        configured = argparse.ArgumentParser(add_help=False)
        configured.add_argument("--config", required=True, help="path of the configuration file")
        parser = argparse.ArgumentParser(prog="destination-sage-active")
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("spec", parents=[common], help="show what the configuration holds")
        commands.add_parser("check", parents=[common, configured], help="try the configuration, writing nothing")
        commands.add_parser("discover", parents=[common, configured], help="show what can be written")
        write = commands.add_parser(
            "write", parents=[common, configured], help="write the records that arrive on stdin"
        )
        write.add_argument("--catalog", required=True, help="path of the configured catalog")
        return parser.parse_args(args)

    def run(self, args: list[str]) -> None:
        """Runs one command; the framework's own loop loses what its classes do not know."""
        raise SystemExit(run_destination(type(self), args))

    def _steps(
        self, config: Mapping[str, Any], catalog: Any, lines: Iterable[Line], emit: Callable[[bytes], None]
    ) -> Iterator[None]:
        """Writes, and pauses after each message of the input."""
        settings = validated(DestinationConfig, config)
        for text in settings.translations:
            LOGGER.info("%s", text)
        streams = targets(catalog, settings, settings.connection, self._resources)
        with closing(self._client(settings, config, self._retry_policy)) as client:
            found = client.company_list()
            companies, refused = usable_companies(settings.companies, found.companies, found.unlisted)
            for error in refused:
                # What may pass does not justify rejecting records: the next sync brings them again.
                if error not in found.unlisted or error.fault.kind is not Kind.CONFIGURATION:
                    raise error
                LOGGER.warning("%s The records of its companies are rejected.", error)
            routing = Routing(companies, settings.company_map, refused)
            report = Report(settings.report_path, settings.max_rejected_percent, LOGGER, dry_run=settings.dry_run)
            report.expect(streams)
            self._progress = report.progress
            states = StateQueue(emit)
            objects = {target.resource.name for target in streams.values()}
            # A dry run writes nothing, and may run beside one that does.
            locks = None if settings.dry_run else CompanyLocks(scope_of(settings), objects)
            broken: BrokenInput | None = None
            with closing(report), closing(Engine(client, settings, routing, streams, states, report, locks)) as engine:
                try:
                    for message in messages(lines, streams):
                        if isinstance(message, State):
                            states.state(message.line, message.stream)
                            engine.flush_due()
                        else:
                            engine.record(message, states.arrived(message.target.stream))
                        yield
                except BrokenInput as error:
                    broken = error
                # What came before is complete, whatever comes next.
                engine.finish(is_input_whole=broken is None)
                yield
        self._verify(engine.failed, states.unfinished(), broken)
        yield

    def _verify(
        self, failed: Mapping[Stream, SageActiveError], unfinished: Mapping[Stream, int], broken: BrokenInput | None
    ) -> None:
        """Raises when a stream failed, the input broke off, or a record was left without an outcome."""
        for (namespace, name), error in failed.items():
            self._emit_now(error.as_airbyte_message(StreamDescriptor(name=name, namespace=namespace)))
        if broken:
            raise broken
        if failed:
            raise AirbyteTracedException(
                message=f"Not written completely: {', '.join(label(stream) for stream in failed)}. The state of these "
                "streams is held back, so the next sync brings their records again.",
                internal_message=", ".join(error.fault.name for error in failed.values()),
                failure_type=next(iter(failed.values())).failure_type or FailureType.system_error,
            )
        if unfinished:
            counts = ", ".join(f"{label(stream)}: {count}" for stream, count in unfinished.items())
            raise RuntimeError(f"records without an outcome: {counts}")

    def _client(
        self, settings: DestinationConfig, config: Mapping[str, Any], retry_policy: RetryPolicy | None
    ) -> WriteClient:
        user_agent = f"destination-sage-active/{version(DISTRIBUTION)}"
        client = build_client(
            settings, config, user_agent=user_agent, emit_now=self._emit_now, retry_policy=retry_policy
        )
        if isinstance(client, MaesnClient):
            return MaesnWriter(client, parallel=settings.num_workers, document_key=settings.document_key)
        return DirectWriter(client, parallel=settings.num_workers, resources=self._resources)


def _rights(
    client: WriteClient, company: Company, settings: DestinationConfig, resources: Sequence[Resource]
) -> list[str]:
    """Remarks about rights that the signed-in user lacks. Raises a configuration error when nothing may be written."""
    wanted = operations.mutations(settings, resources)
    missing_rights = client.missing_rights(company, wanted)
    if not missing_rights.names:
        return []
    lacking = f"{company.label}: the signed-in user may not {', '.join(missing_rights.names)}"
    if missing_rights.is_everything:
        raise configuration_error(
            f"{lacking}, which is everything that this connector writes.",
            "Give the user a role that may change data, or sign in as another one; some rights need a larger edition.",
        )
    return [f"{lacking}. Streams that need it will fail."]


def launch(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code: 0 when all went well, 1 when something failed by name."""
    return run_destination(DestinationSageActive, arguments)
