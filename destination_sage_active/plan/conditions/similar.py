"""New documents that may be there already under another number: held until a person has looked."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from destination_sage_active.plan.amounts.exact import decimal_of
from destination_sage_active.plan.amounts.tax_lines import implied_total
from destination_sage_active.plan.dry_run import SIMULATED_ID
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.rows import row_id
from destination_sage_active.record.rejection import Held
from sage_active.client import Company
from sage_active.days import nearest_day
from sage_active.resources.likeness import Likeness
from sage_active.values import is_number
from sage_active.writing import Row, WriteClient, WriteModel

# What of a document the others are compared with.
Trait = tuple[Any, ...]


class SimilarDocuments:
    """Those of one sync. `is_allowed`: documents may be alike; `keeps`: a dry run, which finds nothing that it made."""

    def __init__(self, client: WriteClient, *, is_allowed: bool, keeps: bool) -> None:
        self._client = client
        self._is_allowed = is_allowed
        self._keeps = keeps
        self._created_in_run: defaultdict[tuple[str, str, Trait], list[tuple[date, str]]] = defaultdict(list)

    def held(self, company: Company, model: WriteModel, items: Mapping[int, Item]) -> Mapping[int, Held]:
        """Why new documents are held, by their places. `items`: all that would be created now, in their order.

        Raises `SageActiveError`.
        """
        likeness = model.likeness
        if likeness is None or self._is_allowed or not items:
            return {}
        traits = {
            index: _traits(likeness, {**item.values, **implied_total(model, item.values)})
            for index, item in items.items()
        }
        known: defaultdict[Trait, list[tuple[date, str, str]]] = defaultdict(list)
        probes = (found for found in traits.values() if found and SIMULATED_ID not in found[0])
        documents = [_probe(likeness, trait, day) for trait, day in probes]
        for row in self._client.alike(model.resource, company, documents):
            if found := _traits(likeness, row):
                known[found[0]].append((found[1], str(row.get(likeness.number) or ""), row_id(model, row)))
        reasons = {}
        key = (company.id, model.resource.name)
        new: defaultdict[Trait, list[tuple[date, str]]] = defaultdict(list)
        for index, found in traits.items():
            if found is None:
                continue
            trait, day = found
            earlier = [*new[trait], *(self._created_in_run[*key, trait] if self._keeps else ())]
            others = [*known[trait], *((other, number, "of this sync") for other, number in earlier)]
            near = next((other for other in others if abs((other[0] - day).days) <= likeness.days), None)
            if near:
                reasons[index] = _held(likeness, *near)
                continue
            number = str(items[index].values.get(likeness.number) or "")
            new[trait].append((day, number))
            if self._keeps:
                self._created_in_run[*key, trait].append((day, number))
        return reasons


def _held(likeness: Likeness, day: date, number: str, document_id: str) -> Held:
    named = f"the number {number}" if number else "no number"
    return Held(
        likeness.number,
        f"possible duplicate: there is a document of {day.isoformat()} with the same {' and '.join(likeness.same)} and "
        f"{named} ({document_id}). Look at both; `allow_similar: true` writes it all the same",
    )


def _traits(likeness: Likeness, row: Row) -> tuple[Trait, date] | None:
    """What a document has in common with those that it is like, and its day; None where it does not say all of it."""
    day = nearest_day(str(row.get(likeness.day) or ""))
    values = tuple(_comparable(row.get(member)) for member in likeness.same)
    return (values, day) if day and all(value is not None for value in values) else None


def _comparable(value: Any) -> Any:
    return decimal_of(value) if is_number(value) else value.lower() if isinstance(value, str) else value


def _probe(likeness: Likeness, trait: Trait, day: date) -> Row:
    return {**dict(zip(likeness.same, trait, strict=True)), likeness.day: day.isoformat()}
