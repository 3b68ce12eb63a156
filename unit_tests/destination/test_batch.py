"""Exactly one document per record, whatever the API answers and whatever it really did."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode
from destination_sage_active.options.stream_target import TargetState
from destination_sage_active.plan import matcher as matches
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Options
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.marker import without_markers
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.write import batch
from destination_sage_active.write import sender as sending
from destination_sage_active.write.batch import MOST_ATTEMPTS
from destination_sage_active.write.duplicates import MOST_REMOVALS
from sage_active.errors import SageActiveError
from sage_active.writing import Command, Operation, Refused, Reply, WriteModel
from unit_tests.destination.write_memory import (
    COMPANY,
    INVOICES,
    ITEMS,
    SETTLE_SECONDS,
    DeathError,
    Fate,
    Memory,
    RecordedOutcomes,
    clock_of,
    error,
    item_of,
    run,
)

pytestmark = pytest.mark.slow

LINE = {"productId": "p1", "unitPrice": 5, "totalQuantity": 1}
# A request that has not taken effect by then is taken for lost.
LATE = st.floats(0.1, SETTLE_SECONDS - 0.5)
LATER = "2026-12-31T00:00:00Z"
FATES = st.lists(st.sampled_from(Fate), max_size=12)


@pytest.fixture(autouse=True)
def patched() -> Iterator[pytest.MonkeyPatch]:
    """Undoes what `written` replaces."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def written(memory: Memory, items: Sequence[Item], options: Options | None = None, **how: Any) -> RecordedOutcomes:
    """One run, with the clock of the memory."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (batch, matches, sending):
            patch.setattr(module, "time", clock_of(memory))
        return run(memory, items, options, **how)


def product(number: int, mode: Mode = Mode.UPSERT, **more: Any) -> Item:
    """An item with a unique code."""
    return item_of(ITEMS, f"K{number}", {"code": f"K{number}", "name": f"Name {number}", **more}, mode)


def invoice(number: int, mode: Mode = Mode.UPSERT, **more: Any) -> Item:
    """A document that only its marker identifies."""
    return item_of(INVOICES, str(number), {"customerId": "k1", "comments": f"N{number}", "lines": [LINE], **more}, mode)


def build_memory(model: WriteModel) -> Memory:
    """A server for one object."""
    return Memory(model, unique="code" if model is ITEMS else None)


def contents(memory: Memory) -> Counter[str]:
    """How often each record is there, by its key."""
    member = "code" if memory.model_ is ITEMS else "remarks"
    return Counter(row[member] for row in memory.rows)


# --- whatever happens ---


# Only documents have a status.
@pytest.mark.parametrize(
    ("record", "status"), [(product, "draft"), (invoice, "draft"), (invoice, "closed"), (invoice, "posted")]
)
@pytest.mark.parametrize("mode", [Mode.APPEND, Mode.UPSERT])
@given(fates=FATES, late=LATE, number=st.integers(1, 5))
def test_one_document_per_record_however_often_the_run_is_repeated(
    record: Any, mode: Mode, status: TargetState, fates: list[Fate], late: float, number: int
) -> None:
    model = ITEMS if record is product else INVOICES
    memory = build_memory(model)
    memory.fates, memory.late = list(fates), late
    keys = sorted(record(index).key.value for index in range(number))
    outcomes: RecordedOutcomes | None = None
    # Every run that ends early has used up at least one fate.
    for _ in range(len(fates) + 1):
        try:
            outcomes = written(memory, [record(index, mode) for index in range(number)], Options(target_state=status))
        except (DeathError, SageActiveError):
            continue
        break
    assert outcomes is not None
    assert outcomes.keys == keys
    assert not outcomes.failed_
    there = contents(memory)
    # What a dead run had sent of a record that is now refused is found by the next run only.
    assert {key: there[key] for key, _, _ in outcomes.settled_} == {key: 1 for key, _, _ in outcomes.settled_}
    # Once the faults are over, everything that is missing comes, and nothing comes twice.
    memory.clock.now += late
    memory.fates.clear()
    again = written(memory, [record(index, mode) for index in range(number)], Options(target_state=status))
    assert not again.rejected_
    assert sorted(contents(memory).values()) == [1] * number
    if model is INVOICES:
        wanted = {"draft": "Pending", "closed": "Closed", "posted": "Posted"}[status]
        assert {row["status"] for row in memory.rows} == {wanted}
    last = written(memory, [record(index, mode) for index in range(number)], Options(target_state=status))
    assert {outcome for _, outcome, _ in last.settled_} == {Outcome.UNCHANGED}
    assert {row_id for _, _, row_id in last.settled_} == {row["id"] for row in memory.rows}


@given(fates=FATES, late=LATE)
def test_an_update_ends_with_the_content_of_the_record(fates: list[Fate], late: float) -> None:
    memory = build_memory(ITEMS)
    written(memory, [product(index, name="before") for index in range(4)])
    memory.fates, memory.late = list(fates), late
    try:
        outcomes = written(memory, [product(index) for index in range(4)])
    except (DeathError, SageActiveError):
        outcomes = None
    memory.clock.now += late
    memory.arrive()
    assert len(memory.rows) == 4
    if outcomes:
        done = {key for key, _, _ in outcomes.settled_}
        assert all(row["name"] == f"Name {row['code'][1:]}" for row in memory.rows if row["code"] in done)
        assert {outcome for _, outcome, _ in outcomes.settled_} <= {Outcome.UPDATED}


# --- one fate at a time ---


@pytest.mark.parametrize("record", [product, invoice])
@pytest.mark.parametrize("fate", [Fate.UNKNOWN_DONE, Fate.UNKNOWN_NOT_DONE, Fate.UNKNOWN_LATE, Fate.UNEXPLAINED_DONE])
def test_an_unknown_outcome_is_looked_up_and_counts_as_created(record: Any, fate: Fate) -> None:
    memory = build_memory(ITEMS if record is product else INVOICES)
    memory.fates = [fate]
    outcomes = written(memory, [record(1)])
    ((_, outcome, row_id),) = outcomes.settled_
    assert (outcome, row_id) == (Outcome.CREATED, memory.rows[0]["id"])
    assert len(memory.rows) == 1


def test_an_answer_that_comes_later_than_all_waiting_leaves_one_document_after_the_sweep() -> None:
    memory = build_memory(INVOICES)
    memory.fates, memory.late = [Fate.DIES_AND_LATE], SETTLE_SECONDS - 1
    with pytest.raises(DeathError):
        written(memory, [invoice(1)])
    outcomes = written(memory, [invoice(1)])
    assert [outcome for _, outcome, _ in outcomes.settled_] == [Outcome.CREATED]
    assert len(memory.rows) == 1


def test_the_sweep_also_covers_what_was_found_after_an_unknown_outcome() -> None:
    memory = build_memory(INVOICES)
    # A request of a process that has died arrives after this run has found its own document.
    memory.fates, memory.late = [Fate.DIES_AND_LATE, Fate.UNKNOWN_DONE], SETTLE_SECONDS - 1
    with pytest.raises(DeathError):
        written(memory, [invoice(1)])
    written(memory, [invoice(1)])
    assert len(memory.rows) == 1


def test_two_documents_of_earlier_runs_become_one() -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)])
    memory.rows.append({**memory.rows[0], "id": "r9", "creationDate": LATER})
    outcomes = written(memory, [invoice(1)])
    assert [outcome for _, outcome, _ in outcomes.settled_] == [Outcome.UNCHANGED]
    assert [row["id"] for row in memory.rows] == ["r1"]


def test_what_a_run_that_died_had_sent_may_arrive_two_runs_later() -> None:
    memory = build_memory(INVOICES)
    memory.fates, memory.late = [Fate.DIES_AND_LATE, Fate.DIES_AFTER], SETTLE_SECONDS - 1
    for _ in range(2):
        with pytest.raises(DeathError):
            written(memory, [invoice(1)])
    # The document of the second run is there already, that of the first is still on its way.
    outcomes = written(memory, [invoice(1)])
    assert [outcome for _, outcome, _ in outcomes.settled_] == [Outcome.UNCHANGED]
    assert len(memory.rows) == 1


def test_documents_of_long_ago_are_not_looked_at_again() -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)])
    memory.clock.now += 3600
    lookups = len(memory.lookups)
    written(memory, [invoice(1)])
    assert len(memory.lookups) == lookups + 1


def test_a_dry_run_removes_no_duplicates() -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)])
    memory.rows.append({**memory.rows[0], "id": "r9", "creationDate": LATER})
    sent = len(memory.sent)
    written(memory, [invoice(1)], dry_run=True)
    assert (len(memory.rows), len(memory.sent)) == (2, sent)


def numbered(number: int) -> Item:
    """A document that is looked for by a number of the user's own, which is not unique."""
    item = invoice(number, externalReference=f"R-{number}")
    return replace(item, identities=(RecordKey("externalReference", f"R-{number}"),))


