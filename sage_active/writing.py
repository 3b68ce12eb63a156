"""What both API clients offer for writing, in the words of the field.

What is above this interface does not know which API it talks to.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from sage_active.amount_members import AmountMembers
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.resources.resource import Resource
from sage_active.values import identification, text_of

# A decoded object of an API or of an input record; JSON numbers are `Decimal` or `int`, so that they stay exact.
Row = Mapping[str, Any]
# The values of a natural key, as text.
Key = tuple[str, ...]
Path = tuple[str | int, ...]


class FieldKind(Enum):
    """How the values of a member are checked and compared."""

    TEXT = "string"
    IDENTIFICATION = "identification number"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "boolean"
    MOMENT = "moment"
    DAY = "day"
    ID = "id"
    CHOICE = "choice"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a member that holds the id of another entity is found from what a record carries beside it.

    `sources`: natural keys by preference, each a path within the object that holds the member for every part of the
    key, for instance `((("customer", "code"),),)`; `type`: what is looked up, in the client's own words; `key`: the
    members of that type which form its natural key; `upper`: that key is a code of two letters in upper case.
    """

    type: str
    key: tuple[str, ...]
    sources: tuple[tuple[Path, ...], ...]
    upper: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a child of a list is recognised when it has no id: the values of `members` together.

    `instead`: members each of which tells as well, where one of two children lacks the others; `by_position`: a child
    that has neither is recognised by its place; `is_place`: `members` are the place itself, which the API fills in.
    """

    members: tuple[str, ...]
    instead: tuple[str, ...] = ()
    by_position: bool = False
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class Writable:
    """One member that a create or an update accepts.

    `required`: a create without it is refused; `zero_counts`: 0 is a value of its own, so null says as little as
    leaving the member out; `nullable`: null may be sent; `fixed`: cannot change after creation;
    `defaulted`: the API fills it in, so null says the same as leaving it out; `returned`: reading gives it back, so it
    can be compared; `creatable`, `updatable`: which of the two inputs has it; `values`: the members of an enumeration;
    `preferred`: another member that says the same; this one is set aside where the other is there; `upper`: a code of
    two letters in upper case; `text`: the member that is meant where the object is a plain text; `whole`: the list is
    the document itself, so what the record lacks does not belong there, and an empty list is a mistake.
    """

    name: str
    kind: FieldKind
    many: bool = False
    required: bool = False
    zero_counts: bool = False
    nullable: bool = True
    fixed: bool = False
    defaulted: bool = False
    returned: bool = True
    creatable: bool = True
    updatable: bool = True
    max_length: int | None = None
    values: tuple[str, ...] = ()
    children: tuple["Writable", ...] = ()
    reference: Reference | None = None
    identity: Identity | None = None
    preferred: str | None = None
    upper: bool = False
    text: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class WriteModel:
    """What one object accepts on one connection.

    `type`: what `Reference.type` calls the object; `keys`: members that identify a record, by preference, each unique
    in its company; `document_keys`: members of a document that may carry the user's own number; `marker`: the member
    that can carry a marker, if there is one; `nulls_are_unknown`: the API may not give back what it was sent, so a null
    on its side is not a difference; `created_by_us`: a member and its value in rows that were created through the API;
    `row_schema`: the JSON schema of the rows as the source emits them; `amounts`: by what names a document states its
    amounts. Found from these: `identifications`, the keys that are VAT or identification numbers; `naming`, the members
    at any depth that name an entity: the keys, and copies of the keys of what is referred to.
    """

    connection: str
    resource: Resource
    type: str
    fields: tuple[Writable, ...]
    keys: tuple[str, ...]
    document_keys: tuple[str, ...] = ()
    marker: str | None = None
    nulls_are_unknown: bool = False
    created_by_us: tuple[str, str] | None = None
    row_schema: Mapping[str, Any] = field(default_factory=dict, compare=False)
    amounts: AmountMembers | None = None
    identifications: frozenset[str] = field(init=False)
    naming: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Finds what follows from the fields, once."""
        numbers = (writable.name for writable in self.fields if writable.kind is FieldKind.IDENTIFICATION)
        object.__setattr__(self, "identifications", frozenset(numbers).intersection(self.keys))
        object.__setattr__(self, "naming", frozenset((*self.keys, *self.document_keys, *_copied_keys(self.fields))))

    def key_form(self, member: str, value: Any) -> str:
        """The value of a key in the one form in which it is looked up, compared and sent.

        Raises `ValueError` for a number that is too long for text.
        """
        text = key_text(value)
        return identification(text) if member in self.identifications else text

    def json_schema(self, *, create: bool) -> dict[str, Any]:
        """The JSON schema of the records that a create (or an update) accepts."""
        fields = tuple(writable for writable in self.fields if (writable.creatable if create else writable.updatable))
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "additionalProperties": True,
            "properties": {writable.name: _schema(writable) for writable in fields},
            "required": [writable.name for writable in fields if create and writable.required],
        }


