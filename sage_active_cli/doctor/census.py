"""Which roots and fields of the contract a server has: each root is asked for full rows that no filter lets through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.contract import Contract, Field
from sage_active.direct.organizations import EMPTY_ID
from sage_active.direct.query import RootField, Shape, selection
from sage_active.direct.refusals import QUERY_TYPE, FieldName, field_of
from sage_active.direct.strategies.selection import row_fields
from sage_active.direct.strategy import strategy_of
from sage_active.errors import SageActiveError
from sage_active.faults import FIELD_UNKNOWN
from sage_active.markets import DIRECT
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.resource import DirectResource, PlainList, Report, Singleton
from sage_active.resources.table import offered
from sage_active_cli.doctor.direct_subject import DirectSubject

# A reply names at most five fields, so that a few rounds find a lot of them (docs/reference/server-behaviour.md,
# "Unknown fields").
MOST_ROUNDS: Final = 6
Bindings = Mapping[str, DirectResource]


@dataclass(slots=True)
class Census:
    """What is missing: roots, and fields as `Type.field`."""

    roots: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def taken(subject: DirectSubject) -> Census:
    """What the server lacks of what the connector reads. Raises `SageActiveError` when it cannot be reached."""
    contract, census = subject.client.contract, Census()
    left = _bindings(contract, subject.company.market)
    dropped: set[FieldName] = set()
    plain: set[FieldName] = set()
    for _ in range(MOST_ROUNDS):
        shape = Shape(frozenset(dropped), frozenset(plain))
        parts = subject.ask({root: _full_row(subject, binding, shape) for root, binding in left.items()})
        errors = {root: error for root in left if (error := parts.error(root)) and error.fault is FIELD_UNKNOWN}
        found: set[FieldName] = set()
        for root, error in errors.items():
            for at in _unknown(error, row_fields(contract, left[root])):
                (plain if at in TWO_SHAPES and at not in shape.plain else found).add(at)
        # Only the contract's own names leave the machine.
        census.roots |= {name for owner, name in found if owner == QUERY_TYPE and name in left}
        dropped |= found
        left = {root: left[root] for root in errors if root not in census.roots}
        if not left:
            break
    census.fields = {f"{owner}.{name}" for owner, name in dropped if _is_known(contract, owner, name)}
    return census


def _bindings(contract: Contract, market: str) -> Bindings:
    # Reports are asked for by questions of their own, with arguments.
    bindings = [resource.on(DIRECT) for resource in offered(DIRECT)]
    return {
        binding.root: binding
        for binding in bindings
        if binding.is_in(market) and not isinstance(strategy_of(contract, binding), Report)
    }


def _full_row(subject: DirectSubject, binding: DirectResource, shape: Shape) -> RootField:
    contract = subject.client.contract
    fields = selection(row_fields(contract, binding), shape) or "__typename"
    read = strategy_of(contract, binding)
    if isinstance(read, Singleton | PlainList):
        argument = read.argument if isinstance(read, Singleton) else None
        return RootField(binding.root, {argument: subject.company.id} if argument else {}, fields)
    return RootField(binding.root, {"first": 1, "where": {"id": {"eq": EMPTY_ID}}}, f"nodes {{ {fields} }}")


def _unknown(error: SageActiveError, fields: tuple[Field, ...]) -> set[FieldName]:
    """What a refusal names: fields, or the root itself."""
    errors = error.errors if isinstance(error, GraphQLRefusal) else []
    return {at for one in errors if (at := field_of(one, fields))}


def _is_known(contract: Contract, owner: str, name: str) -> bool:
    """Whether a field of the contract is meant."""
    kind = contract.schema.type_map.get(owner)
    return owner != QUERY_TYPE and name in getattr(kind, "fields", ())
