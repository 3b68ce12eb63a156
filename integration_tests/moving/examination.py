"""What a copy of a company lacks, why, and what of that nothing explains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from integration_tests.connector import Message
from integration_tests.destination import Destination
from integration_tests.moving.comparison import Books, Entry, missing_entries, totals, unequal_balances, unequal_items
from integration_tests.moving.copying import CompanyCopy
from sage_active_sandbox.sandbox import Sandbox

# Entries that are never copied: docs/moving-a-company.md, "What differs".
NEVER: Final = (
    "CASH_VAT_ADJUSTMENT",
    "CLOSURE_ACCOUNTING",
    "CLOSURE_EXERCISE",
    "CLOSURE_WORTH",
    "TEMPORARY_CARRY_FORWARD",
)


@dataclass(frozen=True)
class Examination:
    """A copy beside its original. `missing_entries`: those it lacks, each with the reason; `problems`: all else."""

    missing_entries: list[tuple[str, Entry]]
    problems: list[str]

    @property
    def differences(self) -> list[str]:
        """What is missing by type of entry: their number and what they come to."""
        return [*totals(self.missing_entries)]


def examine(sandbox: Sandbox, pair: CompanyCopy) -> Examination:
    """Compares a copy that was just made with its original."""
    origin, copy = Books.of(sandbox, pair.origin), Books.of(sandbox, pair.copy)
    refused = _refused(pair.destination)
    explained, unexplained = list[tuple[str, Entry]](), list[str]()
    for entry in missing_entries(origin, copy):
        reason = _reason(entry, refused)
        if reason is None:
            unexplained.append(f"nothing explains that {entry.content} is missing, {entry.kind}")
        else:
            explained.append((reason, entry))
    surplus = [f"only the copy has {entry.content}, {entry.kind}" for entry in missing_entries(copy, origin)]
    balances = unequal_balances(origin, copy, [entry for _, entry in explained])
    return Examination(explained, [*unexplained, *surplus, *balances, *unequal_items(origin, copy)])


def _reason(entry: Entry, documents: Mapping[str, str]) -> str | None:
    """Why an entry is not in the copy; None where nobody knows."""
    if entry.row["entryType"] in NEVER:
        return entry.kind
    reason = documents.get(entry.document_id or entry.row["id"])
    return reason and f"{entry.kind}, {reason}"


def _refused(destination: Destination) -> Mapping[str, str]:
    """Why records were rejected, by their ids in the source."""
    return dict(map(_id_and_reason, destination.rejected()))


def _id_and_reason(line: Message) -> tuple[str, str]:
    record = line["record"]
    return record["data"]["id"], f"{record['stream']} {line['rejected_reason']} ({line['rejected_field']})"
