"""What a strategy makes of the contract's fields: which are asked for, how rows are ordered, and what dates them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sage_active.direct.contract import DATES, Contract, Field, object_schema, with_selected
from sage_active.direct.described import described, described_argument
from sage_active.direct.heads import Heads
from sage_active.direct.query import BY_CREATION, Order
from sage_active.direct.strategies.day_heads import DayHeads
from sage_active.direct.strategies.report import argument_schemas
from sage_active.direct.strategy import strategy_of
from sage_active.resources.omission import omitted_below
from sage_active.resources.resource import ByDate, DirectResource, Member, Report, Windowed

ASCENDING: Final = Member("ASC")


def row_fields(contract: Contract, binding: DirectResource) -> tuple[Field, ...]:
    """All fields of a row, without those that are never asked for."""
    return without_omitted(contract.fields(binding.type), binding)


def without_omitted(fields: Sequence[Field], binding: DirectResource) -> tuple[Field, ...]:
    """The fields that may be asked for."""
    return _without(fields, binding.omit)


def _without(fields: Sequence[Field], omit: frozenset[str]) -> tuple[Field, ...]:
    """The fields without those that are named, by a path where they are below others."""
    if not omit:
        return tuple(fields)
    kept = [
        replace(field, children=_without(field.children, omitted_below(omit, field.name)))
        if field.children and omitted_below(omit, field.name)
        else field
        for field in fields
        if field.name not in omit
    ]
    # An object without remaining fields cannot be asked for.
    emptied = {field.name for field in fields if field.children} & {field.name for field in kept if not field.children}
    return tuple(field for field in kept if field.name not in emptied)


def always_selected(binding: DirectResource) -> frozenset[str]:
    """The members that every read asks for: the key, and the dates that it goes by."""
    return frozenset({*binding.row_key, *DATES, *(binding.read.changed if isinstance(binding.read, ByDate) else ())})


def selected_fields(contract: Contract, binding: DirectResource, schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """What a catalog selects of a row, with its key and the dates that it is read by."""
    fields = row_fields(contract, binding)
    chosen = with_selected(fields, schema, always_selected(binding))
    extra = binding.read.key if isinstance(binding.read, Report) else ()
    known = {field.name for field in fields}
    # A catalog made before they were omitted, or with the arguments of a report, has columns that are not fields.
    return _without(chosen, binding.omit | {name for name in extra if name not in known})


def row_schema(contract: Contract, binding: DirectResource, fields: Sequence[Field]) -> Mapping[str, Any]:
    """The JSON schema of rows with these fields, and with the arguments of a report that are part of the key."""
    schema = described(object_schema(tuple(fields)), fields)
    if not isinstance(binding.read, Report):
        return schema
    arguments = {
        name: described_argument(argument, name)
        for name, argument in argument_schemas(contract, binding, binding.read).items()
    }
    return {**schema, "properties": {**arguments, **schema["properties"]}}


def order_of(binding: DirectResource) -> Order:
    """How the rows of pages are ordered."""
    if not isinstance(binding.read, ByDate):
        return BY_CREATION
    by_day = ({binding.read.order: ASCENDING},)
    # Where filters are restricted, so is the order: to one member.
    return by_day if binding.read.grammar == "restricted" else (*by_day, {"id": ASCENDING})


def heads_of(fields: Sequence[Field], binding: DirectResource) -> Heads | DayHeads:
    """What decodes the rows' keys and dates."""
    return DayHeads(binding.read) if isinstance(binding.read, ByDate) else Heads(fields)


def is_dated(contract: Contract, binding: DirectResource) -> bool:
    """Whether rows have dates that a cursor can follow."""
    return isinstance(strategy_of(contract, binding), Windowed | ByDate)
