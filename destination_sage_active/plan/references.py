"""Finds the ids of what records refer to by natural key: one batched lookup per type and flush."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from destination_sage_active.plan.companions import named_beside
from destination_sage_active.plan.content.validate import UnresolvedReference, unresolved_references, with_ids
from destination_sage_active.plan.dry_run import SIMULATED_ID, SimulatedRows
from destination_sage_active.plan.identity import resolved_identities
from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.resources.table import RESOURCES
from sage_active.writing import Found, Key, Reference, Row, Writable, WriteClient, WriteModel

# Entities that a document may not refer to: (type, member, value) -> why.
REFUSED: Final[Mapping[tuple[str, str, str], str]] = {
    (resource.direct.type, member, value): reason
    for resource in RESOURCES
    if resource.direct
    for (member, value), reason in resource.direct.unreferable.items()
}
# What a record names by its id is looked up only where it may be refused.
CHECKED: Final = frozenset(type_name for type_name, _, _ in REFUSED)
BY_ID: Final = ("id",)


class References:
    """The references of one sync.

    `simulated`: what a dry run would have created by now; `expected`: the types of what this sync creates.
    """

    def __init__(
        self, client: WriteClient, simulated: SimulatedRows | None = None, expected: Collection[str] = ()
    ) -> None:
        self._client = client
        self._simulated = simulated
        self.expected: Final = frozenset(expected)

    def fill(
        self, company: Company, items: Sequence[Item], *, fresh: bool = False
    ) -> list[Item | UnresolvedReference | Rejected]:
        """Each item with the ids in its values, or what is wrong with it.

        That is the first reference that nothing answers, or the reason why one may not be written. Ids that the values
        have already are asked about as well where one may be refused.

        Raises `SageActiveError`.
        """
        open_needs = [
            [
                *unresolved_references(item.values),
                *_given(item.model.fields, item.values, CHECKED | _consulted(item.model)),
            ]
            for item in items
        ]
        found = self._found(company, open_needs, fresh)
        # The rows that were found tell of what type others are, which this sync may still bring.
        further = [
            [*named_beside(item.model, item.values, _referred(needs, found), self.expected)]
            if item.model.creation_rules
            else []
            for item, needs in zip(items, open_needs, strict=True)
        ]
        found |= self._found(company, further, fresh)
        open_needs = [[*needs, *more] for needs, more in zip(open_needs, further, strict=True)]
        results: list[Item | UnresolvedReference | Rejected] = []
        ids = {(reference.type, key): entity.id for (reference, key), entity in found.items() if reference.key != BY_ID}
        for item, needs in zip(items, open_needs, strict=True):
            verdicts = (_wrong(need, found.get((need.reference, need.key))) for need in needs)
            if wrong := next((verdict for verdict in verdicts if verdict), None):
                results.append(wrong)
                continue
            if not needs:
                results.append(item)
                continue
            values = with_ids(item.values, ids)
            referred = _referred(needs, found)
            keys = resolved_identities(item, values, referred)
            results.append(replace(item, values=values, identities=keys, referred=referred))
        return results

    def _found(
        self, company: Company, open_needs: Iterable[Sequence[UnresolvedReference]], fresh: bool
    ) -> dict[tuple[Reference, Key], Found]:
        wanted: defaultdict[Reference, set[Key]] = defaultdict(set)
        for need in chain.from_iterable(open_needs):
            wanted[need.reference].add(need.key)
        return {
            (reference, key): entity
            for reference, keys in wanted.items()
            for key, entity in self._resolved(company, reference, keys, fresh).items()
        }

    def _resolved(
        self, company: Company, reference: Reference, keys: Collection[Key], fresh: bool
    ) -> Mapping[Key, Found]:
        found = self._client.resolve(company, reference, sorted(keys), fresh=fresh)
        simulated = {
            key: Found(SIMULATED_ID)
            for key in keys
            if key not in found and self._simulated and self._simulated.would_exist(company, reference, key)
        }
        return {**{key: found[key] for key in keys if key in found}, **simulated}


def _referred(needs: Iterable[UnresolvedReference], found: Mapping[tuple[Reference, Key], Found]) -> dict[str, Row]:
    """The rows that a record refers to, by path."""
    return {need.member: entity.row for need in needs if (entity := found.get((need.reference, need.key)))}


def _consulted(model: WriteModel) -> frozenset[str]:
    """The types that need more than the ids that a record may have."""
    in_keys = {member for key in model.natural_keys for member in key.via}
    of_keys = frozenset(field.reference.type for field in model.fields if field.name in in_keys and field.reference)
    choice = model.tax_choice
    if choice is None:
        return of_keys
    lines = next((field.children for field in model.fields if field.name == choice.lines), ())
    members = {choice.party, choice.treatment, model.amounts.item if model.amounts else None}
    return of_keys | frozenset(
        field.reference.type for field in (*model.fields, *lines) if field.name in members and field.reference
    )


def _given(
    writables: Sequence[Writable], values: Row, types: frozenset[str] = CHECKED, above: str = ""
) -> Iterator[UnresolvedReference]:
    """What `values` name by ids of their own and must be looked at before it is written, at any depth."""
    for writable in writables:
        value = values.get(writable.name)
        reference, path = writable.reference, f"{above}{writable.name}"
        if reference and reference.type in types and isinstance(value, str):
            yield UnresolvedReference(Reference(reference.type, BY_ID, ()), (value.lower(),), path)
        elif writable.children and value:
            for index, child in enumerate(value if writable.many else [value]):
                below = f"{path}[{index}]." if writable.many else f"{path}."
                yield from _given(writable.children, child, types, below)


def _wrong(need: UnresolvedReference, found: Found | None) -> UnresolvedReference | Rejected | None:
    if found is None:
        return need
    if found.is_one_of_several and need.reference.may_repeat:
        members = " and ".join(need.reference.key)
        reason = f"refers to a {need.reference.type} by {members}, and there are several with it; send its id"
        return Rejected(need.member, reason, "ambiguous")
    for (type_name, member, value), why in REFUSED.items():
        if need.reference.type == type_name and found.row.get(member) == value:
            return Rejected(need.member, why, "document-type")
    return None


def refused_rows(client: WriteClient, company: Company, writables: Sequence[Writable], rows: Sequence[Row]) -> bool:
    """Whether one of these children refers to what a document may not refer to. Raises `SageActiveError`."""
    needs = [need for row in rows for need in _given(writables, row)]
    wanted: defaultdict[Reference, set[Key]] = defaultdict(set)
    for need in needs:
        wanted[need.reference].add(need.key)
    found = {reference: client.resolve(company, reference, sorted(keys)) for reference, keys in wanted.items()}
    return any(isinstance(_wrong(need, found[need.reference].get(need.key)), Rejected) for need in needs)


def unanswered(need: UnresolvedReference) -> Rejected:
    """Why a record is rejected whose reference nothing answers."""
    members = " and ".join(need.reference.key)
    return Rejected(need.member, f"refers to a {need.reference.type} by {members}, and there is none", "reference")
