"""Finds documents where no filter can tell: by keys that people spell in many ways, and by what they have in common.

The filter narrows as far as it can, in rows of a few members; the rest is compared here.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any, Final

from sage_active.client import Company
from sage_active.direct.contract import Contract, Field
from sage_active.direct.filters import Where, all_of, any_of
from sage_active.direct.key_filters import ShapedWhere, literal, nested, path_in
from sage_active.direct.lookup import Lookup
from sage_active.direct.query import Shape
from sage_active.resources.keys import Key
from sage_active.resources.likeness import Likeness
from sage_active.resources.resource import DirectResource
from sage_active.writing import FieldKind, Row, WriteModel, is_uuid

# How many owners of documents one filter lists: each may have many pages of them, and filters are asked side by side.
OWNERS_PER_FILTER: Final = 25
# How many documents one filter asks about.
DOCUMENTS_PER_FILTER: Final = 50


class LooseLookup:
    """Those of one sign-in. `executor`: asks several questions side by side."""

    def __init__(self, contract: Contract, lookup: Lookup, executor: Executor) -> None:
        self._contract = contract
        self._lookup = lookup
        self._executor = executor

    def ids(
        self, binding: DirectResource, model: WriteModel, company: Company, key: Key, values: Sequence[str]
    ) -> list[str]:
        """The ids of the rows with one of these keys, in any spelling. Raises `SageActiveError`."""
        further = (key.apart.within,) if key.apart else ()
        heads = tuple(dict.fromkeys((*(key.path(member)[0] for member in key.members), *further)))
        wheres = loosely_keyed(self._contract.fields(binding.type), model, key, values)
        rows = chain.from_iterable(
            self._executor.map(partial(self._lookup.members, company, binding.type, heads), wheres)
        )
        wanted = frozenset(values)
        return [str(row["id"]) for row in rows if model.key_value(str(key), row) in wanted]

    def alike(self, binding: DirectResource, company: Company, documents: Sequence[Row]) -> Sequence[Row]:
        """The members that tell of the rows that are like one of these documents. Raises `SageActiveError`."""
        likeness = binding.likeness
        if likeness is None or not documents:
            return ()
        members = (*likeness.same, likeness.day, likeness.number)
        find = partial(self._lookup.members, company, binding.type, members)
        return list(chain.from_iterable(self._executor.map(find, alike(likeness, documents))))


def loosely_keyed(fields: Sequence[Field], model: WriteModel, key: Key, values: Iterable[str]) -> Iterator[ShapedWhere]:
    """Filters that together select all rows whose key is one of `values`, and others with them."""
    *grouping, listed = [member for member in key.members if member not in key.forms]
    spans = {member: form.bounds for member, form in key.forms.items() if form.bounds}
    groups: dict[tuple[Any, ...], dict[Any, None]] = {}
    for value in values:
        parts = dict(zip(key.members, key.parts(value), strict=True))
        if not all(is_uuid(part) for member, part in parts.items() if model.key_kinds.get(member) is FieldKind.ID):
            # The server refuses a whole filter for one value that is not one of its ids.
            continue
        group = (
            *(literal(model.key_kinds.get(member), parts[member]) for member in grouping),
            *(bounds(parts[member]) for member, bounds in spans.items()),
        )
        groups.setdefault(group, {})[literal(model.key_kinds.get(listed), parts[listed])] = None

    def filter_of(group: tuple[Any, ...], chunk: Sequence[Any]) -> ShapedWhere:
        def where(shape: Shape) -> Where | None:
            conditions = [*({"eq": part} for part in group[: len(grouping)]), *map(_span, group[len(grouping) :])]
            members = (*grouping, *spans)
            return all_of(
                *(
                    nested(path_in(fields, key.path(member), shape), condition)
                    for member, condition in zip(members, conditions, strict=True)
                ),
                nested(path_in(fields, key.path(listed), shape), {"in": list(chunk)}),
            )

        return where

    for group, found in groups.items():
        for start in range(0, len(found), OWNERS_PER_FILTER):
            yield filter_of(group, list(found)[start : start + OWNERS_PER_FILTER])


def alike(likeness: Likeness, documents: Sequence[Row]) -> Iterator[Where]:
    """Filters that together select the rows that are like one of these documents."""
    for start in range(0, len(documents), DOCUMENTS_PER_FILTER):
        found = any_of(*(_like(likeness, document) for document in documents[start : start + DOCUMENTS_PER_FILTER]))
        if found:
            yield found


def _like(likeness: Likeness, document: Row) -> Where | None:
    day = date.fromisoformat(str(document[likeness.day])[:10])
    # A day is midnight in UTC, or local midnight shown in UTC.
    before, after = (day + timedelta(days=days) for days in (-likeness.days - 1, likeness.days + 1))
    span = (f"{before.isoformat()}T00:00:00Z", f"{after.isoformat()}T00:00:00Z")
    return all_of(*({member: {"eq": document[member]}} for member in likeness.same), {likeness.day: _span(span)})


def _span(bounds: tuple[str, str]) -> Where:
    first, end = bounds
    return {"gte": first, "lt": end}
