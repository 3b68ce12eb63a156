"""The smallest question about a resource: whether it can be read in a company."""

from collections.abc import Mapping
from typing import Any

from sage_active.direct.contract import Contract
from sage_active.direct.query import RootField
from sage_active.direct.strategies.report import needed_binding
from sage_active.direct.strategies.root_values import variables_of
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import DirectResource, PlainList, Report, Singleton


def smallest(contract: Contract, binding: DirectResource, company_id: str) -> RootField:
    """At most one row, and of it no more than a key. Of a report, what its arguments are made of."""
    read = strategy_of(contract, binding)
    if isinstance(read, Report) and read.needs:
        return smallest(contract, needed_binding(contract, read.needs[0]), company_id)
    if isinstance(read, PlainList | Singleton | Report):
        argument = read.argument if isinstance(read, Singleton) else None
        arguments: Mapping[str, Any] = {argument: company_id} if argument else {}
        arguments = next(iter(read.inputs({})), {}) if isinstance(read, Report) else arguments
        known = {field.name for field in contract.fields(binding.type)}
        key = next((name for name in read.key if name in known), "__typename")
        return RootField(binding.root, variables_of(contract, binding, arguments), key)
    # Without an order, which a read can do without as well.
    return RootField(binding.root, {"first": 1, "where": binding.where}, "nodes { id }")


def is_optional(contract: Contract, binding: DirectResource) -> bool:
    """Whether a company may have none: null is an answer then."""
    return isinstance(strategy_of(contract, binding), Singleton)
