"""How a resource is read, by what the contract says of its root."""

from functools import lru_cache
from typing import Final

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)

from sage_active.direct.contract import DATES, Contract
from sage_active.resources.resource import DirectResource, PlainList, Singleton, Strategy, Whole, Windowed

# What windows of creation dates are cut and ordered by.
WINDOW_MEMBERS: Final = ("creationDate", "id")
# More than there are, of a few contracts.
MOST_BINDINGS: Final = 1000


@lru_cache(maxsize=MOST_BINDINGS)
def strategy_of(contract: Contract, binding: DirectResource) -> Strategy:
    """How it is read: as declared, else as the contract's root allows. Raises KeyError for an unknown root.

    A report is always declared: nothing tells what to ask it for.
    """
    if binding.read is not None:
        return binding.read
    query = contract.schema.query_type
    root = query.fields[binding.root] if query else None
    if root is None:
        raise KeyError(f"the contract has no root {binding.root}")
    if isinstance(get_nullable_type(root.type), GraphQLList):
        return PlainList()
    kind = get_named_type(root.type)
    if not isinstance(kind, GraphQLObjectType) or "nodes" not in kind.fields:
        required = [name for name, argument in root.args.items() if is_required_argument(argument)]
        return Singleton(required[0] if required else None)
    node = get_named_type(kind.fields["nodes"].type)
    where, order = (get_named_type(root.args[name].type) if name in root.args else None for name in ("where", "order"))
    has_dates = isinstance(node, GraphQLObjectType) and all(name in node.fields for name in DATES)
    has_filters = isinstance(where, GraphQLInputObjectType) and all(name in where.fields for name in DATES)
    has_order = isinstance(order, GraphQLInputObjectType) and all(name in order.fields for name in WINDOW_MEMBERS)
    return Windowed() if has_dates and has_filters and has_order else Whole()
