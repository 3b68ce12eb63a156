"""One input record as it is written to Sage Active: what it says, and by what it is recognised there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.amounts.stated_amounts import Stated
from destination_sage_active.plan.content.versions import Version
from destination_sage_active.record.key import RecordKey
from sage_active.client import Company
from sage_active.resources.keys import key_name
from sage_active.writing import Row, WriteModel


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A record that can be written.

    `identities`: members and values to look for it by, in order of preference; `owners`: what stands for the row of the
    source, for documents: its mark, then those that version 0.1 may have made of it; `version`: which version of its
    record it is; `is_deleted`: its source has deleted it, so that it is not content; `stated`: the amounts that it
    states; `referred`: the rows that it refers to, by path; `number`: the number that its document is to become final
    under; `withheld`: the members with effects outside the company that are sent as false; `state`: what its document
    is to become; None: what the options say; `has_register`: whether its row should have a tax register if it is about
    VAT.
    """

    record: Record
    ticket: Ticket
    model: WriteModel
    values: Mapping[str, Any]
    identities: tuple[RecordKey, ...]
    owners: tuple[str, ...] = ()
    version: Version | None = None
    is_deleted: bool = False
    stated: Stated | None = None
    referred: Mapping[str, Row] = field(default_factory=dict)
    number: str | None = None
    withheld: frozenset[str] = frozenset()
    state: str | None = None
    has_register: bool = True

    @property
    def target(self) -> Target:
        """Where its stream goes."""
        return self.record.target

    @property
    def key(self) -> RecordKey:
        """How messages name it: by the key that the user chose, else by what it is looked for at last."""
        chosen = key_name(self.target.key or ())
        return next((identity for identity in self.identities if identity.member == chosen), self.identities[-1])

    @property
    def owner(self) -> str | None:
        """What stands for the row of the source, for documents."""
        return self.owners[0] if self.owners else None

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that its document may carry: its own, then those that version 0.1 may have made."""
        return self.owners if self.model.marker else ()

    @property
    def marker(self) -> str | None:
        """The mark that its document gets, so that one that was created twice is recognised."""
        return self.owner if self.model.marker else None

    def names(self, company: Company) -> set[tuple[str, str, str]]:
        """Everything that identifies it in a company, whatever the member is called."""
        values = {identity.value for identity in self.identities} | ({self.marker} if self.marker else set())
        return {(company.id, self.target.resource.name, value) for value in values}


def rounds(items: Sequence[Item]) -> list[list[Item]]:
    """The items in rounds that have every key once, in their order: a later record meets what an earlier one wrote."""
    if items and items[0].model.settlement:
        # Of two for one open item the later one meets what the earlier one has left.
        return [[item] for item in items]
    chunks: list[list[Item]] = []
    seen: dict[RecordKey, int] = {}
    for item in items:
        number = max((seen[identity] + 1 for identity in item.identities if identity in seen), default=0)
        seen.update(dict.fromkeys(item.identities, number))
        if number == len(chunks):
            chunks.append([])
        chunks[number].append(item)
    return chunks
