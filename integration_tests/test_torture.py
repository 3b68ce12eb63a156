"""A short form of `make torture`: a few seeds of killed and resumed reads; and that its checks can fail."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration_tests.all_streams_torture import run as run_all_streams
from integration_tests.connector import Connector, Message
from integration_tests.every_stream import RESOURCES
from integration_tests.expected import rows, usable
from integration_tests.large_torture import large_server
from integration_tests.large_torture import run as run_large
from integration_tests.ledger import Ledger, Untouched
from integration_tests.torture import NOT_VARIED, VARIED, run
from integration_tests.variations import assert_varied_or_excused
from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import KINDS

Connect = Callable[..., Connector]
STREAM = "customers"
PLACES = {name: resource.direct for name, resource in RESOURCES.items() if resource.direct}


@pytest.mark.parametrize("seed", range(1, 4))
def test_nothing_is_lost_by_kills_and_moving_rows(seed: int, tmp_path: Path) -> None:
    result = run(seed, tmp_path, most_kills=1)
    assert not result.problems, str(result)
    assert result.kills == 1
    assert result.delivered >= result.rows


def test_a_large_company_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    # More than what is read in one sequence, which a resumed read would begin anew.
    rows = 12_000
    with large_server(rows=rows, latency_ms=0) as url:
        result = run_large(seed=16, folder=tmp_path, url=url, rows=rows, most_kills=1)
    assert not result.problems, str(result)
    assert result.kills == 1
    assert 0 < result.again[0] < rows


@pytest.mark.parametrize("name", KINDS)
def test_every_switch_of_the_sandbox_is_varied_or_has_a_reason_not_to_be(name: str) -> None:
    assert_varied_or_excused(name, VARIED, NOT_VARIED)


class TestTheLedger:
    """Nothing that a read writes is a problem, and a STATE that overtakes a RECORD is."""

    @pytest.fixture
    def ledger(self, sandbox: Sandbox) -> Ledger:
        """One for a direct connection."""
        return Ledger(sandbox, "direct")

    def receive(self, ledger: Ledger, messages: Sequence[Message]) -> list[str]:
        """The problems of one run."""
        ledger.problems.clear()
        ledger.begin(timedelta())
        untouched = Untouched(ledger.sandbox, "de")
        for message in messages:
            ledger.receive(message, untouched)
        return list(ledger.problems)

    def first_run(self, connector: Connector) -> list[Message]:
        """The messages of a read of everything."""
        return connector.read([STREAM]).messages

    def changes(self, sandbox: Sandbox, connector: Connector, cursor: str) -> list[Message]:
        """The messages of a second read, which brings two changed rows of one company."""
        company = usable(sandbox, "de")[0]
        known = rows(sandbox, company.id, STREAM)
        for seconds, row_id in enumerate(list(known)[:2], 1):
            known[row_id]["modificationDate"] = datetime.fromisoformat(cursor) + timedelta(seconds=seconds)
        return connector.read([STREAM], state=self.states).messages

    @pytest.fixture(autouse=True)
    def _read_once(self, sandbox: Sandbox, connect: Connect) -> None:
        self.connector = connect(sandbox, "direct", lookback_minutes=0)
        outcome = self.connector.read([STREAM])
        self.first, self.states = outcome.messages, outcome.last_states
        cursor = outcome.cursors(STREAM)[usable(sandbox, "de")[0].id]
        assert cursor
        self.cursor = cursor

    def test_has_nothing_to_say_about_what_a_read_writes(self, sandbox: Sandbox, ledger: Ledger) -> None:
        assert self.receive(ledger, self.first) == []
        assert self.receive(ledger, self.changes(sandbox, self.connector, self.cursor)) == []

    def test_sees_a_state_before_a_record_of_a_first_run(self, ledger: Ledger) -> None:
        (problem,) = [text for text in self.receive(ledger, _overtaken(self.first)) if "ahead of" in text]
        assert "ahead of 1 records" in problem

    def test_sees_a_record_behind_the_state_of_its_company(self, ledger: Ledger) -> None:
        assert any("after the state of its company" in text for text in self.receive(ledger, _overtaken(self.first)))

    def test_sees_a_state_before_a_record_of_a_resumed_run(self, sandbox: Sandbox, ledger: Ledger) -> None:
        self.receive(ledger, self.first)
        messages = self.changes(sandbox, self.connector, self.cursor)
        # Companies are read side by side: the other one repeats the row at its cursor, before or after.
        changed = next(iter(rows(sandbox, usable(sandbox, "de")[0].id, STREAM)))
        (position,) = (position for position, message in enumerate(messages) if _id_of(message) == changed)
        problems = self.receive(ledger, messages[:position] + messages[position + 1 :])
        assert any("ahead of 1 records" in text for text in problems)

    def test_sees_a_count_that_is_wrong(self, ledger: Ledger) -> None:
        state = next(message for message in self.first if message["type"] == "STATE")
        state["state"]["sourceStats"]["recordCount"] += 1
        assert any("counts" in text for text in self.receive(ledger, self.first))

    def test_sees_a_row_that_was_never_delivered(self, ledger: Ledger) -> None:
        position = next(position for position, message in enumerate(self.first) if message["type"] == "RECORD")
        self.receive(ledger, self.first[:position] + self.first[position + 1 :])
        undelivered = [text for text in ledger.undelivered("de") if text.startswith(STREAM)]
        assert len(undelivered) == 1


def _id_of(message: Message) -> str | None:
    """The id in a record; None for any other message."""
    return str(message["record"]["data"]["id"]) if message["type"] == "RECORD" else None


def _overtaken(messages: Sequence[Message]) -> list[Message]:
    """The same messages with the last STATE one RECORD too early."""
    state = max(position for position, message in enumerate(messages) if message["type"] == "STATE")
    record = max(position for position, message in enumerate(messages) if message["type"] == "RECORD")
    order = [*range(record), state, *(position for position in range(record, len(messages)) if position != state)]
    return [messages[position] for position in order]


def test_kills_lose_nothing_of_streams_of_any_kind(tmp_path: Path) -> None:
    streams = {type(strategy_of(Contract(), binding)): name for name, binding in PLACES.items()}.values()
    result = run_all_streams(seed=2, folder=tmp_path, most_kills=1, streams=streams)
    assert not result.problems, str(result)
    assert result.kills == 1
    assert result.changes
