"""By what a record is recognised in Sage Active: its id within its own company, a key, and the mark of its document."""

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Any, Final

from destination_sage_active.input.catalog import COMPANY_COLUMN, Target
from destination_sage_active.plan.content.validate import UnresolvedReference, key_of, value_at
from destination_sage_active.plan.item import Item
from destination_sage_active.record.key import RecordKey, may_be_id
from destination_sage_active.record.marker import marker_of
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import same_name
from sage_active.resources.keys import key_name
from sage_active.values import former_spellings, is_number
from sage_active.writing import Row, WriteModel, key_text

# A primary key of many numbers could have been spelled in more ways than anybody can ask for.
MOST_MARKS: Final = 16


def owners(model: WriteModel, target: Target, data: Row, source_id: str) -> Sequence[str]:
    """What stands for the row of a document: its primary key, else its stream's key, as a mark; none of other objects.

    After it come the marks that version 0.1 may have made of other spellings. Raises `Rejected` for a number of too
    many digits.
    """
    if not (model.resource.document or model.creates_final):
        return ()
    paths = target.primary_key or tuple((member,) for member in target.key or ())
    row_key = [_spellings(value_at(data, path), ".".join(path)) for path in paths]
    if not row_key or not all(text for text, *_ in row_key):
        return ()
    return [marker_of(source_id, target.stream, parts) for parts in islice(product(*row_key), MOST_MARKS)]


def identities(
    model: WriteModel, target: Target, data: Row, values: Row, marks: Sequence[str], *, own_ids: bool
) -> tuple[RecordKey, ...]:
    """By what a record is looked for: its id within its own company, then the key of the stream, then the marker.

    The key is the member that the user chose, else a natural key; the marker, which only documents have, also finds one
    whose number has changed. `marks`: those of the record's document, the one that is written now first. Raises
    `Rejected` when there is nothing by which it could be found.
    """
    id_member = model.resource.key(model.connection)
    own_id = data.get(id_member) if own_ids else None
    by_id = [RecordKey(id_member, str(own_id))] if may_be_id(own_id, model.connection) else []
    key = _key(model, target, data, values, marks)
    if key is None and not by_id:
        raise _no_key(model, _lacking(model, values))
    marked = [_marker_key(model.marker, marks)] if model.marker and marks else []
    return tuple(dict.fromkeys((*by_id, *([key] if key else []), *marked)))


def require_key(item: Item) -> None:
    """Raises `Rejected` for a record that has no more than an id: what is created of it could not be found again."""
    id_member = item.model.resource.key(item.model.connection)
    if all(identity.member == id_member for identity in item.identities):
        raise _no_key(item.model, _lacking(item.model, item.values))


def shown_key(model: WriteModel, target: Target, data: Row) -> RecordKey | None:
    """How messages name a record that cannot be written: by its key, else by what identifies it in its source."""
    # Of a key of several members the last one is the number.
    of_keys = [member for key in model.natural_keys for member in reversed(key.members)]
    paths = (*((member,) for member in dict.fromkeys((*(target.key or ()), *of_keys))), *target.primary_key)
    own_paths = [path for path in paths if same_name(path[0], [COMPANY_COLUMN]) != COMPANY_COLUMN] + [
        (model.resource.key(model.connection),)
    ]
    named = ((".".join(path), _readable(value_at(data, path))) for path in own_paths)
    return next((RecordKey(member, text) for member, text in named if text), None)


def _readable(value: Any) -> str:
    try:
        return key_text(value)
    except ValueError:
        return ""


def _no_key(model: WriteModel, missing_member: str | None = None) -> Rejected:
    """`missing_member`: the member that the only key of an object lacks."""
    wanted = ", ".join(model.keys)
    if missing_member:
        return Rejected(
            missing_member, f"has no value; without {wanted} a repetition could not be recognised", "no-key"
        )
    reason = f"has no value, and without one of {wanted} a repetition could not be recognised"
    return Rejected(model.keys[0] if model.keys else None, reason, "no-key")