@pytest.mark.parametrize("document", [invoice, numbered])
def test_a_second_run_at_the_same_time_leaves_the_earlier_document(document: Callable[[int], Item]) -> None:
    memory = build_memory(INVOICES)
    other: list[RecordedOutcomes] = []

    class Interrupted(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not other:
                other.append(RecordedOutcomes())
                other[0] = written(memory, [document(1)])
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Interrupted(INVOICES, clock=memory.clock), [document(1)])
    ((_, outcome, row_id),) = outcomes.settled_
    assert [row["id"] for row in memory.rows] == ["r1"]
    assert (outcome, row_id) == (Outcome.UNCHANGED, "r1")
    assert [entry[1:] for entry in other[0].settled_] == [(Outcome.CREATED, "r1")]


@pytest.mark.parametrize(
    ("mode", "outcome", "comments"), [(Mode.UPSERT, Outcome.UPDATED, "new"), (Mode.APPEND, None, "N1")]
)
def test_what_differs_from_the_document_of_the_other_run_is_updated_or_rejected(
    mode: Mode, outcome: Outcome | None, comments: str
) -> None:
    memory = build_memory(INVOICES)
    other: list[RecordedOutcomes] = []

    class Interrupted(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not other:
                other.append(RecordedOutcomes())
                other[0] = written(memory, [invoice(1)])
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Interrupted(INVOICES, clock=memory.clock), [invoice(1, mode, comments="new")])
    assert [entry[1:] for entry in outcomes.settled_] == ([(outcome, "r1")] if outcome else [])
    assert [reason.code for _, reason in outcomes.rejected_] == ([] if outcome else ["exists"])
    assert [(row["id"], row["comments"]) for row in memory.rows] == [("r1", comments)]


