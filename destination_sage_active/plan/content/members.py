"""Which member of Sage Active a record's member is: also in another case, with underscores, or as JSON text.

Snowflake makes all names upper case, others write snake_case. A member that is missing is taken from the one of the
record whose name differs in no more than that. What nothing is made of, and the source does not emit, is remembered.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from destination_sage_active.plan.amounts.currency import is_about_currency
from destination_sage_active.plan.amounts.net_prices import is_about_prices
from destination_sage_active.plan.content.shapes import structure
from destination_sage_active.record.key import may_be_id
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import folded
from sage_active.client import OWN_COLUMNS
from sage_active.writing import FieldKind, Path, Writable, WriteModel

# How many names are remembered at one place: a record may be a dictionary of anything.
MOST_NAMES: Final = 2000
# How like a name the nearest one must be to be suggested.
LIKENESS: Final = 0.7
Names = tuple[str, ...]


@dataclass(slots=True)
class _Level:
    """What is known of the members of one object.

    `exact`: the names that the API or the source has; `by_fold`: what another spelling stands for; `ids`: members that
    take an id of the API alone; `used`: names that the catalog's keys use as they are; `identifying`: what a name that
    is used may stand for as well; `below`: the objects in it; `texts`: those whose value may be JSON text; `plain`:
    names of records that need nothing; `spelt`: names of records, each with the members that it stands for.
    """

    path: str
    exact: frozenset[str] = frozenset()
    by_fold: Mapping[str, str] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    identifying: frozenset[str] = frozenset()
    below: Mapping[str, "_Level"] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    plain: set[str] = field(default_factory=set)
    spelt: dict[str, Names] = field(default_factory=dict)

    def stands_for(self, name: str) -> Names:
        """The members that a name of a record stands for beside itself."""
        fold = folded(name)
        if fold is None:
            return ()
        used = tuple(used_name for used_name in self.used if used_name != name and folded(used_name) == fold)
        member = self.by_fold.get(fold)
        if name in self.exact or member is None or (name in self.used and member not in self.identifying):
            return used
        return tuple(dict.fromkeys((member, *used)))

    def is_known(self, name: str) -> bool:
        """Whether there is nothing to be said about a name that stands for nothing else."""
        return name in self.exact or name in self.used or folded(name) is None

    def walk(self) -> Iterator["_Level"]:
        """This place and all below it."""
        yield self
        for below in self.below.values():
            yield from below.walk()


class Members:
    """The members of the records of one stream. `used`: names that the catalog's keys have, as they are written there.

    `ignored` and `understood` grow with the records that were completed: names alone, each with the nearest one, or
    the one that it was taken for.
    """

    def __init__(self, model: WriteModel, used: Iterable[str]) -> None:
        self.ignored: dict[str, str | None] = {}
        self.understood: dict[str, str] = {}
        self._connection = model.connection
        # What the source adds to rows, and what gives files, are members like those of the API.
        further: dict[str, Any] = {name: {} for name in (*model.resource.added_members, *model.file_members)}
        schema = {**model.row_schema, "properties": {**model.row_schema.get("properties", {}), **further}}
        self._root = _level("", model.fields, schema, ())
        id_member = model.resource.key(model.connection)
        self._root.ids |= {id_member}
        self._root.used = frozenset(used)
        self._root.identifying = frozenset((*model.key_members, *model.document_keys, id_member))

    def complete(self, record: dict[str, Any]) -> None:
        """Adds the members that the record has under another name; lists and objects in JSON text become such.

        Raises `Rejected` where two spellings of one member have different values.
        """
        self._complete(self._root, record)

    def _complete(self, level: _Level, record: dict[str, Any]) -> None:
        if not record.keys() <= level.plain:
            self._spell(level, record)
        for name in level.below.keys() & record.keys():
            value = record[name]
            if isinstance(value, str) and name in level.texts:
                value = record[name] = structure(value)
            below = level.below[name]
            if isinstance(value, dict):
                self._complete(below, value)
            elif isinstance(value, list):
                for index, element in enumerate(value):
                    child = element
                    if isinstance(element, str) and name in level.texts:
                        child = value[index] = structure(element)
                    if isinstance(child, dict):
                        self._complete(below, child)

    def _spell(self, level: _Level, record: dict[str, Any]) -> None:
        complete: set[str] = set()
        for name in [key for key in record if key not in level.plain]:
            value = record[name]
            is_taken = name in level.used
            for member in self._meant(level, name):
                # A number of another system is not an id, whatever its column is called; a key it may be.
                is_id = member in level.ids and member not in level.used
                if is_id and value is not None and not may_be_id(value, self._connection):
                    continue
                if member not in record or (member in complete and record[member] is None):
                    record[member] = value
                    complete.add(member)
                    is_taken = True
                    self.understood.setdefault(f"{level.path}{name}", member)
                elif member in complete:
                    if value is not None and value != record[member]:
                        raise Rejected(f"{level.path}{member}", "is there in several spellings, with different values")
                    is_taken = True
            if not is_taken and name in level.spelt:
                self._ignore(level, name)

    def _meant(self, level: _Level, name: str) -> Names:
        if name in level.spelt:
            return level.spelt[name]
        members = level.stands_for(name)
        if members and len(level.spelt) < MOST_NAMES:
            level.spelt[name] = members
        elif not members:
            if len(level.plain) < MOST_NAMES:
                level.plain.add(name)
            if not level.is_known(name):
                self._ignore(level, name)
        return members

    def _ignore(self, level: _Level, name: str) -> None:
        path = f"{level.path}{name}"
        if is_about_currency(name) or is_about_prices(name):
            return
        if path not in self.ignored and len(self.ignored) < MOST_NAMES:
            self.ignored[path] = self._nearest(level, name)

    def _nearest(self, level: _Level, name: str) -> str | None:
        fold = folded(name) or ""
        here = difflib.get_close_matches(fold, level.by_fold, 1, LIKENESS)
        if here:
            return level.by_fold[here[0]]
        elsewhere = (other.path + other.by_fold[fold] for other in self._root.walk() if fold in other.by_fold)
        return next(elsewhere, None)


def _level(
    path: str,
    writables: Sequence[Writable],
    schema: Mapping[str, Any],
    sources: Sequence[Path],
) -> _Level:
    """The place of an object: of what writes accept, what the source emits, and what references are found by."""
    by_name = {writable.name: writable for writable in writables}
    steps = _steps((*sources, *(path for writable in writables for path in _paths(writable))))
    readable = schema.get("properties", {})
    wanted = dict.fromkeys((*by_name, *steps))
    emitted = dict.fromkeys((*readable, *(() if path else OWN_COLUMNS)))
    below, texts = {}, set()
    for name in dict.fromkeys((*wanted, *emitted)):
        declared, rest = by_name.get(name), steps.get(name, [])
        inner, is_list = _inner(readable.get(name, {}))
        many = declared.many if declared else is_list
        if (declared and (declared.children or declared.many or declared.inside)) or any(rest):
            texts.add(name)
        if name in texts or "properties" in inner:
            children = declared.children if declared else ()
            below[name] = _level(
                f"{path}{name}{'[]' if many else ''}.", children, inner, [tail for tail in rest if tail]
            )
    return _Level(
        path,
        exact=frozenset((*wanted, *emitted)),
        by_fold={**_by_fold(emitted), **_by_fold(wanted)},
        ids=frozenset(writable.name for writable in writables if writable.kind is FieldKind.ID)
        | ({"id"} & emitted.keys()),
        below=below,
        texts=frozenset(texts),
    )


def _paths(writable: Writable) -> Iterator[Path]:
    for reference in writable.references:
        for source in reference.sources:
            yield from source
    if writable.path:
        yield writable.path


def _steps(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """The first member of each path, with what follows it; numbers are places in lists."""
    steps: dict[str, list[Path]] = {}
    for path in paths:
        first, *rest = [step for step in path if isinstance(step, str)]
        steps.setdefault(first, []).append(tuple(rest))
    return steps


def _inner(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema of an object, or of the elements of a list; whether it is a list."""
    items = schema.get("items")
    return (items, True) if isinstance(items, Mapping) else (schema, False)


def _by_fold(names: Iterable[str]) -> dict[str, str]:
    """What each spelling stands for; none that could be two members."""
    found: dict[str, list[str]] = {}
    for name in names:
        if (fold := folded(name)) is not None:
            found.setdefault(fold, []).append(name)
    return {fold: several[0] for fold, several in found.items() if len(several) == 1}
