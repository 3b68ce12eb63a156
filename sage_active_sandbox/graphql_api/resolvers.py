"""Resolvers: generic over the schema, with a short table of root fields that are not tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_named_type,
)

from sage_active_sandbox.acting_queries import ACTING_QUERIES
from sage_active_sandbox.faults import Fault
from sage_active_sandbox.graphql_api.aggregation.connection import Result, aggregate
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.cursors import Cursors, IndexCursors, KeysetCursors
from sage_active_sandbox.graphql_api.drift import retyped_value
from sage_active_sandbox.graphql_api.errors import elsewhere, not_played, refusal
from sage_active_sandbox.graphql_api.files import delivered_size, visible_files
from sage_active_sandbox.graphql_api.filter import compile_filter, matching
from sage_active_sandbox.graphql_api.mutations import mutation_resolver
from sage_active_sandbox.graphql_api.order import SortKey, sort_keys, sort_rows
from sage_active_sandbox.graphql_api.organizations import organization_detail, organizations
from sage_active_sandbox.graphql_api.paging import PageRequest, page, spoiled
from sage_active_sandbox.graphql_api.presentation import Reader
from sage_active_sandbox.graphql_api.roots import ONE_MARKET, ROOTS, Root
from sage_active_sandbox.graphql_api.rows import RowFacts
from sage_active_sandbox.graphql_api.schema import ServedSchema
from sage_active_sandbox.graphql_api.selection import selected_names
from sage_active_sandbox.rights import right_name
from sage_active_sandbox.store import Row

Info = GraphQLResolveInfo[Call]
Resolver = Callable[..., Any]
LINKS = frozenset({("EntityFile", "downloadPath"), ("EntityFile", "previewPath")})
"""Members that are made for each answer anew."""
RESULT = "_result"
"""Member of a list under which its aggregation finds the rows."""


def default_resolver(source: Row, info: Info, **_: Any) -> Any:
    """The row's member of the field's name."""
    return source.get(info.field_name)


def attach(served: ServedSchema) -> None:
    """Give every field of the served schema that needs one its resolver."""
    schema = served.schema
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, member in kind.fields.items():
            if kind is schema.query_type:
                member.resolve = _query_resolver(served, name)
            elif kind.name.endswith("Connection") and name == "aggregate":
                member.resolve = _aggregate
            elif kind is schema.mutation_type:
                member.resolve = mutation_resolver(name)
            else:
                member.resolve = _member_resolver(served, kind.name, name)


def _member_resolver(served: ServedSchema, type_name: str, name: str) -> Resolver | None:
    key = (type_name, name)
    if key in served.refused:
        return _refuser(served.refused[key], name)
    if key in served.added:
        return _constant(served.added[key])
    stored = served.renamed.get(key, name)
    if (type_name, stored) in LINKS:
        return _link
    if key in served.retyped:
        return _retyping(served, type_name, name, served.facts.reader(type_name, stored))
    reader = served.facts.special_reader(type_name, stored)
    if reader is not None:
        return lambda row, info, **_: reader(row, info.context.scope)
    return None if stored == name else lambda row, _info, **_: row.get(stored)


def _link(row: Row, info: Info) -> str:
    """A fresh link to the content of a file."""
    return info.context.links.issue(info.context.usable_company().id, row["id"])


def _refuser(code: str, name: str) -> Resolver:
    def refuse(_row: Row, _info: Info, **_: Any) -> None:
        raise refusal(code, name)

    return refuse


def _query_resolver(served: ServedSchema, name: str) -> Resolver | None:
    key = ("Query", name)
    if key in served.refused or key in served.added:
        return _member_resolver(served, "Query", name)
    return _allowed(name, _root_resolver(served, name, served.renamed.get(key, name)))


def _allowed(name: str, resolver: Resolver) -> Resolver:
    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        reason = info.context.denial(name)
        if reason is not None:
            raise refusal(reason, right_name(name))
        return resolver(source, info, **arguments)

    return resolve


def _played(name: str, root: Root) -> Resolver:
    """The resolver of a root that is not a list of rows; faults of pages strike it where it answers a list."""

    def resolve(_source: Any, info: Info, **arguments: Any) -> Any:
        call = info.context
        market = ONE_MARKET.get(name)
        if market is not None and call.usable_company().market != market:
            raise elsewhere(name, market)
        try:
            value = root(call, arguments)
        except Exception:
            if name in ACTING_QUERIES:
                call.counts.refused(name)
            raise
        if name in ACTING_QUERIES:
            call.counts.committed(name)
        return spoiled(value, _striking(call, info.field_name))

    return resolve


def _striking(call: Call, name: str) -> list[Fault]:
    return [fault for fault in call.faults if fault.operation in (None, name)]


def _constant(value: Any) -> Resolver:
    return lambda _row, _info, **_: value


def _retyping(served: ServedSchema, type_name: str, name: str, reader: Reader) -> Resolver:
    owner = served.schema.type_map[type_name]
    assert isinstance(owner, GraphQLObjectType)
    kind = owner.fields[name].type
    return lambda row, info, **_: retyped_value(kind, reader(row, info.context.scope))


def _root_resolver(served: ServedSchema, name: str, stored: str) -> Resolver:
    """The resolver of a root field; ``stored`` is its name in the packaged schema."""
    if stored in ROOTS:
        return _played(stored, ROOTS[stored])
    query_type = served.schema.query_type
    assert query_type is not None
    target = get_named_type(query_type.fields[name].type)
    if target.name.endswith("Connection"):
        node_type = served.facts.target(target.name, "nodes")
        rows = LISTS.get(stored) or (lambda call, _arguments: _tables(call, node_type))
        return lambda _source, info, **arguments: _connection(info, node_type, rows(info.context, arguments), arguments)
    if stored.endswith("ById"):
        return lambda _source, info, **arguments: _one(info, target.name, arguments["id"])
    return _not_played


def _not_played(_source: Any, info: Info, **_: Any) -> None:
    info.context.usable_company()
    raise not_played(info.field_name)


def _tables(call: Call, type_name: str) -> Iterable[Row]:
    call.usable_company()
    return call.scope.rows(type_name)


def _one(info: Info, type_name: str, row_id: Any) -> Row | None:
    """The row with this id. Null means that no row has it, so there must be rows."""
    if not any(True for _ in _tables(info.context, type_name)):
        raise not_played(info.field_name)
    return info.context.scope.find(type_name, row_id)


def _connection(info: Info, node_type: str, rows: Iterable[Row], arguments: dict[str, Any]) -> dict[str, Any]:
    call = info.context
    facts = call.served.facts
    request = PageRequest.of(f"Query.{info.field_name}", arguments, _striking(call, info.field_name))
    if node_type == "EntityFile":
        request = replace(request, first=delivered_size(request.first))
    predicate = None
    if arguments.get("where"):
        where = get_named_type(info.parent_type.fields[info.field_name].args["where"].type)
        assert isinstance(where, GraphQLInputObjectType)
        predicate = compile_filter(facts, where, node_type, arguments["where"])
    keys = sort_keys(facts, node_type, arguments.get("order"))
    cursors: Cursors = IndexCursors()
    found = matching(list(rows), predicate, call.scope)
    if call.switches.cursors == "keyset":
        keys.append(_by_id(facts, node_type))
        found = sort_rows(found, keys, call.scope)
        cursors = KeysetCursors(found, keys, call.scope)
    else:
        found = sort_rows(found, keys, call.scope)
    size = request.first if request.first is not None else request.last or 0
    return {**page(found, cursors, request), RESULT: Result(node_type, found, _requested_fields(info), size)}


def _by_id(facts: RowFacts, node_type: str) -> SortKey:
    return SortKey((facts.reader(node_type, "id"),), descending=False)


def _requested_fields(info: Info) -> frozenset[str]:
    """Dotted names of the members that the query selects below `nodes` and `edges.node`."""
    names = selected_names(info.field_nodes, info.fragments)
    return frozenset(
        name.partition(".")[2].removeprefix("node.") for name in names if name.startswith(("nodes.", "edges."))
    )


def _aggregate(source: dict[str, Any], info: Info, **arguments: Any) -> Any:
    rows = aggregate(info.context, source[RESULT], arguments)
    if info.context.switches.aggregate_shape == "object":
        return next(iter(rows), {"groupValues": [], "aggregates": []})
    return rows


def _organizations(call: Call, _arguments: Mapping[str, Any]) -> list[Row]:
    split = call.switches.organizations_split
    return organizations(call.store, call.market, hidden=call.user.hidden, split=split)


def _organization_detail(call: Call, _arguments: Mapping[str, Any]) -> list[Row]:
    return organization_detail(call.store, call.usable_company())


LISTS: Mapping[str, Callable[[Call, Mapping[str, Any]], Iterable[Row]]] = {
    "organizations": _organizations,
    "organizationDetail": _organization_detail,
    "files": visible_files,
}
"""Lists whose rows are not simply those of a table of the company."""
