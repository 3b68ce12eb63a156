"""The rows that records lead to: what is there already of each of them."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.claims import Claims
from destination_sage_active.plan.content.spellings import Known, Spellings, is_spelled
from destination_sage_active.plan.found_rows import rows_by_value
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.nearest_rows import nearest_rows
from destination_sage_active.plan.planner import has_room
from destination_sage_active.plan.rows import by_age, carries, is_marked, is_younger, row_id
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.writing import Row, WriteClient, WriteModel


class MarkerTracker(Protocol):
    """Who looks once more for documents that may be there twice."""

    def track(self, company: Company, model: WriteModel, markers: Iterable[str]) -> None:
        """Remembers markers for the sweep at the end."""


@dataclass(frozen=True, slots=True)
class Match:
    """The rows that a record may be written to.

    `is_certain`: a further identity could not lead elsewhere; `is_taken`: the record's own number is, or is also, that
    of another record's document; `near`: where there is no row, one that may be of the same record all the same, since
    its key differs in nothing but a part of what tells rows apart; `is_adopted`: the row has no mark yet, and becomes
    the record's; `doubt`: why it cannot be told whether a row is the record's.
    """

    rows: Sequence[Row] = ()
    is_certain: bool = False
    is_taken: bool = False
    near: Row | None = None
    is_adopted: bool = False
    doubt: Rejected | None = None


def own_rows(
    model: WriteModel, item: Item, found: Mapping[RecordKey, Sequence[Row]], is_anothers: Callable[[Row], bool]
) -> Match:
    """Which of the rows that a record's identities lead to are its own.

    A number may be shared: a document with the mark of another row, or that this sync has met as another record's, is
    not this record's. One without a mark is adopted where nothing carries the record's own.
    """
    adoptable: Sequence[Row] = ()
    is_taken = False
    for identity in item.identities:
        rows = found.get(identity, ())
        if identity.member not in model.document_keys or item.owner is None:
            if rows:
                return Match(rows, is_certain=True, is_taken=is_taken)
            continue
        if with_mark := [row for row in rows if carries(model, row, *item.marks)]:
            return Match(with_mark, is_certain=True)
        free = [row for row in rows if not is_marked(model, row) and not is_anothers(row)]
        is_taken = is_taken or len(free) < len(rows)
        adoptable = adoptable or free
    return Match(adoptable, is_taken=is_taken)


class Matcher:
    """Looks records up by their identities, a whole batch at once.

    `duplicates` is told of documents that are there twice, or so young that another copy may still arrive.
    """

    def __init__(
        self, client: WriteClient, duplicates: MarkerTracker | None, claims: Claims, settle_seconds: float
    ) -> None:
        self._client = client
        self._duplicates = duplicates
        self._claims = claims
        self._settle_seconds = settle_seconds
        self._spellings = Spellings()

    def find(self, company: Company, model: WriteModel, items: Sequence[Item], *, fresh: bool) -> Sequence[Match]:
        """What each item leads to: by its first identity, else by the next one. Raises `SageActiveError`.

        A number is looked for in its one form and as version 0.1 may have written it, in one look-up. `fresh`: as the
        API has them now.
        """
        self._spellings.meet(company, model, items)
        matches = [Match()] * len(items)
        found: list[dict[RecordKey, Sequence[Row]]] = [{} for _ in items]
        for depth in range(max((len(item.identities) for item in items), default=0)):
            by_member: defaultdict[str, list[int]] = defaultdict(list)
            for index, item in enumerate(items):
                if not matches[index].is_certain and depth < len(item.identities):
                    by_member[item.identities[depth].member].append(index)
            for member, indexes in by_member.items():
                keys = {index: items[index].identities[depth] for index in indexes}
                values = [value for key in keys.values() for value in self._spellings.of(company, model, key)]
                wanted = list(dict.fromkeys(values))
                known = rows_by_value(self._client, company, model, member, wanted, fresh=fresh)
                for index, key in keys.items():
                    found[index][key] = self._rows(company, model, items[index], key, known)
                    matches[index] = self._match(company, model, items[index], found[index])
                if model.natural_key(member).apart:
                    nearest = nearest_rows(model, member, known)
                    for index, key in keys.items():
                        if not matches[index].rows and (near := nearest(key)):
                            matches[index] = replace(matches[index], near=near)
        for item, match, rows_by_key in zip(items, matches, found, strict=True):
            self._name_others(company, model, item, match, rows_by_key)
        return matches

    def _rows(self, company: Company, model: WriteModel, item: Item, key: RecordKey, known: Known) -> Sequence[Row]:
        """The rows with a key, in the spelling that counts; after them documents that belong to other records."""
        if key.member not in model.document_keys or item.owner is None:
            return self._spellings.rows(company, model, item, key, known)
        free: dict[str, list[Row]] = defaultdict(list)
        others: list[Row] = []
        for value in self._spellings.of(company, model, key):
            for row in known.get(value, ()):
                is_others = not carries(model, row, *item.marks) and (
                    is_marked(model, row) or self._claims.is_anothers(company, model, item, row)
                )
                (others if is_others else free[value]).append(row)
        return [*self._spellings.rows(company, model, item, key, free), *others]

    def _match(
        self, company: Company, model: WriteModel, item: Item, found: Mapping[RecordKey, Sequence[Row]]
    ) -> Match:
        """Of several documents with the record's mark the one that stays; the sweep removes the others.

        It also looks at a young one again: what a run that has died had sent may still arrive.
        """
        match = own_rows(model, item, found, lambda row: self._claims.is_anothers(company, model, item, row))
        rows = match.rows
        mark = next(
            (candidate for candidate in item.marks if all(carries(model, row, candidate) for row in rows)), None
        )
        if not rows or mark is None:
            return match
        if self._duplicates and (len(rows) > 1 or is_younger(rows[0], self._settle_seconds, time.time())):
            self._duplicates.track(company, model, [mark])
        # Nobody removes one of two that were made of another document.
        return Match(by_age(rows)[: None if model.generation else 1], is_certain=True)

    def _name_others(
        self,
        company: Company,
        model: WriteModel,
        item: Item,
        match: Match,
        found: Mapping[RecordKey, Sequence[Row]],
    ) -> None:
        """Warns of a document without a mark that has the record's number in another spelling."""
        for key, rows in found.items():
            if match.rows and key.member in model.document_keys and item.owner:
                spare = [row for row in rows if not is_marked(model, row) and not is_spelled(model, key, [row])]
                self._spellings.name(company, model, item, match.rows, [row for row in spare if row not in match.rows])


