"""The schema that is served: the packaged one, changed by switches and drift."""

import copy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    GraphQLSyntaxError,
    build_ast_schema,
    get_nullable_type,
    is_output_type,
    parse,
    parse_type,
    print_schema,
    type_from_ast,
)

from sage_active_sandbox.graphql_api.drift import SAMPLES, Drift
from sage_active_sandbox.graphql_api.presentation import Presentation
from sage_active_sandbox.graphql_api.rows import RowFacts
from sage_active_sandbox.graphql_api.scalars import adapt_leaves
from sage_active_sandbox.switches import Switches


@dataclass
class ServedSchema:
    """One state of the schema: ``schema`` is what clients see, ``facts`` how rows are read.

    ``renamed`` maps (type, shown name) to the stored name, ``added`` maps (type, name) to the value of every row,
    ``retyped`` holds (type, shown name) of what has another type, ``refused`` maps (type, shown name) to the code of
    the refusal.
    """

    schema: GraphQLSchema
    facts: RowFacts
    renamed: dict[tuple[str, str], str]
    added: dict[tuple[str, str], Any]
    retyped: frozenset[tuple[str, str]]
    refused: dict[tuple[str, str], str]

    def sdl(self) -> str:
        """The schema as a file."""
        return print_schema(self.schema)


def serve(switches: Switches, drift: Drift) -> ServedSchema:
    """The schema for these settings; a drift that names an unknown type or field raises KeyError."""
    presentation = Presentation.of(switches)
    facts = _facts(presentation)
    schema = _build(presentation.account_code == "flat")
    if switches.owned_filters == "refused":
        _drop_owned_filters(schema, facts)
    if switches.aggregate_shape == "object":
        _unlist_aggregates(schema)
    renamed = {}
    for field_path in drift.dropped_fields:
        type_name, name = field_path.split(".")
        del _fields(schema, type_name)[name]
    for field_path, kind in drift.added_fields.items():
        type_name, name = field_path.split(".")
        arguments, _, own_kind = kind.rpartition("): ")
        argument_types = dict(part.split(": ") for part in arguments.removeprefix("(").split(", ") if part)
        _fields(schema, type_name)[name] = GraphQLField(
            _output_type(schema, own_kind),
            {argument: GraphQLArgument(_type(schema, kind_text)) for argument, kind_text in argument_types.items()},
        )
    for field_path, kind in drift.retyped.items():
        type_name, name = field_path.split(".")
        members = _fields(schema, type_name)
        members[name] = copy.copy(members[name])
        members[name].type = _type(schema, kind)
    for field_path, new in drift.renamed.items():
        type_name, name = field_path.split(".")
        members = _fields(schema, type_name)
        members[new] = copy.copy(members.pop(name))
        renamed[type_name, new] = name
    values = drift.added_values
    added = {
        _split(field_path): values.get(field_path, SAMPLES.get(kind)) for field_path, kind in drift.added_fields.items()
    }
    retyped = frozenset(_split(field_path) for field_path in drift.retyped)
    refused = {_split(field_path): code for field_path, code in drift.refused.items()}
    return ServedSchema(schema, facts, renamed, added, retyped, refused)


def schema_key(switches: Switches, drift: Drift) -> tuple[Any, ...]:
    """The same value for settings under which the same schema is served."""
    return (Presentation.of(switches), switches.owned_filters, switches.aggregate_shape, drift.key())


@cache
def _facts(presentation: Presentation) -> RowFacts:
    return RowFacts(_build(presentation.account_code == "flat"), presentation)


def _drop_owned_filters(schema: GraphQLSchema, facts: RowFacts) -> None:
    """Take the owned single objects out of all filters: parts of a row that are not lists and have no id beside."""
    for kind in facts.schema.type_map.values():
        filters = schema.type_map.get(f"{kind.name}FilterInput")
        if not isinstance(kind, GraphQLObjectType) or not isinstance(filters, GraphQLInputObjectType):
            continue
        for name, member in kind.fields.items():
            owned = isinstance(get_nullable_type(member.type), GraphQLObjectType)
            if owned and name in filters.fields and not facts.is_loader(kind.name, name) and name != "code":
                del filters.fields[name]


def _unlist_aggregates(schema: GraphQLSchema) -> None:
    """Let `aggregate` answer with one object; both shapes are in the sources.

    Source: docs/reference/queries.md, "Aggregation".
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and kind.name.endswith("Connection") and "aggregate" in kind.fields:
            kind.fields["aggregate"].type = schema.type_map["AggregateResult"]


def _build(flat_account_code: bool) -> GraphQLSchema:
    text = (files("sage_active") / "sage-active.graphql").read_text(encoding="utf-8")
    schema = build_ast_schema(_document(text), assume_valid=True)
    adapt_leaves(schema)
    if flat_account_code:
        strings, directions = schema.type_map["StringOperationFilterInput"], schema.type_map["SortEnumType"]
        assert isinstance(strings, GraphQLInputObjectType) and isinstance(directions, GraphQLEnumType)
        _fields(schema, "AccountingAccount")["code"] = GraphQLField(GraphQLString)
        _fields(schema, "AccountingAccountFilterInput")["code"] = GraphQLInputField(strings)
        _fields(schema, "AccountingAccountSortInput")["code"] = GraphQLInputField(directions)
    return schema


@cache
def _document(text: str) -> Any:
    return parse(text, no_location=True)


def _fields(schema: GraphQLSchema, type_name: str) -> dict[str, Any]:
    found = schema.type_map[type_name]
    if not isinstance(found, (GraphQLObjectType, GraphQLInputObjectType)):
        raise KeyError(type_name)
    members: dict[str, Any] = found.fields
    return members


def _output_type(schema: GraphQLSchema, kind: str) -> GraphQLOutputType:
    found = _type(schema, kind)
    if not is_output_type(found):
        raise KeyError(kind)
    return found


def _type(schema: GraphQLSchema, kind: str) -> Any:
    try:
        found = type_from_ast(schema, parse_type(kind))
    except GraphQLSyntaxError as problem:
        raise ValueError(f"{kind!r} is not a type: {problem.message}") from None
    if found is None:
        raise KeyError(kind)
    return found


def _split(field_path: str) -> tuple[str, str]:
    type_name, name = field_path.split(".")
    return type_name, name
