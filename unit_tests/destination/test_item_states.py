"""The states of an item that is being written: which may follow which, and what ends with a result."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.plan.planner import Decision, Options
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.report.receipts import Receipts
from destination_sage_active.write.batch import Batch
from destination_sage_active.write.states import (
    FOLLOWING,
    Absent,
    Ending,
    InDoubt,
    NotWritten,
    Open,
    Pending,
    Planned,
    Sent,
    Stage,
    StreamFailed,
    Written,
)
from destination_sage_active.write.task import KnownRow, Task, results
from sage_active.errors import SageActiveError
from sage_active.writing import Command, Operation, Refused, Reply, Unknown
from unit_tests.destination.write_memory import COMPANY, ITEMS, Memory, RecordedOutcomes, error, item_of

CREATE = Command(Operation.CREATE, ITEMS.resource, {"code": "K"})
UNKNOWN = Unknown(error("unreachable"), may_still=True)
REFUSED = Refused(error("business-rule"))
STATES: Sequence[Open | Ending] = (
    Pending(),
    Pending((CREATE,), UNKNOWN),
    Sent((CREATE,)),
    InDoubt((CREATE,), UNKNOWN),
    InDoubt((CREATE,), REFUSED),
    NotWritten(Rejected(None, "wrong")),
    StreamFailed(error("right-missing")),
    Written(Outcome.CREATED),
    Planned(Decision(None)),
    Absent(),
)
ENDS = (Stage.REFUSED, Stage.DONE)


def task() -> Task:
    return Task(item_of(ITEMS, "K", {"code": "K"}))


def test_every_stage_has_a_state_and_can_be_reached() -> None:
    assert {state.stage for state in STATES} == set(Stage) == set(FOLLOWING)
    reached = {Stage.PENDING}
    for _ in Stage:
        reached |= {following for stage in reached for following in FOLLOWING[stage]}
    assert reached == set(Stage)
    assert [stage for stage in Stage if not FOLLOWING[stage]] == list(ENDS)


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_only_states_that_may_follow_are_taken_and_an_end_is_the_end(states: list[Open | Ending]) -> None:
    written = task()
    for state in states:
        before = written.state
        if state.stage in FOLLOWING[before.stage]:
            written.move(state)
            assert written.state is state
        else:
            message = f"an item that is {before.stage.value} cannot become {state.stage.value}"
            with pytest.raises(RuntimeError, match=re.escape(message)):
                written.move(state)
            assert written.state is before
        has_ended = written.state.stage in ENDS
        endings = [(result.item, result.ending, result.row) for result in results([written])]
        assert endings == ([(written.item, written.state, written.row)] if has_ended else [])
        assert not (has_ended and written.commands)


@pytest.mark.parametrize(("doubt", "kept"), [(UNKNOWN, UNKNOWN), (REFUSED, None)])
def test_who_starts_over_forgets_the_row_and_remembers_what_may_still_happen(doubt: Any, kept: Any) -> None:
    written = task()
    for state in (Pending((CREATE,)), Sent((CREATE,)), InDoubt((CREATE,), doubt)):
        written.move(state)
    assert (written.refusal is doubt, written.may_still_happen) == (doubt is REFUSED, doubt is UNKNOWN)
    written.row = KnownRow(id="r1", is_own=True, has_receipt=True)
    written.start_over()
    assert (written.state, written.row) == (Pending(doubt=kept), KnownRow())


def test_results_that_are_known_come_before_the_failure_that_ends_the_writing() -> None:
    class Failing(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if any(command.input["code"] == "K3" for command in commands):
                raise error("rate-limited")
            return super().send(company, commands)

    memory = Failing(ITEMS, batch=1)
    log = RecordedOutcomes()
    batch = Batch(memory, Options(), log, lambda *_: "j1", Receipts(None), settle_seconds=0)
    items = [item_of(ITEMS, f"K{number}", {"code": f"K{number}", "name": "n"}) for number in range(4)]
    items.append(item_of(ITEMS, "K4", {"code": "K4"}))
    with pytest.raises(SageActiveError) as raised:
        for result in batch.write(COMPANY, ITEMS, items):
            log.record(result)
    batch.close()
    assert raised.value.fault.name == "rate-limited"
    assert [key for key, _, _ in log.settled_] == ["K0", "K1", "K2"]
    assert [(key, reason.code) for key, reason in log.rejected_] == [("K4", "required")]
    assert sorted(key for key, _, _ in log.receipts) == ["K0", "K1", "K2"]
