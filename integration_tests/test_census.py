"""The census before a read: it changes how many requests there are, and nothing else.

A read with it and one without it are compared over the same companies, states, refusals and faults.
"""

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from operator import attrgetter
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessageSerializer,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.connector import CREDENTIALS
from benchmarks.server import PreparedPages
from benchmarks.wire import Request, Server
from integration_tests.connector import STREAMS
from integration_tests.expected import TYPES, rows, usable
from integration_tests.market_keys import MARKETS, WRONG, credentials
from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.http.retry_policy import RetryPolicy
from sage_active.markets import DIRECT
from sage_active.moments import format_utc, parse_utc
from sage_active.resources.resource import READ, ByDate, Scope, Windowed
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from sage_active_sandbox.gateway import WRONG_KEY
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from source_sage_active.source import SourceSageActive

LOGGER = logging.getLogger("airbyte")
LATEST = datetime(2026, 1, 1, tzinfo=timezone.utc)
IMPATIENT = RetryPolicy(read=20.0, answer=30.0, single_try=20.0, tries=0.05, first_pause=0.01, longest_pause=0.02)
REFUSED = {"message": "not authorized", "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
SOME_ERROR = {"message": "Unexpected Execution Error", "extensions": {"code": "EXECUTION_ERROR"}}
TOO_EXPENSIVE = {
    "message": "The maximum allowed field cost was exceeded.",
    "extensions": {"fieldCost": 2500, "maxFieldCost": 2000, "code": "HC0047"},
}
# Of a company that has few rows of each stream.
FIRST_SYNC = 6
# Read in another way: by days of their own, whole, or once for all companies of a market.
OTHERS = ("bank_transactions", "files", "tracking_categories", "units", "currencies")
# A question of a census, and a count of a root: its root fields have such aliases.
QUESTION = {"contains": "q0: ", "times": -1}
# What may go wrong with the questions alone, for ever: every stream is read on its own then.
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "one alias refused": {
        "action": "graphql_errors",
        "errors": [{**REFUSED, "path": ["q1"]}],
        "keep_data": True,
    },
    "one alias fails": {"action": "graphql_errors", "errors": [{**SOME_ERROR, "path": ["q0"]}], "keep_data": True},
    "null": {"action": "graphql_errors", "errors": [SOME_ERROR]},
    "rows that are null": {"action": "null_nodes"},
    "no rows": {"action": "empty_page"},
    "a count that is wrong": {"action": "wrong_count", "delta": 1},
    "cost error": {"action": "status", "status": 400, "body": {"errors": [TOO_EXPENSIVE]}},
    "time-out": {"action": "status", "status": 504},
    "413": {"action": "status", "status": 413},
    "503": {"action": "status", "status": 503},
    "not JSON": {"action": "truncate_json"},
}


