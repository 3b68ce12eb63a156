"""Reads with one fault each, and what they came to."""

import itertools
import json
import logging
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from integration_tests.connector import COMMAND
from integration_tests.expected import key_of, rows, usable
from integration_tests.fault_cases import FOREVER, TIMES, Case, FaultTarget
from integration_tests.unreachable import UNKNOWN_HOST, resetting_host
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.masking import SECRETS
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches
from source_sage_active.records import PageMessage
from source_sage_active.source import SourceSageActive

STREAM, OTHER = "customers", "items"
MARKET = "de"
# Much less than the patience of a real read; long enough for a fault that ends after three times.
PATIENCE = RetryPolicy(
    connect=1.0, read=0.8, answer=1.2, single_try=1.0, tries=6.5, first_pause=0.06, longest_pause=0.4
)
# Faults that never end need only be tried for a while.
LITTLE_PATIENCE = replace(PATIENCE, tries=2.5)
# The five minutes of a real read, by the same measure.
LONGEST_SECONDS = 300.0 * PATIENCE.tries / RetryPolicy().tries
# Pages of about ten rows: several pages and several windows.
SMALL_PAGES = 2500
FAILS = "fails"
BY_NAME = "fails by name"
DELIVERED = "delivered"
HANGS = "HANGS"
SILENT_LOSS = "SILENT LOSS"
Keys = set[tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """What one read came to. `struck`: the fault met a request. `verdict`: `DELIVERED`, `BY_NAME`, the row of the table
    of errors by which the whole read failed, or what must never happen."""

    case: Case
    connection: str
    times: str
    position: str
    seconds: float
    struck: bool
    verdict: str

    @property
    def is_right(self) -> bool:
        """Whether this is what the promises say."""
        promised = self.case.ended
        if self.times == "for ever":
            # The last request is a count: it has no rows, no cursor, and is over before a drip is noticed.
            promised = self.case.forever if self.position != "last" else "either"
        if not self.struck:
            promised = "delivers"
        failed = self.verdict == BY_NAME or self.verdict.startswith(f"{FAILS}: ")
        return {
            "fails": failed,
            "delivers": self.verdict == DELIVERED,
            "either": failed or self.verdict == DELIVERED,
        }[promised]


class Bench:
    """One sandbox for one connection, over which cases are run."""

    def __init__(self, sandbox: Sandbox, connection: str) -> None:
        self._sandbox = sandbox
        self.connection = connection
        self._config = {**sandbox.configuration(connection, MARKET), "num_workers": 4}
        self._company = usable(sandbox, MARKET)[0]
        self._catalog = self._configured()
        self._requests: dict[str, int] = {}

    def run(self, case: Case, times: str, position: str) -> Outcome:
        """One read with one fault."""
        skip = 0
        if position != "first":
            skip = {"middle": self._count(case.target) // 2, "last": self._count(case.target) - 1}[position]
        self._reset()
        began = time.monotonic()
        with self._switched(case):
            if case.action == "two_processes":
                struck, verdict = True, self._two_processes()
            elif case.action in ("unknown_host", "resetting_host"):
                struck, verdict = True, self._elsewhere(case)
            else:
                struck, verdict = self._with_fault(case, times, skip)
        seconds = time.monotonic() - began
        verdict = HANGS if seconds > LONGEST_SECONDS else verdict
        return Outcome(case, self.connection, times, position, seconds, struck, verdict)

    # --- the three kinds of read ---

    def _with_fault(self, case: Case, times: str, skip: int) -> tuple[bool, str]:
        """A read of a sandbox with a scripted fault; whether that struck, and the verdict."""
        options = dict(case.options)
        if options.get("headers") == {"Retry-After": "DATE"}:
            until = self._sandbox.store.clock.now() + timedelta(seconds=1)
            options["headers"] = {"Retry-After": format_datetime(until, usegmt=True)}
        fault = self._sandbox.faults.add(
            case.action, **self._conditions(case.target), times=TIMES[times], skip=skip, **options
        )
        messages, error = self._read(LITTLE_PATIENCE if times == "for ever" and not case.takes_turns else PATIENCE)
        self._sandbox.faults.clear()
        judge = self._judge_company if case.target.of_company else self._judge_whole
        return fault.seen > skip, judge(messages, error)

    def _elsewhere(self, case: Case) -> str:
        """A read of a host where nobody answers."""
        if case.action == "unknown_host":
            return self._judge_whole(*self._read(LITTLE_PATIENCE, sandbox_url=UNKNOWN_HOST))
        with resetting_host() as address:
            return self._judge_whole(*self._read(LITTLE_PATIENCE, sandbox_url=address))

    def _two_processes(self) -> str:
        """Two reads at once in processes of their own, which share one refresh token."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            config, catalog = folder / "config.json", folder / "catalog.json"
            config.write_text(json.dumps({**self._config, "token_path": str(folder / "tokens.json")}))
            catalog.write_text(json.dumps(ConfiguredAirbyteCatalogSerializer.dump(self._catalog)))
            command = [*COMMAND, "read", "--config", str(config), "--catalog", str(catalog)]
            outputs = [folder / "one.jsonl", folder / "other.jsonl"]
            with ExitStack() as stack:
                # Files, because a process whose output nobody takes would hold the lock of the token for ever.
                files = [stack.enter_context(output.open("wb")) for output in outputs]
                processes = [subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL) for file in files]
                for process in processes:
                    stack.callback(process.kill)
                if not _have_ended(processes, LONGEST_SECONDS):
                    return HANGS
            messages = [[json.loads(line) for line in output.read_bytes().splitlines()] for output in outputs]
        for process, received in zip(processes, messages, strict=True):
            records = [message["record"] for message in received if message["type"] == "RECORD"]
            if process.returncode:
                return "FAILS ALTHOUGH IT NEED NOT"
            if any(self._keys(records, stream) != self._held(stream) for stream in (STREAM, OTHER)):
                return SILENT_LOSS
        return DELIVERED if self._sandbox.sign_in.refreshes > 2 else "DID NOT ROTATE"

    # --- verdicts ---

    def _judge_company(self, messages: list[AirbyteMessage], error: AirbyteTracedException | None) -> str:
        """Of a fault that strikes one stream of one company: everything else must be delivered."""
        delivered = {stream: self._delivered(messages, stream) for stream in (STREAM, OTHER)}
        held = {stream: self._held(stream) for stream in (STREAM, OTHER)}
        complete = _complete(messages)
        others = {pair for pair in held[STREAM] if pair[0] != self._company.id}
        others_delivered = OTHER in complete and delivered[OTHER] == held[OTHER] and others <= delivered[STREAM]
        if (error is None) != (STREAM in complete):
            return "STATUS AND EXIT CODE DISAGREE"
        if error is None:
            return DELIVERED if others_delivered and delivered[STREAM] == held[STREAM] else SILENT_LOSS
        if not others_delivered:
            return "HARMS OTHERS"
        named = any(STREAM in text and self._company.name in text for text in _errors(messages))
        return BY_NAME if named else "FAILS WITHOUT A NAME"

    def _judge_whole(self, messages: list[AirbyteMessage], error: AirbyteTracedException | None) -> str:
        """Of a fault on which the whole read depends."""
        complete = _complete(messages)
        if error is None:
            whole = all(self._delivered(messages, stream) == self._held(stream) for stream in (STREAM, OTHER))
            return DELIVERED if whole and complete == {STREAM, OTHER} else SILENT_LOSS
        if complete:
            return "STATUS AND EXIT CODE DISAGREE"
        return f"{FAILS}: `{error.fault.name}`" if isinstance(error, SageActiveError) else "FAILS WITHOUT A NAME"

    # --- inside ---

    @contextmanager
    def _switched(self, case: Case) -> Iterator[None]:
        before = self._sandbox.switches.as_dict()
        self._sandbox.change_switches(case.switches)
        self._sandbox.reset_tokens()
        try:
            yield
        finally:
            self._sandbox.change_switches(before)

    def _conditions(self, target: FaultTarget) -> dict[str, Any]:
        company = {"company_id": self._company.id} if target.of_company else {}
        return {**target.conditions[self.connection], **company}

    def _count(self, target: FaultTarget) -> int:
        """The number of requests of a place that a read without faults makes."""
        key = repr(target.conditions)
        if key not in self._requests:
            self._reset()
            fault = self._sandbox.faults.add("stall", **self._conditions(target), times=FOREVER, seconds=0.0)
            _, error = self._read(PATIENCE)
            if error:
                raise error
            self._requests[key] = fault.seen
        return self._requests[key]

    def _configured(self) -> ConfiguredAirbyteCatalog:
        source = SourceSageActive(emit_now=lambda _: None)
        catalog: AirbyteCatalog = source.discover(logging.getLogger("airbyte"), self._config)
        return ConfiguredAirbyteCatalog(
            streams=[
                ConfiguredAirbyteStream(
                    stream=stream, sync_mode=SyncMode.incremental, destination_sync_mode=DestinationSyncMode.append
                )
                for stream in catalog.streams
                if stream.name in (STREAM, OTHER)
            ]
        )

    def _reset(self) -> None:
        # Masking grows with the tokens of a process, of which the reads of a whole matrix have thousands.
        SECRETS.clear()
        update_secrets([])
        self._sandbox.faults.clear()
        self._sandbox.reset_tokens()
        self._sandbox.requests.clear()

    def _read(
        self, retry_policy: RetryPolicy, **options: Any
    ) -> tuple[list[AirbyteMessage], AirbyteTracedException | None]:
        messages: list[AirbyteMessage] = []
        try:
            source = SourceSageActive(emit_now=lambda _: None, retry_policy=retry_policy)
            messages.extend(source.read_pages({**self._config, **options}, self._catalog, None))
        except AirbyteTracedException as error:
            return messages, error
        return messages, None

    def _delivered(self, messages: list[AirbyteMessage], stream: str) -> Keys:
        pages = (message for message in messages if isinstance(message, PageMessage))
        lines = itertools.chain.from_iterable(page.lines.splitlines() for page in pages)
        return self._keys((json.loads(line)["record"] for line in lines), stream)

    def _keys(self, records: Iterable[Any], stream: str) -> Keys:
        key = key_of(self.connection, stream)
        return {(record["data"]["company_id"], record["data"][key]) for record in records if record["stream"] == stream}

    def _held(self, stream: str) -> Keys:
        return {
            (company.id, row_id)
            for company in usable(self._sandbox, MARKET)
            for row_id in rows(self._sandbox, company.id, stream)
        }


def _have_ended(processes: Iterable[subprocess.Popen[bytes]], seconds: float) -> bool:
    until = time.monotonic() + seconds
    try:
        for process in processes:
            process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def sandbox_for_faults() -> Sandbox:
    """Two companies, several pages and windows each."""
    # All reads share one stand-in: its own limit of requests would strike them beside the fault.
    switches = Switches(max_field_cost=SMALL_PAGES)
    return Sandbox(rows=50, companies_per_market=2, switches=switches, requests_per_minute=1_000_000)


def _complete(messages: list[AirbyteMessage]) -> set[str]:
    """The streams whose last status says so."""
    statuses = [message.trace.stream_status for message in messages if message.trace and message.trace.stream_status]
    last = {status.stream_descriptor.name: status.status for status in statuses}
    return {stream for stream, status in last.items() if status is AirbyteStreamStatus.COMPLETE}


def _errors(messages: list[AirbyteMessage]) -> list[str]:
    traces = [message.trace for message in messages if message.trace and message.trace.error]
    return [
        f"{trace.error.stream_descriptor.name if trace.error.stream_descriptor else ''} {trace.error.message}"
        for trace in traces
        if trace.error
    ]
