"""The streams of which not everything can be written, and when the sync must stop for it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.states import StateQueue
from destination_sage_active.record.outcome import NOT_WRITTEN
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.report import Report
from destination_sage_active.write.pairs import MOST_NAMED, Pair
from sage_active.client import Company
from sage_active.counted import counted
from sage_active.errors import SageActiveError, configuration_error


class StreamFailures:
    """The failures of one sync; the states of these streams are held back.

    `failed`: the streams of which nothing more can be written, or in the end not everything was, and why.
    """

    def __init__(
        self, targets: Mapping[Stream, Target], states: StateQueue, report: Report, max_rejected_percent: int
    ) -> None:
        self.failed: Final[dict[Stream, SageActiveError]] = {}
        self._targets = targets
        self._states = states
        self._report = report
        self._max_rejected_percent = max_rejected_percent
        # Streams that go on, and have records that can be written only when another stream is fixed.
        self._incomplete: dict[Stream, SageActiveError] = {}
        self._arrived: Counter[Stream] = Counter()

    def arrive(self, stream: Stream) -> None:
        """Counts one record in."""
        self._arrived[stream] += 1

    def fail(self, target: Target, error: SageActiveError, company: Company) -> None:
        """Nothing more of the stream can be written."""
        if target.stream not in self.failed:
            self.failed[target.stream] = error.located(target.label, f"Stream `{target.label}`, {company.label}")
            self._states.hold(target.stream)

    def stop(self, target: Target, what: str, remedy: str) -> None:
        """Ends a stream that has records without an outcome; the states before the first of them still leave."""
        if target.stream not in self.failed:
            self.failed[target.stream] = configuration_error(what, remedy)

    def stop_pairs(self, pairs: Iterable[Pair]) -> None:
        """Ends the streams of documents that are there more than once, and that nobody removes."""
        by_target: dict[Stream, list[Pair]] = {}
        for pair in pairs:
            by_target.setdefault(pair.target.stream, []).append(pair)
        for found in by_target.values():
            target, named = found[0].target, "; ".join(map(str, found[:MOST_NAMED]))
            rest = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            self._states.hold(target.stream)
            self.stop(
                target,
                f"Stream `{target.label}`: {counted(len(found), 'document is', 'documents are')} there more than once, "
                f"because another run has created them at the same time: {named}{rest}.",
                "Look at them in Sage Active and remove all but one: nothing is removed automatically. Let one run at "
                "a time write to a company.",
            )

    def leave(self, target: Target, why: str, remedy: str) -> None:
        """Leaves a record without an outcome: nothing is wrong with it, and the next sync must bring it again."""
        if target.stream not in self._incomplete:
            self._states.hold(target.stream)
            self._incomplete[target.stream] = configuration_error(
                f"Stream `{target.label}` has records that {why}.",
                f"{remedy} The next sync brings these records again.",
            )

    def concern(self, stream: Stream) -> bool:
        """Whether not everything of a stream is written."""
        return stream in self.failed or stream in self._incomplete

    def check_rejected(self) -> None:
        """Raises a configuration error when too many records of a stream were rejected."""
        for stream, target in self._targets.items():
            arrived = self._arrived[stream]
            if not self._report.too_many(stream, arrived):
                continue
            self._states.hold(None)
            raise configuration_error(
                f"Stream `{target.label}`: {self._rejected(stream)} of {arrived} records were rejected, "
                f"more than {self._max_rejected_percent} percent; the sync stops and no further state is kept.",
                "The log (and `rejected.jsonl` in `report_path`) says why each was rejected. Fix the source, or raise "
                "`max_rejected_percent`, and run the sync again: nothing is written twice.",
            )

    def conclude(self) -> None:
        """Ends the sync: what is incomplete has failed, and so has a stream of nothing but rejected records."""
        for stream, target in self._targets.items():
            arrived = self._arrived[stream]
            if arrived and self._rejected(stream) == arrived and stream not in self.failed:
                self._states.hold(stream)
                self.failed[stream] = configuration_error(
                    f"Stream `{target.label}`: all of its {arrived} records were rejected."
                    if arrived > 1
                    else f"Stream `{target.label}`: its only record was rejected.",
                    "The log (and `rejected.jsonl` in `report_path`) says why. Fix the source, and run the sync again.",
                )
        self.failed.update({stream: error for stream, error in self._incomplete.items() if stream not in self.failed})

    def _rejected(self, stream: Stream) -> int:
        counts = self._report.counts(stream)
        return sum(counts[outcome] for outcome in NOT_WRITTEN)
