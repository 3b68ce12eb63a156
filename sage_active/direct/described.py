"""What the columns of a row hold: a sentence for each, and a mark for personal data, in their JSON schemas.

A sentence comes from the tables, from the schema file, or from the name: ids and references say what they are.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLObjectType

from sage_active.direct.contract import Field
from sage_active.resources.descriptions.documents import DOCUMENTS
from sage_active.resources.descriptions.ledger import LEDGER
from sage_active.resources.descriptions.masters import MASTERS
from sage_active.resources.field_table import entry_of
from sage_active.resources.personal_data import MARK, PERSONAL, TEXT
from sage_active.resources.schema import packaged_schema
from sage_active.resources.sentences import id_sentence, reference_sentence

DESCRIPTIONS: Final[Mapping[str, str]] = {**MASTERS, **DOCUMENTS, **LEDGER}
LONGEST: Final = 100
# Of a field that only the server's own schema has.
UNDOCUMENTED: Final = "Not in the published documentation; the server's own schema has it."


def described(schema: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The JSON schema of rows with these fields, with what each column holds."""
    properties = dict(schema["properties"])
    for field in fields:
        properties[field.name] = {"description": UNDOCUMENTED, **_column(properties[field.name], field)}
    return {**schema, "properties": properties}


def described_argument(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The JSON schema of a column that is an argument of a report."""
    sentence = description(Field("", name, ""))
    return {**schema, **({"description": sentence} if sentence else {})}


def description(field: Field) -> str | None:
    """What a field holds, in one line; None where nothing says so."""
    return _description(field.owner, field.name, field.type, field.many, tuple(child.name for child in field.children))


def is_personal(field: Field) -> bool:
    """Whether a field holds personal data, or may, itself or below."""
    if field.children:
        return any(map(is_personal, field.children))
    return field.type == TEXT and entry_of(PERSONAL, field.owner, field.name) is not None


def _column(schema: Mapping[str, Any], field: Field) -> dict[str, Any]:
    column = dict(schema)
    if field.children:
        value = column["items"] if field.many else column
        below = {child.name: _column(value["properties"][child.name], child) for child in field.children}
        column |= {"items": {**value, "properties": below}} if field.many else {"properties": below}
    sentence = description(field)
    return {
        **column,
        **({"description": sentence} if sentence else {}),
        **({MARK: True} if is_personal(field) else {}),
    }


@cache
def _description(owner: str, name: str, type_name: str, many: bool, below: tuple[str, ...]) -> str | None:
    entry = entry_of(DESCRIPTIONS, owner, name)
    sentence = DESCRIPTIONS[entry] if entry else _declared(owner, name)
    sentence = sentence or _generated(name, () if many else below)
    kind = packaged_schema().type_map.get(type_name)
    if sentence is None or not isinstance(kind, GraphQLEnumType):
        return sentence
    with_members = f"{sentence.removesuffix('.')}: {', '.join(kind.values)}."
    says_them = any(member in sentence for member in kind.values)
    return sentence if says_them or len(with_members) > LONGEST else with_members


def _declared(owner: str, name: str) -> str | None:
    """What the schema file says of a field."""
    kind = packaged_schema().type_map.get(owner)
    field = kind.fields.get(name) if isinstance(kind, GraphQLObjectType) else None
    return field.description if field and field.description and len(field.description) <= LONGEST else None


def _generated(name: str, below: tuple[str, ...]) -> str | None:
    """What an id or a reference is, by its name."""
    return id_sentence(name) or (reference_sentence(name, below) if below[:1] == ("id",) else None)
