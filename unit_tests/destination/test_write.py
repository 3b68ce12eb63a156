"""One write from stdin to stdout: states come back, outcomes are told, failures end it by name."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from airbyte_cdk.models import (
    AirbyteMessageSerializer,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalogSerializer,
    Type,
)

from destination_sage_active.destination import DestinationSageActive
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, catalog_of, over, record_line, state_line


def items(connection: str, first: int, number: int) -> list[bytes]:
    """RECORD lines of items."""
    code = "code" if connection == DIRECT else "itemNumber"
    kind = {} if connection == DIRECT else {"type": "PRODUCT"}
    return [
        record_line("items", {code: f"W{index}", "name": f"Item {index}", **kind})
        for index in range(first, first + number)
    ]


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A stand-in of the test's own."""
    with Sandbox(rows=3, companies_per_market=2) as running:
        yield running


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_states_come_back_with_their_id_and_counts(command: Command, fresh: Sandbox, connection: str) -> None:
    lines = [
        *items(connection, 0, 3),
        b'{"type":"LOG","log":{"level":"INFO","message":"from the source"}}',
        state_line("items", 41),
        b"",
        *items(connection, 3, 2),
        state_line("items", 42),
        state_line("items", 43),
    ]
    config = over(fresh, connection)
    for attempt in ("created", "unchanged"):
        outcome = command.write(config, catalog_of("items"), lines)
        assert outcome.code == 0
        assert [(state["id"], state["destinationStats"]) for state in outcome.states] == [
            (41, {"recordCount": 3.0, "rejectedRecordCount": 0.0}),
            (42, {"recordCount": 2.0, "rejectedRecordCount": 0.0}),
            (43, {"recordCount": 0.0, "rejectedRecordCount": 0.0}),
        ]
        assert any(f"5 {attempt}" in text for text in outcome.logs)
        fresh.reset_tokens()
    assert sum(fresh.mutations.as_dict()["committed"].values()) == 5


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"PRIVATE no json", "Line 2"),
        (record_line("suppliers", {"name": "PRIVATE"}), "`suppliers`"),
    ],
)
def test_input_that_is_wrong_ends_the_write_with_a_clear_message(
    command: Command, sandbox: Sandbox, connection: str, line: bytes, named: str
) -> None:
    outcome = command.write(
        over(sandbox, connection), catalog_of("items"), [*items(connection, 0, 1), line, state_line("items", 1)]
    )
    (error,) = outcome.errors
    assert (outcome.code, error["failure_type"], outcome.states) == (1, "config_error", [])
    assert named in error["message"]
    assert b"PRIVATE" not in b"".join(outcome.lines)


def test_a_missing_right_fails_the_stream_and_holds_its_state(command: Command, fresh: Sandbox) -> None:
    fresh.rights.replace({"createProduct": ROLE})
    lines = [
        *items(DIRECT, 0, 2),
        record_line("customers", {"code": "K1"}),
        state_line("items", 1),
        state_line("suppliers", 2),
    ]
    outcome = command.write(over(fresh, DIRECT), catalog_of("items", "customers", "suppliers"), lines)
    assert outcome.code == 1
    assert [state["id"] for state in outcome.states] == [2]
    failed = [error["stream_descriptor"]["name"] for error in outcome.errors if error.get("stream_descriptor")]
    # Of the customers nothing but a rejected record came.
    assert failed == ["items", "customers"]
    assert "Not written completely: items, customers" in outcome.errors[-1]["message"]
    assert not any(error.get("stack_trace") for error in outcome.errors)


def test_a_poison_record_is_rejected_and_kept(command: Command, fresh: Sandbox, tmp_path: Path) -> None:
    lines = items(DIRECT, 0, 20)
    poison = record_line("items", {"code": "x" * 99, "name": "too long a code"})
    lines.insert(7, poison)
    outcome = command.write(
        over(fresh, DIRECT, report_path=str(tmp_path / "report")), catalog_of("items"), [*lines, state_line("items", 1)]
    )
    assert outcome.code == 0
    assert [state["destinationStats"] for state in outcome.states] == [
        {"recordCount": 20.0, "rejectedRecordCount": 1.0}
    ]
    (rejected,) = [json.loads(line) for line in (tmp_path / "report" / "rejected.jsonl").read_bytes().splitlines()]
    assert rejected["record"] == json.loads(poison)["record"]
    assert rejected["rejected_field"] == "code"
    assert len((tmp_path / "report" / "receipts.jsonl").read_bytes().splitlines()) == 20


def test_too_many_rejects_end_the_sync_without_a_state(command: Command, fresh: Sandbox) -> None:
    poison = [record_line("items", {"code": "x" * 99, "name": "n"})] * 10
    lines = [*items(DIRECT, 0, 10), *poison, state_line("items", 1)]
    outcome = command.write(over(fresh, DIRECT), catalog_of("items"), lines)
    assert (outcome.code, outcome.states) == (1, [])
    assert "10 of 20" in outcome.errors[-1]["message"]


def test_a_dry_run_plans_and_writes_nothing(command: Command, fresh: Sandbox, tmp_path: Path) -> None:
    config = over(fresh, DIRECT, dry_run=True, report_path=str(tmp_path / "report"))
    outcome = command.write(config, catalog_of("items"), [*items(DIRECT, 0, 3), state_line("items", 1)])
    assert (outcome.code, outcome.states) == (0, [])
    plan = [json.loads(line) for line in (tmp_path / "report" / "plan.jsonl").read_bytes().splitlines()]
    assert [step["action"] for step in plan] == ["create"] * 3
    assert fresh.mutations.as_dict()["received"] == {}


def test_messages_of_this_process_are_written_too(fresh: Sandbox) -> None:
    lines = [*items(MAESN, 0, 3), state_line("items", 1)]
    catalog = {**catalog_of("items")["streams"][0]}
    catalog["stream"] = {**catalog["stream"], "supported_sync_modes": ["full_refresh"]}
    messages = list(
        DestinationSageActive().write(
            config=over(fresh, MAESN),
            configured_catalog=ConfiguredAirbyteCatalogSerializer.load({"streams": [catalog]}),
            input_messages=[AirbyteMessageSerializer.load(json.loads(line)) for line in lines],
        )
    )
    (message,) = messages
    assert message.type is Type.STATE
    assert isinstance(message.state, AirbyteStateMessage)
    assert message.state.destinationStats
    assert message.state.destinationStats.recordCount == 3.0
    assert sum(fresh.mutations.as_dict()["committed"].values()) == 3