@pytest.mark.parametrize("status", ["draft", "closed", "posted"])
def test_a_document_that_the_other_run_has_removed_is_the_one_that_stays(status: TargetState) -> None:
    memory, options = build_memory(INVOICES), Options(target_state=status)
    other: list[RecordedOutcomes] = []
    replies: list[list[Reply]] = []

    class First(Memory):
        """Its create comes before that of the second run, its look at duplicates after it."""

        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            result = memory.send(company, commands)
            if not replies:
                replies.append(memory.send(company, commands))
            return result

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    class Second(First):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not other:
                other.append(written(First(INVOICES, clock=memory.clock), [invoice(1)], options))
                return replies[0]
            return memory.send(company, commands)

    outcomes = written(Second(INVOICES, clock=memory.clock), [invoice(1)], options)
    assert [row["id"] for row in memory.rows] == ["r1"]
    assert [entry[1:] for entry in other[0].settled_] == [(Outcome.CREATED, "r1")]
    assert [entry[1:] for entry in outcomes.settled_] == [(Outcome.UNCHANGED, "r1")]


@pytest.mark.parametrize("step", [Operation.CLOSE, Operation.POST])
def test_a_step_that_the_other_run_has_done_is_not_a_refusal(step: Operation) -> None:
    memory, options = build_memory(INVOICES), Options(target_state="posted")
    written(memory, [invoice(1)])
    other: list[RecordedOutcomes] = []

    class Interrupted(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not other and commands[0].operation is step:
                other.append(written(memory, [invoice(1)], options))
                memory.fates = [Fate.REFUSED]
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Interrupted(INVOICES, clock=memory.clock), [invoice(1)], options)
    assert memory.rows[0]["status"] == "Posted"
    assert not [*outcomes.rejected_, *other[0].rejected_]
    assert [entry[2] for entry in (*outcomes.settled_, *other[0].settled_)] == ["r1", "r1"]


