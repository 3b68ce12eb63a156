"""From an input record to what a write sends: read-only members are set aside, values checked, references named.

A record is what the source emits or what a user made. Members that no write accepts are passed over; for a member that
holds the id of another entity, the natural key beside it counts, because ids are valid in their own company only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from destination_sage_active.plan.content.shapes import choice, flag, upper_code
from destination_sage_active.record.rejection import Rejected
from sage_active.days import day_or_moment
from sage_active.moments import NEVER, normalize_utc
from sage_active.resources.keys import at
from sage_active.values import identification, is_number, text_of
from sage_active.writing import FieldKind, Key, Path, Reference, Row, Writable, key_text

NULLISH: Final = ("", None)
# GraphQL's own limit of an Int.
LARGEST_INTEGER: Final = 2**31 - 1
# `Decimal` takes more than people write: digits of other scripts, and underscores between them.
NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class UnresolvedReference:
    """Stands for the id of another entity until it is looked up. `member`: where it belongs, for messages."""

    reference: Reference
    key: Key
    member: str


def validate(
    writables: Sequence[Writable],
    record: Row,
    *,
    own_ids: bool,
    left_out: frozenset[str] = frozenset(),
    above: str = "",
) -> dict[str, Any]:
    """The members of `record` that a write accepts, checked; ids of other entities may be `UnresolvedReference`.

    `own_ids`: the record's ids belong to the company that is written to; then children keep their `id` as well.
    `left_out`: members that this configuration does not send. Raises `Rejected`.
    """
    values: dict[str, Any] = {}
    for declared in writables:
        writable = declared.in_record(record) if declared.chosen else declared
        if writable.reference is None and writable.name not in record and not writable.path:
            if writable.default is not None:
                values[writable.name] = writable.default
            continue
        if writable.name in left_out or (writable.preferred and record.get(writable.preferred) not in NULLISH):
            continue
        is_sent, value = _value(writable, record, own_ids, above)
        # Nothing, or blank text, says nothing where the API does not take it, would fill in its default or store 0.
        says_nothing = writable.defaulted or writable.zero_counts or not writable.nullable
        if is_sent and not (_is_blank(value) and says_nothing):
            values[writable.name] = value
        elif writable.default is not None:
            values[writable.name] = writable.default
    return values


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def missing_required(writables: Sequence[Writable], values: Row, above: str = "") -> str | None:
    """The path of the first required member that is missing, such as `lines[0].productId`; None if all are there."""
    for writable in writables:
        value: Any = values.get(writable.name)
        # Whether an empty list will do is disputed, and left to the server.
        if value in NULLISH:
            if writable.required:
                return f"{above}{writable.name}"
            continue
        for index, child in enumerate(value if writable.many else [value]):
            path = f"{above}{writable.name}[{index}]." if writable.many else f"{above}{writable.name}."
            if writable.children and (found := missing_required(writable.children, child, path)):
                return found
    return None


def unresolved_references(values: Any) -> Iterator[UnresolvedReference]:
    """Everything in `values` that must be looked up."""
    if isinstance(values, UnresolvedReference):
        yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from unresolved_references(value)
    elif isinstance(values, list):
        for value in values:
            yield from unresolved_references(value)


def with_ids(values: Any, found: Mapping[tuple[str, Key], str]) -> Any:
    """`values` with ids in place of references. Raises `KeyError` for a reference that was not found.

    `found`: the ids by type and key, such as `{("Customer", ("10200",)): "3f0f…"}`.
    """
    if isinstance(values, UnresolvedReference):
        return values.key[0] if values.reference.is_code else found[values.reference.type, values.key]
    if isinstance(values, Mapping):
        return {name: with_ids(value, found) for name, value in values.items()}
    return [with_ids(value, found) for value in values] if isinstance(values, list) else values


def _value(writable: Writable, record: Row, own_ids: bool, above: str) -> tuple[bool, Any]:
    """Whether a member is sent, and its checked value."""
    path = f"{above}{writable.name}"
    is_sent, value = writable.name in record, record.get(writable.name)
    if writable.reference:
        if own_ids and not writable.reference.is_code and value not in NULLISH:
            return True, _checked(writable, value, path, own_ids)
        if key := _natural_key(writable.reference, record, above):
            return True, UnresolvedReference(writable.reference, key, path)
        if value not in NULLISH and not writable.local and not writable.reference.is_code:
            beside = " or ".join(_readable_paths(source) for source in writable.reference.sources)
            raise Rejected(path, f"the id comes from another company; send its natural key as well: {beside}")
        return is_sent and value in NULLISH, None
    if writable.inside and isinstance(value, Mapping):
        value = value.get(writable.inside)
    if writable.path and value in NULLISH:
        value = at(record, writable.path)
        is_sent = is_sent or value is not None
    if not is_sent or value is None:
        return is_sent, None
    if writable.nameless and not own_ids and value != "":
        raise Rejected(path, "is an id of another company, and nothing stands for it here; leave it out", "origin")
    if not writable.many:
        return True, _checked(writable, value, path, own_ids)
    if not isinstance(value, list):
        raise Rejected(path, "must be a list")
    if writable.whole and not value:
        raise Rejected(path, "is an empty list; a document has lines. Leave the member out to change none of them")
    return True, [_checked(writable, element, f"{path}[{index}]", own_ids) for index, element in enumerate(value)]


def _checked(writable: Writable, value: Any, path: str, own_ids: bool) -> Any:
    if writable.kind is FieldKind.OBJECT:
        if writable.text and isinstance(value, str):
            value = {writable.text: value}
        if not isinstance(value, Mapping):
            raise Rejected(path, "must be an object")
        below = validate(writable.children, value, own_ids=own_ids, above=f"{path}.")
        return {"id": value["id"], **below} if own_ids and writable.many and value.get("id") else below
    value = upper_code(value) if writable.upper else choice(value, writable.values)
    checked = _scalar(writable.kind, value, path)
    if writable.max_length and isinstance(checked, str) and len(checked) > writable.max_length:
        raise Rejected(path, f"has {len(checked)} characters; Sage Active takes at most {writable.max_length}")
    if writable.values and checked not in writable.values:
        raise Rejected(path, f"must be one of {', '.join(writable.values)}")
    return checked


def _scalar(kind: FieldKind, value: Any, path: str) -> Any:
    match kind:
        case FieldKind.FLAG if (switch := flag(value)) is not None:
            return switch
        case FieldKind.INTEGER if is_number(value) and _is_small_integer(value):
            return int(value)
        case FieldKind.NUMBER if is_number(value) or isinstance(value, str):
            return _number(value, path)
        case FieldKind.DAY | FieldKind.MOMENT if isinstance(value, str):
            return _day(value, path) if kind is FieldKind.DAY else _moment(value, path)
        case FieldKind.ID | FieldKind.CHOICE if isinstance(value, str):
            return value
        # Codes that look like numbers arrive as numbers from many sources.
        case FieldKind.TEXT | FieldKind.IDENTIFICATION if is_number(value) or isinstance(value, str):
            text = _text(value, path)
            return identification(text) if kind is FieldKind.IDENTIFICATION else text
    raise Rejected(path, f"must be a {WORDS[kind]}")


WORDS: Final[Mapping[FieldKind, str]] = {
    FieldKind.TEXT: "text",
    FieldKind.IDENTIFICATION: "text",
    FieldKind.NUMBER: "number",
    FieldKind.INTEGER: "whole number of at most 31 bits",
    FieldKind.FLAG: "true or a false",
    FieldKind.MOMENT: "moment in the notation of RFC 3339",
    FieldKind.DAY: "date in the notation YYYY-MM-DD",
    FieldKind.ID: "text",
    FieldKind.CHOICE: "text",
    FieldKind.FILE: "file",
}


def _number(value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    try:
        number = Decimal(text) if NUMBER.fullmatch(text) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise Rejected(path, "must be a number")
    return number


def _is_small_integer(value: int | Decimal) -> bool:
    return -LARGEST_INTEGER <= value <= LARGEST_INTEGER and value == int(value)


def _day(value: str, path: str) -> str | None:
    try:
        return day_or_moment(value)
    except ValueError as error:
        raise Rejected(path, f"{error}; write YYYY-MM-DD, or a moment in the notation of RFC 3339") from None


def _text(value: Any, path: str) -> str:
    try:
        return text_of(value)
    except ValueError as error:
        raise Rejected(path, str(error)) from None


def key_of(value: Any, path: str) -> str:
    """A member of a natural key as text. Raises `Rejected`."""
    try:
        return key_text(value)
    except ValueError as error:
        raise Rejected(path, str(error)) from None


def _moment(value: str, path: str) -> str | None:
    try:
        normalize_utc(value if "T" in value or " " in value else f"{value}T00:00:00Z")
    except ValueError:
        raise Rejected(path, "must be a date (YYYY-MM-DD) or a moment in the notation of RFC 3339") from None
    # What .NET prints for a date that was never set.
    return None if value.startswith(NEVER) else value


def _natural_key(reference: Reference, record: Row, above: str) -> Key | None:
    """The first natural key that the record carries whole."""
    for source in reference.sources:
        key = tuple(key_of(value_at(record, path), f"{above}{'.'.join(map(str, path))}") for path in source)
        if all(key):
            return tuple(map(upper_code, key)) if reference.upper else key
    return None


def value_at(value: Any, path: Path) -> Any:
    """What a path leads to; None where it leads nowhere."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _readable_paths(source: Sequence[Path]) -> str:
    return " and ".join(f"`{'.'.join(str(step) for step in path)}`" for path in source)