def require_own_document(model: WriteModel, item: Item) -> None:
    """Raises `Rejected` unless a record whose number is that of another record's document can have one of its own."""
    member = item.key.member
    reason = "is the number of a document that belongs to another record"
    if item.target.mode is Mode.UPDATE:
        raise Rejected(member, reason, "not-found")
    if item.target.mode is Mode.APPEND or item.marker is None:
        raise Rejected(member, reason, "exists")
    if not has_room(model, item.values, item.marker):
        raise Rejected(
            member, f"{reason}, and the remarks leave no room for the mark that tells them apart", "ambiguous"
        )


def following(model: WriteModel, items: Sequence[Item], rows: Sequence[Sequence[Row]]) -> set[int]:
    """The places of the items that lead to the same row as another one, by different keys.

    The one whose mark the row carries goes first: if its number has changed, the others no longer find the row.
    """
    first: dict[str, int] = {}
    alone = {index: existing[0] for index, existing in enumerate(rows) if len(existing) == 1}
    for index, row in alone.items():
        document_id = row_id(model, row).lower()
        before = first.setdefault(document_id, index)
        if carries(model, row, *items[index].marks) and not carries(model, row, *items[before].marks):
            first[document_id] = index
    return alone.keys() - set(first.values())


def is_among(model: WriteModel, known_id: str | None, rows: Sequence[Row]) -> bool:
    """Whether an item's row is one of these, if it has one."""
    return known_id is None or any(row_id(model, row).lower() == known_id.lower() for row in rows)
