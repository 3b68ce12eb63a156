"""What writes accept on the direct connection, derived from the contract's input types.

The schema file is the only place that lists members; `field_facts` adds what a schema cannot express.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)

from sage_active.direct.amount_facts import AMOUNTS
from sage_active.direct.chosen_references import CHOSEN_REFERENCES
from sage_active.direct.contract import Contract, object_schema
from sage_active.direct.field_facts import (
    FACTS,
    FOUND_AT,
    IDENTITIES,
    IGNORED,
    NO_FACTS,
    OWN_FACTS,
    PREFERRED,
    REFERENCES,
    UPPER_KEYS,
    Facts,
)
from sage_active.direct.settlement_inputs import settlement_fields
from sage_active.markets import DIRECT
from sage_active.resources.contract_exceptions import DEFAULT_NATURAL_KEY, NATURAL_KEYS
from sage_active.resources.creation_rules import CreationRules
from sage_active.resources.mutations import find_mutation, in_row_names
from sage_active.resources.resource import DirectResource, Resource
from sage_active.writing import FieldKind, Operation, Reference, Writable, WriteModel

KINDS: Final[Mapping[str, FieldKind]] = {
    "String": FieldKind.TEXT,
    "Decimal": FieldKind.NUMBER,
    "Int": FieldKind.INTEGER,
    "Boolean": FieldKind.FLAG,
    "DateTime": FieldKind.MOMENT,
    "UUID": FieldKind.ID,
    "ID": FieldKind.ID,
    "Upload": FieldKind.FILE,
}
# What a patch says about its target, not about the entity.
INSTRUCTIONS: Final = frozenset({"id", "requestedAction", "replaceAll"})
Inputs = Mapping[str, GraphQLInputField]
Owner = GraphQLObjectType | GraphQLInputObjectType


def write_model(contract: Contract, resource: Resource, binding: DirectResource) -> WriteModel:
    """What creates and updates of an object accept; nothing of an object that never changes can be updated."""
    owner: object = contract.schema.type_map[binding.type]
    create, update = (
        find_mutation(contract.schema, binding, operation) for operation in (Operation.CREATE, Operation.UPDATE)
    )
    created_by = create.input_type.name if create else ""
    marks = _Marks(OWN_FACTS.get(created_by, {}), create.names if create else {})
    inputs = (create.inputs if create else {}, update.inputs if update else {})
    if binding.settlement and create:
        # Its input has other members than the entry that it makes, and such an entry is never changed.
        owner, inputs = create.input_type, (create.inputs, {})
    # What carries out a step is an instruction as well.
    acts = {member for known in binding.lifecycles for step in known.steps for member in step.via_update}
    fields = _members(owner, *inputs, marks, frozenset(acts))
    if binding.settlement:
        fields = settlement_fields(binding, binding.settlement, fields)
    return WriteModel(
        connection=DIRECT,
        resource=resource,
        type=binding.type,
        fields=_with_rules(fields, binding.creation_rules),
        natural_keys=binding.keys,
        document_keys=binding.document_keys,
        marker=binding.marker,
        created_by_us=binding.created_by_us,
        row_schema=object_schema(contract.fields(binding.type)),
        amounts=AMOUNTS.get(created_by, AMOUNTS.get(binding.type)),
        lifecycle=binding.lifecycle,
        lifecycle_where=binding.lifecycle_where,
        rules=binding.rules,
        only_own=binding.only_own,
        likeness=binding.likeness,
        tax_choice=binding.tax_choice,
        creates_final=binding.creates_final,
        uploading=binding.uploading,
        settlement=binding.settlement,
        creation_rules=binding.creation_rules,
        set_asides=binding.set_asides,
        after=binding.after,
        generation=binding.generation,
    )


def _with_rules(writables: tuple[Writable, ...], rules: CreationRules | None, above: str = "") -> tuple[Writable, ...]:
    """The members, whose references ask for what the rules of a creation look at as well."""
    if rules is None:
        return writables
    return tuple(
        replace(
            writable,
            children=_with_rules(writable.children, rules, f"{above}{writable.name}."),
            reference=writable.reference and replace(writable.reference, also=rules.also_of(f"{above}{writable.name}")),
        )
        for writable in writables
    )


class _Marks(NamedTuple):
    """What a create has of its own: the marks of members by type, and its `names` for members of rows."""

    own_facts: Mapping[str, Mapping[str, Facts]]
    names: Mapping[str, str]

    def of(self, owner: str, name: str) -> Facts:
        """The marks of a member."""
        return self.own_facts.get(owner, {}).get(name) or FACTS.get(owner, {}).get(name, NO_FACTS)


def _members(
    owner: object, create: Inputs, update: Inputs, marks: _Marks, acts: frozenset[str] = frozenset()
) -> tuple[Writable, ...]:
    if not isinstance(owner, Owner):
        raise KeyError(f"{owner} is not an object type")
    left_out = INSTRUCTIONS | acts | IGNORED.get(owner.name, frozenset())
    return tuple(
        _member(owner, name, create.get(name), update.get(name), marks)
        for name in dict.fromkeys((*create, *update))
        if name not in left_out
    )


def _member(
    owner: Owner,
    name: str,
    create: GraphQLInputField | None,
    update: GraphQLInputField | None,
    marks: _Marks,
) -> Writable:
    declared = create or update
    if declared is None:
        raise KeyError(name)
    facts = marks.of(owner.name, name)
    named = get_named_type(declared.type)
    below = get_named_type(owner.fields[name].type) if name in owner.fields else None
    return Writable(
        name=name,
        kind=_kind(named, facts),
        many=isinstance(get_nullable_type(declared.type), GraphQLList),
        required=facts.default is None and (facts.required or (create is not None and is_required_input_field(create))),
        zero_counts=facts.zero_counts,
        nullable=not any(isinstance(side.type, GraphQLNonNull) for side in (create, update) if side),
        fixed=facts.fixed,
        defaulted=facts.defaulted,
        returned=bool(facts.path) or name in owner.fields or (owner.name, name) in FOUND_AT,
        found_at=FOUND_AT.get((owner.name, name), ()),
        creatable=create is not None,
        updatable=update is not None,
        max_length=facts.length,
        values=tuple(named.values) if isinstance(named, GraphQLEnumType) else (),
        children=_children(below, create, update, marks) if isinstance(below, Owner) else (),
        reference=REFERENCES.get((owner.name, name)) or _reference(owner, name),
        identity=IDENTITIES.get(below.name) if below else None,
        preferred=PREFERRED.get(name),
        upper=facts.upper,
        whole=facts.whole,
        complete=facts.complete,
        inside=_inside(named, below),
        initial=facts.initial,
        nameless=facts.nameless,
        path=facts.path,
        default=facts.default,
        sums=facts.sums,
        local=facts.local,
        chosen=CHOSEN_REFERENCES.get((owner.name, name)),
    )


def _children(
    below: Owner, create: GraphQLInputField | None, update: GraphQLInputField | None, marks: _Marks
) -> tuple[Writable, ...]:
    return _members(below, _inputs(create, marks.names), _inputs(update, {}), marks)


def _inside(declared: object, below: object) -> str | None:
    """The member that has the value, where rows have an object in place of a plain value."""
    is_wrapped = isinstance(below, GraphQLObjectType) and not isinstance(declared, GraphQLInputObjectType)
    return next(iter(below.fields)) if isinstance(below, GraphQLObjectType) and is_wrapped else None


def _inputs(declared: GraphQLInputField | None, names: Mapping[str, str]) -> Inputs:
    named = get_named_type(declared.type) if declared else None
    return in_row_names(named, names) if isinstance(named, GraphQLInputObjectType) else {}


def _kind(named: object, facts: Facts) -> FieldKind:
    if facts.day:
        return FieldKind.DAY
    if facts.identification:
        return FieldKind.IDENTIFICATION
    if isinstance(named, GraphQLInputObjectType):
        return FieldKind.OBJECT
    if isinstance(named, GraphQLEnumType):
        return FieldKind.CHOICE
    return KINDS[str(named)]


def _reference(owner: Owner, name: str) -> Reference | None:
    """The loader beside an id: `x` beside `xId` (docs/reference/queries.md, "Loaders")."""
    beside = name.removesuffix("Id")
    loader = owner.fields.get(beside)
    if beside == name or loader is None:
        return None
    type_name = get_named_type(loader.type).name
    key = NATURAL_KEYS.get(type_name, DEFAULT_NATURAL_KEY)
    sources = (tuple((beside, member) for member in key),)
    return Reference(type_name, key, sources, upper=type_name in UPPER_KEYS) if key else None
