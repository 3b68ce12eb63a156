"""What is asked for of rows that are going to be compared with records."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sage_active.amount_members import AmountMembers
from sage_active.direct.contract import DATES, Field
from sage_active.direct.found_elsewhere import loaders
from sage_active.resources.resource import DirectResource
from sage_active.writing import Writable, WriteModel

STATUS_MEMBERS: Final = frozenset({"id", "status", "type", *DATES})


def read_back(model: WriteModel, binding: DirectResource) -> list[tuple[str, ...]]:
    """Where rows have what is looked at beside what can be written: what the server chose, added, or numbered."""
    choice = model.tax_choice
    chosen: list[tuple[str, ...]] = [(choice.lines, name) for name in loaders(choice.chosen)] if choice else []
    if model.uploading:
        return [(model.uploading.extension,), (model.uploading.size,)]
    if not model.creates_final:
        return chosen
    number = binding.numbering.number if binding.numbering else None
    register = model.creation_rules.tax_register if model.creation_rules else None
    paid = model.settlement
    amounts = [(paid.lines, name) for name in (paid.debit, paid.credit, paid.line_account)] if paid else []
    return [
        *chosen,
        *([(number,)] if number else []),
        *([(register.lines, *register.path, "id")] if register else []),
        *([*amounts, (paid.lines, *paid.line_party)] if paid else []),
    ]


def comparable(
    fields: Sequence[Field],
    writables: Sequence[Writable],
    amounts: AmountMembers | None,
    further: Sequence[tuple[str, ...]] = (),
) -> tuple[Field, ...]:
    """What is asked for of a row that is going to be compared: what can be written, ids, states and amounts.

    `further`: paths to what is asked for besides.
    """
    by_name = {writable.name: writable for writable in writables}
    always = STATUS_MEMBERS | ({total.member for total in amounts.totals} if amounts else set())
    elsewhere = (path for writable in writables for path in (writable.path, writable.found_at) if path)
    tails = _tails((*further, *elsewhere))
    found = []
    for field in fields:
        writable = by_name.get(field.name)
        if not field.children:
            if field.name in always or writable or field.name in tails:
                found.append(field)
        elif writable and writable.children:
            found.append(replace(field, children=_of_child(field, writable.children, amounts, tails[field.name])))
        elif field.name in tails:
            found.append(_narrowed(field, tails[field.name]))
    return tuple(found)


def _of_child(
    field: Field, writables: Sequence[Writable], amounts: AmountMembers | None, further: Sequence[tuple[str, ...]]
) -> tuple[Field, ...]:
    rate = amounts.rate if amounts and amounts.lines == field.name else None
    below = comparable(field.children, writables, None, further)
    return (*below, *(child for child in field.children if child.name == rate))


def along(fields: Sequence[Field], paths: Iterable[Sequence[str]]) -> tuple[Field, ...]:
    """The fields that paths lead to or through."""
    tails = _tails(paths)
    return tuple(_narrowed(field, tails[field.name]) for field in fields if field.name in tails)


def _tails(paths: Iterable[Sequence[str]]) -> defaultdict[str, list[tuple[str, ...]]]:
    """What follows the first member of each path, by that member."""
    tails: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for first, *rest in paths:
        tails[first].append(tuple(rest))
    return tails


def _narrowed(field: Field, tails: Sequence[tuple[str, ...]]) -> Field:
    """An object with what the paths lead to; whole where one of them ends."""
    return replace(field, children=along(field.children, tails)) if all(tails) else field
