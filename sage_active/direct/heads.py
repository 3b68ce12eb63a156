"""What is decoded of a row: its key, its own dates, and the dates of the children that it owns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any, Final

import msgspec

from sage_active.client import Page, RowBytes
from sage_active.direct.contract import DATES, Field
from sage_active.direct.filters import is_owned
from sage_active.head_struct import OWN_MEMBERS, clashing, struct
from sage_active.moments import normalize_utc
from sage_active.odd_rows import UNREADABLE_ROW, odd_page

Text = str | None
KEY: Final = "id"
# What `updated_at` is taken from, by preference.
PREFERRED_DATES: Final = ("modificationDate", "creationDate")
DATED: Final = [(date, Text, None) for date in DATES]
ROW: Final = [(KEY, str), *DATED, *OWN_MEMBERS]
# Owned children by their member, whether it is a list of them, and what they own in turn.
Tree = list[tuple["attrgetter[Any]", bool, "Tree"]]


class Heads:
    """A decoder for the rows of one selection."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._plain = msgspec.json.Decoder(struct("Head", ROW))
        head, self._children = _with_children("Row", fields, ROW)
        self._full = msgspec.json.Decoder(head)

    def page(self, rows: Sequence[msgspec.Raw], label: str = "") -> tuple[Page, Text]:
        """The page, and the earliest creation date in it (rows are ordered by it).

        `label` tells the page from all others of a read. Rows without a usable key or date are among its oddities.
        """
        try:
            page, earliest = self._usual_page(rows)
        except UNREADABLE_ROW:
            return self._odd_page(rows, label)
        return (page, earliest) if all(page.keys) else self._odd_page(rows, label)

    def _odd_page(self, rows: Sequence[msgspec.Raw], label: str) -> tuple[Page, Text]:
        page, found = odd_page(rows, (KEY,), PREFERRED_DATES, label)
        # Children that cannot be read do not count: a cursor that stays behind loses nothing.
        whole = [head for head in map(self._whole, page.rows) if head]
        earliest = next((date for odd in found if (date := odd.dates.get("creationDate"))), None)
        return replace(page, latest_child=_latest(whole, self._children)), earliest

    def _whole(self, row: RowBytes) -> Any:
        try:
            return self._full.decode(row)
        except UNREADABLE_ROW:
            return None

    def _usual_page(self, rows: Sequence[msgspec.Raw]) -> tuple[Page, Text]:
        heads, whole = self._decoded(rows)
        dates = [normalize_utc(head.modificationDate) or normalize_utc(head.creationDate) for head in heads]
        latest = _latest(whole, self._children)
        earliest = next((date for head in heads if (date := normalize_utc(head.creationDate))), None)
        return Page(rows, [head.id for head in heads], dates, latest, clashing(heads)), earliest

    def _decoded(self, rows: Sequence[msgspec.Raw]) -> tuple[list[Any], list[Any]]:
        """The heads of all rows, and those of the rows whose children could be decoded as well."""
        decode = self._full.decode
        try:
            heads = [decode(row) for row in rows]
        except msgspec.ValidationError:
            # A child of an unexpected shape must not end the read: its dates only help the cursor along.
            mixed = [self._one(row) for row in rows]
            return mixed, [head for head in mixed if type(head) is self._full.type]
        return heads, heads

    def _one(self, row: msgspec.Raw) -> Any:
        try:
            return self._full.decode(row)
        except msgspec.ValidationError:
            return self._plain.decode(row)


def _dates(parents: Sequence[Any], tree: Tree) -> Iterator[Iterable[Text]]:
    """The dates of all children below some rows; a list at a time, because there are many children."""
    for member, many, below in tree:
        values = filter(None, map(member, parents))
        children = list(filter(None, chain.from_iterable(values)) if many else values)
        for date in DATES:
            yield map(attrgetter(date), children)
        if below:
            yield from _dates(children, below)


def _latest(parents: Sequence[Any], tree: Tree) -> Text:
    """The latest date of all children below some rows; what is not a moment does not count."""
    latest = max(_present(parents, tree), default=None)
    try:
        return normalize_utc(latest)
    except ValueError:
        candidates = set(_present(parents, tree))
    # The latest is nearly always readable, which is why nothing is kept of the others before.
    while candidates:
        latest = max(candidates)
        try:
            return normalize_utc(latest)
        except ValueError:
            candidates.remove(latest)
    return None


def _present(parents: Sequence[Any], tree: Tree) -> Iterator[str]:
    return filter(None, chain.from_iterable(_dates(parents, tree)))


def _with_children(name: str, fields: Sequence[Field], own_members: Iterable[Any]) -> tuple[type[msgspec.Struct], Tree]:
    """A struct with these members and the dates of all owned children, and where the latter are."""
    tree: Tree = []
    members: list[Any] = list(own_members)
    for field in fields:
        if is_owned(field):
            child, below = _with_children(field.name, field.children, DATED)
            members.append((field.name, (list[child | None] if field.many else child) | None, None))  # type: ignore[valid-type]
            tree.append((attrgetter(field.name), field.many, below))
    return struct(name, members), tree
