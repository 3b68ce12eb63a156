"""Simulated change of the served schema: what a monthly release of the vendor may do to a client."""

from dataclasses import dataclass, field, fields
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from sage_active_sandbox.graphql_api.scalars import date_text

SAMPLES: dict[str, Any] = {"String": "added", "Int": 7, "Boolean": True, "Decimal": 1, "ID": "added"}
"""Value of an added field, by its type, where none is given."""


@dataclass
class Drift:
    """Differences between the packaged schema and the one that is served; keys are written "Type.field".

    Every member may be changed at any time and holds from the next request on.
    """

    dropped_fields: set[str] = field(default_factory=set)
    """Fields that are gone; of an output type ("Customer.tradeName") or an input ("CustomerFilterInput.tradeName")."""
    added_fields: dict[str, str] = field(default_factory=dict)
    """New output fields with their type, for example {"Customer.mood": "String"}; arguments may stand before it."""
    added_values: dict[str, Any] = field(default_factory=dict)
    """Value that an added field has on every row; a sample of its type by default."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Output fields that have a new name, for example {"Customer.tradeName": "tradingName"}."""
    retyped: dict[str, str] = field(default_factory=dict)
    """Fields that have another type, written as in a schema, for example {"Customer.tradeName": "[String]"}.

    Of an output type, where a leaf may become an object and the other way round, or of an input.
    """
    refused: dict[str, str] = field(default_factory=dict)
    """Fields that the signed-in user may not see, with the code or business key of the refusal; null plus an error."""

    def key(self) -> str:
        """The same text for the same differences."""
        return repr([_ordered(getattr(self, member.name)) for member in fields(self)])

    def as_dict(self) -> dict[str, Any]:
        """All differences, JSON-able."""
        return {member.name: _ordered(getattr(self, member.name)) for member in fields(self)}

    def replace(self, changes: dict[str, Any]) -> None:
        """Set the named members; an unknown one raises ValueError."""
        for name, value in changes.items():
            if name not in {member.name for member in fields(self)}:
                raise ValueError(f"drift has no member {name!r}")
            setattr(self, name, set(value) if name == "dropped_fields" else dict(value))

    def clear(self) -> None:
        """Serve the packaged schema again."""
        self.replace({member.name: () for member in fields(self)})


def retyped_value(kind: GraphQLOutputType, value: Any) -> Any:
    """A stored value in the shape of another type.

    An object has the value in all its leaves; a leaf that was an object has the object's id; one that was a list has
    its first element, and a list has the value as its only one.
    """
    declared = get_nullable_type(kind)
    if isinstance(declared, GraphQLList):
        values = value if isinstance(value, list) else [value]
        return [retyped_value(declared.of_type, element) for element in values if element is not None]
    if isinstance(value, list):
        value = next(iter(value), None)
    named = get_named_type(kind)
    if isinstance(named, GraphQLObjectType):
        if value is None or isinstance(value, dict):
            return value
        return {name: value for name, member in named.fields.items() if is_leaf_type(get_named_type(member.type))}
    if isinstance(value, dict):
        value = value["id"]
    return value if value is None or named.name not in ("String", "ID") else str(date_text(value))


def _ordered(value: set[str] | dict[str, Any]) -> list[str] | dict[str, Any]:
    return dict(sorted(value.items())) if isinstance(value, dict) else sorted(value)
