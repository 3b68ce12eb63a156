"""What the columns of streams and models hold, and which hold personal data: from the contract, followed upwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlglot import exp

from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import row_fields, row_schema
from sage_active.markets import DIRECT
from sage_active.resources.omission import members_below
from sage_active.resources.personal_data import MARK
from sage_active.resources.table import offered
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.record_ids import SCHEMA
from source_sage_active.streams import stream_schema
from sql.lists import EACH, below, is_raw, list_paths
from sql.source import Model
from sql.translate import CASTS

Schema = Mapping[str, Any]
READ_MEMBERS: Final = frozenset({*CASTS, "day_at", EACH})
ID: Final = "Id of the record."
# Staging columns that come from more than one member, or from one that the contract does not describe.
OWN_TEXTS: Final = {
    "credit_note_type": "Kind of credit note (ES).",
    "is_deductible": "Whether the tax is deductible.",
    "discount": "Discounts of the line and of the customer, as an amount.",
    "description": "Text of the line, or else of the entry.",
    "document_number": "Number of the document, of the line or else of the entry.",
}


@dataclass(frozen=True)
class Meaning:
    """What a column holds, whether that is personal data or may be, and below which members if it is JSON."""

    text: str
    is_personal: bool
    personal_members: Sequence[str] = ()


@cache
def stream_schemas() -> Mapping[str, Schema]:
    """The JSON schema of each stream that models read, as `discover` shows it."""
    contract = Contract()
    rows = {
        resource.name: row_schema(contract, resource.direct, row_fields(contract, resource.direct))
        for resource in offered(DIRECT)
        if resource.direct
    }
    return {name: stream_schema(row) for name, row in {**rows, RECORD_IDS: SCHEMA}.items()}


def stream_meanings(stream: str) -> Mapping[str, Meaning]:
    """What the columns of a stream hold."""
    return {
        name: Meaning(schema.get("description", ""), bool(schema.get(MARK)), list(_personal_members(schema)))
        for name, schema in stream_schemas()[stream]["properties"].items()
    }


def staging_meanings(model: Model) -> Mapping[str, Meaning]:
    """What the columns of a staging model hold, by the members that they read."""
    (stream,) = model.reads
    row, query = stream_schemas()[stream], _query(model)
    lists = list_paths(query)
    found: dict[str, Meaning] = {}
    for projection in query.selects:
        members = [_at(row, path) for path in _paths(projection, lists)]
        name = projection.alias_or_name
        found[name] = Meaning(_text(name, members), any(member.get(MARK) for member in members))
    return found


def _text(name: str, members: Sequence[Schema]) -> str:
    """What a staging column holds; a member of several stands for the others unless the column has an own text."""
    text: str = members[0].get("description", "") if members else ""
    if text == ID:
        return f"Id of the {name.removesuffix('_id').replace('_', ' ')}."
    return text if text and len(members) == 1 else OWN_TEXTS.get(name, text)


def personal_columns(model: Model, below: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The columns of a model that have values of personal columns of the models that it reads.

    Names are followed through the whole query, so a column may be marked because another part of it has its name.
    """
    if model.is_table:
        return frozenset()
    personal = set[str]().union(*(below.get(name, frozenset()) for name in model.reads))
    query = _query(model)
    while True:
        further = {name for name, value in _values(query) if _carries(value, personal)} - personal
        if not further:
            return frozenset(personal & set(query.named_selects))
        personal |= further


def _query(model: Model) -> exp.Query:
    if not isinstance(model.query, exp.Query):
        raise TypeError(f"{model.name} is not a query")
    return model.query


def _values(query: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """The columns that any part of a query yields, with their values."""
    for select in query.find_all(exp.Select):
        # In a union a column has the name that it has in the first query.
        top: exp.Expr = select
        while isinstance(top.parent, exp.SetOperation):
            top = top.parent
        names = top.named_selects if isinstance(top, exp.SetOperation) else select.named_selects
        yield from zip(names, select.selects, strict=False)


def _carries(value: exp.Expr, personal: set[str]) -> bool:
    """Whether a value is one of a personal column; a comparison or a number of rows is not."""
    return any(
        column.name in personal and not column.find_ancestor(exp.Predicate, exp.Count)
        for column in value.find_all(exp.Column)
    )


def _paths(projection: exp.Expr, lists: Mapping[str, str]) -> list[str]:
    """The paths of the members that a value is made from."""
    paths: list[str] = []
    for node in projection.find_all(exp.Anonymous, exp.Column, bfs=False):
        if isinstance(node, exp.Anonymous) and node.name.lower() in READ_MEMBERS:
            holder, path = node.expressions
            paths.append(below(holder, path.name, lists))
        elif is_raw(node) and not _is_holder(node):
            paths.append(node.name)
    return paths


def _is_holder(column: exp.Expr) -> bool:
    return isinstance(column.parent, exp.Anonymous) and column.parent.name.lower() in READ_MEMBERS


def _at(schema: Schema, path: str) -> Schema:
    """The schema of a member; KeyError if the stream has none of this name."""
    found: Schema = schema
    for name in path.split("."):
        found = members_below(found)[name]
    return found


def _personal_members(schema: Schema, above: str = "") -> Iterator[str]:
    for name, member in members_below(schema).items():
        if member.get(MARK):
            yield f"{above}{name}"
        yield from _personal_members(member, f"{above}{name}.")
