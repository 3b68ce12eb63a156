"""Resolvers: generic over the schema, with a short table of root fields that are not tables."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_named_type,
)

from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.cursors import Cursors, IndexCursors, KeysetCursors
from sage_active_sandbox.graphql_api.drift import retyped_value
from sage_active_sandbox.graphql_api.errors import refusal
from sage_active_sandbox.graphql_api.filter import compile_filter, matching
from sage_active_sandbox.graphql_api.mutations import mutation_resolver, not_played
from sage_active_sandbox.graphql_api.order import SortKey, sort_keys, sort_rows
from sage_active_sandbox.graphql_api.organizations import USER, organization_detail, organizations
from sage_active_sandbox.graphql_api.paging import PageRequest, page
from sage_active_sandbox.graphql_api.rows import Reader, RowFacts
from sage_active_sandbox.graphql_api.schema import ServedSchema
from sage_active_sandbox.graphql_api.texts import enum_labels, error_message
from sage_active_sandbox.rights import right_name
from sage_active_sandbox.store import Row

Info = GraphQLResolveInfo[Call]
Resolver = Callable[..., Any]


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
            if kind is schema.query_type and ("Query", name) not in served.refused:
                member.resolve = _allowed(name, ROOT_FIELDS.get(name) or _root_resolver(served, name))
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
    if key in served.retyped:
        return _retyping(served, type_name, name, served.facts.reader(type_name, stored))
    reader = served.facts.special_reader(type_name, stored)
    if reader is not None:
        return lambda row, info, **_: reader(row, info.context.scope)
    return None if stored == name else lambda row, _info, **_: row.get(stored)


def _refuser(code: str, name: str) -> Resolver:
    def refuse(_row: Row, _info: Info, **_: Any) -> None:
        raise refusal(code, name)

    return refuse


def _allowed(name: str, resolver: Resolver) -> Resolver:
    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        reason = info.context.rights.denied.get(name)
        if reason is not None:
            raise refusal(reason, right_name(name))
        return resolver(source, info, **arguments)

    return resolve


def _constant(value: Any) -> Resolver:
    return lambda _row, _info, **_: value


def _retyping(served: ServedSchema, type_name: str, name: str, reader: Reader) -> Resolver:
    owner = served.schema.type_map[type_name]
    assert isinstance(owner, GraphQLObjectType)
    kind = owner.fields[name].type
    return lambda row, info, **_: retyped_value(kind, reader(row, info.context.scope))


def _root_resolver(served: ServedSchema, name: str) -> Resolver:
    query_type = served.schema.query_type
    assert query_type is not None
    member = query_type.fields[name]
    target = get_named_type(member.type)
    if target.name.endswith("Connection"):
        node_type = served.facts.target(target.name, "nodes")
        return lambda _source, info, **arguments: _connection(info, node_type, _tables(info, node_type), arguments)
    if "input" in member.args:
        return _computed
    if served.facts.is_list("Query", name):
        return lambda _source, info, **_: list(_tables(info, target.name))
    if name.endswith("ById"):
        return lambda _source, info, **arguments: _one(info, target.name, arguments["id"])
    return lambda _source, info, **_: _only(info, target.name)


def _computed(_source: Any, info: Info, **_: Any) -> None:
    """What a server works out from an input (reports, previews): tables alone cannot tell it."""
    info.context.usable_company()
    raise not_played(info.field_name)


def _tables(info: Info, type_name: str) -> Iterable[Row]:
    call = info.context
    call.usable_company()
    return call.scope.rows(type_name)


def _one(info: Info, type_name: str, row_id: Any) -> Row | None:
    """The row with this id. Null means that no row has it, so there must be rows."""
    if not any(True for _ in _tables(info, type_name)):
        raise not_played(info.field_name)
    return info.context.scope.find(type_name, row_id)


def _only(info: Info, type_name: str) -> Row:
    found = next(iter(_tables(info, type_name)), None)
    if found is None:
        raise not_played(info.field_name)
    return found


def _connection(info: Info, node_type: str, rows: Iterable[Row], arguments: dict[str, Any]) -> dict[str, Any]:
    call = info.context
    facts = call.served.facts
    struck = [fault for fault in call.faults if fault.operation in (None, info.field_name)]
    request = PageRequest.of(f"Query.{info.field_name}", arguments, struck)
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
    return page(found, cursors, request)


def _by_id(facts: RowFacts, node_type: str) -> SortKey:
    return SortKey((facts.reader(node_type, "id"),), descending=False)


def _organizations(_source: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    return _connection(info, "Organization", organizations(info.context.store, info.context.market), arguments)


def _organization_detail(_source: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    rows = organization_detail(info.context.store, info.context.usable_company())
    return _connection(info, "OrganizationDetail", rows, arguments)


def _user_profile(_source: Any, _info: Info) -> Row:
    return USER


def _policy_check(_source: Any, info: Info, actions: list[str]) -> list[dict[str, Any]]:
    info.context.usable_company()
    query_type, mutation_type = info.schema.query_type, info.schema.mutation_type
    assert query_type is not None and mutation_type is not None
    unknown = [name for name in actions if name not in query_type.fields and name not in mutation_type.fields]
    if unknown:
        raise GraphQLError("global.businessErrors.unknownActionNames", extensions={"details": "|".join(unknown)})
    denied = info.context.rights.denied
    return [{"action": name, "isAllowed": name not in denied} for name in actions]


def _error_message(_source: Any, _info: Info, **arguments: Any) -> dict[str, str]:
    return error_message(arguments["errorCode"], arguments["language"])


def _enum_labels(_source: Any, info: Info, **arguments: Any) -> list[dict[str, Any]]:
    return enum_labels(info.schema, arguments["enumName"])


def _code_modes(_source: Any, info: Info) -> dict[str, bool]:
    company = info.context.usable_company()
    manual = info.context.switches.third_party_codes == "manual" and company.market != "DE"
    return dict.fromkeys(("customerCodeIsManual", "supplierCodeIsManual", "employeeCodeIsManual"), manual)


ROOT_FIELDS: dict[str, Resolver] = {
    "organizations": _organizations,
    "organizationDetail": _organization_detail,
    "userProfile": _user_profile,
    "userAccessPolicyCheck": _policy_check,
    "thirdPartyCodeModeSettings": _code_modes,
    "localizedErrorMessage": _error_message,
    "localizedEnumValues": _enum_labels,
}
"""Root fields that are not read from the company's tables."""
