"""The order of the messages on stdout, and what they count."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.conftest import CONNECTIONS
from integration_tests.connector import STREAMS, Connector, Outcome
from integration_tests.expected import latest_of, selection, usable
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

Connect = Callable[..., Connector]
ALL = (*STREAMS, "companies")


@pytest.fixture(scope="module", params=CONNECTIONS)
def outcome(shared_sandbox: Sandbox, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Outcome:
    """A read of everything by a process of its own, as a platform sees it; made once for each connection."""
    shared_sandbox.reset_tokens()
    folder = tmp_path_factory.mktemp("messages")
    companies = selection(shared_sandbox, "de")
    connector = Connector.over(shared_sandbox, request.param, "de", folder, companies=companies)
    outcome = connector.read(ALL, real=True)
    assert outcome.code == 0
    return outcome


def check_states(outcome: Outcome, streams: tuple[str, ...]) -> None:
    """No STATE stands before a record that it covers; its count is that of the records since the last one."""
    seen: dict[tuple[str, str], str] = {}
    covered: set[tuple[str, str]] = set()
    since_last: Counter[str] = Counter()
    for message in outcome.messages:
        if message["type"] == "RECORD":
            stream, data = message["record"]["stream"], message["record"]["data"]
            key = stream, data["company_id"]
            assert key not in covered, "a record after the state of its company"
            seen[key] = max(seen.get(key, ""), latest_of(data) or "")
            since_last[stream] += 1
        elif message["type"] == "STATE":
            stream = message["state"]["stream"]["stream_descriptor"]["name"]
            assert message["state"]["sourceStats"]["recordCount"] == since_last.pop(stream, 0)
            for entry in message["state"]["stream"]["stream_state"].get("states", ()):
                key = stream, entry["partition"]["company_id"]
                if resume := entry.get("resume"):
                    assert entry["cursor"] == {"updated_at": None}, "the company is not complete"
                    assert resume["latest"] <= seen[key]
                    continue
                assert entry["cursor"]["updated_at"] <= seen[key]
                covered.add(key)
    assert not since_last, "records that no state counts"
    assert {stream for stream, _ in covered} == set(streams)


def test_states_come_after_their_records_and_count_them(outcome: Outcome) -> None:
    check_states(outcome, STREAMS)


def test_states_of_a_company_in_many_parts(connect: Connect) -> None:
    with Sandbox(rows=120, companies_per_market=2, switches=Switches(max_field_cost=3000)) as sandbox:
        check_states(connect(sandbox, "direct").read(["customers", "invoices"]), ("customers", "invoices"))


def test_source_stats_add_up_for_each_stream(outcome: Outcome) -> None:
    stated: Counter[str] = Counter()
    for state in outcome.of_type("STATE"):
        stated[state["stream"]["stream_descriptor"]["name"]] += int(state["sourceStats"]["recordCount"])
    assert stated == {stream: len(outcome.records(stream)) for stream in ALL}


def test_statuses_enclose_the_records(outcome: Outcome) -> None:
    for stream in ALL:
        assert outcome.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"]
        positions: dict[str, list[int]] = {"STATUS": [], "RECORD": [], "STATE": []}
        for position, message in enumerate(outcome.messages):
            if _stream_of(message) == stream:
                kind = "STATUS" if message["type"] == "TRACE" else message["type"]
                positions[kind].append(position)
        started, running, complete = positions["STATUS"]
        assert started < running < min(positions["RECORD"])
        assert max(positions["RECORD"]) < max(positions["STATE"]) < complete


def test_each_stream_ends_with_a_state_even_without_records(
    sandbox: Sandbox, connect: Connect, connection: str
) -> None:
    company = usable(sandbox, "de")[0]
    sandbox.store.table(company.id, "Supplier").clear()
    outcome = connect(sandbox, connection, companies=[{"company_id": company.id}]).read(["suppliers"])
    assert outcome.code == 0
    assert outcome.records("suppliers") == []
    assert len(outcome.of_type("STATE")) == 1
    assert outcome.statuses("suppliers")[-1] == "COMPLETE"


def test_nothing_but_messages_is_written(outcome: Outcome) -> None:
    known = {"RECORD", "STATE", "LOG", "TRACE", "CONTROL"}
    assert {line.type for line in outcome.lines} <= known
    assert outcome.stderr == ""


def test_log_states_the_counts_of_each_company_and_stream(shared_sandbox: Sandbox, outcome: Outcome) -> None:
    for company in usable(shared_sandbox, "de"):
        for stream in STREAMS:
            count = sum(row["company_id"] == company.id for row in outcome.records(stream))
            (line,) = [text for text in outcome.logs("INFO") if company.id in text and f"stream {stream}:" in text]
            assert f"{count} rows stated, {count} delivered" in line


def test_process_reads_the_same_as_the_framework_in_process(
    standing: Sandbox, connect: Connect, connection: str
) -> None:
    from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
    from airbyte_cdk.test.entrypoint_wrapper import read

    from source_sage_active.source import SourceSageActive

    connector = connect(standing, connection)
    outcome = connector.read(real=True)
    catalog = ConfiguredAirbyteCatalogSerializer.load(connector.configured(STREAMS))
    framework = read(SourceSageActive(), connector.config, catalog)
    assert framework.errors == []
    delivered = Counter(
        _comparable(message.record.stream, message.record.data) for message in framework.records if message.record
    )
    records = [json.loads(line.text)["record"] for line in outcome.lines if line.type == "RECORD"]
    assert len(records) > 100
    assert delivered == Counter(_comparable(record["stream"], record["data"]) for record in records)


def _comparable(stream: str, data: Any) -> str:
    """A record as text; the framework's own serializer leaves out nulls, the connector's writer does not."""
    return json.dumps([stream, _without_nulls(data)], sort_keys=True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _stream_of(message: dict[str, Any]) -> str | None:
    if message["type"] == "RECORD":
        return str(message["record"]["stream"])
    if message["type"] == "STATE":
        return str(message["state"]["stream"]["stream_descriptor"]["name"])
    if message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
        return str(message["trace"]["stream_status"]["stream_descriptor"]["name"])
    return None
