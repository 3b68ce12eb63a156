"""The members that writes accept: their kinds, and how children and references are recognised."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

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
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a member that holds the id of another entity is found from what a record carries beside it.

    `sources`: natural keys by preference, each a path within the object that holds the member for every part of the
    key, for instance `((("customer", "code"),),)`; `type`: what is looked up, in the client's own words; `key`: the
    members of that type which form its natural key; `upper`: that key is a code of two letters in upper case;
    `is_code`: the member holds that key instead of the id; `also`: further members of the entity that are asked for, or
    paths to them: `lines.productId`; `is_number`: that key is a whole number; `may_repeat`: several entities may have
    it, and then it names none.
    """

    type: str
    key: tuple[str, ...]
    sources: tuple[tuple[Path, ...], ...]
    upper: bool = False
    is_code: bool = False
    also: tuple[str, ...] = ()
    is_number: bool = False
    may_repeat: bool = False


@dataclass(frozen=True, slots=True)
class ChosenReference:
    """The id of an entity whose type another member tells.

    `member`: that one; `references`: by its values; `of_company`: the values with which it is the company itself.
    """

    member: str
    references: Mapping[str, Reference] = field(hash=False)
    of_company: frozenset[str] = frozenset()

    def of(self, record: Row) -> Reference | None:
        """How the id is found that a record means."""
        return self.references.get(str(record.get(self.member) or "").strip().upper())


@dataclass(frozen=True, slots=True)
class Sums:
    """What a list adds up to, where the API joins elements: `added` less `subtracted` for all values of `by` together.

    Lists with the same sums are the same.
    """

    by: tuple[str, ...]
    added: str
    subtracted: str


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
    """One member that a create or an update accepts."""

    name: str
    kind: FieldKind
    many: bool = False
    # A create without it is refused.
    required: bool = False
    # 0 is a value of its own, so null says as little as leaving the member out.
    zero_counts: bool = False
    # Null may be sent.
    nullable: bool = True
    # Cannot change after the creation.
    fixed: bool = False
    # The API fills it in, so null says the same as leaving it out.
    defaulted: bool = False
    # Reading gives it back, so it can be compared.
    returned: bool = True
    # Which of the two inputs has it.
    creatable: bool = True
    updatable: bool = True
    max_length: int | None = None
    # The members of an enumeration.
    values: tuple[str, ...] = ()
    children: tuple["Writable", ...] = ()
    reference: Reference | None = None
    identity: Identity | None = None
    # Where rows have it, if not under its own name; with `path`, records of the source as well.
    found_at: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    # Rows have an object in its place, and the value is its member of this name.
    inside: str | None = None
    # Where the object is a plain text in a record: the member that is meant.
    text: str | None = None
    # Another member that says the same; this one is set aside where the other is there.
    preferred: str | None = None
    # A code of two letters in upper case.
    upper: bool = False
    # The list is the document itself: what the record lacks does not belong there, and an empty list is a mistake.
    whole: bool = False
    # Nothing changes the list after the creation, so another one is a difference, whichever of the two has more.
    complete: bool = False
    # By what the list is compared, if not element by element.
    sums: Sums | None = None
    # What a create sends where the record says nothing; `default` is compared as well.
    initial: str | bool | None = None
    default: Any = None
    # An id that no natural key stands for, so that only records of the same company can carry it.
    nameless: bool = False
    # An id that rows give without its natural key: of another company, it is left out.
    local: bool = False
    # Another member tells what type the id is of.
    chosen: ChosenReference | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """All that its id may be found by."""
        found = self.chosen.references.values() if self.chosen else ()
        return (*((self.reference,) if self.reference else ()), *found)

    def in_record(self, record: Row) -> "Writable":
        """The member as it is in a record that tells what type its id is of."""
        return replace(self, reference=self.chosen.of(record)) if self.chosen else self


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


def schema_of(writable: Writable) -> dict[str, Any]:
    """The JSON schema of a member."""
    if writable.kind is FieldKind.OBJECT:
        schema: dict[str, Any] = {
            "type": "object",
            "additionalProperties": True,
            "properties": {child.name: schema_of(child) for child in writable.children},
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
