"""Which stream refers to which, and by which member: worked out from the table of resources and the contract.

An id leads to a type by the object beside it (`customer` beside `customerId`), else by an object beside a member of the
same name elsewhere, else by its own name; the tables below say the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from graphql import GraphQLObjectType, get_named_type

from sage_active.direct.chosen_references import CHOSEN_REFERENCES
from sage_active.direct.contract import Contract, Field
from sage_active.direct.strategies.selection import row_fields
from sage_active.markets import DIRECT
from sage_active.resources.contract_exceptions import BACK_REFERENCES
from sage_active.resources.field_table import entry_of
from sage_active.resources.resource import DirectResource, Report, Resource
from sage_active.resources.table import offered

ID: Final = "Id"
# Of the settings of a company, whose members have long names, the end tells.
SETTINGS: Final = "Organization"
_SALES_DOCUMENTS: Final = ("SalesQuote", "SalesOrder", "SalesDeliveryNote", "SalesInvoice")
# Member, or type and member -> the types that it may lead to.
TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "AccountingEntry.salesInvoiceId": ("SalesInvoice",),
    "RelatedSalesDocument.documentId": _SALES_DOCUMENTS,
    "RelatedSalesDocument.originId": _SALES_DOCUMENTS,
    "thirdPartyId": ("Customer", "Supplier", "Employee"),
    "contactJobAreaId": ("JobArea",),
    # Arguments of reports.
    "exerciseId": ("AccountingExercise",),
    "accountId": ("AccountingAccount",),
}
# What is called like a reference and is not one: identification numbers and their kinds, and parts of the row itself.
NO_REFERENCES: Final = frozenset({"documentId", "identificationTypeId", "eInvoiceId"})
ENDS: Final[Mapping[str, str]] = {
    "AccountId": "AccountingAccount",
    "AccountCFId": "AccountingAccount",
    "JournalTypeId": "JournalType",
    "JournalCFId": "JournalType",
    "SessionId": "AccountingEntrySession",
    "PresetTextId": "OperationalNumberPresetText",
    "TaxTreatmentId": "TaxTreatment",
}


@dataclass(frozen=True)
class Reference:
    """A member of a stream's rows, as a path, and where the rows are that it leads to: streams, or lists in them."""

    stream: str
    member: str
    targets: tuple[str, ...]

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams that it leads to."""
        return tuple(dict.fromkeys(target.partition(".")[0] for target in self.targets))


def references(resource: Resource) -> tuple[Reference, ...]:
    """The references of a stream; those without a target lead to what no stream has."""
    return tuple(
        Reference(resource.name, member, _homes_of(types)) for member, types in _ids(Contract(), resource.on(DIRECT))
    )


def _ids(contract: Contract, binding: DirectResource) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ids in a row, by their paths, and the types that they lead to; not those that lead back to the row itself."""
    fields = row_fields(contract, binding)
    if isinstance(binding.read, Report):
        arguments = set(binding.read.key) - {field.name for field in fields}
        yield from ((name, TARGETS[name]) for name in binding.read.key if name in arguments & TARGETS.keys())
    yield from _ids_below(contract, fields, binding.type, "")


def _ids_below(
    contract: Contract, fields: tuple[Field, ...], row_type: str, above: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in fields:
        path = f"{above}{field.name}{'[]' if field.many else ''}"
        if field.name.endswith(ID) and (field.name not in NO_REFERENCES or entry_of(TARGETS, field.owner, field.name)):
            types = _types(contract, field)
            is_parent = (field.owner, field.name.removesuffix(ID)) in BACK_REFERENCES or types == (row_type,)
            if not (above and is_parent):
                yield path, types
        yield from _ids_below(contract, field.children, row_type, f"{path}.")


def _types(contract: Contract, field: Field) -> tuple[str, ...]:
    if chosen := CHOSEN_REFERENCES.get((field.owner, field.name)):
        return tuple(reference.type for reference in chosen.references.values())
    if entry := entry_of(TARGETS, field.owner, field.name):
        return TARGETS[entry]
    end = next((end for end in ENDS if field.owner.startswith(SETTINGS) and field.name.endswith(end)), None)
    if end:
        return (ENDS[end],)
    beside = _loaders(contract.schema.type_map[field.owner]).get(field.name)
    elsewhere = _loaded().get(field.name, frozenset())
    if beside or len(elsewhere) == 1:
        return (beside or next(iter(elsewhere)),)
    by_name = field.name[:1].upper() + field.name[1:].removesuffix(ID)
    return (by_name,) if by_name in _homes() else ()


def _loaders(kind: object) -> Mapping[str, str]:
    """The ids of a type that have an object beside them, and the types of these."""
    if not isinstance(kind, GraphQLObjectType):
        return {}
    return {
        f"{name}{ID}": get_named_type(field.type).name
        for name, field in kind.fields.items()
        if f"{name}{ID}" in kind.fields
    }


@cache
def _loaded() -> Mapping[str, frozenset[str]]:
    """The types that ids of a name lead to, in any type."""
    found: dict[str, frozenset[str]] = {}
    for kind in Contract().schema.type_map.values():
        for name, type_name in _loaders(kind).items():
            found[name] = found.get(name, frozenset()) | {type_name}
    return found


def _homes_of(types: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(home for type_name in types for home in _homes().get(type_name, ()))


@cache
def _homes() -> Mapping[str, tuple[str, ...]]:
    """Where rows of a type are: streams of their own, else lists in the rows of streams."""
    contract = Contract()
    whole: dict[str, tuple[str, ...]] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for resource in offered(DIRECT):
        binding = resource.on(DIRECT)
        whole[binding.type] = (*whole.get(binding.type, ()), resource.name)
        for path, type_name in _parts(row_fields(contract, binding), f"{resource.name}."):
            parts[type_name] = (*parts.get(type_name, ()), path)
    return {**parts, **whole}


def _parts(fields: tuple[Field, ...], above: str) -> Iterator[tuple[str, str]]:
    """The lists of rows with ids of their own in a row, by their paths."""
    for field in fields:
        path = f"{above}{field.name}{'[]' if field.many else ''}"
        if field.many and any(child.name == "id" for child in field.children):
            yield path, field.type
        yield from _parts(field.children, f"{path}.")
