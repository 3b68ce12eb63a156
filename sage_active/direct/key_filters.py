"""Filters that find rows by their keys: of one member or several, at the path where the server has each of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sage_active.direct.contract import Field
from sage_active.direct.filters import Where, all_of, any_of
from sage_active.direct.query import Shape
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.keys import Key
from sage_active.resources.resource import Member
from sage_active.writing import FieldKind

# So many conditions one filter may have beside each other.
MOST_GROUPS: Final = 10
# When it is midnight in the markets, in UTC, in summer and in winter.
LOCAL_MIDNIGHTS: Final = (22, 23)
# A filter that depends on what the server turned out to have.
ShapedWhere = Callable[[Shape], Where | None]


def keyed(fields: Sequence[Field], key: Key, kinds: Mapping[str, FieldKind], values: Sequence[str]) -> ShapedWhere:
    """Selects the rows whose key is one of `values`. `fields`: those of the row; `kinds`: those of the members.

    Of many keys of several members, rows that mix the members of different keys are selected too: a list for each
    member costs a server less than very many conditions.
    """
    members = key.members
    of_members = [kinds.get(member) for member in members]
    rows = [
        [literal(kinds.get(member), part) for member, part in zip(members, key.parts(value), strict=True)]
        for value in values
    ]
    # Of several members, all but the last are the same in each group.
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for *first, last in rows:
        groups.setdefault(tuple(first), []).append(last)

    def where(shape: Shape) -> Where | None:
        paths = [path_in(fields, key.path(member), shape) for member in members]
        if len(groups) > MOST_GROUPS:
            lists = (list(dict.fromkeys(column)) for column in zip(*rows, strict=True))
            wanted = ({"in": _spellings(kind, parts)} for kind, parts in zip(of_members, lists, strict=True))
            return all_of(*(nested(path, condition) for path, condition in zip(paths, wanted, strict=True)))
        return any_of(
            *(
                all_of(
                    *(
                        nested(path, _is(kind, part))
                        for path, kind, part in zip(paths, of_members, first, strict=False)
                    ),
                    nested(paths[-1], {"in": _spellings(of_members[-1], last)}),
                )
                for first, last in groups.items()
            )
        )

    return where


def path_in(fields: Sequence[Field], path: Sequence[str], shape: Shape) -> Sequence[str]:
    """Where a filter has a member: below an object that stands for a plain value, unless the server has it plainly."""
    first = next((field for field in fields if field.name == path[0]), None)
    if first is None or (first.owner, first.name) not in TWO_SHAPES:
        return path
    if (first.owner, first.name) in shape.plain:
        return path[:1]
    return path if len(path) > 1 else (first.name, first.children[0].name)


def nested(path: Sequence[str], condition: Where) -> Where:
    """A condition on the member that a path leads to."""
    for step in reversed(path):
        condition = {step: condition}
    return condition


def _is(kind: FieldKind | None, part: Any) -> Where:
    texts = _spellings(kind, [part])
    return {"in": texts} if len(texts) > 1 else {"eq": part}


def _spellings(kind: FieldKind | None, literals: Sequence[Any]) -> list[Any]:
    """Values in every way in which a server may have them: days also as local midnights in UTC."""
    if kind is not FieldKind.DAY:
        return list(literals)
    days = [date.fromisoformat(text[: len("2026-01-31")]) for text in literals]
    evenings = (f"{day - timedelta(days=1)}T{hour}:00:00Z" for day in days for hour in LOCAL_MIDNIGHTS)
    return list(dict.fromkeys((*literals, *evenings)))


def literal(kind: FieldKind | None, text: str) -> Any:
    """A value of a key as a filter has it."""
    match kind:
        case FieldKind.INTEGER:
            return int(text)
        case FieldKind.CHOICE:
            return Member(text)
        case FieldKind.DAY:
            return f"{text}T00:00:00Z"
    return text
