"""Every fault, once, three times and for ever, on the first, a middle and the last request of one stream and company.

`python -m integration_tests.fault_matrix` runs the whole matrix and writes `docs/faults.md`. It ends with 1 if a row
was lost without an error, a read hung, or a fault that ended cost more than time.
"""

import argparse
import itertools
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.expected import key_of, rows, usable
from sage_active.transport import Patience
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches
from source_sage_active.records import PageMessage
from source_sage_active.source import SourceSageActive

STREAM, OTHER = "customers", "items"
MARKET = "de"
# Much less than the patience of a real read, so that faults that never end are over soon.
PATIENCE = Patience(connect=1.0, read=0.8, answer=1.2, tired_answer=1.0, tries=6.5, first_pause=0.02, longest_pause=0.1)
# The five minutes of a real read, by the same measure.
LONGEST_SECONDS = 300.0 * PATIENCE.tries / Patience().tries
# Pages of about ten rows: several pages and several windows.
SMALL_PAGES = 2500
FOREVER = -1
TIMES = {"once": 1, "three times": 3, "for ever": FOREVER}
POSITIONS = ("first", "middle", "last")
PLACE: Mapping[str, Mapping[str, Any]] = {
    "direct": {"operation": "customers"},
    "maesn": {"path": "/accounting/customers"},
}
BOTH = ("direct", "maesn")
DIRECT = ("direct",)
EITHER = {"delivered", "fails by name"}
SOME_ERROR = {"message": "Unexpected Execution Error", "extensions": {"code": "EXECUTION_ERROR"}}
HTML = "<html><body>Bad gateway</body></html>"


@dataclass(frozen=True)
class Case:
    """One fault: its words, the sandbox's action with its options, and what a read comes to while it never ends.

    `forever`: "fails" (by name), "delivers" where the connector finds a way around it, "either" where that depends on
    where the fault begins (a window of one page needs no cursor).
    """

    words: str
    action: str
    options: Mapping[str, Any] = field(default_factory=dict)
    connections: tuple[str, ...] = BOTH
    forever: str = "fails"


def _status(words: str, status: int, **options: Any) -> Case:
    return Case(words, "status", {"status": status, **options})


CASES = (
    _status("429 with seconds", 429, headers={"Retry-After": "1"}),
    _status("429 with a date", 429, headers={"Retry-After": "DATE"}),
    _status("429 without header", 429),
    _status("500", 500, body="oops"),
    _status("502 with HTML", 502, body=HTML, content_type="text/html"),
    _status("503", 503),
    Case("connection reset before an answer", "reset_before"),
    Case("answer lost: executed, then reset", "answer_lost"),
    Case("connection reset in mid-body", "reset_mid_body"),
    Case("truncated JSON", "truncate_json"),
    Case("gzip stream cut", "gzip_cut"),
    Case("empty 200", "empty_200"),
    Case("HTML under 200", "html_200"),
    Case("GraphQL errors under 200, no data", "graphql_errors", {"errors": [SOME_ERROR]}, DIRECT),
    Case(
        "GraphQL errors under 200, partial data", "graphql_errors", {"errors": [SOME_ERROR], "keep_data": True}, DIRECT
    ),
    Case("rows that are null", "null_nodes"),
    Case("stall", "stall", {"seconds": 1.3}),
    Case("drip of a few bytes a second", "drip", {"bytes_per_second": 50}),
    Case("cursor that never moves", "cursor_stuck", connections=DIRECT),
    Case("cursor refused", "cursor_refused", connections=DIRECT, forever="either"),
    Case("empty page", "empty_page"),
    Case("overlapping pages", "overlap", {"rows": 2}, DIRECT, forever="delivers"),
    Case("count that contradicts the rows", "wrong_count", {"delta": 2}),
    Case("401", "status", {"status": 401, "body": {"statusCode": 401, "message": "JWT is expired."}}, DIRECT),
    Case("access token expires in mid-read", "expire_tokens", connections=DIRECT),
)


