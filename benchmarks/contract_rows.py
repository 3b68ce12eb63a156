"""Tables for any root of the direct API, with rows that are made from the contract: one child of each kind in each.

Documents are settled: what a resource calls open is found in none of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from zlib import crc32

from graphql import GraphQLEnumType, GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from benchmarks.rows import DIRECT, DIRECT_DATES, child, new_id
from benchmarks.tables import FIRST_DAY, Row, Table
from sage_active.direct.contract import DATES, Contract, Field
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import ByDate, DirectResource, Member
from sage_active.resources.table import RESOURCES

# One row a day, so that no lookback finds more than the latest of them again.
ROWS_PER_DAY: Final = 1
KEY: Final = "id"
VALUES: Final[Mapping[str, Any]] = {
    "Int": 3,
    "Boolean": False,
    "Decimal": 1234.5,
    "DateTime": f"{FIRST_DAY}T00:00:00.000Z",
    "JSON": None,
}
TEXT: Final = "Wartung, 2. Wahl"
PLACES: Final[Mapping[str, DirectResource]] = {
    resource.direct.root: resource.direct for resource in RESOURCES if resource.direct
}


@dataclass(frozen=True)
class Root:
    """A root field: `has_pages`, else `is_list`, else it is a single object."""

    table: Table
    has_pages: bool
    is_list: bool


def root_of(contract: Contract, name: str, rows: int, rows_per_day: int = ROWS_PER_DAY) -> Root:
    """A root with so many rows. Raises `KeyError` for one that the contract does not have."""
    kind = contract.root(name).type
    named = get_named_type(kind)
    has_pages = isinstance(named, GraphQLObjectType) and "nodes" in named.fields
    is_list = isinstance(get_nullable_type(kind), GraphQLList)
    return Root(_table(contract, name, rows, rows_per_day), has_pages, is_list)


def _table(contract: Contract, root: str, rows: int, rows_per_day: int) -> Table:
    fields = contract.fields(contract.row_type(root))
    binding = PLACES.get(root)
    dates = _dates(contract, binding) if binding else {}
    settled = dict(_settled(binding.open_documents or {})) if binding else {}

    def full_row(random: Random) -> Row:
        values = {field.name: _value(contract, random, field) for field in fields if field.name not in (KEY, *dates)}
        return {**values, **settled}

    maker = DIRECT[root].maker if root in DIRECT else full_row
    return Table(crc32(root.encode()), KEY, dates, maker, rows, rows_per_day)


def _dates(contract: Contract, binding: DirectResource) -> Mapping[str, int]:
    read = strategy_of(contract, binding)
    if isinstance(read, ByDate):
        return dict.fromkeys((read.order, *read.changed), 0)
    members = {field.name for field in contract.fields(binding.type)}
    return {name: shift for name, shift in DIRECT_DATES.items() if name in members}


def _settled(condition: Any) -> Iterator[tuple[str, Any]]:
    """Values under which a row is none of the open ones."""
    if isinstance(condition, list):
        for part in condition:
            yield from _settled(part)
        return
    for name, operators in condition.items():
        if name in ("and", "or"):
            yield from _settled(operators)
        elif "nin" in operators:
            value = operators["nin"][0]
            yield name, value.name if isinstance(value, Member) else value


def _value(contract: Contract, random: Random, field: Field) -> Any:
    if field.children:
        names = {part.name for part in field.children}
        inner = {part.name: _value(contract, random, part) for part in field.children if part.name not in DATES}
        row = {**child(random), **inner} if names.issuperset(DATES) else inner
        return [row] if field.many else row
    if field.name == KEY or (field.name.endswith("Id") and field.type not in VALUES):
        value: Any = new_id(random)
    elif isinstance(kind := contract.schema.type_map.get(field.type), GraphQLEnumType):
        value = next(iter(kind.values))
    else:
        value = VALUES.get(field.type, TEXT)
    return [value] if field.many else value
