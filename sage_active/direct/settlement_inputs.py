"""What payments accept: the members of their inputs, what may stand for ids in a record, and where entries have them.

Sources: docs/reference/documents.md, "Open items"; docs/reference/accounting.md, "Creating entries".
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sage_active.direct.field_facts import FACTS, NO_FACTS
from sage_active.resources.contract_exceptions import DEFAULT_NATURAL_KEY, NATURAL_KEYS
from sage_active.resources.resource import DirectResource
from sage_active.resources.settlement import Settlement
from sage_active.writing import FieldKind, Reference, Writable

METHOD_TYPE: Final = "PaymentMethod"


def settlement_fields(
    binding: DirectResource, settlement: Settlement, declared: Sequence[Writable]
) -> tuple[Writable, ...]:
    """The members of a create that settles. `declared`: as its input has them."""
    return tuple(_member(binding, settlement, writable) for writable in declared)


def _member(binding: DirectResource, settlement: Settlement, declared: Writable) -> Writable:
    name = declared.name
    facts = FACTS[binding.type].get(name, NO_FACTS)
    # Of the entry that it makes, only what it is found by is the payment's own; amounts are compared apart.
    (key,) = binding.keys
    is_compared = name in key.members and name not in key.via
    member = replace(declared, returned=is_compared, max_length=facts.length)
    if name == settlement.day:
        return replace(member, kind=FieldKind.DAY, path=key.path(name))
    if name == settlement.method:
        return _named(member, METHOD_TYPE, (settlement.method_name,))
    if name == settlement.party:
        return _named(member, settlement.party_type, NATURAL_KEYS.get(settlement.party_type, DEFAULT_NATURAL_KEY))
    if name == settlement.items:
        return replace(member, required=True, nullable=False, whole=True, children=_children(settlement, member))
    return member


def _named(member: Writable, type_name: str, key: tuple[str, ...]) -> Writable:
    """An id that a record may leave out, because it has the natural key in an object of that name."""
    beside = f"{type_name[0].lower()}{type_name[1:]}"
    return replace(member, reference=Reference(type_name, key, (tuple((beside, part) for part in key),)))


def _children(settlement: Settlement, items: Writable) -> tuple[Writable, ...]:
    """What is paid: an open item by its id, or by its document and the day on which it is due."""
    number = _only_said(settlement.settled.number, FieldKind.TEXT)
    document = replace(_only_said(settlement.document, FieldKind.OBJECT), children=(number,))
    sent = tuple(
        replace(child, required=False, nullable=True, nameless=True) if child.name == settlement.item else child
        for child in items.children
    )
    return (*sent, document, _only_said(settlement.due, FieldKind.DAY))


def _only_said(name: str, kind: FieldKind) -> Writable:
    """What a record says, and nothing sends."""
    return Writable(name=name, kind=kind, returned=False, creatable=False, updatable=False)
