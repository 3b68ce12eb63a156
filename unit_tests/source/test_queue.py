"""The bounded queue, and what it relies on inside the framework."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from queue import Empty, Full
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    Level,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.streams.concurrent.cursor import FinalStateCursor
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.streams.concurrent.partitions.types import PartitionCompleteSentinel
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sage_active.client import Page
from source_sage_active.cursor import CompanyCursor
from source_sage_active.partitions import StreamPartition
from source_sage_active.queue import PageQueue, QueueRepository, ReadStoppedError
from source_sage_active.records import PageMessage

LOGGER = logging.getLogger("airbyte.engine.test")
WORKERS = 8


def message(text: str = "") -> AirbyteMessage:
    """Some message."""
    return AirbyteMessage(type=Type.LOG, log=None) if not text else state(text)


def state(stream: str) -> AirbyteMessage:
    """A STATE of one stream."""
    inner = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=stream), stream_state=AirbyteStateBlob())
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=inner))


def until(condition: Callable[[], bool]) -> None:
    """Waits for a condition, at most five seconds."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


# --- the queue ---


def test_pages_wait_for_a_place() -> None:
    first, second, third = (page("a", number) for number in range(3))
    queue = PageQueue(first.size + second.size)
    put: list[PageMessage] = []

    def produce() -> None:
        for waiting in (first, second, third):
            queue.put(waiting)
            put.append(waiting)

    thread = threading.Thread(target=produce)
    thread.start()
    until(lambda: len(put) == 2)
    assert [queue.get() for _ in range(3)] == [first, second, third]
    thread.join(5)
    assert put == [first, second, third]
    assert queue.page_bytes == 0


def test_an_empty_queue_takes_any_page() -> None:
    queue = PageQueue(1)
    queue.put(state("a"))
    queue.put(page("a", 1), block=False)
    with pytest.raises(Full):
        queue.put(page("a", 2), block=False)
    assert [type(queue.get()) for _ in range(2)] == [AirbyteMessage, PageMessage]
    queue.put(page("a", 2), block=False)


def test_only_pages_wait() -> None:
    queue = PageQueue(1)
    queue.put(page("a", 1))
    others = [state("a"), message(), PartitionCompleteSentinel(StreamPartition("a", {}, lambda: iter(()))), object()]
    for other in others:
        queue.put(other, block=False)
    queue.put(PageMessage("a", "c1", Page([], [], [])), block=False)
    assert queue.qsize() == 6


def test_a_state_is_emitted_while_the_queue_is_full_and_its_lock_is_held() -> None:
    queue = PageQueue(1)
    queue.put(page("a", 1))
    cursor = CompanyCursor("a", "direct", {}, QueueRepository(queue), timedelta())
    thread = threading.Thread(target=cursor.company_complete, args=("c1", datetime.now(timezone.utc)))
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert cursor.since("c1") is None
    assert queue.qsize() == 2


def test_stopping_lets_waiting_producers_go() -> None:
    queue = PageQueue(1)
    queue.put(page("a", 0))
    outcomes: list[str] = []

    def produce() -> None:
        try:
            queue.put(page("a", 1))
        except ReadStoppedError:
            outcomes.append("stopped")

    threads = [threading.Thread(target=produce) for _ in range(4)]
    for thread in threads:
        thread.start()
    queue.stop()
    for thread in threads:
        thread.join(5)
    assert outcomes == ["stopped"] * 4
    with pytest.raises(ReadStoppedError):
        queue.put(state("a"))


def test_the_usual_options_of_a_queue_still_hold() -> None:
    queue = PageQueue(1)
    queue.put(page("a", 0))
    with pytest.raises(Full):
        queue.put(page("a", 1), block=False)
    with pytest.raises(Full):
        queue.put(page("a", 1), timeout=0.01)
    assert isinstance(queue.get(block=False), PageMessage)
    with pytest.raises(Empty):
        queue.get(block=False)