class Operation(Enum):
    """What a command does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CLOSE = "close"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Command:
    """One mutation. `input`: what is sent, complete; for CLOSE, POST and DELETE `{"id": …}` and what they need."""

    operation: Operation
    resource: Resource
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """The command took effect; `id` of what it made or changed."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The command had no effect. `field`: the member that the API named, if it did."""

    error: SageActiveError
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether the command took effect. `may_still`: it may do so later; nobody answered."""

    error: SageActiveError
    may_still: bool


Reply = Done | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a natural key led to; `row` holds at least the members that were asked for."""

    id: str
    row: Row = field(default_factory=dict)


class WriteClient(Protocol):
    """One connection to Sage Active that can write. Safe for all threads."""

    connection: str
    # How many commands one request takes, and how many requests may be under way at once.
    batch: int
    parallel: int

    def companies(self) -> list[Company]:
        """All companies that the sign-in lists, usable or not."""

    def missing_rights(self, company: Company, operations: Mapping[Resource, Collection[Operation]]) -> list[str]:
        """What the signed-in user may not do, as text; empty where all is allowed or the API cannot tell."""

    def model(self, resource: Resource) -> WriteModel:
        """What the object accepts."""

    def find(
        self, resource: Resource, company: Company, member: str, values: Sequence[str], *, fresh: bool = False
    ) -> Iterator[Row]:
        """The rows whose `member` is one of `values` (for the model's marker: contains one of them).

        Complete rows as far as they can be written. `fresh`: changes that others made a moment ago are seen too.
        Raises `SageActiveError`.
        """

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        """The entities of `reference.type` with these natural keys; keys that nothing has are missing.

        A direct reference by `id` has ids in lower case for keys.
        Raises `SageActiveError`.
        """

    def derived(self, resource: Resource, company: Company, ids: Collection[str]) -> Collection[str]:
        """Which of these documents, by id, were made from another document, wholly or in part.

        Empty where the API cannot tell. Raises `SageActiveError`.
        """

    def send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        """Sends at most `batch` commands in one request, never twice; a reply for each.

        Raises `SageActiveError` when the request was refused as a whole for a reason that concerns no single record,
        which means that nothing was done.
        """

    def confirm(self) -> None:
        """Makes sure that the next sync can find what was created; called before a state leaves that covers it.

        Raises `SageActiveError`.
        """

    def sales_journals(self, company: Company) -> Mapping[str, str]:
        """Code and id of the journals that invoices can be posted to; empty where nothing can be posted."""

    def close(self) -> None:
        """Ends all waiting and closes the connections."""


def key_text(value: Any) -> str:
    """A member of a natural key as text; an account's code may be an object that holds it.

    Raises `ValueError` for a number that is too long for text.
    """
    inner = value.get("value") if isinstance(value, Mapping) else value
    return text_of(inner).strip()


def _copied_keys(writables: Sequence[Writable]) -> Iterator[str]:
    """The members from which a reference beside them is found, at any depth."""
    for writable in writables:
        for source in writable.reference.sources if writable.reference else ():
            yield from (str(path[0]) for path in source if len(path) == 1)
        yield from _copied_keys(writable.children)


def is_uuid(value: str) -> bool:
    """Whether a text is an id as Sage Active makes them."""
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


_JSON_TYPES: Mapping[FieldKind, Mapping[str, Any]] = {
    FieldKind.TEXT: {"type": "string"},
    FieldKind.IDENTIFICATION: {"type": "string"},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.FLAG: {"type": "boolean"},
    FieldKind.MOMENT: {"type": "string", "format": "date-time"},
    FieldKind.DAY: {"type": "string", "format": "date"},
    FieldKind.ID: {"type": "string"},
    FieldKind.CHOICE: {"type": "string"},
}


def _schema(writable: Writable) -> dict[str, Any]:
    if writable.kind is FieldKind.OBJECT:
        schema: dict[str, Any] = {
            "type": "object",
            "additionalProperties": True,
            "properties": {child.name: _schema(child) for child in writable.children},
        }
        required = [child.name for child in writable.children if child.required]
        schema |= {"required": required} if required else {}
        schema |= {"type": ["object", "string"]} if writable.text else {}
    else:
        schema = dict(_JSON_TYPES[writable.kind])
    if writable.values:
        schema["enum"] = list(writable.values) + ([None] if writable.nullable else [])
    if writable.max_length:
        schema["maxLength"] = writable.max_length
    if writable.many:
        schema = {"type": "array", "items": schema}
    if writable.nullable and not writable.required:
        schema["type"] = ["null", schema["type"]]
    return schema
