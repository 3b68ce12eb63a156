"""The bounded queue, and what it relies on inside the framework."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Full
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

from sage_active.client import Page
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


def test_a_full_queue_makes_producers_wait() -> None:
    queue = PageQueue(2)
    put: list[int] = []

    def produce() -> None:
        for number in range(5):
            queue.put(number)
            put.append(number)

    thread = threading.Thread(target=produce)
    thread.start()
    until(lambda: len(put) == 2)
    assert queue.full()
    assert [queue.get() for _ in range(5)] == [0, 1, 2, 3, 4]
    thread.join(5)
    assert put == [0, 1, 2, 3, 4]


def test_stopping_lets_waiting_producers_go() -> None:
    queue = PageQueue(1)
    queue.put(0)
    outcomes: list[str] = []

    def produce() -> None:
        try:
            queue.put(1)
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
        queue.put(2)


def test_the_usual_options_of_a_queue_still_hold() -> None:
    queue = PageQueue(1)
    queue.put(0)
    with pytest.raises(Full):
        queue.put(1, block=False)
    with pytest.raises(Full):
        queue.put(1, timeout=0.01)


# --- the repository ---


def test_messages_of_the_consumer_are_next_in_line() -> None:
    queue = PageQueue(1)
    repository = QueueRepository(queue)
    queue.put("full")
    repository.emit_message(state("a"))
    repository.log_message(Level.INFO, lambda: {"message": "hello"})
    queued = list(repository.consume_queue())
    assert [message.type for message in queued] == [Type.STATE, Type.LOG]
    assert list(repository.consume_queue()) == []
    assert queue.get() == "full"


def test_messages_of_workers_go_behind_their_pages() -> None:
    queue = PageQueue(10)
    repository = QueueRepository(queue)
    after = state("a")

    def work() -> None:
        queue.put("page")
        repository.emit_message(after)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert list(repository.consume_queue()) == []
    assert [queue.get(), queue.get()] == ["page", after]


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
    streams: Callable[[QueueRepository], list[DefaultStream]], *, size: int = 2 * WORKERS
) -> Iterator[AirbyteMessage]:
    """Reads as the source does."""
    queue = PageQueue(size)
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

    assert sum(isinstance(message, PageMessage) for message in read(streams, size=1)) == 600


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
