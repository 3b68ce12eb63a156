"""What the user is told about a write: rejected records, receipts, the plan of a dry run, and the closing summary.

Logs name stream, key, field and reason of the first rejects and nothing personal. The files of `report_path` hold whole
records; only their owner may read them.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec
import orjson

from destination_sage_active.input.messages import KEPT_LINE
from destination_sage_active.plan.amounts.differences import Difference
from destination_sage_active.plan.amounts.exact import EXACT, ZERO, format_amount
from destination_sage_active.plan.amounts.treatments import Chosen
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import NOT_WRITTEN, Outcome
from destination_sage_active.record.stream import Stream, label
from destination_sage_active.report.files import ReportFiles
from sage_active.masking import masked
from sage_active.moments import format_utc
from sage_active.runtime.progress import Progress
from sage_active.runtime.waits import WAITS

LOGGED_REJECTS: Final = 100
# A share of fewer records says nothing.
FEWEST_FOR_PERCENT: Final = 20

ACTIONS: Final[Mapping[Outcome, str]] = {
    Outcome.CREATED: "create",
    Outcome.UPDATED: "update",
    Outcome.UNCHANGED: "unchanged",
    Outcome.REJECTED: "reject",
    Outcome.HELD: "hold",
    Outcome.SET_ASIDE: "set aside",
}
# What a receipt says of a document that was created and then gave way to the same one of another run.
REMOVED: Final = "remove"
# What a second receipt says of a document that has one already, and other amounts than its record.
COMPARED: Final = "compare"
# The summary names these only where there are any.
RARE: Final = (Outcome.HELD, Outcome.SET_ASIDE)
HELD_BACK: Final = "waits as a draft until what the pilot made final has been looked at (`final_acts.pilot`)"
NOT_CREATED_YET: Final = "is not created until what the pilot made final has been looked at (`final_acts.pilot`)"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_LINE: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class SetAside(StrEnum):
    """Why there is nothing to do for records, in the words that follow their number."""

    DELETED = "The source has deleted these rows; that changes nothing in Sage Active."
    NOT_THERE = "The source has deleted these rows, and Sage Active does not have them."
    OLDER = "By their cursor field they are older versions of other records."


@dataclass(slots=True)
class _Tally:
    """The outcomes of one stream, and the moments of its first record and its last outcome.

    `held_back`: how many wait for a pilot, which no share of rejected records counts.
    """

    counts: list[int] = field(default_factory=lambda: [0] * len(Outcome))
    began: float | None = None
    held_back: int = 0
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        return self.ended - self.began if self.began is not None and self.ended else 0.0


class Report:
    """Counts outcomes and writes them down. Safe for all threads.

    `report_path`: a folder, or None for no files; `max_percent`: how many of a stream's records may be rejected;
    `dry_run`: outcomes are plans. Raises a configuration error when the folder cannot be written.
    """

    def __init__(
        self, report_path: str | None, max_percent: int, log: logging.Logger, *, dry_run: bool = False
    ) -> None:
        self._max_percent = max_percent
        self._log = log
        self._lock = threading.Lock()
        self._tallies: dict[Stream, _Tally] = {}
        self._rejects = 0
        self._set_aside: Counter[tuple[Stream, str]] = Counter()
        self._set_aside_amounts: dict[tuple[Stream, str], Decimal] = {}
        self._unlike = 0
        self._dry_run = dry_run
        self._files = ReportFiles(report_path, dry_run=dry_run) if report_path else None

    def expect(self, streams: Iterable[Stream]) -> None:
        """Names streams that the summary is to have even if nothing comes of them."""
        with self._lock:
            for stream in streams:
                self._tallies.setdefault(stream, _Tally())

    def started(self, stream: Stream) -> None:
        """The stream's time begins, unless it has."""
        with self._lock:
            tally = self._tallies.setdefault(stream, _Tally())
            if tally.began is None:
                tally.began = time.monotonic()

    def rejected(
        self,
        stream: Stream,
        key: RecordKey | None,
        field: str | None,
        reason: str,
        line: bytes,
        *,
        code: str = "rejected",
        outcome: Outcome = Outcome.REJECTED,
    ) -> None:
        """Takes a record that is rejected or held, durably before it returns.

        `reason`: words without any value of the record; `code`: the name of the fault, for programs; `line`: the RECORD
        message.
        """
        self._count(stream, outcome)
        with self._lock:
            self._rejects += 1
            number = self._rejects
        if number <= LOGGED_REJECTS:
            named = key.loggable if key else "without a key"
            at = f", field `{field}`" if field else ""
            verdict = outcome.name.capitalize()
            self._log.warning("%s: stream `%s`, %s%s: %s", verdict, label(stream), named, at, reason)
        if number == LOGGED_REJECTS:
            self._log.warning("Further rejected records are counted and not logged one by one.")
        if self._files:
            self._files.rejected.line(_rejected_line(line, code, field, reason))
            if self._dry_run:
                self._plan(stream, key, outcome, [field] if field else [])

    def held_back(self, stream: Stream, key: RecordKey | None, line: bytes, *, is_draft: bool = True) -> None:
        """Takes a record that waits for a pilot, durably before it returns; its stream's error says so.

        `is_draft`: it has a document; else nothing of it was created.
        """
        self._count(stream, Outcome.HELD)
        with self._lock:
            self._tallies[stream].held_back += 1
        if self._files:
            self._files.rejected.line(_rejected_line(line, "held", None, HELD_BACK if is_draft else NOT_CREATED_YET))

    def written(
        self, stream: Stream, key: RecordKey | None, outcome: Outcome, differences: Sequence[Difference] = ()
    ) -> None:
        """Counts a record that is in Sage Active now: created, updated, or there unchanged.

        `differences`: its amounts that Sage Active has otherwise; those above the tolerance are logged.
        """
        self._count(stream, outcome)
        self._warn(stream, key, differences)

    def receipt(
        self,
        stream: Stream,
        key: RecordKey | None,
        action: str,
        row_id: str,
        company_id: str,
        differences: Sequence[Difference] = (),
        chosen: Sequence[Chosen] = (),
    ) -> None:
        """Writes down what is in Sage Active, or what was removed again, durably before it returns."""
        if self._files and self._files.receipts:
            receipt = {**_named(stream, key), "action": action, "id": row_id, "company_id": company_id}
            receipt |= {"at": format_utc(datetime.now(timezone.utc))}
            unlike = [
                {"member": difference.member, "record": difference.record, "sage_active": difference.has}
                for difference in differences
            ]
            filled_in = [{"member": choice.member, "sage_active": choice.value} for choice in chosen]
            receipt |= {"differences": unlike} if unlike else {}
            receipt |= {"chosen": filled_in} if filled_in else {}
            self._files.receipts.line(_ENCODER.encode(receipt))

    def simulated(
        self,
        stream: Stream,
        key: RecordKey | None,
        outcome: Outcome,
        changed: Sequence[str],
        differences: Sequence[Difference] = (),
    ) -> None:
        """Takes what a dry run would have done; `changed`: the names of the members that an update would change."""
        self._count(stream, outcome)
        self._warn(stream, key, differences)
        self._plan(stream, key, outcome, changed)

    def set_aside(self, stream: Stream, key: RecordKey | None, why: str, amount: Decimal | None = None) -> None:
        """Takes a record for which there is nothing to do. `amount`: what it comes to, if that is to be summed up."""
        self._count(stream, Outcome.SET_ASIDE)
        with self._lock:
            self._set_aside[stream, why] += 1
            if amount is not None:
                before = self._set_aside_amounts.get((stream, why), ZERO)
                self._set_aside_amounts[stream, why] = EXACT.add(before, amount)
        self._plan(stream, key, Outcome.SET_ASIDE, ())

    def too_many(self, stream: Stream, arrived: int) -> bool:
        """Whether more than `max_percent` of the records of a stream that have `arrived` are rejected.

        Nothing is said before 20 of them have an outcome: rejects come first, what is written takes its time.
        """
        with self._lock:
            tally = self._tallies.get(stream)
            counts = tally.counts if tally else [0] * len(Outcome)
            held_back = tally.held_back if tally else 0
        rejected = sum(counts[outcome] for outcome in NOT_WRITTEN) - held_back
        return sum(counts) >= FEWEST_FOR_PERCENT and rejected * 100 > self._max_percent * arrived

    def counts(self, stream: Stream) -> Mapping[Outcome, int]:
        """The outcomes of a stream so far."""
        with self._lock:
            tally = self._tallies.get(stream)
            return {outcome: tally.counts[outcome] if tally else 0 for outcome in Outcome}

    def progress(self) -> Progress:
        """The records that have an outcome, by stream."""
        with self._lock:
            rows = {label(stream): sum(tally.counts) for stream, tally in self._tallies.items() if tally.ended}
        return Progress(rows, waiting=WAITS.most())

    def close(self) -> None:
        """Logs one line per stream and closes the files."""
        with self._lock:
            tallies = dict(self._tallies)
        joined = " would have" if self._dry_run else ":"
        for stream, tally in tallies.items():
            counts = [(outcome, tally.counts[outcome]) for outcome in Outcome]
            summary = ", ".join(
                f"{count} {outcome.name.lower().replace('_', ' ')}"
                for outcome, count in counts
                if count or outcome not in RARE
            )
            would = "Dry run, nothing was written: " if self._dry_run else ""
            self._log.info("%s`%s`%s %s, %.1f seconds.", would, label(stream), joined, summary, tally.seconds)
        for (stream, why), count in self._set_aside.items():
            amount = self._set_aside_amounts.get((stream, why))
            total = "" if amount is None else f", {format_amount(amount)} in all"
            self._log.warning("Stream `%s`: %d set aside%s. %s", label(stream), count, total, why)
        if self._files:
            self._files.close()

    def _count(self, stream: Stream, outcome: Outcome) -> None:
        with self._lock:
            tally = self._tallies.setdefault(stream, _Tally())
            tally.counts[outcome] += 1
            tally.ended = time.monotonic()

    def _warn(self, stream: Stream, key: RecordKey | None, differences: Sequence[Difference]) -> None:
        unlike = [difference for difference in differences if not difference.within]
        if not unlike:
            return
        with self._lock:
            self._unlike += 1
            number = self._unlike
        if number <= LOGGED_REJECTS:
            named = key.loggable if key else "without a key"
            found = "; ".join(map(str, unlike))
            self._log.warning("Other amounts: stream `%s`, %s: %s", label(stream), named, found)
        if number == LOGGED_REJECTS:
            self._log.warning("Further records with other amounts are not logged one by one.")

    def _plan(self, stream: Stream, key: RecordKey | None, outcome: Outcome, changed: Sequence[str]) -> None:
        if self._files and self._files.plan:
            step = {**_named(stream, key), "action": ACTIONS[outcome], "changed": list(changed)}
            self._files.plan.line(orjson.dumps(step))


def _named(stream: Stream, key: RecordKey | None) -> dict[str, object]:
    return {"stream": label(stream), "key": {key.member: key.value} if key else None}


def _rejected_line(line: bytes, code: str, field: str | None, reason: str) -> bytes:
    """The RECORD message as it came, which can be piped in again, and beside it why it was rejected.

    What is not JSON is kept as text, in a message that a later run passes over.
    """
    try:
        # The decoder does not look into what it leaves as bytes.
        message = _LINE.decode(line.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = line.decode(errors="replace").rstrip("\r\n")
        message = {name: msgspec.Raw(orjson.dumps(part)) for name, part in (("type", KEPT_LINE), ("line", text))}
    reasons = {"rejected_reason": code, "rejected_field": field, "rejected_message": masked(reason)}
    return msgspec.json.encode(message | {name: msgspec.Raw(orjson.dumps(text)) for name, text in reasons.items()})
