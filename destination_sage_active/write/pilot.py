"""The pilot: few documents become final, a person looks at them, and only then come the others."""

import logging
from collections import Counter
from typing import Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.options.final_acts import FinalActs
from destination_sage_active.plan.amounts.exact import decimal_of, format_amount
from destination_sage_active.plan.amounts.sums import total_of
from destination_sage_active.record.key import SHOWN_KEYS, creates_final
from destination_sage_active.record.stream import Stream
from destination_sage_active.write.stream_failures import StreamFailures
from destination_sage_active.write.waiting_documents import numbering_of
from sage_active.client import Company
from sage_active.counted import counted
from sage_active.writing import Row, WriteClient, WriteModel

LOGGER = logging.getLogger("airbyte")
MOST_NAMED: Final = 10


class Pilot:
    """That of one sync. `acts`: what is allowed; None: there is no pilot."""

    def __init__(self, client: WriteClient, acts: FinalActs | None, failures: StreamFailures) -> None:
        self._client = client
        self._size = acts.pilot if acts else 0
        self._failures = failures
        self._finalized: list[tuple[Company, WriteModel, str, str]] = []
        self._held_back: Counter[Stream] = Counter()
        self._targets: dict[Stream, Target] = {}

    @property
    def is_on(self) -> bool:
        """Whether there is a pilot."""
        return bool(self._size)

    def is_over(self, name: str, finalized: int) -> bool:
        """Whether no further document of an object may become final, after so many."""
        return bool(self._size) and finalized >= self._size

    def note(self, company: Company, model: WriteModel, row_id: str | None, day: str) -> None:
        """Remembers a document that became final."""
        if self._size and row_id:
            self._finalized.append((company, model, row_id, day))

    def hold_back(self, target: Target) -> None:
        """Counts a record that waits for the others to be looked at."""
        self._held_back[target.stream] += 1
        self._targets[target.stream] = target

    def conclude(self) -> None:
        """Reads back what became final, and says what to look at; the streams that wait have failed.

        Raises `SageActiveError`.
        """
        if not self._finalized and not self._held_back:
            return
        described = [self._described(*entry) for entry in self._finalized[:MOST_NAMED]]
        if len(self._finalized) > MOST_NAMED:
            described.append(f"and {len(self._finalized) - MOST_NAMED} more")
        listing = "; ".join(described) or "a record that may or may not have been created"
        LOGGER.warning("Final now, as `final_acts.pilot` allows: %s.", listing)
        for stream, count in self._held_back.items():
            target = self._targets[stream]
            drafts = (
                counted(count, "record of it waits, not created", "records of it wait, not created")
                if creates_final(target.resource, self._client.connection)
                else counted(count, "document of it waits as a draft", "documents of it wait as drafts")
            )
            self._failures.stop(
                target,
                f"Stream `{target.label}`: the pilot is over, and {drafts}. Final now: {listing}.",
                "Look at what is final in Sage Active: number, date, amounts and taxes. If all is right, set "
                "`final_acts.pilot` to 0. The next sync brings the others again.",
            )

    def _described(self, company: Company, model: WriteModel, row_id: str, day: str) -> str:
        id_member, numbering = model.resource.key(model.connection), numbering_of(model)
        rows = self._client.find(model.resource, company, id_member, [row_id], fresh=True)
        row: Row = next(iter(rows), {})
        members = model.amounts.totals if model.amounts else ()
        amounts = [(total.member, decimal_of(row.get(total.member))) for total in members]
        listed = ", ".join(f"{name} {format_amount(amount)}" for name, amount in amounts if amount is not None)
        named = [numbering.number, *(member for member in model.key_members if member in SHOWN_KEYS)]
        number = next((row[member] for member in named if member and row.get(member)), "without a number")
        if numbering.total:
            lines, member = numbering.total
            total = format_amount(total_of(row.get(lines) or (), member))
            return f"{company.label}: number {number} of {day}, total {total}"
        status = row.get(model.lifecycle.member) if model.lifecycle else None
        return f"{company.label}: {number} of {day}, {status}, {listed or 'amounts unknown'}"
