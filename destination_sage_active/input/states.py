"""The STATE messages on their way back: each waits until every earlier record of its stream has an outcome.

A stream whose records were all rejected has failed: from its first rejected record on, its STATEs wait for one that
was not. The platform fails a sync whose STATE comes back without its `id`, too early, out of order or with wrong
counts. So the source's own message is echoed, with `destinationStats` added.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from destination_sage_active.record.outcome import NOT_WRITTEN, Outcome
from destination_sage_active.record.stream import Stream, label


@dataclass(slots=True)
class _Segment:
    """The records between two STATEs of one queue. `line` is the STATE that ends it; None while it is open."""

    arrived: int = 0
    outcomes: list[int] = field(default_factory=lambda: [0] * len(Outcome))
    line: bytes | None = None

    @property
    def complete(self) -> bool:
        """Whether the STATE has arrived and all records before it have an outcome."""
        return self.line is not None and sum(self.outcomes) == self.arrived


class _Queue:
    """The segments of one stream, or of all streams together; the last one is open."""

    __slots__ = ("held", "segments")

    def __init__(self) -> None:
        self.segments: deque[_Segment] = deque([_Segment()])
        self.held = False

    def release(self, emit: Callable[[bytes], None]) -> None:
        while self.segments[0].complete:
            segment = self.segments[0]
            if not self.held:
                emit(_echo(segment))
            self.segments.popleft()


class Ticket:
    """The claim of one record to an outcome."""

    __slots__ = ("_everything", "_segment", "_states", "_stream")

    def __init__(self, states: "StateQueue", stream: Stream, segment: _Segment, everything: _Segment) -> None:
        self._states: StateQueue | None = states
        self._stream = stream
        self._segment = segment
        self._everything = everything

    def finish(self, outcome: Outcome) -> None:
        """Says what became of the record, once. Raises `RuntimeError` the second time."""
        states = self._states
        if states is None:
            raise RuntimeError(f"a record of stream {label(self._stream)} was finished twice")
        with states.lock:
            if self._states is None:
                raise RuntimeError(f"a record of stream {label(self._stream)} was finished twice")
            self._states = None
            self._segment.outcomes[outcome] += 1
            self._everything.outcomes[outcome] += 1
            states.finished(self._stream, outcome)


class StateQueue:
    """Keeps every STATE back until its records have an outcome, then hands its line to `emit`. Safe for all threads.

    STATEs of a stream wait for that stream; GLOBAL and LEGACY ones (stream None) wait for all streams. `emit` receives
    whole lines without a line end, in the order of their stream, and must have written them when it returns.
    If only rejected records of a stream have an outcome, its states wait for another one; `hold` ends that.
    """

    def __init__(self, emit: Callable[[bytes], None]) -> None:
        self._emit = emit
        self._queues: dict[Stream | None, _Queue] = {None: _Queue()}
        self._all_held = False
        # Streams with a record that was not rejected, and those with rejected ones alone.
        self._accepted: set[Stream] = set()
        self._doubtful: set[Stream] = set()
        # Re-entrant: what `emit` calls may ask for counts.
        self.lock: Final = threading.RLock()

    def arrived(self, stream: Stream) -> Ticket:
        """Counts one record in. Its ticket must be finished exactly once."""
        with self.lock:
            segment = self._queue(stream).segments[-1]
            everything = self._queue(None).segments[-1]
            segment.arrived += 1
            everything.arrived += 1
            return Ticket(self, stream, segment, everything)

    def state(self, line: bytes, stream: Stream | None) -> None:
        """Takes a STATE message, as its line; it leaves at once if nothing before it is open."""
        with self.lock:
            queue = self._queue(stream)
            queue.segments[-1].line = line
            queue.segments.append(_Segment())
            self._release(stream)

    def hold(self, stream: Stream | None) -> None:
        """From now on no STATE that covers `stream` leaves; with None no STATE at all."""
        with self.lock:
            self._all_held = self._all_held or stream is None
            for name, queue in self._queues.items():
                # What stands for all streams stands for this one too.
                queue.held = queue.held or self._all_held or name is None
            self._queue(stream).held = True

    def unfinished(self) -> dict[Stream, int]:
        """How many records of each stream have no outcome yet; streams without any are not listed."""
        with self.lock:
            open_records = {
                stream: sum(segment.arrived - sum(segment.outcomes) for segment in queue.segments)
                for stream, queue in self._queues.items()
                if stream is not None
            }
        return {stream: count for stream, count in open_records.items() if count}

    def finished(self, stream: Stream, outcome: Outcome) -> None:
        """Lets the STATEs go whose records have just become complete; called under the lock."""
        if outcome not in NOT_WRITTEN:
            self._accepted.add(stream)
            self._doubtful.discard(stream)
        elif stream not in self._accepted:
            self._doubtful.add(stream)
        self._release(stream)
        self._release(None)

    def _release(self, stream: Stream | None) -> None:
        if not self._doubtful or (stream is not None and stream not in self._doubtful):
            self._queue(stream).release(self._emit)

    def _queue(self, stream: Stream | None) -> _Queue:
        queue = self._queues.get(stream)
        if queue is None:
            queue = self._queues[stream] = _Queue()
            queue.held = self._all_held
        return queue


def _echo(segment: _Segment) -> bytes:
    """The STATE as it came, every number and member as it was, with what became of its records."""
    message = _MEMBERS.decode(segment.line or b"{}")
    state = _MEMBERS.decode(message["state"])
    rejected = sum(segment.outcomes[outcome] for outcome in NOT_WRITTEN)
    counts = {"recordCount": float(segment.arrived - rejected), "rejectedRecordCount": float(rejected)}
    state["destinationStats"] = msgspec.Raw(msgspec.json.encode(counts))
    message["state"] = msgspec.Raw(msgspec.json.encode(state))
    return msgspec.json.encode(message)


_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
