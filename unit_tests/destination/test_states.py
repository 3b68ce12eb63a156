"""STATE messages come back complete, in order, with true counts, and never before their records."""

import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destination_sage_active.input.states import StateQueue, Ticket
from destination_sage_active.record.outcome import NOT_WRITTEN, Outcome
from destination_sage_active.record.stream import Stream

CUSTOMERS: Stream = (None, "customers")
ITEMS: Stream = ("erp", "items")
STREAMS: Sequence[Stream] = (CUSTOMERS, ITEMS, (None, "invoices"))


def stream_state(stream: Stream, number: int) -> bytes:
    namespace, name = stream
    descriptor = {"name": name} | ({"namespace": namespace} if namespace else {})
    state = {"type": "STREAM", "id": number, "stream": {"stream_descriptor": descriptor, "stream_state": {}}}
    return json.dumps({"type": "STATE", "state": state}).encode()


def global_state(number: int) -> bytes:
    state = {"type": "GLOBAL", "id": number, "global": {"stream_states": []}}
    return json.dumps({"type": "STATE", "state": state}).encode()


class Echoes(list[bytes]):
    """What the queue lets go."""

    def counts(self) -> list[tuple[int, float, float]]:
        """(id, recordCount, rejectedRecordCount) of each."""
        states = [json.loads(line)["state"] for line in self]
        return [
            (state["id"], state["destinationStats"]["recordCount"], state["destinationStats"]["rejectedRecordCount"])
            for state in states
        ]


def test_a_state_without_records_comes_back_at_once() -> None:
    echoes = Echoes()
    StateQueue(echoes.append).state(stream_state(CUSTOMERS, 1), CUSTOMERS)
    assert echoes.counts() == [(1, 0.0, 0.0)]


def test_a_state_waits_for_its_records_and_not_for_other_streams() -> None:
    echoes = Echoes()
    states = StateQueue(echoes.append)
    first, other, second = (states.arrived(stream) for stream in (CUSTOMERS, ITEMS, CUSTOMERS))
    states.state(stream_state(CUSTOMERS, 1), CUSTOMERS)
    later = states.arrived(CUSTOMERS)
    states.state(stream_state(CUSTOMERS, 2), CUSTOMERS)
    later.finish(Outcome.CREATED)
    second.finish(Outcome.REJECTED)
    assert echoes.counts() == []
    first.finish(Outcome.UNCHANGED)
    assert echoes.counts() == [(1, 1.0, 1.0), (2, 1.0, 0.0)]
    assert states.unfinished() == {ITEMS: 1}
    other.finish(Outcome.UPDATED)
    assert states.unfinished() == {}


def test_the_message_is_echoed_as_it_came() -> None:
    echoes = Echoes()
    line = (
        b'{"type":"STATE","state":{"type":"STREAM","id":7,"sourceStats":{"recordCount":0.0},"stream":{"stream_descriptor":'
        b'{"name":"customers","namespace":null},"stream_state":{"n":12345678901234567.890,"t":"\xc3\xa9"}},'
        b'"new_member":[1.10],"destinationStats":{"recordCount":99.0}},"other":1}\n'
    )
    StateQueue(echoes.append).state(line, CUSTOMERS)
    (echo,) = echoes
    assert b"\n" not in echo
    assert b"12345678901234567.890" in echo
    assert b"[1.10]" in echo
    sent, returned = json.loads(line), json.loads(echo)
    assert returned["state"].pop("destinationStats") == {"recordCount": 0.0, "rejectedRecordCount": 0.0}
    sent["state"].pop("destinationStats")
    assert returned == sent


def test_counts_are_floats() -> None:
    echoes = Echoes()
    StateQueue(echoes.append).state(global_state(1), None)
    assert b'"destinationStats":{"recordCount":0.0,"rejectedRecordCount":0.0}' in echoes[0]


def test_a_global_state_waits_for_every_stream() -> None:
    echoes = Echoes()
    states = StateQueue(echoes.append)
    tickets = [states.arrived(stream) for stream in STREAMS]
    states.state(global_state(1), None)
    for ticket in tickets[1:]:
        ticket.finish(Outcome.CREATED)
    assert echoes == []
    tickets[0].finish(Outcome.UNCHANGED)
    assert echoes.counts() == [(1, 3.0, 0.0)]


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.HELD])
@pytest.mark.parametrize("is_global", [False, True])
def test_rejected_records_alone_let_no_state_go(outcome: Outcome, is_global: bool) -> None:
    echoes = Echoes()
    states = StateQueue(echoes.append)
    first, other = states.arrived(CUSTOMERS), states.arrived(ITEMS)
    states.state(*((global_state(1), None) if is_global else (stream_state(CUSTOMERS, 1), CUSTOMERS)))
    states.state(stream_state(ITEMS, 2), ITEMS)
    first.finish(outcome)
    other.finish(Outcome.CREATED)
    assert echoes.counts() == [(2, 1.0, 0.0)]
    states.arrived(CUSTOMERS).finish(Outcome.SET_ASIDE)
    assert [number for number, _, _ in echoes.counts()] == [2, 1]


