"""What pages of the same fields are asked for and decoded with: made once, used for thousands of pages."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sage_active.direct.contract import Contract, Field
from sage_active.direct.query import Shape, WrittenField, selection
from sage_active.direct.row_estimate import estimated_bytes
from sage_active.direct.strategies.selection import heads_of, selected_fields
from sage_active.resources.resource import DirectResource

MOST_IDENTITIES: Final = 1000


class FieldSelection:
    """One selection of fields."""

    def __init__(self, fields: tuple[Field, ...], binding: DirectResource) -> None:
        self.fields = fields
        self.heads = heads_of(fields, binding)
        self.row_bytes = estimated_bytes(fields)
        self.text = cache(self._text)
        # What was asked for before, written once for all companies.
        self.questions: dict[Hashable, WrittenField] = {}

    def _text(self, shape: Shape) -> str:
        return selection(self.fields, shape)


class Selections:
    """The selections of one client. Safe for all threads: at worst, the same one is made twice."""

    def __init__(self) -> None:
        self._selection_of = cache(FieldSelection)
        self._by_identity: dict[tuple[int, int], tuple[Sequence[Field], DirectResource, FieldSelection]] = {}
        self._by_schema: dict[tuple[int, int], tuple[Mapping[str, Any], DirectResource, tuple[Field, ...]]] = {}

    def fields(self, contract: Contract, binding: DirectResource, schema: Mapping[str, Any]) -> tuple[Field, ...]:
        """What a catalog selects of a row, worked out once for the very same schema."""
        known = self._by_schema.get((id(schema), id(binding)))
        if known and known[0] is schema and known[1] is binding:
            return known[2]
        fields = selected_fields(contract, binding, schema)
        if len(self._by_schema) >= MOST_IDENTITIES:
            self._by_schema.clear()
        self._by_schema[id(schema), id(binding)] = schema, binding, fields
        return fields

    def of(self, fields: Sequence[Field], binding: DirectResource) -> FieldSelection:
        """The selection of these fields. Comparing them is slow, so the very same sequence is recognised at once."""
        known = self._by_identity.get((id(fields), id(binding)))
        if known and known[0] is fields and known[1] is binding:
            return known[2]
        selection = self._selection_of(tuple(fields), binding)
        if len(self._by_identity) >= MOST_IDENTITIES:
            self._by_identity.clear()
        self._by_identity[id(fields), id(binding)] = fields, binding, selection
        return selection
