"""Documents whose content is in Sage Active, and which become final once the input has ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.record_file import RecordFile, RecordPosition
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.amounts.rate_shares import Share
from destination_sage_active.plan.content.days import day_in
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.write.task import KnownRow, Result
from sage_active.client import Company
from sage_active.resources.numbering import Numbering
from sage_active.writing import Row, WriteModel


@dataclass(slots=True)
class WaitingDocument:
    """What is kept in memory of one document; its record is on disk.

    `row`: its row, and what became of its content; `day`, `series`: its date and the id of its number series, empty and
    None as long as the server alone knows them; `key`: how messages name it; `shares`: its amounts, in a dry run.
    """

    company: Company
    model: WriteModel
    position: RecordPosition
    ticket: Ticket
    row: KnownRow
    day: str
    series: str | None
    key: RecordKey
    shares: Sequence[Share] = ()

    @property
    def target(self) -> Target:
        """Where its stream goes."""
        return self.position.target

    @property
    def id(self) -> str:
        """That of its row."""
        return self.row.id or ""

    def stand_at(self, row: Row, zone: tzinfo) -> None:
        """Takes its date and series from the row that the server has."""
        numbering = numbering_of(self.model)
        self.day = day_in(row.get(numbering.day), zone) or self.day
        self.series = _id(_of(numbering.series, row)) or self.series


class WaitingDocuments:
    """Those of one sync, each row once: of several versions of a record the last one makes it final."""

    def __init__(self, zone: tzinfo) -> None:
        self._file: Final = RecordFile()
        self._zone = zone
        self._by_row: dict[tuple[str, str, str], WaitingDocument] = {}

    def add(self, company: Company, result: Result, shares: Sequence[Share]) -> WaitingDocument | None:
        """Takes a document; returns the earlier version of it that no longer waits."""
        item, row = result.item, result.row
        found = row.found or {}
        outcome = Outcome.CREATED if row.is_own and row.outcome is None else row.outcome
        numbering = numbering_of(item.model)
        entry = WaitingDocument(
            company,
            item.model,
            self._file.add(item.record),
            item.ticket,
            # What was found may be large, and is looked up again.
            replace(row, outcome=outcome, found=None, awaits_end=False),
            day_in(_of(numbering.day, item.values, found), self._zone),
            _id(_of(numbering.series, item.values, found)),
            item.key,
            shares,
        )
        key = (company.id, item.model.resource.name, entry.id.lower())
        earlier = self._by_row.pop(key, None)
        self._by_row[key] = entry
        return earlier

    def record(self, entry: WaitingDocument) -> Record:
        """The record of a document."""
        return self._file.read(entry.position)

    def drain(self) -> Iterator[tuple[Company, list[WaitingDocument]]]:
        """All documents by company and type, each group in the order of its records.

        Objects of one type may share a number series.
        """
        groups: dict[tuple[str, str], list[WaitingDocument]] = {}
        for entry in self._by_row.values():
            groups.setdefault((entry.company.id, entry.model.type), []).append(entry)
        self._by_row = {}
        for entries in groups.values():
            yield entries[0].company, entries

    def close(self) -> None:
        """Forgets everything."""
        self._file.close()


def numbering_of(model: WriteModel) -> Numbering:
    """How the documents of an object are numbered. Raises `KeyError` for an object that never becomes final."""
    numbering = model.resource.direct.numbering if model.resource.direct else None
    if numbering is None:
        raise KeyError(f"{model.resource.name} have no dates by which they become final")
    return numbering


def _of(member: str | None, *rows: Row) -> Any:
    """What the first of these rows that has something says of a member."""
    return next((row[member] for row in rows if row.get(member)), None) if member else None


def _id(value: Any) -> str | None:
    return str(value).lower() if value else None
