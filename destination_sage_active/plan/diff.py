"""What differs between what a record sends and what Sage Active has, as the patch that would fix it.

Only members that are sent count. Normalisers: blank text equals null, line ends and blanks around do not count; numbers
are compared as numbers, null as 0; a flag that is null is off; days as days, moments by their instant; identification
numbers without what does not belong to them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timezone, tzinfo
from typing import Any, Final

from destination_sage_active.plan.amounts.sums import unequal_sums
from sage_active.days import day_of
from sage_active.moments import normalize_utc
from sage_active.resources.key_forms import KeyForm
from sage_active.resources.keys import at
from sage_active.values import former_spellings, identification
from sage_active.writing import FieldKind, Identity, Row, Writable

ACTION: Final = "requestedAction"
DELETE: Final = {ACTION: "DELETE"}


@dataclass(frozen=True, slots=True)
class Rules:
    """How rows are compared.

    `nulls_are_unknown`: the API may not give back what it was sent; `remove_missing`: whether children that the record
    no longer has are removed; None: those of a list that is the document itself (`Writable.whole`) or that nothing
    changes later (`Writable.complete`); `keys`: members, at any depth, that name an entity; `is_final`: it can no
    longer change. Where a text cannot be changed, or names an entity, it is not a difference that version 0.1
    spelled a number in another way; nor is the spelling of a text that compares in one of `forms`. `zone`: where the
    days of moments in UTC are.
    """

    nulls_are_unknown: bool = False
    remove_missing: bool | None = None
    keys: frozenset[str] = frozenset()
    forms: Mapping[str, KeyForm] = field(default_factory=dict, hash=False)
    is_final: bool = False
    zone: tzinfo = timezone.utc

    def removes(self, writable: Writable) -> bool:
        """Whether children of this list are removed that the record no longer has."""
        return writable.whole or writable.complete if self.remove_missing is None else self.remove_missing


@dataclass(frozen=True, slots=True)
class Missing:
    """Of a list that is the document itself: the `rows` that the record lacks, and those that it `has`."""

    member: str
    rows: tuple[Row, ...]
    has: tuple[Row, ...]


@dataclass(slots=True)
class Patch:
    """What must be sent: `values`, and the names of the top-level members that differ (`changed`).

    `missing_parts`: what the record lacks of lists that are the document itself, removed or not; `details`: of members,
    what differs in them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    missing_parts: list[Missing] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)


def patch(writables: Sequence[Writable], sent: Row, has: Row, rules: Rules) -> Patch:
    """What of `sent` differs from `has`. Members that reading does not give back cannot differ."""
    result = Patch()
    for writable in writables:
        name = writable.name
        stored = at(has, writable.path) if writable.path else has.get(name)
        if name not in sent or not writable.returned or (name not in has and not writable.path):
            continue
        if writable.many and writable.children and writable.sums:
            if sent[name] is not None and (unlike := unequal_sums(writable, writable.sums, sent[name], stored or [])):
                result.values[name], result.details[name] = sent[name], unlike
                result.changed.append(name)
        elif writable.many and writable.children:
            if sent[name] is None or (has[name] is None and rules.nulls_are_unknown):
                continue
            rows = has[name] or []
            pairs = _matched(writable, sent[name], rows, rules)
            children = _children(writable, sent[name], rows, pairs, rules)
            if writable.whole and len(pairs) < len(rows):
                known = set(pairs.values())
                lacking = tuple(row for index, row in enumerate(rows) if index not in known)
                result.missing_parts.append(Missing(name, lacking, tuple(rows[index] for index in sorted(known))))
            if children:
                result.values[name] = children
                result.changed.append(name)
        elif not _same(writable, sent[name], stored, rules):
            result.values[name] = sent[name]
            result.changed.append(name)
    return result


def _same(writable: Writable, sent: Any, has: Any, rules: Rules) -> bool:
    if has is None and rules.nulls_are_unknown:
        return True
    if writable.many:
        return list(sent or []) == list(has or [])
    if writable.kind is FieldKind.OBJECT:
        return not patch(writable.children, sent or {}, _complete(writable.children, has), rules).changed
    one, other = _normal(writable.kind, sent, rules), _normal(writable.kind, has, rules)
    if one == other:
        return True
    form = rules.forms.get(writable.name) if writable.kind is FieldKind.TEXT else None
    if form and sent and has and form.of(str(sent)) == form.of(str(has)):
        return True
    keeps_spelling = rules.is_final or writable.fixed or not writable.updatable or writable.name in rules.keys
    return keeps_spelling and _is_spelled_otherwise(writable.kind, one, other)


def _is_spelled_otherwise(kind: FieldKind, sent: Any, has: Any) -> bool:
    """Whether a text is a number that version 0.1 wrote in another spelling."""
    return kind is FieldKind.TEXT and has in former_spellings(sent)


def _complete(writables: Sequence[Writable], has: Row | None) -> Row:
    return has if has is not None else dict.fromkeys(writable.name for writable in writables)


def _normal(kind: FieldKind, value: Any, rules: Rules) -> Any:
    if kind is FieldKind.DAY:
        return _day(value, rules.zone)
    return NORMALISERS[kind](value) if kind in NORMALISERS else value


def _day(value: Any, zone: tzinfo) -> str:
    day = day_of(str(value), zone) if value else None
    return day.text if day else ""


def _moment(value: Any) -> str | None:
    return normalize_utc(_with_time(str(value))) if value else None