@pytest.mark.parametrize("status", ["closed", "posted"])
def test_a_document_that_goes_between_its_creation_and_its_closing_is_the_one_that_stays(status: TargetState) -> None:
    memory, options = build_memory(INVOICES), Options(target_state=status)
    other: list[RecordedOutcomes] = []

    class Overtaken(Memory):
        """Has looked at duplicates before the document of the other run, which is older, could be seen."""

        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not other and commands[0].operation is Operation.CLOSE:
                (row,) = memory.rows
                memory.rows.clear()
                other.append(written(memory, [invoice(1)], options))
                assert row["id"] == "r1"
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Overtaken(INVOICES, clock=memory.clock), [invoice(1)], options)
    assert [entry[1:] for entry in outcomes.settled_] == [(Outcome.UNCHANGED, "r2")]
    assert [entry[1:] for entry in other[0].settled_] == [(Outcome.CREATED, "r2")]


def test_a_duplicate_that_cannot_be_removed_is_reported_and_not_taken_for_removed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)])
    memory.rows.append({**memory.rows[0], "id": "r9", "creationDate": LATER})
    memory.removals = [Fate.REFUSED] * MOST_REMOVALS
    written(memory, [invoice(1)])
    assert len(memory.rows) == 2
    assert "r1 and r9 are the same record, and the later one could not be removed" in caplog.text


@pytest.mark.parametrize("fate", [Fate.UNKNOWN_DONE, Fate.UNKNOWN_NOT_DONE, Fate.REFUSED])
def test_a_removal_whose_outcome_is_unknown_is_tried_again(fate: Fate, caplog: pytest.LogCaptureFixture) -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)])
    memory.rows.append({**memory.rows[0], "id": "r9", "creationDate": LATER})
    memory.removals = [fate]
    written(memory, [invoice(1)])
    assert [row["id"] for row in memory.rows] == ["r1"]
    assert "could not be removed" not in caplog.text


def test_documents_are_looked_at_once_more_after_the_creation_and_not_after_each_step() -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1)], Options(target_state="posted"))
    assert [commands[0].operation for commands in memory.sent] == [Operation.CREATE, Operation.CLOSE, Operation.POST]
    # Before the creation, after it, in the sweep, and before it becomes final.
    assert len(memory.lookups) == 4


# --- who is to blame ---


@pytest.mark.parametrize("fate", [Fate.UNKNOWN_NOT_DONE, Fate.UNKNOWN_LATE])
def test_an_api_that_does_not_answer_fails_the_sync_instead_of_rejecting_records(fate: Fate) -> None:
    memory = build_memory(ITEMS)
    memory.fates, memory.late = [fate] * MOST_ATTEMPTS, 10 * MOST_ATTEMPTS * SETTLE_SECONDS
    with pytest.raises(SageActiveError) as raised:
        written(memory, [product(1)])
    assert raised.value.fault.name == "unreachable"
    assert "items" in str(raised.value) or COMPANY.name in str(raised.value)
    assert len(memory.sent) == MOST_ATTEMPTS


def test_a_record_that_the_api_cannot_digest_is_rejected_and_the_others_are_written() -> None:
    memory = build_memory(ITEMS)

    class Choking(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            poisoned = any(command.input["code"] == "K2" for command in commands)
            memory.fates = [Fate.UNEXPLAINED_NOT_DONE] * len(commands) if poisoned else []
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Choking(ITEMS, clock=memory.clock), [product(index) for index in range(6)])
    assert [(key, reason.code) for key, reason in outcomes.rejected_] == [("K2", "graphql-error")]
    assert set(contents(memory)) == {"K0", "K1", "K3", "K4", "K5"}
    assert {outcome for _, outcome, _ in outcomes.settled_} == {Outcome.CREATED}


