"""Which document of this sync belongs to which row of its source, where no mark in the document says so."""

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.rows import row_id
from sage_active.client import Company
from sage_active.writing import Row, WriteModel


class Claims:
    """Remembers hashes: a document in memory may be one of very many."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}

    def note(self, company: Company, item: Item, document_id: str, *, is_marked: bool) -> None:
        """The document is the record's; `is_marked`: it carries a mark that says so already."""
        if item.model.resource.document and item.owner and not is_marked:
            self._owners[_claim_key(company, item.model, document_id)] = hash(item.owner)

    def is_anothers(self, company: Company, model: WriteModel, item: Item, row: Row) -> bool:
        """Whether this sync has met the document as that of another record."""
        owner = self._owners.get(_claim_key(company, model, row_id(model, row)))
        return owner is not None and owner != hash(item.owner)


def _claim_key(company: Company, model: WriteModel, document_id: str) -> int:
    return hash((company.id, model.resource.name, document_id.lower()))
