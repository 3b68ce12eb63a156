"""What the packaged schema says about the objects: fields to select, and the JSON schemas of their rows.

The schema file is the only place that lists fields; the table of exceptions adds those that it cannot express.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)

from sage_active.json_schema import MOMENT
from sage_active.resources.contract_exceptions import (
    BACK_REFERENCES,
    DEFAULT_NATURAL_KEY,
    NATURAL_KEYS,
    REFERENCE_LISTS,
    TWO_SHAPES,
)
from sage_active.resources.schema import packaged_schema

# A catalog may have columns that no GraphQL field can be called like.
GRAPHQL_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
DATES: Final = ("creationDate", "modificationDate")

JSON_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "Int": {"type": ["null", "integer"]},
    "Boolean": {"type": ["null", "boolean"]},
    "Decimal": {"type": ["null", "number"]},
    "DateTime": MOMENT,
    "JSON": {},
}
TEXT: Final[Mapping[str, Any]] = {"type": ["null", "string"]}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a selection: owner type, name, whether it is a list, and for objects what is selected below."""

    owner: str
    name: str
    type: str
    many: bool = False
    children: "tuple[Field, ...]" = ()

    def json_schema(self) -> dict[str, Any]:
        """The JSON schema of the field's values; every value may be null, unknown enum members are accepted."""
        if self.children:
            value: dict[str, Any] = object_schema(self.children)
        else:
            value = value_schema(self.type)
        if (self.owner, self.name) in TWO_SHAPES:
            value["type"] = ["null", "object", "string"]
        return {"type": ["null", "array"], "items": value} if self.many else value


def object_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    """The JSON schema of an object with these fields."""
    return {
        "type": ["null", "object"],
        "additionalProperties": True,
        "properties": {field.name: field.json_schema() for field in fields},
    }


def value_schema(type_name: str) -> dict[str, Any]:
    """The JSON schema of the values of a scalar or an enum."""
    return dict(JSON_TYPES.get(type_name, TEXT))


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """All fields of a selection, parents before children."""
    for field in fields:
        yield field
        yield from walk(field.children)


# The fields of the packaged schema's types: every client asks for the same ones.
_PACKAGED: Final[dict[str, tuple["Field", ...]]] = {}


class Contract:
    """A schema, read with the declared exceptions. The packaged one by default; a server's own works as well."""

    def __init__(self, schema: GraphQLSchema | None = None) -> None:
        self.schema = schema or packaged_schema()
        self._whole: dict[str, tuple[Field, ...]] = {} if schema else _PACKAGED

    def root(self, name: str) -> GraphQLField:
        """A root field. Raises `KeyError` for an unknown one."""
        query = self.schema.query_type
        if query is None or name not in query.fields:
            raise KeyError(f"the contract has no root {name}")
        field: GraphQLField = query.fields[name]
        return field

    def row_type(self, root: str) -> str:
        """The type of the rows of a root: of its nodes, where it has pages."""
        kind = get_named_type(self.root(root).type)
        if isinstance(kind, GraphQLObjectType) and "nodes" in kind.fields:
            kind = get_named_type(kind.fields["nodes"].type)
        return kind.name

    def fields(self, type_name: str) -> tuple[Field, ...]:
        """What a full row of `type_name` consists of.

        Leaf values and owned children whole; a loader (object `x` with a sibling `xId`) as id and natural key of its
        type; references back to the parent only where the type is read on its own.
        """
        if type_name not in self._whole:
            self._whole[type_name] = self._fields(self._object(type_name), above=())
        return self._whole[type_name]

    def reference_fields(self, type_name: str) -> tuple[Field, ...]:
        """Id and natural key of an entity of `type_name`."""
        owner = self._object(type_name)
        names = ("id", *NATURAL_KEYS.get(type_name, DEFAULT_NATURAL_KEY))
        return tuple(self._field(owner, name) for name in names if name in owner.fields)

    def _object(self, type_name: str) -> GraphQLObjectType:
        kind = self.schema.type_map.get(type_name)
        if not isinstance(kind, GraphQLObjectType):
            raise KeyError(f"the contract has no object type {type_name}")
        return kind

    def _fields(self, owner: GraphQLObjectType, above: tuple[str, ...]) -> tuple[Field, ...]:
        path = (*above, owner.name)
        return tuple(
            self._field(owner, name, path)
            for name, field in owner.fields.items()
            # A way back up that nobody has declared (in a server's own schema) would have no end.
            if not (above and (owner.name, name) in BACK_REFERENCES)
            and (get_named_type(field.type).name not in path or f"{name}Id" in owner.fields)
            # Nobody could say what to ask such a field for.
            and not any(map(is_required_argument, field.args.values()))
        )

    def _field(self, owner: GraphQLObjectType, name: str, path: tuple[str, ...] = ()) -> Field:
        declared = owner.fields[name].type
        named = get_named_type(declared)
        many = isinstance(get_nullable_type(declared), GraphQLList)
        field = Field(owner.name, name, named.name, many)
        if not isinstance(named, GraphQLObjectType):
            return field
        if listed := REFERENCE_LISTS.get((owner.name, name)):
            children = tuple(self._field(named, child, path) for child in listed if child in named.fields)
        elif not many and f"{name}Id" in owner.fields:
            children = self.reference_fields(named.name)
        else:
            children = self._fields(named, path)
        return replace(field, children=children)


def with_selected(fields: tuple[Field, ...], schema: Mapping[str, Any], always: frozenset[str]) -> tuple[Field, ...]:
    """The part of `fields` that a catalog's JSON schema selects, plus leaves that only the catalog knows.

    An empty schema selects everything. Fields that the contract does not have come from the server's own schema at
    discovery; they are asked for and dropped again if the server refuses them.
    """
    properties = schema.get("properties") or {}
    if not properties:
        return fields
    owner = fields[0].owner
    chosen = tuple(field for field in fields if field.name in properties or field.name in always)
    return _with_additions(chosen, schema, owner, {field.name for field in fields})


def _with_additions(
    fields: tuple[Field, ...], schema: Mapping[str, Any], owner: str, known: set[str]
) -> tuple[Field, ...]:
    properties: Mapping[str, Any] = schema.get("properties") or {}
    deepened = tuple(
        replace(
            field,
            children=_with_additions(
                field.children,
                _item_schema(properties.get(field.name)),
                field.children[0].owner,
                {child.name for child in field.children},
            ),
        )
        if field.children
        else field
        for field in fields
    )
    added = tuple(
        Field(owner, name, "Unknown")
        for name, declared in properties.items()
        if name not in known and GRAPHQL_NAME.fullmatch(name) and "properties" not in _item_schema(declared)
    )
    return deepened + added


def _item_schema(schema: Any) -> Mapping[str, Any]:
    """The schema of a field's value or, of a list, of its items; JSON schema also allows `true` in place of one."""
    if not isinstance(schema, Mapping):
        return {}
    items = schema.get("items")
    return items if isinstance(items, Mapping) else schema
