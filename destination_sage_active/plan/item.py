"""One input record on its way to Sage Active, and by what it is recognised there."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, Final

from destination_sage_active.input.catalog import COMPANY_COLUMN, Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.amounts import Difference, Stated
from destination_sage_active.plan.validate import key_of, value_at
from destination_sage_active.plan.versions import Version
from destination_sage_active.record.key import RecordKey, may_be_id
from destination_sage_active.record.marker import marker_of, markers
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import same_name
from sage_active.values import former_spellings, is_number
from sage_active.writing import Command, Refused, Row, Unknown, WriteModel, key_text

# A primary key of many numbers could have been spelled in more ways than anybody can ask for.
MOST_MARKS: Final = 16


@dataclass(slots=True)
class Item:
    """A record that is being written.

    `identities`: members and values by which it is looked for, by preference; `marker`: the mark that a document gets,
    so that one that was created twice is recognised; `owner`: what stands for the row of the source, for documents;
    `is_marked`: the document carries the mark; `keeps_lines`: it has lines that the record lacks, and they stay;
    `commands`: what is still to be sent; `is_own`: a create was sent for it; `doubt`: why the outcome of its last
    command is unknown; `refusal`: what the API said to its create; `version`: which version of its record it is;
    `is_deleted`: its source has deleted it, so that it is not content; `has_receipt`: the report has it already;
    `stated`: the amounts that it states; `is_unread`: its content was written, and what the API made of it has not been
    read; `differences`: its amounts that Sage Active has otherwise.
    """

    record: Record
    ticket: Ticket
    values: dict[str, Any]
    identities: tuple[RecordKey, ...]
    marker: str | None = None
    owner: str | None = None
    is_marked: bool = False
    keeps_lines: bool = False
    id: str | None = None
    outcome: Outcome | None = None
    commands: deque[Command] = field(default_factory=deque)
    changed: tuple[str, ...] = ()
    is_own: bool = False
    doubt: Unknown | None = None
    refusal: Refused | None = None
    version: Version | None = None
    is_deleted: bool = False
    has_receipt: bool = False
    stated: Stated | None = None
    is_unread: bool = False
    differences: tuple[Difference, ...] = ()
    referred: Mapping[str, Row] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """Where its stream goes."""
        return self.record.target

    @property
    def key(self) -> RecordKey:
        """How messages name it: by the key that the user chose, else by what it is looked for at last."""
        chosen = self.target.key or ()
        return next((identity for identity in self.identities if identity.member in chosen), self.identities[-1])

    def marks(self, model: WriteModel) -> tuple[str, ...]:
        """The marks that its document may carry: its own, then those that version 0.1 may have made."""
        found = next((identity for identity in self.identities if identity.member == model.marker), None)
        return (found.value, *found.former) if found else ((self.marker,) if self.marker else ())

    def start_over(self) -> None:
        """Forgets the row that was created or found for it: another one has its place."""
        self.id, self.outcome, self.is_own, self.refusal, self.commands = None, None, False, None, deque()
        self.has_receipt = False
        self.is_unread, self.differences = False, ()


def identities(
    model: WriteModel, target: Target, data: Row, values: Row, *, own_ids: bool, source_id: str
) -> tuple[RecordKey, ...]:
    """By what a record is looked for: its id within its own company, then the key of the stream, then the marker.

    The key is the member that the user chose, else a natural key; the marker, which only documents have, also finds one
    whose number has changed. Raises `Rejected` when there is nothing by which it could be found.
    """
    id_member = model.resource.key(model.connection)
    own_id = data.get(id_member) if own_ids else None
    by_id = [RecordKey(id_member, str(own_id))] if may_be_id(own_id, model.connection) else []
    key = _key(model, target, data, values, source_id)
    if key is None and not by_id:
        raise _no_key(model)
    marks = _marks(model, target, data, source_id)
    marked = [_marker_key(model.marker, marks)] if model.marker and marks else []
    return tuple(dict.fromkeys((*by_id, *([key] if key else []), *marked)))


def require_key(model: WriteModel, item: Item) -> None:
    """Raises `Rejected` for a record that has no more than an id: what is created of it could not be found again."""
    id_member = model.resource.key(model.connection)
    if all(identity.member == id_member for identity in item.identities):
        raise _no_key(model)


def shown_key(model: WriteModel, target: Target, data: Row) -> RecordKey | None:
    """How messages name a record that cannot be written: by its key, else by what identifies it in its source."""
    paths = (*((member,) for member in (*(target.key or ()), *model.keys)), *target.primary_key)
    own_paths = [path for path in paths if same_name(path[0], [COMPANY_COLUMN]) != COMPANY_COLUMN] + [
        (model.resource.key(model.connection),)
    ]
    named = ((".".join(path), _shown(value_at(data, path))) for path in own_paths)
    return next((RecordKey(member, text) for member, text in named if text), None)


def _shown(value: Any) -> str:
    try:
        return key_text(value)
    except ValueError:
        return ""


def _no_key(model: WriteModel) -> Rejected:
    wanted = ", ".join(model.keys)
    reason = f"has no value, and without one of {wanted} a repetition could not be recognised"
    return Rejected(model.keys[0] if model.keys else None, reason, "no-key")


def _key(model: WriteModel, target: Target, data: Row, values: Row, source_id: str) -> RecordKey | None:
    if target.key:
        (member,) = target.key
        if key := _record_key(model, member, data.get(member)):
            return key
        raise Rejected(member, "is the key of this stream, and has no value", "no-key")
    present = (name for name in model.keys if key_text(values.get(name)))
    natural = next((_record_key(model, name, data.get(name)) for name in present), None)
    if natural or model.marker is None:
        return natural
    marks = _marks(model, target, data, source_id)
    if not marks:
        names = ", ".join(".".join(path) for path in target.primary_key) or "a primary key"
        raise Rejected(None, f"has no value in {names}, so a repetition could not be recognised", "no-key")
    return _marker_key(model.marker, marks)


def _record_key(model: WriteModel, member: str, value: Any) -> RecordKey | None:
    text, *former = _spellings(value, member)
    if member in model.identifications:
        # All its spellings are found with its one form.
        text, former = model.key_form(member, value), []
    return RecordKey(member, text, tuple(former)) if text else None


def _marker_key(member: str, marks: Sequence[str]) -> RecordKey:
    marker, *former = marks
    return RecordKey(member, marker, tuple(former))


def record_owner(model: WriteModel, target: Target, data: Row, source_id: str) -> str | None:
    """What stands for a document's row: its primary key, else its stream's key; None where it has neither."""
    return next(iter(_owners(model, target, data, source_id)), None)


def _marks(model: WriteModel, target: Target, data: Row, source_id: str) -> list[str]:
    """The mark of a document, then the marks that version 0.1 may have made of other spellings of its primary key."""
    return _owners(model, target, data, source_id) if model.marker else []


def _owners(model: WriteModel, target: Target, data: Row, source_id: str) -> list[str]:
    if not model.resource.document:
        return []
    paths = target.primary_key or tuple((member,) for member in target.key or ())
    row_key = [_spellings(value_at(data, path), ".".join(path)) for path in paths]
    if not row_key or not all(text for text, *_ in row_key):
        return []
    return [marker_of(source_id, target.stream, parts) for parts in islice(product(*row_key), MOST_MARKS)]


def _spellings(value: Any, place: str) -> tuple[str, ...]:
    """The one form of a value, then those under which version 0.1 may have written it. Raises `Rejected`."""
    text = key_of(value, place)
    return (text, *former_spellings(value if is_number(value) else text))


def found_by(model: WriteModel, member: str, row: Row) -> list[str]:
    """The values by which a row is found: of its member in its one form, or each marker that it carries."""
    value = row.get(member)
    return markers(key_text(value)) if member == model.marker else [model.key_form(member, value)]


def carries(model: WriteModel, row: Row, *marks: str) -> bool:
    """Whether a document carries one of these marks."""
    return model.marker is not None and not set(marks).isdisjoint(found_by(model, model.marker, row))
