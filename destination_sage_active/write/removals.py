"""Whether lines that a record lacks may be removed: only from drafts of our own, and only lines of our own.

A line that came from an order or a delivery note carries a link that its removal would break, and one that a person has
added is that person's decision: such a record is held (docs/reference/documents.md, "Links between documents").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from destination_sage_active.plan.diff import Missing
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.references import refused_rows
from destination_sage_active.plan.rows import carries, row_id
from destination_sage_active.record.rejection import Held
from destination_sage_active.report.receipts import Receipts
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.faults import rows
from sage_active.markets import DIRECT
from sage_active.moments import parse_utc
from sage_active.writing import Row, WriteClient, WriteModel

# The server keeps the links between documents to itself; then nothing is removed.
UNTOLD: Final = rows(
    "right-missing", "edition-lacks-feature", "object-not-offered", "field-unknown", "filter-unknown", "graphql-error"
)
# Lines that one write creates have dates so close to each other, in seconds.
ONE_WRITE: Final = 60.0
SUBJECT: Final = "the document has lines that the record lacks"
REMEDY: Final = "remove them in Sage Active, add them to the record, or let the stream keep them (`missing_children`)"


@dataclass(frozen=True, slots=True)
class Removal:
    """A record without some lines of its document. `row`: the document; `missing_parts`: the lists in question."""

    item: Item
    row: Row
    missing_parts: Sequence[Missing]


class Removals:
    """Judges removals, with as few questions to the API as there are chunks of documents."""

    def __init__(self, client: WriteClient, receipts: Receipts) -> None:
        self._client = client
        self._receipts = receipts

    def held(self, company: Company, model: WriteModel, removals: Sequence[Removal]) -> Mapping[int, Held]:
        """Why records are held, by the place of their removal. Raises `SageActiveError`."""
        if not removals:
            return {}
        self._receipts.refresh()
        ids = [row_id(model, removal.row).lower() for removal in removals if _is_ours(model, removal)]
        try:
            derived = self._client.derived(model.resource, company, ids) if ids else ()
        except SageActiveError as error:
            if error.fault not in UNTOLD:
                raise
            derived = ids
        verdicts = {}
        for index, removal in enumerate(removals):
            reason = next(self._reasons(company, model, removal, row_id(model, removal.row).lower() in derived), None)
            if reason:
                verdicts[index] = Held(removal.missing_parts[0].member, f"{SUBJECT}, and {reason}: {REMEDY}")
        return verdicts

    def _reasons(self, company: Company, model: WriteModel, removal: Removal, is_derived: bool) -> Iterator[str]:
        if not _is_ours(model, removal):
            yield "it was not created by this connector for this record"
        if is_derived:
            yield "it was made from another document, such as an order or a delivery note, or that cannot be told"
        children = {writable.name: writable.children for writable in model.fields}
        for part in removal.missing_parts:
            if refused_rows(self._client, company, children[part.member], part.rows):
                yield "one of them deducts an advance invoice"
            if any(_is_taken_over(model, line) for line in part.rows):
                yield "a later document, such as a delivery note or an invoice, has taken one of them over"
            if any(not self._is_own_line(model, removal.row, part, line) for line in part.rows):
                yield "one of them was added after the connector last wrote the document"

    def _is_own_line(self, model: WriteModel, row: Row, part: Missing, line: Row) -> bool:
        """Whether a line is as old as our last write; without a receipt, as the document or a line that we know."""
        if "id" not in line:
            # A dry run would have created it.
            return True
        created = _moment(line)
        if created is None:
            return False
        if (written := self._receipts.last_write(row_id(model, row).lower())) is not None:
            return created <= written
        known = (_moment(known_row) for known_row in (row, *part.has))
        return any(moment is not None and abs(created - moment) <= ONE_WRITE for moment in known)


def _is_ours(model: WriteModel, removal: Removal) -> bool:
    member, value = model.created_by_us or (None, None)
    is_marked = model.marker is None or carries(model, removal.row, *removal.item.marks)
    return is_marked and (member is None or removal.row.get(member) == value)


def _is_taken_over(model: WriteModel, line: Row) -> bool:
    """Whether a later document has taken a line over; one that does not tell is not asked about."""
    binding = model.resource.direct if model.connection == DIRECT else None
    member, value = (binding and binding.untouched_line) or (None, None)
    return member is not None and line.get(member) not in (None, value)


def _moment(row: Row) -> float | None:
    try:
        return parse_utc(str(row.get("creationDate"))).timestamp()
    except ValueError:
        return None
