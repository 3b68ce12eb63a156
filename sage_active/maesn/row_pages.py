"""Pages of Maesn's rows: what is decoded of them, and the key under which every row is known.

An invoice may carry `invoiceId`, `id` or both (docs/reference/maesn.md, "Invoices"). Its key is `invoiceId`: a row that
has only the other one gets it appended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from sage_active.client import Page, RowBytes
from sage_active.head_struct import OWN_MEMBERS, clashing, struct
from sage_active.moments import normalize_utc
from sage_active.nesting import unfolded
from sage_active.odd_rows import UNREADABLE_ROW, key_of, members_of, odd_page, values_of
from sage_active.resources.resource import MaesnResource

_ABSENT: Final = msgspec.UNSET
LONGEST_KEY: Final = 60


class TwoKeysError(Exception):
    """A row names itself by two different keys; the text says which."""


class RowPages:
    """Makes pages of the rows of one object."""

    def __init__(self, binding: MaesnResource) -> None:
        self._binding = binding
        self._names = tuple(filter(None, (binding.key, binding.other_key)))
        others = [(name, str | None | msgspec.UnsetType, _ABSENT) for name in self._names[1:]]
        dates = [(name, str | None, None) for name in binding.dates]
        self._decode = msgspec.json.Decoder(struct("Head", [(binding.key, str), *others, *dates, *OWN_MEMBERS])).decode
        self._dates = [attrgetter(name) for name in binding.dates]
        self._key = attrgetter(binding.key)
        self._other = attrgetter(binding.other_key) if binding.other_key else None
        keys = [(name, msgspec.Raw | msgspec.UnsetType, _ABSENT) for name in self._names]
        self._decode_keys = msgspec.json.Decoder(struct("Keys", keys)).decode

    def page(self, rows: Sequence[RowBytes], label: str) -> Page:
        """The page of these rows; `label` names it. Raises `TwoKeysError`."""
        page = self._usual_page(rows)
        if page is None and self._other:
            rows = [self.with_key(row) for row in rows]
            page = self._usual_page(rows)
        if page is None:
            page, _ = odd_page(rows, (self._binding.key,), self._binding.dates, label)
            return replace(page, label=label)
        return page

    def _usual_page(self, rows: Sequence[RowBytes]) -> Page | None:
        """The page, None unless every row has its key and dates as the contract says."""
        decode, members = self._decode, self._dates
        try:
            heads: list[Any] = [decode(row) for row in rows]
            dates = [normalize_utc(members[0](head)) for head in heads] if members else [None] * len(heads)
            if members and None in dates:
                dates = [
                    next((found for date in members if (found := normalize_utc(date(head)))), None) for head in heads
                ]
        except UNREADABLE_ROW:
            return None
        keys = list(map(self._key, heads))
        if not all(keys) or (self._other and not self._are_named_once(keys, map(self._other, heads))):
            return None
        return Page(rows, keys, dates, clashing=clashing(heads))

    @staticmethod
    def _are_named_once(keys: Sequence[str], others: Iterable[Any]) -> bool:
        return all(other is _ABSENT or other is None or other == key for key, other in zip(keys, others, strict=True))

    def with_key(self, row: RowBytes) -> RowBytes:
        """The row with the key under its own name. Raises `TwoKeysError` for two keys that differ."""
        if self._binding.other_key is None:
            return row
        raw_key, raw_other = self._raw_keys(row)
        # Nearly all rows have one of the two, or twice the same.
        if raw_other is _ABSENT or raw_key == raw_other:
            return row
        return self._with_key(row, raw_key, raw_other)

    def _raw_keys(self, row: RowBytes) -> Sequence[Any]:
        try:
            head = self._decode_keys(row)
        except UNREADABLE_ROW:
            return self._odd_keys(row)
        return [getattr(head, name) for name in self._names]

    def _odd_keys(self, row: RowBytes) -> Sequence[Any]:
        try:
            members = members_of(row)
        except UNREADABLE_ROW:
            members = {}
        return [members.get(name, _ABSENT) for name in self._names]

    def _with_key(self, row: RowBytes, raw_key: Any, raw_other: Any) -> RowBytes:
        key, other = (None if raw is _ABSENT else _text(raw) for raw in (raw_key, raw_other))
        if other is None or key == other:
            return row
        if key is not None:
            keys = zip(self._names, (key, other), strict=True)
            raise TwoKeysError(" and ".join(f"`{name}` is {text[:LONGEST_KEY]!r}" for name, text in keys))
        added = msgspec.json.encode(other)
        if raw_key is _ABSENT:
            return msgspec.Raw(b"%s,%s:%s}" % (bytes(row).rstrip()[:-1], msgspec.json.encode(self._binding.key), added))
        # The key is there without a value: it must not be there twice.
        members = {**members_of(row), self._binding.key: msgspec.Raw(added)}
        return msgspec.Raw(unfolded(msgspec.json.encode(members)))


@cache
def row_pages(binding: MaesnResource) -> RowPages:
    """What makes pages of the rows of a resource: made once."""
    return RowPages(binding)


def _text(raw: msgspec.Raw) -> str | None:
    return key_of(values_of(b'{"key":%s}' % bytes(raw)).get("key"))
