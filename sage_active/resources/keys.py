"""Keys: members that together identify a row in its company."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from sage_active.resources.key_forms import KeyForm

JOINT: Final = " + "
# Between the texts of a list that belongs to a key.
_NEXT: Final = "\n"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The texts of a list that belong to a key where there are any: the rows of one key are told apart by them.

    `within`: the list; `member`: of its elements, as a create calls it; `path`: where elements of rows have it;
    `of_record`: a create names one for the whole list, as a member of its own. No filter is made of them.
    """

    within: str
    member: str
    path: tuple[str, ...]
    of_record: bool = False

    def sent(self, values: Mapping[str, Any]) -> frozenset[str]:
        """Those of a record."""
        if self.of_record:
            return _texts([values.get(self.member)])
        return _texts(child.get(self.member) for child in values.get(self.within) or ())

    def stored(self, row: Mapping[str, Any]) -> frozenset[str]:
        """Those of a row as the API has it."""
        return _texts(at(child, self.path) for child in row.get(self.within) or ())


@dataclass(frozen=True, slots=True)
class Key:
    """A key that no two rows of a company share.

    `members`: as a create calls them; `filter_path`: where rows and filters have a member, if not under its own name:
    `journalTypeCode` -> `("journalType", "code")`; `forms`: those in which members compare that are written in several
    ways; `apart`: what else tells rows apart; `further`: members that a user may add; `filtered`: the members that
    filters have, where the list has none for the others: of these the last is listed, at most `most_listed` at once;
    `via`: members with the id of an entity, in whose place rows have what that entity has in a member.
    """

    members: tuple[str, ...]
    filter_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    forms: Mapping[str, KeyForm] = field(default_factory=dict, hash=False)
    apart: Gathered | None = None
    further: tuple[str, ...] = ()
    filtered: tuple[str, ...] = ()
    most_listed: int = 100
    via: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return key_name(self.members)

    def path(self, member: str) -> tuple[str, ...]:
        """Where rows and filters have a member."""
        return self.filter_path.get(member, (member,))

    def value(self, parts: Sequence[str], apart: frozenset[str] = frozenset()) -> str:
        """The values of the members, and what else tells rows apart, as one text; empty where a member is missing."""
        if not all(parts):
            return ""
        if len(parts) == 1 and not apart:
            return parts[0]
        return msgspec.json.encode([*parts, *([_NEXT.join(sorted(apart))] if apart else [])]).decode()

    def parts(self, value: str) -> tuple[str, ...]:
        """The values of the members that are in such a text."""
        return self._decoded(value)[: len(self.members)]

    def apart_in(self, value: str) -> frozenset[str]:
        """What else tells rows apart in such a text."""
        further = self._decoded(value)[len(self.members) :]
        return frozenset(further[0].split(_NEXT)) if further else frozenset()

    def extended(self, members: Iterable[str]) -> "Key | None":
        """The key with members that a user adds; None for one that may not be added."""
        added = tuple(dict.fromkeys(member for member in members if member not in self.members))
        if not self.further or not set(added) <= set(self.further):
            return None
        return replace(self, members=(*self.members, *added))

    def _decoded(self, value: str) -> tuple[str, ...]:
        is_plain = len(self.members) == 1 and self.apart is None
        return (value,) if is_plain else msgspec.json.decode(value, type=tuple[str, ...])


def key_name(members: Sequence[str]) -> str:
    """How a key is called: as its member, or as all of them.

    >>> key_name(["journalTypeCode", "date"])
    'journalTypeCode + date'
    """
    return JOINT.join(members)


def single_keys(*members: str) -> tuple[Key, ...]:
    """Keys of one member each.

    >>> [key.members for key in single_keys("code", "documentId")]
    [('code',), ('documentId',)]
    """
    return tuple(Key((member,)) for member in members)


def at(row: Any, path: Sequence[str]) -> Any:
    """What a path leads to in a row; None where it leads nowhere. A value without members ends it early.

    >>> at({"journalType": {"code": "VT"}}, ("journalType", "code"))
    'VT'
    """
    for step in path:
        # What is a dictionary is told from others much faster.
        if not isinstance(row, (dict, Mapping)):
            break
        row = row.get(step)
    return row


def _texts(values: Iterable[Any]) -> frozenset[str]:
    return frozenset(text for value in values if value is not None and (text := str(value).strip()))