@dataclass(frozen=True)
class Outcome:
    """What one read came to."""

    case: Case
    connection: str
    times: str
    position: str
    seconds: float
    delivered: bool
    other_complete: bool
    struck: bool
    failed: bool
    incomplete: bool
    named: bool

    @property
    def verdict(self) -> str:
        """In a word: delivered, fails by name, or what must never happen."""
        if self.seconds > LONGEST_SECONDS:
            return "HANGS"
        if self.failed != self.incomplete:
            return "STATUS AND EXIT CODE DISAGREE"
        if not self.failed:
            return "delivered" if self.delivered and self.other_complete else "SILENT LOSS"
        if not self.other_complete:
            return "HARMS OTHERS"
        return "fails by name" if self.named else "FAILS WITHOUT A NAME"

    @property
    def is_right(self) -> bool:
        """Whether this is what the promises say."""
        expected = {"delivered"}
        if self.times == "for ever" and self.struck:
            # The last request is a count: it has no rows, no cursor, and is over before a drip is noticed.
            promised = self.case.forever if self.position != "last" else "either"
            expected = {"fails": {"fails by name"}, "delivers": expected}.get(promised, EITHER)
        return self.verdict in expected


class Bench:
    """One sandbox for one connection, over which cases are run."""

    def __init__(self, sandbox: Sandbox, connection: str) -> None:
        self._sandbox = sandbox
        self.connection = connection
        self._config = {**sandbox.configuration(connection, MARKET), "num_workers": 4}
        self._company = usable(sandbox, MARKET)[0]
        self._catalog = self._configured()
        self._requests = self._count_requests()

    def run(self, case: Case, times: str, position: str) -> Outcome:
        """One read with one fault."""
        place = {"first": 0, "middle": self._requests // 2, "last": self._requests - 1}[position]
        options = dict(case.options)
        if options.get("headers") == {"Retry-After": "DATE"}:
            until = self._sandbox.store.clock.now() + timedelta(seconds=1)
            options["headers"] = {"Retry-After": format_datetime(until, usegmt=True)}
        self._reset()
        fault = self._sandbox.faults.add(
            case.action,
            **PLACE[self.connection],
            company_id=self._company.id,
            times=TIMES[times],
            skip=place,
            **options,
        )
        began = time.monotonic()
        messages, error = self._read()
        seconds = time.monotonic() - began
        self._sandbox.faults.clear()
        delivered = {stream: self._delivered(messages, stream) for stream in (STREAM, OTHER)}
        held = {stream: self._held(stream) for stream in (STREAM, OTHER)}
        complete = {stream for stream in (STREAM, OTHER) if _status_of(messages, stream) == "COMPLETE"}
        others = {pair for pair in held[STREAM] if pair[0] != self._company.id}
        named = any(STREAM in text and self._company.name in text for text in _errors(messages))
        return Outcome(
            case=case,
            connection=self.connection,
            times=times,
            position=position,
            seconds=seconds,
            delivered=delivered[STREAM] == held[STREAM],
            other_complete=OTHER in complete and delivered[OTHER] == held[OTHER] and others <= delivered[STREAM],
            struck=fault.seen > place,
            failed=error is not None,
            incomplete=STREAM not in complete,
            named=named,
        )

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

    def _count_requests(self) -> int:
        self._reset()
        fault = self._sandbox.faults.add(
            "stall", **PLACE[self.connection], company_id=self._company.id, times=FOREVER, seconds=0.0
        )
        _, error = self._read()
        if error:
            raise error
        return fault.seen

    def _reset(self) -> None:
        self._sandbox.faults.clear()
        self._sandbox.reset_tokens()
        self._sandbox.requests.clear()

    def _read(self) -> tuple[list[AirbyteMessage], AirbyteTracedException | None]:
        messages: list[AirbyteMessage] = []
        try:
            source = SourceSageActive(emit_now=lambda _: None, patience=PATIENCE)
            messages.extend(source.read_pages(self._config, self._catalog, None))
        except AirbyteTracedException as error:
            return messages, error
        return messages, None

    def _delivered(self, messages: list[AirbyteMessage], stream: str) -> set[tuple[str, str]]:
        key = key_of(self.connection, stream)
        pages = (each for each in messages if isinstance(each, PageMessage) and each.stream == stream)
        lines = itertools.chain.from_iterable(page.lines.splitlines() for page in pages)
        records = (json.loads(line)["record"]["data"] for line in lines)
        return {(record["company_id"], record[key]) for record in records}

    def _held(self, stream: str) -> set[tuple[str, str]]:
        return {
            (company.id, row_id)
            for company in usable(self._sandbox, MARKET)
            for row_id in rows(self._sandbox, company.id, stream)
        }


def sandbox_for_faults() -> Sandbox:
    """Two companies, several pages and windows each."""
    return Sandbox(rows=50, companies_per_market=2, switches=Switches(max_field_cost=SMALL_PAGES))


def _status_of(messages: list[AirbyteMessage], stream: str) -> str:
    told = [
        message.trace.stream_status.status
        for message in messages
        if message.trace
        and message.trace.stream_status
        and message.trace.stream_status.stream_descriptor.name == stream
    ]
    last: AirbyteStreamStatus | None = told[-1] if told else None
    return last.value if last else ""


def _errors(messages: list[AirbyteMessage]) -> list[str]:
    traces = [message.trace for message in messages if message.trace and message.trace.error]
    return [
        f"{trace.error.stream_descriptor.name if trace.error.stream_descriptor else ''} {trace.error.message}"
        for trace in traces
        if trace.error
    ]


def outcomes(times: Mapping[str, int], positions: tuple[str, ...]) -> Iterator[Outcome]:
    """Runs a part of the matrix."""
    for connection in BOTH:
        with sandbox_for_faults() as sandbox:
            bench = Bench(sandbox, connection)
            for case, often, position in itertools.product(CASES, times, positions):
                if connection in case.connections:
                    yield bench.run(case, often, position)


def table(found: list[Outcome]) -> str:
    """The outcomes as a page of the documentation."""
    lines = [
        "# What faults do to a read",
        "",
        "Each fault strikes one stream of one company, on the first, a middle and the last of its requests. Written by",
        "`make torture`; a cell lists the outcomes of the three positions, once if they are the same.",
        "",
        "| fault | connection | " + " | ".join(TIMES) + " |",
        "|---|---|" + "---|" * len(TIMES),
    ]
    for case in CASES:
        for connection in case.connections:
            cells = [
                " / ".join(
                    dict.fromkeys(
                        each.verdict
                        for each in found
                        if (each.case, each.connection, each.times) == (case, connection, often)
                    )
                )
                for often in TIMES
            ]
            lines.append(f"| {case.words} | {connection} | " + " | ".join(cells) + " |")
    lost = sum(each.verdict == "SILENT LOSS" for each in found)
    hung = sum(each.verdict == "HANGS" for each in found)
    lines += ["", f"{len(found)} reads; silent losses: {lost}; hangs: {hung}.", ""]
    return "\n".join(lines)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/faults.md"))
    options = parser.parse_args()
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    logging.getLogger("airbyte.engine").disabled = True
    found: list[Outcome] = []
    for outcome in outcomes(TIMES, POSITIONS):
        found.append(outcome)
        if not outcome.is_right:
            told = (outcome.case.words, outcome.connection, outcome.times, outcome.position)
            print(f"{', '.join(told)}: {outcome.verdict} ({outcome.seconds:.1f} s)", flush=True)
    options.output.write_text(table(found), encoding="utf-8")
    wrong = sum(not each.is_right for each in found)
    longest = max(each.seconds for each in found)
    print(f"{len(found)} reads, {wrong} not as promised, the longest took {longest:.1f} s; see {options.output}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