def _key(model: WriteModel, target: Target, data: Row, values: Row, marks: Sequence[str]) -> RecordKey | None:
    if target.key:
        name = key_name(target.key)
        if key := _record_key(model, name, data, values):
            return key
        lacking = (member for member in model.natural_key(name).members if not _part_text(values.get(member)))
        member = next(lacking, name) if len(target.key) > 1 else name
        raise Rejected(member, "is the key of this stream, and has no value", "no-key")
    present = (name for name in model.keys if _is_present(model, name, values))
    natural = next((_record_key(model, name, data, values) for name in present), None)
    if natural or model.marker is None:
        return natural
    if not marks:
        names = ", ".join(".".join(path) for path in target.primary_key) or "a primary key"
        raise Rejected(None, f"has no value in {names}, so a repetition could not be recognised", "no-key")
    return _marker_key(model.marker, marks)


def _lacking(model: WriteModel, values: Row) -> str | None:
    """The member that a record lacks of the only key of an object."""
    if len(model.natural_keys) != 1:
        return None
    (key,) = model.natural_keys
    lacking = [name for name in key.members if not model.key_form(name, _part_text(values.get(name)))]
    return lacking[0] if len(key.members) > 1 and lacking else None


def resolved_identities(item: Item, values: Row, referred: Mapping[str, Row]) -> tuple[RecordKey, ...]:
    """The identities of an item once the ids are known that keys of several members may hold.

    `referred`: the rows that it refers to, by its members.
    """
    model = item.model
    via = {member: source for key in model.natural_keys for member, source in key.via.items()}
    found = {member: referred[member].get(source) for member, source in via.items() if member in referred}
    values = {**values, **found}
    return tuple(
        (_joint_key(model, identity.member, values) or identity)
        if len(model.natural_key(identity.member).members) > 1
        else identity
        for identity in item.identities
    )


def _is_present(model: WriteModel, name: str, values: Row) -> bool:
    return all(model.key_form(member, _part_text(values.get(member))) for member in model.natural_key(name).members)


def _part_text(value: Any) -> str:
    """A member of a key as text; an id that is not known yet by what leads to it."""
    return " ".join(value.key) if isinstance(value, UnresolvedReference) else key_text(value)


def _joint_key(model: WriteModel, name: str, values: Row) -> RecordKey | None:
    """A key of several members; 0.1 spelled none of them differently. None where one of them has no value."""
    key = model.natural_key(name)
    apart = frozenset[str]()
    if key.apart and key.apart.of_record:
        # An id, which may not be known yet.
        apart = key.apart.sent({key.apart.member: _part_text(values.get(key.apart.member)).lower()})
    elif key.apart:
        apart = key.apart.sent(values)
    spelled = [_part_text(values.get(member)) for member in key.members]
    parts = [model.key_form(member, part) for member, part in zip(key.members, spelled, strict=True)]
    text = key.value(parts, apart)
    return RecordKey(name, text, spelled=key.value(spelled) if key.forms else "") if text else None


def _record_key(model: WriteModel, member: str, data: Row, values: Row) -> RecordKey | None:
    if len(model.natural_key(member).members) > 1:
        return _joint_key(model, member, values)
    value = data.get(member)
    text, *former = _spellings(value, member)
    if member in model.identifications:
        # All its spellings are found with its one form.
        text, former = model.key_form(member, value), []
    return RecordKey(member, text, tuple(former)) if text else None


def _marker_key(member: str, marks: Sequence[str]) -> RecordKey:
    marker, *former = marks
    return RecordKey(member, marker, tuple(former))


def _spellings(value: Any, path: str) -> tuple[str, ...]:
    """The one form of a value, then those under which version 0.1 may have written it. Raises `Rejected`."""
    text = key_of(value, path)
    return (text, *former_spellings(value if is_number(value) else text))