def test_a_record_is_settled_once() -> None:
    states = StateQueue(Echoes().append)
    ticket = states.arrived(CUSTOMERS)
    ticket.finish(Outcome.CREATED)
    with pytest.raises(RuntimeError, match="customers"):
        ticket.finish(Outcome.CREATED)


@pytest.mark.parametrize("held", [CUSTOMERS, None])
def test_nothing_of_a_held_stream_leaves(held: Stream | None) -> None:
    echoes = Echoes()
    states = StateQueue(echoes.append)
    waiting = states.arrived(CUSTOMERS)
    states.state(stream_state(CUSTOMERS, 1), CUSTOMERS)
    states.state(global_state(2), None)
    states.hold(held)
    waiting.finish(Outcome.CREATED)
    states.state(stream_state(CUSTOMERS, 3), CUSTOMERS)
    assert echoes == []
    states.state(stream_state(ITEMS, 4), ITEMS)
    assert echoes.counts() == ([] if held is None else [(4, 0.0, 0.0)])


@dataclass
class Model:
    """What must be true, kept record by record."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    records: dict[Stream, list[int]] = field(default_factory=lambda: defaultdict(list))
    # id of a STATE -> its stream, the records before it since the last one, all records before it
    states: dict[int, tuple[Stream | None, list[int], list[int]]] = field(default_factory=dict)
    covered: dict[Stream | None, int] = field(default_factory=lambda: defaultdict(int))

    def before(self, stream: Stream | None) -> list[int]:
        if stream is not None:
            return list(self.records[stream])
        return sorted(number for numbers in self.records.values() for number in numbers)

    def state(self, number: int, stream: Stream | None) -> None:
        before = self.before(stream)
        self.states[number] = (stream, before[self.covered[stream] :], before)
        self.covered[stream] = len(before)

    def verify(self, echo: tuple[int, float, float]) -> None:
        number, written, rejected = echo
        stream, own_records, before = self.states[number]
        assert all(record in self.outcomes for record in before), "left before its records"
        assert rejected == sum(self.outcomes[record] in (Outcome.REJECTED, Outcome.HELD) for record in own_records)
        assert written + rejected == len(own_records)
        assert stream not in self.doubtful(), "left although everything was rejected"
        assert stream is not None or not self.doubtful()

    def doubtful(self) -> set[Stream]:
        """The streams of which every record that has an outcome was rejected."""
        outcomes = {
            stream: {self.outcomes[number] for number in numbers if number in self.outcomes}
            for stream, numbers in self.records.items()
        }
        return {stream for stream, found in outcomes.items() if found and found <= set(NOT_WRITTEN)}


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from(STREAMS)),
        st.tuples(st.just("state"), st.sampled_from([*STREAMS, None])),
        st.tuples(st.just("settle"), st.integers(min_value=0, max_value=30)),
    ),
    max_size=80,
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(events=EVENTS, outcomes=st.lists(st.sampled_from(Outcome), min_size=1), seed=st.randoms(use_true_random=False))
def test_any_interleaving_keeps_the_promises(events: list[tuple[str, Any]], outcomes: list[Outcome], seed: Any) -> None:
    model, echoes = Model(), Echoes()
    states = StateQueue(echoes.append)
    waiting: list[tuple[int, Ticket]] = []
    verified = 0

    def finish(position: int) -> None:
        number, ticket = waiting.pop(position)
        model.outcomes[number] = outcomes[number % len(outcomes)]
        ticket.finish(model.outcomes[number])

    for number, (what, detail) in enumerate(events):
        if what == "record":
            model.records[detail].append(number)
            waiting.append((number, states.arrived(detail)))
        elif what == "state":
            model.state(number, detail)
            line = stream_state(detail, number) if detail else global_state(number)
            states.state(line, detail)
        elif waiting:
            finish(detail % len(waiting))
        for echo in echoes.counts()[verified:]:
            model.verify(echo)
        verified = len(echoes)
    assert sum(states.unfinished().values()) == len(waiting)
    while waiting:
        finish(seed.randrange(len(waiting)))
        for echo in echoes.counts()[verified:]:
            model.verify(echo)
        verified = len(echoes)
    # Nothing is swallowed, and each queue keeps its order.
    left = [number for number, _, _ in echoes.counts()]
    doubtful = model.doubtful()
    withheld = {
        number for number, (stream, *_) in model.states.items() if stream in doubtful or (doubtful and not stream)
    }
    assert model.states.keys() - withheld <= set(left)
    for stream in (*STREAMS, None):
        own_numbers = [number for number in left if model.states[number][0] == stream]
        assert own_numbers == sorted(own_numbers)
    assert states.unfinished() == {}


def test_threads_settle_side_by_side() -> None:
    echoes = Echoes()
    states = StateQueue(echoes.append)
    tickets: list[Ticket] = []
    for number in range(4000):
        tickets.append(states.arrived(CUSTOMERS))
        if number % 10 == 9:
            states.state(stream_state(CUSTOMERS, number), CUSTOMERS)
    start = threading.Barrier(8)

    def finish(first: int) -> None:
        start.wait(5)
        for ticket in tickets[first::8]:
            ticket.finish(Outcome.CREATED)

    threads = [threading.Thread(target=finish, args=[first]) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert echoes.counts() == [(number, 10.0, 0.0) for number in range(9, 4000, 10)]