NORMALISERS: Final[Mapping[FieldKind, Callable[[Any], object]]] = {
    FieldKind.TEXT: lambda value: "\n".join(str(value or "").strip().splitlines()),
    FieldKind.IDENTIFICATION: lambda value: identification(str(value or "")),
    FieldKind.NUMBER: lambda value: value or 0,
    FieldKind.INTEGER: lambda value: value or 0,
    FieldKind.FLAG: bool,
    FieldKind.ID: lambda value: str(value or "").lower(),
    FieldKind.MOMENT: _moment,
}


def _with_time(value: str) -> str:
    return value if "T" in value or " " in value else f"{value}T00:00:00Z"


def _children(
    writable: Writable, sent: Sequence[Row], has: Sequence[Row], pairs: Mapping[int, int], rules: Rules
) -> list[dict[str, Any]]:
    """The children that must be sent: changed ones with their id, new ones without, removed ones by instruction."""
    commands = []
    for index, child in enumerate(sent):
        known = pairs.get(index)
        if known is None:
            commands.append(new(writable.children, child))
            continue
        difference = patch(writable.children, child, has[known], rules)
        if difference.changed:
            commands.append({"id": has[known].get("id"), **difference.values})
    if rules.removes(writable):
        kept = set(pairs.values())
        commands += [{"id": row.get("id"), **DELETE} for index, row in enumerate(has) if index not in kept]
    return commands


def new(writables: Sequence[Writable], child: Row) -> dict[str, Any]:
    """A child, with all that is below it, as a create sends it: without ids and without nulls."""
    result: dict[str, Any] = {}
    for writable in writables:
        value = child.get(writable.name)
        if value is None or not writable.creatable:
            continue
        if writable.children:
            value = [new(writable.children, row) for row in value] if writable.many else new(writable.children, value)
        result[writable.name] = value
    return result


def pairs(writable: Writable, sent: Sequence[Row], has: Sequence[Row], rules: Rules) -> dict[int, int]:
    """Which child of a record is which child in Sage Active, by their positions.

    `sent`, `has`: the children of the record and of the row. `{0: 2}` means that the first one sent is the third there.
    """
    return _matched(writable, sent, has, rules)


def _matched(writable: Writable, sent: Sequence[Row], has: Sequence[Row], rules: Rules) -> dict[int, int]:
    """Which child of the record is which child in Sage Active: by id, by equal content, by identity, by place."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    # Who says most chooses first: a child that says little may be any of many.
    by_weight = sorted(range(len(sent)), key=lambda index: -_weight(sent[index]))
    for is_match, in_order in _passes(writable, rules):
        for index in range(len(sent)) if in_order else by_weight:
            if index in pairs:
                continue
            child = sent[index]
            for position, row in enumerate(has):
                if position not in taken and is_match(child, row):
                    pairs[index] = position
                    taken.add(position)
                    break
    return pairs


def _weight(value: Any) -> int:
    """How many values there are, at any depth."""
    if isinstance(value, Mapping):
        return sum(map(_weight, value.values()))
    return 1 + sum(map(_weight, value)) if isinstance(value, list) and value else int(value not in (None, "", []))


def _passes(writable: Writable, rules: Rules) -> Iterator[tuple[Callable[[Row, Row], bool], bool]]:
    """The ways to recognise a child, by preference; with each, whether children choose in the order of the record."""
    identity = writable.identity or Identity(())
    by_name: Mapping[str, Writable] = {member.name: member for member in writable.children}
    filled_in = [
        member.name for member in writable.children if member.defaulted and member.name not in identity.members
    ]
    named = (identity.members, *((name,) for name in identity.instead))
    groups = [[by_name[name] for name in names if name in by_name] for names in named]

    def shared(child: Row, row: Row) -> list[bool]:
        """Of what both say about who they are, whether it is the same."""
        values = [(group, _identifying(group, child, rules), _identifying(group, row, rules)) for group in groups]
        return [_alike(group, mine, other) for group, mine, other in values if mine and other]

    def is_nameless(child: Row) -> bool:
        return not any(_identifying(group, child, rules) for group in groups)

    def are_nameless(child: Row, row: Row) -> bool:
        return bool(identity.members) and is_nameless(child) and is_nameless(row)

    def same_id(child: Row, row: Row) -> bool:
        return bool(child.get("id")) and child.get("id") == row.get("id")

    def same_content(child: Row, row: Row) -> bool:
        return not patch(writable.children, child, row, rules).changed

    def same_identity(child: Row, row: Row) -> bool:
        both = shared(child, row)
        return all(both) if both else are_nameless(child, row)

    def in_place(child: Row, row: Row) -> bool:
        # With a name of its own it is another child, and what is kept must not be overwritten by it.
        if is_nameless(child) and (identity.is_place or is_nameless(row)):
            return True
        # What goes may become it, if nothing stays that the API has filled in for the former one.
        return rules.removes(writable) and all(child.get(name) is not None for name in filled_in)

    yield same_id, False
    # A child that says little has the content of many.
    yield lambda child, row: same_identity(child, row) and same_content(child, row), False
    yield same_content, False
    yield same_identity, False
    if identity.instead:
        yield lambda child, row: any(shared(child, row)), False
    if identity.by_position:
        yield in_place, True


def _identifying(members: Sequence[Writable], child: Row, rules: Rules) -> tuple[Any, ...] | None:
    """The values that identify a child; None where it has none of them."""
    values = tuple(_normal(member.kind, child.get(member.name), rules) for member in members)
    return values if any(values) else None


def _alike(members: Sequence[Writable], sent: Sequence[Any], has: Sequence[Any]) -> bool:
    """Whether two children are recognised by the same values."""
    pairs = zip(members, sent, has, strict=True)
    return all(one == other or _is_spelled_otherwise(member.kind, one, other) for member, one, other in pairs)
