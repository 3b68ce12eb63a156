"""What pages of the same fields are asked for and decoded with: made once, used for thousands of pages."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from sage_active.direct.contract import Field
from sage_active.direct.query import Shape, selection
from sage_active.direct.row_estimate import estimated_bytes
from sage_active.direct.strategies.selection import heads_of
from sage_active.resources.resource import DirectResource

MOST_IDENTITIES: Final = 1000


class FieldSelection:
    """One selection of fields."""

    def __init__(self, fields: tuple[Field, ...], place: DirectResource) -> None:
        self.fields = fields
        self.heads = heads_of(fields, place)
        self.row_bytes = estimated_bytes(fields)
        self.text = cache(self._text)

    def _text(self, shape: Shape) -> str:
        return selection(self.fields, shape)


class Selections:
    """The selections of one client. Safe for all threads: at worst, the same one is made twice."""

    def __init__(self) -> None:
        self._selection_of = cache(FieldSelection)
        self._by_identity: dict[tuple[int, int], tuple[Sequence[Field], DirectResource, FieldSelection]] = {}

    def of(self, fields: Sequence[Field], place: DirectResource) -> FieldSelection:
        """The selection of these fields. Comparing them is slow, so the very same sequence is recognised at once."""
        known = self._by_identity.get((id(fields), id(place)))
        if known and known[0] is fields and known[1] is place:
            return known[2]
        selection = self._selection_of(tuple(fields), place)
        if len(self._by_identity) >= MOST_IDENTITIES:
            self._by_identity.clear()
        self._by_identity[id(fields), id(place)] = fields, place, selection
        return selection
