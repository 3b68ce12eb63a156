"""Records that wait on disk for what they refer to."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.catalog import Mode, Target
from destination_sage_active.intake import Record
from destination_sage_active.states import StateQueue
from destination_sage_active.waiting import Waiting
from sage_active.register import OBJECT_BY_NAME

TARGETS = [Target((None, name), OBJECT_BY_NAME[name], Mode.UPSERT, None, ()) for name in ("customers", "invoices")]
STATES = StateQueue(lambda _: None)
CONTENT = st.tuples(st.sampled_from(TARGETS), st.binary(max_size=50), st.binary(max_size=50))


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    """Nothing waits yet."""
    made = Waiting()
    yield made
    made.close()


@given(rounds=st.lists(st.lists(CONTENT, max_size=5), min_size=1, max_size=3))
def test_they_come_back_once_in_their_order_as_they_were(rounds: list[list[tuple[Target, bytes, bytes]]]) -> None:
    waiting = Waiting()
    for contents in rounds:
        tickets = [STATES.arrived(target.stream) for target, _, _ in contents]
        for (target, data, line), ticket in zip(contents, tickets, strict=True):
            waiting.add(Record(target, msgspec.Raw(data), line), ticket)
        assert len(waiting) == len(contents)
        came = list(waiting.drain())
        assert [(each.target, bytes(each.data), each.line) for each, _ in came] == contents
        assert [ticket for _, ticket in came] == tickets
        assert list(waiting.drain()) == []
    waiting.close()


def test_nobody_else_can_open_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, waiting: Waiting) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hidden = Waiting()
    hidden.add(Record(TARGETS[0], msgspec.Raw(b'{"a":1}'), b"line"), STATES.arrived(TARGETS[0].stream))
    assert list(tmp_path.iterdir()) == []
    hidden.close()
