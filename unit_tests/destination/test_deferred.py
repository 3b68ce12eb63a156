"""Records that wait on disk for what they refer to."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.deferred import DeferredRecords
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import StateQueue
from sage_active.errors import SageActiveError
from sage_active.resources.table import RESOURCE_BY_NAME

TARGETS = [Target((None, name), RESOURCE_BY_NAME[name], Mode.UPSERT, None, ()) for name in ("customers", "invoices")]
STATES = StateQueue(lambda _: None)
CONTENT = st.tuples(st.sampled_from(TARGETS), st.binary(max_size=50), st.binary(max_size=50))


@pytest.fixture
def deferred() -> Iterator[DeferredRecords]:
    """Nothing waits yet."""
    deferred = DeferredRecords()
    yield deferred
    deferred.close()


@given(rounds=st.lists(st.lists(CONTENT, max_size=5), min_size=1, max_size=3))
def test_they_come_back_once_in_their_order_as_they_were(rounds: list[list[tuple[Target, bytes, bytes]]]) -> None:
    deferred = DeferredRecords()
    for contents in rounds:
        tickets = [STATES.arrived(target.stream) for target, _, _ in contents]
        for (target, data, line), ticket in zip(contents, tickets, strict=True):
            deferred.add(Record(target, msgspec.Raw(data), line), ticket)
        assert len(deferred) == len(contents)
        drained = list(deferred.drain())
        assert [(record.target, bytes(record.data), record.line) for record, _ in drained] == contents
        assert [ticket for _, ticket in drained] == tickets
        assert list(deferred.drain()) == []
    deferred.close()


def test_it_is_known_who_waits_until_all_come_back(deferred: DeferredRecords) -> None:
    assert not deferred.holds({"one", "two"})
    deferred.add(Record(TARGETS[0], msgspec.Raw(b"{}"), b"l"), STATES.arrived(TARGETS[0].stream), {"one", "other"})
    assert deferred.holds({"one", "two"})
    assert not deferred.holds({"two"})
    assert len(list(deferred.drain())) == 1
    assert not deferred.holds({"one", "two"})


def test_nobody_else_can_open_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deferred: DeferredRecords
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hidden = DeferredRecords()
    hidden.add(Record(TARGETS[0], msgspec.Raw(b'{"a":1}'), b"line"), STATES.arrived(TARGETS[0].stream))
    assert list(tmp_path.iterdir()) == []
    hidden.close()


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Files can no longer grow: a limit of the process stands for the disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("size", [2 << 20, (1 << 20) - 100], ids=["when-it-is-added", "when-all-come-back"])
def test_a_disk_that_is_full_is_reported(deferred: DeferredRecords, size: int) -> None:
    def fill() -> None:
        # The rest stays in the buffer of the file at first.
        for length in (size, 200):
            deferred.add(Record(TARGETS[0], msgspec.Raw(b""), b"x" * length), STATES.arrived(TARGETS[0].stream))
        list(deferred.drain())

    with pytest.raises(SageActiveError, match=r"temporary file .*File too large.*TMPDIR"):
        fill()
    deferred.close()