@dataclass
class Result:
    """What one read came to."""

    records: Counter[str] = field(default_factory=Counter)
    rows: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=dict)

    def take(self, message: dict[str, Any]) -> None:
        """Notes one message."""
        if message["type"] == "RECORD":
            stream, data = message["record"]["stream"], message["record"]["data"]
            self.records[json.dumps([stream, data], sort_keys=True)] += 1
            self.rows[stream, data["company_id"], data.get("id", "")] = data
        elif message["type"] == "STATE":
            stream_state = message["state"]["stream"]
            self.states[stream_state["stream_descriptor"]["name"]] = stream_state["stream_state"]
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            self.statuses.setdefault(status["stream_descriptor"]["name"], []).append(status["status"])

    def entries(self, *, counts: bool) -> dict[tuple[str, str], Any]:
        """What the last states say of each company, without the moment of the run."""
        found: dict[tuple[str, str], Any] = {}
        for stream, state in self.states.items():
            for entry in state["states"]:
                existing = entry.get("existing") if counts else None
                count = existing["count"] if existing else None
                found[stream, entry["partition"]["company_id"]] = entry["cursor"], entry.get("resume"), count
        return found

    @property
    def state(self) -> list[dict[str, Any]]:
        """The states as a platform hands them back."""
        return [
            {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": state}}
            for name, state in self.states.items()
        ]


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    """Companies of a few rows, all of which came long ago."""
    with Sandbox(rows=12, companies_per_market=2) as sandbox:
        for company in (company for market in MARKETS for company in usable(sandbox, market)):
            for kind in {resource.on(DIRECT).type for resource in offered(DIRECT, READ)}:
                for number, row in enumerate(list(sandbox.store.table(company.id, kind).values())):
                    _make_old(row, LATEST - timedelta(hours=2 * number))
        yield sandbox


def _make_old(value: dict[str, Any], moment: datetime) -> None:
    """A row and what it owns have changed at the same moment, apart from all other rows."""
    for name, member in value.items():
        if isinstance(member, datetime) and name in ("creationDate", "modificationDate"):
            value[name] = moment
        for child in member if isinstance(member, list) else [member]:
            if isinstance(child, dict):
                _make_old(child, moment)


@pytest.fixture(scope="module")
def schemas(small: Sandbox) -> "Streams":
    """The streams as they are discovered."""
    small.reset_tokens()
    catalog = SourceSageActive().discover(LOGGER, small.configuration("direct", "de"))
    return Streams((stream.name, stream) for stream in catalog.streams)


class Streams(dict[str, Any]):
    """Streams by name, in few words where a test fails."""

    def __repr__(self) -> str:
        return f"{len(self)} streams"


def read(
    sandbox: Sandbox,
    schemas: Mapping[str, Any],
    names: Sequence[str],
    state: Sequence[Mapping[str, Any]] = (),
    *,
    census: bool = True,
    full_refresh: bool = False,
    patience: RetryPolicy | None = IMPATIENT,
    companies: Sequence[Company] = (),
    **options: Any,
) -> Result:
    """One read in this process; of all companies that can be read, where none are named."""
    sandbox.reset_tokens()
    sandbox.requests.clear()
    company_list = [{"company_id": company.id} for company in companies or usable(sandbox, "de")]
    config = {**sandbox.configuration("direct", "de"), "companies": company_list, **options}
    catalog = _catalog(schemas, names, full_refresh=full_refresh)
    states = [AirbyteStateMessageSerializer.load(dict(entry)) for entry in state]
    source = SourceSageActive(retry_policy=patience, _has_census=census)
    result = Result()
    try:
        for message in source.read(LOGGER, config, catalog, states):
            result.take(AirbyteMessageSerializer.dump(message))
    except AirbyteTracedException:
        pass
    return result


def _catalog(schemas: Mapping[str, Any], names: Sequence[str], *, full_refresh: bool) -> ConfiguredAirbyteCatalog:
    streams = [
        ConfiguredAirbyteStream(
            stream=schemas[name],
            sync_mode=SyncMode.full_refresh if full_refresh else SyncMode.incremental,
            destination_sync_mode=DestinationSyncMode.append,
        )
        for name in names
    ]
    return ConfiguredAirbyteCatalog(streams=streams)


def assert_same(with_census: Result, without: Result, *, counts: bool = True) -> None:
    """The same rows, counts, states and statuses."""
    assert with_census.records == without.records
    assert with_census.entries(counts=counts) == without.entries(counts=counts)
    assert with_census.statuses == without.statuses


# --- the same as without ---


class _Kept:
    """The tables of a sandbox, which an example changes and puts back."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._tables = {
            (company.id, kind): dict(sandbox.store.table(company.id, kind))
            for company in usable(sandbox, "de")
            for kind in TYPES.values()
        }

    def keep_some(self, numbers: Mapping[tuple[str, str], int]) -> None:
        """Leaves so many rows of each company and type."""
        for (company, kind), kept in self._tables.items():
            table = self._sandbox.store.table(company, kind)
            table.clear()
            table.update(deepcopy(dict(list(kept.items())[: numbers.get((company, kind), len(kept))])))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_read_with_a_census_brings_what_one_without_it_does(
    small: Sandbox, schemas: Mapping[str, Any], data: st.DataObject
) -> None:
    kept = _Kept(small)
    listed = usable(small, "de")
    companies = data.draw(st.lists(st.sampled_from(listed), min_size=1, unique_by=attrgetter("id")), "companies")
    numbers = {
        (company.id, kind): data.draw(st.integers(0, 12), f"{kind} of {company.name}")
        for company in companies
        for kind in TYPES.values()
    }
    names = data.draw(st.lists(st.sampled_from([*STREAMS, *OTHERS]), min_size=1, max_size=5, unique=True), "streams")
    full_refresh = data.draw(st.booleans(), "full refresh")
    fault = data.draw(st.none() | st.sampled_from(sorted(FAULTS)), "fault")
    often = data.draw(st.sampled_from([1, 2, -1]), "times")
    refused = data.draw(st.none() | st.tuples(st.sampled_from(names), st.sampled_from(companies)), "refused")
    state = [
        {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": name},
                "stream_state": {
                    "connection": "direct",
                    "states": [
                        _entry(share, days, data.draw(st.none() | st.integers(0, 12), "rows at the last run"))
                        for share in _shares(name, companies)
                        if (days := data.draw(st.none() | st.integers(-300, 4000), "days since the cursor")) is not None
                    ],
                },
            },
        }
        for name in names
    ]
    try:
        kept.keep_some(numbers)
        results = []
        for census in (True, False):
            small.faults.clear()
            if fault:
                small.faults.add(**{**QUESTION, **FAULTS[fault], "times": often})
            if refused:
                name, company = refused
                root = RESOURCE_BY_NAME[name].on(DIRECT).root
                small.faults.add("graphql_errors", operation=root, company_id=company.id, errors=[REFUSED], times=-1)
            results.append(
                read(
                    small,
                    schemas,
                    names,
                    state if not full_refresh else (),
                    census=census,
                    full_refresh=full_refresh,
                    companies=companies,
                )
            )
        assert_same(*results, counts=not fault and not refused)
    finally:
        small.faults.clear()
        kept.keep_some({})


def _shares(name: str, companies: Sequence[Company]) -> list[str]:
    """Whose rows a stream has: those of each company, or those of the market."""
    is_shared = RESOURCE_BY_NAME[name].scope(DIRECT) is Scope.MARKET
    return ["DE"] if is_shared else [company.id for company in companies]


def _entry(share: str, days: int, counted: int | None) -> dict[str, Any]:
    cursor = format_utc(LATEST - timedelta(days=days))
    existing = {} if counted is None else {"existing": {"at": cursor, "count": counted}}
    return {"partition": {"company_id": share}, "cursor": {"updated_at": cursor}, **existing}


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(
            st.integers(1, 12),
            st.sampled_from(["touch", "delete", "insert"]),
            st.sampled_from(STREAMS),
            st.integers(0, 30),
        ),
        max_size=6,
    ),
    fault=st.none() | st.sampled_from(sorted(FAULTS)),
)
def test_rows_that_change_during_the_read_are_there_after_the_next_one(
    small: Sandbox, schemas: Mapping[str, Any], moves: list[tuple[int, str, str, int]], fault: str | None
) -> None:
    kept = _Kept(small)
    (company, *_) = usable(small, "de")

    def move(how: str, stream: str, number: int) -> None:
        kind = TYPES[stream]
        table = small.store.table(company.id, kind)
        chosen = list(table)[number % len(table)] if table else None
        if how == "insert":
            row = next(iter(table.values()), None)
            if row:
                small.store.insert(company.id, kind, {**row, "id": f"new-{number}-{len(table)}"})
        elif chosen and how == "touch":
            small.store.touch(company.id, kind, chosen, child=None, move_parent_date=True)
        elif chosen:
            small.store.delete(company.id, kind, chosen)

    try:
        for census in (True, False):
            kept.keep_some({})
            if fault:
                small.faults.add(**{**QUESTION, **FAULTS[fault]})
            for page, how, stream, number in moves:
                small.faults.add("run_before", path="/graphql", page=page, run=partial(move, how, stream, number))
            first = read(small, schemas, STREAMS, census=census, companies=[company])
            small.faults.clear()
            second = read(small, schemas, STREAMS, first.state, census=census, companies=[company])
            assert {statuses[-1] for statuses in second.statuses.values()} == {"COMPLETE"}
            received = {**first.rows, **second.rows}
            for stream in STREAMS:
                for row_id, row in rows(small, company.id, stream).items():
                    # A member that is null is not part of a message.
                    text = received[stream, company.id, row_id].get("modificationDate")
                    assert (parse_utc(text) if text else None) == _in_milliseconds(row["modificationDate"])
    finally:
        small.faults.clear()
        kept.keep_some({})


def _in_milliseconds(moment: datetime | None) -> datetime | None:
    """A date as the API states it."""
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_a_question_fails_a_stream(small: Sandbox, schemas: Mapping[str, Any], fault: str) -> None:
    expected = read(small, schemas, STREAMS, census=False)
    scripted = small.faults.add(**{**QUESTION, **FAULTS[fault]})
    try:
        result = read(small, schemas, STREAMS)
    finally:
        small.faults.clear()
    assert scripted.seen, "no question was struck"
    assert_same(result, expected, counts=False)
    assert {statuses[-1] for statuses in result.statuses.values()} == {"COMPLETE"}


# --- requests ---


def surveyed() -> list[str]:
    """The streams with dates that a census asks for, those whose rows are the company's own first."""
    contract = Contract()
    found = [
        resource
        for resource in offered(DIRECT, READ)
        if isinstance(strategy_of(contract, resource.on(DIRECT)), Windowed | ByDate)
    ]
    return [
        resource.name for resource in sorted(found, key=lambda resource: resource.scope(DIRECT) is not Scope.COMPANY)
    ]


def of_a_company(sandbox: Sandbox) -> int:
    """The most requests that any company took."""
    return max(Counter(request.organization for request in sandbox.requests if request.organization).values())


@pytest.mark.parametrize(("number", "most"), [(10, 1), (40, 2)])
def test_an_idle_company_costs_a_request_for_every_forty_questions(
    small: Sandbox, schemas: Mapping[str, Any], number: int, most: int
) -> None:
    names = surveyed()[:number]
    first = read(small, schemas, names, patience=None)
    assert of_a_company(small) <= FIRST_SYNC
    for stream_state in first.states.values():
        for entry in stream_state["states"]:
            entry["cursor"]["updated_at"] = format_utc(LATEST + timedelta(days=1))
    # Open documents come on every run, which takes a request more.
    second = read(small, schemas, names, first.state, patience=None, reread_open_documents=False)
    assert of_a_company(small) <= most
    assert {statuses[-1] for statuses in second.statuses.values()} == {"COMPLETE"}


@pytest.mark.parametrize(("customers", "most"), [(501, 3), (10_000, 24)])
def test_what_fits_into_a_few_pages_takes_a_question_and_its_pages(
    schemas: Mapping[str, Any], customers: int, most: int
) -> None:
    requests: list[bytes] = []
    pages = PreparedPages(len(STREAMS) * customers)

    def answer(request: Request) -> bytes:
        requests.append(request.body)
        return pages.answer(request)

    server = Server(answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        config = {"credentials": {"target_system": "sage-active-de", **CREDENTIALS[DIRECT]}, "sandbox_url": server.url}
        catalog = _catalog(schemas, ["customers"], full_refresh=False)
        records = sum(message.type is Type.RECORD for message in SourceSageActive().read(LOGGER, config, catalog, []))
    finally:
        server.close()
        thread.join()
    assert records == customers
    # The list of companies comes first.
    assert len(requests) - 1 <= most


def test_a_row_that_came_late_under_an_old_day_is_read_in_spite_of_the_census(
    small: Sandbox, schemas: Mapping[str, Any]
) -> None:
    company, *_ = usable(small, "de")
    first = read(small, schemas, ["bank_transactions"], companies=[company])
    (entry,) = first.states["bank_transactions"]["states"]
    table = small.store.table(company.id, "BankMovement")
    linked = next(row for row in table.values() if row["linkStatus"] == "LINKED")
    day = datetime(2001, 1, 1, tzinfo=timezone.utc)
    late = {**linked, "id": "late", "datePosted": day, "linkStatusDate": day}
    small.store.insert(company.id, "BankMovement", late)
    try:
        entry["cursor"]["updated_at"] = entry["existing"]["at"] = format_utc(datetime.now(timezone.utc))
        entry["existing"]["count"] = len(table) - 1
        second = read(
            small, schemas, ["bank_transactions"], first.state, companies=[company], reread_open_documents=False
        )
    finally:
        del table["late"]
    assert second.rows.keys() - first.rows.keys() == {("bank_transactions", company.id, "late")}
    assert len(second.rows) == len(first.rows) + 1


# --- several markets ---


@pytest.mark.parametrize("is_listed", [True, False], ids=["after its list", "from the beginning"])
def test_a_market_that_refuses_leaves_the_census_of_the_others_alone(
    small: Sandbox, schemas: Mapping[str, Any], is_listed: bool
) -> None:
    others, refused = [company for market in ("de", "es") for company in usable(small, market)], usable(small, "fr")
    keys = credentials(small, DIRECT) if is_listed else credentials(small, DIRECT, fr=WRONG)
    read_with = partial(read, small, schemas, STREAMS, companies=[*others, *refused], credentials=keys)
    if is_listed:
        body = {"statusCode": 401, "message": WRONG_KEY}
        for company in refused:
            small.faults.add("status", company_id=company.id, status=401, body=body, times=-1)
    try:
        first = read_with()
        assert of_a_company(small) <= FIRST_SYNC
        assert_same(first, read_with(census=False))
        for stream_state in first.states.values():
            for entry in stream_state["states"]:
                entry["cursor"]["updated_at"] = format_utc(LATEST + timedelta(days=1))
        second = read_with(first.state, reread_open_documents=False)
    finally:
        small.faults.clear()
    requests = Counter(request.organization for request in small.requests)
    assert [requests[company.id] for company in others] == [1] * len(others)
    assert {company_id for _, company_id, _ in first.rows} == {company.id for company in others}
    for result in (first, second):
        assert {statuses[-1] for statuses in result.statuses.values()} == {"INCOMPLETE"}
