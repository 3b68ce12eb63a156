"""What one object accepts on one connection, and the form in which its keys are compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sage_active.amount_members import AmountMembers
from sage_active.days import nearest_day
from sage_active.moments import normalize_utc
from sage_active.resources.creation_rules import CreationRules
from sage_active.resources.generation import Generation
from sage_active.resources.key_forms import KeyForm
from sage_active.resources.keys import JOINT, at
from sage_active.resources.keys import Key as NaturalKey
from sage_active.resources.lifecycle import Lifecycle
from sage_active.resources.likeness import Likeness
from sage_active.resources.resource import Resource
from sage_active.resources.rules import Rule
from sage_active.resources.set_asides import SetAsides
from sage_active.resources.settlement import Settlement
from sage_active.resources.tax_choice import TaxChoice
from sage_active.resources.uploading import Uploading
from sage_active.values import identification, text_of
from sage_active.writables import FieldKind, Row, Writable, schema_of


@dataclass(frozen=True, slots=True)
class WriteModel:
    """What one object accepts on one connection."""

    connection: str
    resource: Resource
    # What `Reference.type` calls the object.
    type: str
    fields: tuple[Writable, ...]

    # --- What a record is recognised by
    # By preference, each unique in its company.
    natural_keys: tuple[NaturalKey, ...]
    # Members of a document that may carry the user's own number, and the one that can carry a mark, if there is one.
    document_keys: tuple[str, ...] = ()
    marker: str | None = None
    # The API may not give back what it was sent, so a null on its side is not a difference.
    nulls_are_unknown: bool = False
    # The JSON schema of the rows as the source emits them.
    row_schema: Mapping[str, Any] = field(default_factory=dict, compare=False)
    # By what names a document states its amounts.
    amounts: AmountMembers | None = None

    # --- As the resource declares it (`DirectResource`)
    created_by_us: tuple[str, str] | None = None
    only_own: bool = False
    likeness: Likeness | None = None
    rules: tuple[Rule, ...] = ()
    creation_rules: CreationRules | None = None
    set_asides: SetAsides | None = None
    after: tuple[str, ...] = ()
    generation: Generation | None = None
    tax_choice: TaxChoice | None = None
    creates_final: bool = False
    uploading: Uploading | None = None
    settlement: Settlement | None = None
    lifecycle: Lifecycle | None = None
    lifecycle_where: Mapping[str, Lifecycle] = field(default_factory=dict, hash=False)

    # --- Found from these
    # The names of the natural keys; their members, each once, with their kinds and the forms in which some compare.
    keys: tuple[str, ...] = field(init=False)
    key_members: tuple[str, ...] = field(init=False)
    key_kinds: Mapping[str, FieldKind] = field(init=False, hash=False)
    key_forms: Mapping[str, KeyForm] = field(init=False, hash=False)
    # Those that are VAT or identification numbers.
    identifications: frozenset[str] = field(init=False)
    # The members at any depth that name an entity: the keys, and copies of the keys of what is referred to.
    naming: frozenset[str] = field(init=False)
    # What a create sends where the record says nothing.
    initial: Row = field(init=False, hash=False)

    def __post_init__(self) -> None:
        """Finds what follows from the fields, once."""
        members = tuple(dict.fromkeys(member for key in self.natural_keys for member in key.members))
        further = tuple(member for key in self.natural_keys for member in key.further)
        kinds = {writable.name: writable.kind for writable in self.fields if writable.name in (*members, *further)}
        numbers = frozenset(name for name, kind in kinds.items() if kind is FieldKind.IDENTIFICATION)
        initial = {writable.name: writable.initial for writable in self.fields if writable.initial is not None}
        object.__setattr__(self, "initial", initial)
        object.__setattr__(self, "keys", tuple(map(str, self.natural_keys)))
        object.__setattr__(self, "key_members", members)
        object.__setattr__(self, "key_kinds", kinds)
        forms = {member: form for key in self.natural_keys for member, form in key.forms.items()}
        object.__setattr__(self, "key_forms", forms)
        object.__setattr__(self, "identifications", numbers)
        object.__setattr__(self, "naming", frozenset((*members, *self.document_keys, *_copied_keys(self.fields))))

    @property
    def file_members(self) -> tuple[str, ...]:
        """The members of a record that give the file which a row is made of."""
        return (self.uploading.encoded, *self.uploading.paths) if self.uploading else ()

    def in_market(self, market: str) -> "WriteModel":
        """What the object accepts in a market: with its lifecycle, and the rules that hold there."""
        rules = tuple(rule for rule in self.rules if rule.is_in(market))
        lifecycle = self.lifecycle_where.get(market, self.lifecycle)
        if rules == self.rules and lifecycle == self.lifecycle:
            return self
        return replace(self, lifecycle=lifecycle, rules=rules)

    def natural_key(self, name: str) -> NaturalKey:
        """The key of this name, also with members that a user has added; any other name is a member by itself."""
        if known := next((key for key in self.natural_keys if str(key) == name), None):
            return known
        members = name.split(JOINT)
        longer = (key.extended(members) for key in self.natural_keys if set(key.members) < set(members))
        return next((key for key in longer if key), NaturalKey((name,)))

    def key_value(self, name: str, row: Row) -> str:
        """The value of a key in a row as the API has it, in the one form; empty where a member has none.

        Raises `ValueError` for a number that is too long for text.
        """
        key = self.natural_key(name)
        apart = key.apart.stored(row) if key.apart else frozenset[str]()
        return key.value([self.key_form(member, at(row, key.path(member))) for member in key.members], apart)

    def key_form(self, member: str, value: Any) -> str:
        """The value of a key in the one form in which it is looked up and compared.

        Raises `ValueError` for a number that is too long for text.
        """
        text = key_text(value)
        if form := self.key_forms.get(member):
            return form.of(text)
        match self.key_kinds.get(member):
            case FieldKind.IDENTIFICATION:
                return identification(text)
            case FieldKind.ID:
                return text.lower()
            case FieldKind.DAY if text:
                day = nearest_day(text)
                return day.isoformat() if day else ""
            case FieldKind.MOMENT if text:
                return normalize_utc(text if "T" in text else f"{text}T00:00:00Z") or ""
        return text

    def json_schema(self, *, create: bool) -> dict[str, Any]:
        """The JSON schema of the records that a create (or an update) accepts."""
        fields = tuple(
            writable
            for writable in self.fields
            if (writable.creatable if create else writable.updatable) and writable.kind is not FieldKind.FILE
        )
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "additionalProperties": True,
            "properties": {
                **{writable.name: schema_of(writable) for writable in fields},
                **{name: {"type": ["null", "string"]} for name in self.file_members},
            },
            "required": [writable.name for writable in fields if create and writable.required],
        }


def key_text(value: Any) -> str:
    """A member of a natural key as text; an account's code may be an object that holds it.

    Raises `ValueError` for a number that is too long for text.
    """
    inner = value.get("value") if isinstance(value, Mapping) else value
    return text_of(inner).strip()


def _copied_keys(writables: Sequence[Writable]) -> Iterator[str]:
    """The members from which a reference beside them is found, at any depth."""
    for writable in writables:
        for source in (source for reference in writable.references for source in reference.sources):
            yield from (str(path[0]) for path in source if len(path) == 1)
        yield from _copied_keys(writable.children)


def is_uuid(value: str) -> bool:
    """Whether a text is an id as Sage Active makes them."""
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False
