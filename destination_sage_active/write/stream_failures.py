"""The streams that cannot be written in full, and when the sync must stop for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.states import StateQueue
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import NOT_WRITTEN
from destination_sage_active.record.rejection import Twice
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.report import Report
from sage_active.client import Company
from sage_active.errors import SageActiveError, configuration_error

# How many records one error names.
MOST_NAMED: Final = 20


class StreamFailures:
    """The failures of one sync; the states of these streams are held back.

    `failed`: the streams that cannot be written any further, or were not written in full, and why.
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
        # The records of each stream that are there twice, by the ids of their rows.
        self._twice: dict[Stream, dict[str, str]] = {}

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

    def leave(self, target: Target, why: str, remedy: str) -> None:
        """Leaves a record without an outcome: nothing is wrong with it, and the next sync must bring it again."""
        if target.stream not in self._incomplete:
            self._states.hold(target.stream)
            self._incomplete[target.stream] = configuration_error(
                f"Stream `{target.label}` has records that {why}.",
                f"{remedy} The next sync brings these records again.",
            )

    def twice(self, target: Target, company: Company, key: RecordKey, reason: Twice) -> None:
        """Notes a record that is there twice and that nobody may remove; its stream has failed in the end."""
        self._states.hold(target.stream)
        named = self._twice.setdefault(target.stream, {})
        named.setdefault(" and ".join(reason.ids), f"{company.label}, {key.loggable}: {' and '.join(reason.ids)}")

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
            if (named := self._twice.get(stream)) and stream not in self.failed:
                self.failed[stream] = _twice_error(target, list(named.values()))
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


def _twice_error(target: Target, named: Sequence[str]) -> SageActiveError:
    further = [f"and {len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return configuration_error(
        f"Stream `{target.label}`: Sage Active has records of it twice: {'; '.join([*named[:MOST_NAMED], *further])}. "
        "None of them was removed.",
        "Look at both in Sage Active, and delete or reverse the one that is too many. Let one run at a time write to a "
        "company.",
    )
