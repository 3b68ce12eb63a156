"""The mutations of a resource, found in a schema: by the operation and the type, or as the resource declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from sage_active.resources.lifecycle import Lifecycle, Mutation, Operation, Step
from sage_active.resources.resource import DirectResource

ID: Final = "id"
ID_TYPES: Final = ("UUID", "ID")


@dataclass(frozen=True, slots=True)
class FoundMutation:
    """A mutation as it is called.

    `input_type`: of its one argument; `id_member`: the member of its input that names the row, None for a create;
    `reply_selection`: the member of its reply that is asked for; `gives_id`: that is the id of the row; `sets`: what
    its input says beside that which a command says; `instead`: the same in the words of another source; `members`,
    `names`: as the resource declares them.
    """

    name: str
    input_type: GraphQLInputObjectType
    id_member: str | None
    reply_selection: str
    gives_id: bool
    sets: Mapping[str, str]
    instead: Mapping[str, str]
    members: frozenset[str] | None
    names: Mapping[str, str]

    @property
    def inputs(self) -> Mapping[str, GraphQLInputField]:
        """The members of its input that are used, under the names that rows have for them."""
        fields = in_row_names(self.input_type, self.names)
        return {name: field for name, field in fields.items() if self.members is None or name in self.members}

    def worded(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a command says, in the words of the input."""
        return _renamed(values, self.names) if self.names else values


def mutation_field(
    schema: GraphQLSchema, binding: DirectResource, operation: Operation
) -> tuple[str, GraphQLField] | None:
    """The mutation of an operation, with its name; None where there is none.

    Raises `KeyError` for a declared one that the schema does not have.
    """
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    declared = binding.operations.get(operation)
    name = declared.name if declared else f"{operation.value}{binding.type}"
    if declared and name not in mutations:
        raise KeyError(f"the schema has no mutation {name}")
    return (name, mutations[name]) if name in mutations else None


def find_mutation(
    schema: GraphQLSchema, binding: DirectResource, operation: Operation, lifecycle: Lifecycle | None = None
) -> FoundMutation | None:
    """How an operation is called; None where the API does not have it.

    `lifecycle`: that of the market, for acts. Raises `KeyError` where the schema does not tell, so that the resource
    must declare it.
    """
    step = lifecycle.step(operation) if lifecycle else None
    sets: Mapping[str, str] = step.via_update if step else {}
    found = mutation_field(schema, binding, Operation.UPDATE if sets else operation)
    if found is None:
        return None
    name, field = found
    declared = binding.operations.get(operation, Mutation(name))
    input_type = get_named_type(field.args["input"].type)
    if not isinstance(input_type, GraphQLInputObjectType):
        raise KeyError(f"{name} takes no input object")
    reply_selection = declared.reply or _reply_member(name, field)
    return FoundMutation(
        name,
        input_type,
        None if operation is Operation.CREATE else declared.id_member or _id_member(name, input_type, step),
        reply_selection,
        declared.reply is not None or reply_selection == ID,
        sets,
        step.instead if step else {},
        declared.members,
        declared.names,
    )


def in_row_names(input_type: GraphQLInputObjectType, names: Mapping[str, str]) -> Mapping[str, GraphQLInputField]:
    """The members of an input type under the names that rows have for them."""
    in_rows = {name: member for member, name in names.items()}
    return {in_rows.get(name, name): field for name, field in input_type.fields.items()}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {names.get(name, name): _renamed(inner, names) for name, inner in value.items()}
    return [_renamed(element, names) for element in value] if isinstance(value, list) else value


def _id_member(name: str, input_type: GraphQLInputObjectType, step: Step | None) -> str:
    """The member that names the row: `id`, or the one required id that the step does not fill otherwise."""
    if ID in input_type.fields:
        return ID
    step_inputs = step.inputs.keys() if step else ()
    required: list[str] = [
        member
        for member, field in input_type.fields.items()
        if is_required_input_field(field) and get_named_type(field.type).name in ID_TYPES and member not in step_inputs
    ]
    if len(required) != 1:
        raise KeyError(f"the schema does not tell which member of {name} names the row")
    return required[0]


def _reply_member(name: str, field: GraphQLField) -> str:
    """The member of a reply that is asked for: `id`, or the first that is a plain value."""
    reply = get_named_type(field.type)
    members = reply.fields if isinstance(reply, GraphQLObjectType) else {}
    leaves = [member for member, declared in members.items() if is_leaf_type(get_named_type(declared.type))]
    if not leaves:
        raise KeyError(f"the reply of {name} has no plain member")
    return ID if ID in leaves else leaves[0]
