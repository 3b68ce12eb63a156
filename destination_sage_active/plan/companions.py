"""What stands beside a member in a record because of the row that the member names (`creation_rules.Companion`)."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from destination_sage_active.plan.content.validate import UnresolvedReference
from sage_active.resources.creation_rules import Companion
from sage_active.writing import Reference, Row, WriteModel, key_text

CODE: Final = ("code",)
_PLACES: Final = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True, slots=True)
class Beside:
    """What a record says beside a member, and the rule about it.

    `kind`: that of the row which the member names; `path`, `value`: of the member beside it.
    """

    rule: Companion
    kind: str
    path: str
    value: Any


def beside(model: WriteModel, values: Row, referred: Mapping[str, Row]) -> Iterator[Beside]:
    """What is to be beside the members of a record that name rows, by the kinds of these."""
    rules = model.creation_rules.companions if model.creation_rules else ()
    for path, row in referred.items():
        for rule in rules:
            kind = row.get(rule.member)
            if rule.path == without_indices(path) and kind in rule.kinds:
                above, dot, _ = path.rpartition(".")
                yield Beside(rule, str(kind), f"{above}{dot}{rule.needs}", object_at(above, values).get(rule.needs))


def named_beside(
    model: WriteModel, values: Row, referred: Mapping[str, Row], types: Collection[str]
) -> Iterator[UnresolvedReference]:
    """The entities of these types that a record names by codes, where only the row beside tells the type."""
    for found in beside(model, values, referred):
        code, type_name = key_text(found.value), found.rule.kinds[found.kind]
        if code and type_name in types:
            yield UnresolvedReference(Reference(type_name, CODE, (), is_code=True), (code,), found.path)


def without_indices(path: str) -> str:
    """The path of a member, without its positions in lists.

    >>> without_indices("lines[2].product.code")
    'lines.product.code'
    """
    return _PLACES.sub("", path)


def object_at(path: str, values: Row) -> Row:
    """The object that a path such as `lines[2]` leads to."""
    found: Row = values
    for step in filter(None, path.split(".")):
        name, _, index = step.removesuffix("]").partition("[")
        found = found[name][int(index)] if index else found[name]
    return found