class QueueMachine(RuleBasedStateMachine):
    """Whatever is put and taken: pages stay within the bound or are alone, others go in, all come out in order."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 2000
        self.queue = PageQueue(self.most)
        self.model: list[Any] = []

    @rule(length=st.integers(0, 3000))
    def put_page(self, length: int) -> None:
        added = PageMessage("a", "c1", Page([b'{"id":"%s"}' % (b"x" * length)], ["x"], [None]))
        waiting = sum(item.size for item in self.model if isinstance(item, PageMessage))
        if waiting and waiting + added.size > self.most:
            with pytest.raises(Full):
                self.queue.put(added, block=False)
        else:
            self.queue.put(added, block=False)
            self.model.append(added)

    @rule()
    def put_other(self) -> None:
        self.model.append(state("a"))
        self.queue.put(self.model[-1], block=False)

    @precondition(lambda self: self.model)
    @rule()
    def take(self) -> None:
        taken = self.queue.get(block=False)
        assert taken is self.model.pop(0)
        if isinstance(taken, PageMessage):
            # What was written no longer has its lines; its place is free all the same.
            taken.taken()

    @invariant()
    def counts(self) -> None:
        sizes = [item.size for item in self.model if isinstance(item, PageMessage)]
        assert self.queue.page_bytes == sum(sizes)
        assert sum(sizes) <= self.most or len(sizes) == 1
        assert self.queue.qsize() == len(self.model)


TestQueueMachine = pytest.mark.filterwarnings("ignore")(QueueMachine.TestCase)


@settings(max_examples=20, deadline=None)
@given(
    lengths=st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=12), min_size=2, max_size=6),
    most=st.integers(1, 2000),
)
def test_every_page_of_every_producer_comes_through_in_its_order(lengths: list[list[int]], most: int) -> None:
    queue = PageQueue(most)

    def produce(number: int) -> None:
        for index, length in enumerate(lengths[number]):
            row = b'{"id":"%s"}' % (b"x" * length)
            queue.put(PageMessage(f"{number}", f"{index}", Page([row], ["x"], [None])))
            queue.put(state(f"{number}"))

    with ThreadPoolExecutor(len(lengths)) as executor:
        producing = [executor.submit(produce, number) for number in range(len(lengths))]
        taken = [queue.get(timeout=10) for _ in range(2 * sum(map(len, lengths)))]
        for finished in producing:
            finished.result(10)
    pages = [item for item in taken if isinstance(item, PageMessage)]
    for number, expected in enumerate(lengths):
        assert [page.company_id for page in pages if page.stream == str(number)] == list(map(str, range(len(expected))))
    assert queue.page_bytes == 0


# --- the repository ---


def test_messages_of_the_consumer_are_next_in_line() -> None:
    queue = PageQueue()
    repository = QueueRepository(queue)
    waiting = page("a", 1)
    queue.put(waiting)
    repository.emit_message(state("a"))
    repository.log_message(Level.INFO, lambda: {"message": "hello"})
    queued = list(repository.consume_queue())
    assert [message.type for message in queued] == [Type.STATE, Type.LOG]
    assert list(repository.consume_queue()) == []
    assert queue.get() is waiting


def test_messages_of_workers_go_behind_their_pages() -> None:
    queue = PageQueue()
    repository = QueueRepository(queue)
    written = page("a", 1)
    after = state("a")

    def work() -> None:
        queue.put(written)
        repository.emit_message(after)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert list(repository.consume_queue()) == []
    assert [queue.get(), queue.get()] == [written, after]


# --- what it relies on ---


class Parts(PartitionGenerator):
    """Partitions of a stream."""

    def __init__(self, partitions: list[Partition]) -> None:
        self._partitions = partitions

    def generate(self) -> Iterable[Partition]:
        """All of them."""
        return self._partitions


def stream(
    name: str, repository: QueueRepository, pages: list[Callable[[], Iterator[AirbyteMessage]]]
) -> DefaultStream:
    """A stream whose partitions yield pages."""
    parts: list[Partition] = [
        StreamPartition(name, {"part": number}, page_source) for number, page_source in enumerate(pages)
    ]
    return DefaultStream(
        partition_generator=Parts(parts),
        name=name,
        json_schema={},
        primary_key=["id"],
        cursor_field=None,
        logger=LOGGER,
        cursor=FinalStateCursor(name, None, repository),
    )


def page(name: str, number: int) -> PageMessage:
    """A page with one row."""
    return PageMessage(name, "c1", Page([b'{"id":"%d"}' % number], [str(number)], [None]))


def read(
    streams: Callable[[QueueRepository], list[DefaultStream]], *, most_bytes: int = 2000
) -> Iterator[AirbyteMessage]:
    """Reads as the source does."""
    queue = PageQueue(most_bytes)
    repository = QueueRepository(queue)
    executor = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        yield from ConcurrentSource(
            threadpool=ThreadPoolManager(executor, LOGGER),
            logger=LOGGER,
            queue=queue,
            message_repository=repository,
            initial_number_partitions_to_generate=WORKERS // 2,
        ).read(list(streams(repository)))
    finally:
        queue.stop()
        executor.shutdown(wait=True, cancel_futures=True)


def test_pages_come_out_unopened_and_states_after_their_pages() -> None:
    created: list[AirbyteMessage] = []
    lock = threading.Lock()
    choice = random.Random(7)

    def streams(repository: QueueRepository) -> list[DefaultStream]:
        def part(name: str, number: int) -> Callable[[], Iterator[AirbyteMessage]]:
            pause = choice.random() / 500

            def pages() -> Iterator[AirbyteMessage]:
                for index in range(10):
                    threading.Event().wait(pause)
                    current = page(name, 100 * number + index)
                    with lock:
                        created.append(current)
                    yield current
                repository.emit_message(state(f"{name}/{number}"))

            return pages

        return [stream(name, repository, [part(name, n) for n in range(12)]) for name in ("a", "b", "c", "d")]

    out = list(read(streams))
    pages = [message for message in out if isinstance(message, PageMessage)]
    assert sorted(map(id, pages)) == sorted(map(id, created)), "the very objects, each once"
    positions: dict[str, list[int]] = {}
    for position, message in enumerate(out):
        if isinstance(message, PageMessage):
            (line,) = message.lines.splitlines()
            number = int(line.split(b'"id":"')[1].split(b'"')[0])
            positions.setdefault(f"{message.stream}/{number // 100}", []).append(position)
    found = 0
    for position, message in enumerate(out):
        if message.type is Type.STATE and message.state and message.state.stream:
            name = message.state.stream.stream_descriptor.name
            if "/" in name:
                found += 1
                assert len(positions[name]) == 10
                assert max(positions[name]) < position
    assert found == 48


def test_a_small_queue_does_not_stop_the_read() -> None:
    def streams(repository: QueueRepository) -> list[DefaultStream]:
        def pages() -> Iterator[AirbyteMessage]:
            for number in range(30):
                yield page("a", number)

        return [stream("a", repository, [pages] * 20)]

    assert sum(isinstance(message, PageMessage) for message in read(streams, most_bytes=1)) == 600


def test_a_reader_that_leaves_sets_the_workers_free() -> None:
    closed = threading.Event()

    def streams(repository: QueueRepository) -> list[DefaultStream]:
        def pages() -> Iterator[AirbyteMessage]:
            try:
                for number in range(1_000_000):
                    yield page("a", number)
            finally:
                closed.set()

        return [stream("a", repository, [pages] * 20)]

    reading = read(streams)
    first: Any = next(message for message in reading if isinstance(message, PageMessage))
    assert first.stream == "a"
    began = time.monotonic()
    reading.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 5
    assert closed.is_set()


def test_one_failing_stream_leaves_the_others_alone() -> None:
    def streams(repository: QueueRepository) -> list[DefaultStream]:
        def failing() -> Iterator[AirbyteMessage]:
            yield page("bad", 1)
            raise ValueError("broken")

        def pages() -> Iterator[AirbyteMessage]:
            for number in range(20):
                yield page("good", number)

        return [stream("bad", repository, [failing]), stream("good", repository, [pages] * 3)]

    out: list[AirbyteMessage] = []
    with pytest.raises(Exception, match="bad"):
        for message in read(streams):
            out.append(message)
    assert sum(isinstance(message, PageMessage) and message.stream == "good" for message in out) == 60
