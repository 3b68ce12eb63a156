"""Price of a query by static analysis, roughly as the vendor's server computes it before executing.

An entity behind a loader weighs 10, any other object or list of objects 1, a leaf nothing; the rows of a connection
count `first` times. A page size given as a variable counts as the largest page unless the variable has a literal
default, and a filter or order given as a variable is priced at its worst case. With these weights full rows cost about
the figures of docs/reference/queries.md, "Cost" (Customer 49k, Product 20.5k, SalesInvoiceLine 20k for 500 rows); the
exact weights of the live server are not published.
"""

from collections.abc import Iterable

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from sage_active_sandbox.graphql_api.paging import DEFAULT_PAGE, MAX_PAGE
from sage_active_sandbox.graphql_api.rows import RowFacts

RESOLVER_COST = 10
OBJECT_COST = 1
OPERATION_COST = 10
"""Cost of one operator of a filter, or one member of an order."""
VARIABLE_FACTOR = 5
"""A filter or order that is one variable costs this many times its members."""


class CostAnalysis:
    """Price of the operations of one document."""

    def __init__(self, schema: GraphQLSchema, facts: RowFacts, document: DocumentNode) -> None:
        self._schema = schema
        self._facts = facts
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults: dict[str, ValueNode] = {}

    def field_cost(self, operation: OperationDefinitionNode) -> int:
        """Cost of the operation, in the unit of `maxFieldCost`."""
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        root = self._schema.get_root_type(operation.operation)
        return self._selection(root, operation.selection_set) if root is not None else 0

    def _selection(self, parent: GraphQLObjectType, selection_set: SelectionSetNode | None) -> int:
        return sum(self._field(parent, node) for node in self._fields(selection_set))

    def _fields(self, selection_set: SelectionSetNode | None) -> Iterable[FieldNode]:
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                yield from self._fields(self._fragments[node.name.value].selection_set)

    def _field(self, parent: GraphQLObjectType, node: FieldNode) -> int:
        name = node.name.value
        member = parent.fields.get(name)
        target = get_named_type(member.type) if member is not None else None
        if member is None or not isinstance(target, GraphQLObjectType) or target.name.startswith("__"):
            return 0
        inner = self._selection(target, node.selection_set)
        if target.name.endswith("Connection"):
            arguments = {argument.name.value: argument for argument in node.arguments or ()}
            inputs = {key: get_named_type(argument.type) for key, argument in member.args.items()}
            return RESOLVER_COST + self._page_size(arguments) * inner + self._input_cost(arguments, inputs)
        if parent.name.endswith(("Connection", "Edge")):
            return inner
        heavy = parent is self._schema.query_type or self._is_loader(parent.name, name)
        return (RESOLVER_COST if heavy else OBJECT_COST) + inner

    def _is_loader(self, type_name: str, field_name: str) -> bool:
        known = field_name in self._facts.object_type(type_name).fields
        return known and self._facts.is_loader(type_name, field_name)

    def _page_size(self, arguments: dict[str, ArgumentNode]) -> int:
        sizes = [self._size(arguments[name].value) for name in ("first", "last") if name in arguments]
        return max(sizes, default=DEFAULT_PAGE)

    def _size(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            default = self._defaults.get(value.name.value)
            return MAX_PAGE if default is None else self._size(default)
        return int(value.value) if isinstance(value, IntValueNode) else DEFAULT_PAGE

    def _input_cost(self, arguments: dict[str, ArgumentNode], inputs: dict[str, object]) -> int:
        total = 0
        for name in ("where", "order"):
            if name in arguments:
                kind = inputs[name]
                members = len(kind.fields) if isinstance(kind, GraphQLInputObjectType) else 1
                total += RESOLVER_COST + self._value_cost(arguments[name].value, members)
        return total

    def _value_cost(self, value: ValueNode, members: int) -> int:
        if isinstance(value, VariableNode):
            return VARIABLE_FACTOR * OPERATION_COST * members
        if isinstance(value, ListValueNode):
            return sum(self._value_cost(element, members) for element in value.values)
        if isinstance(value, ObjectValueNode):
            return sum(self._member_cost(field.value) for field in value.fields)
        return 0

    def _member_cost(self, value: ValueNode) -> int:
        nested = self._value_cost(value, 1) if isinstance(value, (ObjectValueNode, ListValueNode)) else 0
        return OPERATION_COST if nested == 0 else nested