def test_a_record_without_an_answer_is_rejected_where_the_others_were_found_after_theirs_got_lost() -> None:
    memory = build_memory(ITEMS)
    memory.fates = [Fate.UNKNOWN_DONE, *[Fate.UNKNOWN_NOT_DONE] * MOST_ATTEMPTS]
    outcomes = written(memory, [product(0), product(1)])
    assert [key for key, _, _ in outcomes.settled_] == ["K0"]
    assert [key for key, _ in outcomes.rejected_] == ["K1"]


def test_what_was_refused_because_another_was_faster_is_unchanged_or_updated() -> None:
    memory = build_memory(ITEMS)

    class Late(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            if not memory.rows:
                memory._created(Command(Operation.CREATE, ITEMS.resource, {"code": "K1", "name": "theirs"}))
            return memory.send(company, commands)

        def find(self, *args: Any, **how: Any) -> Any:
            return memory.find(*args, **how)

    outcomes = written(Late(ITEMS, clock=memory.clock), [product(1)])
    assert [outcome for _, outcome, _ in outcomes.settled_] == [Outcome.UPDATED]
    assert memory.rows[0]["name"] == "Name 1"


def test_a_missing_right_fails_the_stream() -> None:
    class Forbidding(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            return [Refused(error("right-missing"))] * len(commands)

    outcomes = written(Forbidding(ITEMS), [product(1), product(2)])
    assert [failure.fault.name for _, failure in outcomes.failed_] == ["right-missing"] * 2
    assert not outcomes.rejected_


def test_what_the_api_says_is_reported_without_the_values_of_the_record() -> None:
    class Talkative(Memory):
        def send(self, company: Any, commands: Sequence[Command]) -> list[Reply]:
            message = 'Erika "Muster" of Lindenweg 7 cannot be an item; sales.businessErrors.codeWrong K1'
            return [Refused(error("business-rule", message), "name")] * len(commands)

    outcomes = written(Talkative(ITEMS), [product(1, name='Erika "Muster"', comments="lindenweg 7")])
    ((_, reason),) = outcomes.rejected_
    assert (reason.field, reason.code) == ("name", "business-rule")
    assert "… of … cannot be an item; sales.businessErrors.codeWrong …" in reason.reason


def test_a_step_that_is_refused_after_the_creation_is_reported_with_the_id() -> None:
    memory = build_memory(INVOICES)
    memory.fates = [Fate.DONE, Fate.REFUSED]
    outcomes = written(memory, [invoice(1)], Options(target_state="closed"))
    ((_, reason),) = outcomes.rejected_
    assert "was created as r1, but to close it was refused" in reason.reason


# --- plans ---


@pytest.mark.parametrize("record", [product, invoice])
def test_a_dry_run_sends_nothing_and_plans_what_then_happens(record: Any) -> None:
    memory = build_memory(ITEMS if record is product else INVOICES)
    written(memory, [record(1), record(2)])
    sent, items = len(memory.sent), [record(1), record(2, comments="changed"), record(3)]
    plan = written(memory, items, dry_run=True)
    assert len(memory.sent) == sent
    shapes = [(decision.creates, bool(decision.commands)) for _, decision in plan.plans]
    assert shapes == [(False, False), (False, True), (True, True)]
    outcomes = written(memory, [record(1), record(2, comments="changed"), record(3)])
    assert [outcome for _, outcome, _ in sorted(outcomes.settled_, key=lambda entry: entry[1])] == [
        Outcome.CREATED,
        Outcome.UPDATED,
        Outcome.UNCHANGED,
    ]


def test_an_update_keeps_the_mark_and_what_a_human_being_wrote() -> None:
    memory = build_memory(INVOICES)
    written(memory, [invoice(1, remarks="by hand")])
    marked = memory.rows[0]["remarks"]
    assert without_markers(marked) == "by hand"
    assert marked != "by hand"
    written(memory, [invoice(1, remarks="new words")])
    assert len(memory.rows) == 1
    assert without_markers(memory.rows[0]["remarks"]) == "new words"
    assert memory.rows[0]["remarks"].endswith(marked.removeprefix("by hand\n"))
