"""Keys: members that together identify a row in its company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from sage_active.resources.key_forms import KeyForm

JOINT: Final = " + "


@dataclass(frozen=True, slots=True)
class Key:
    """A key that no two rows of a company share.

    `members`: as a create calls them; `filter_path`: where rows and filters have a member, if not under its own name:
    `journalTypeCode` -> `("journalType", "code")`; `forms`: those in which members compare that are written in several
    ways.
    """

    members: tuple[str, ...]
    filter_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    forms: Mapping[str, KeyForm] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return key_name(self.members)

    def path(self, member: str) -> tuple[str, ...]:
        """Where rows and filters have a member."""
        return self.filter_path.get(member, (member,))

    def value(self, parts: Sequence[str]) -> str:
        """The values of the members as one text; empty where one of them is missing."""
        if not all(parts):
            return ""
        return parts[0] if len(parts) == 1 else msgspec.json.encode(parts).decode()

    def parts(self, value: str) -> tuple[str, ...]:
        """The values of the members that are in such a text."""
        return (value,) if len(self.members) == 1 else msgspec.json.decode(value, type=tuple[str, ...])


def key_name(members: Sequence[str]) -> str:
    """How a key is called: as its member, or as all of them."""
    return JOINT.join(members)


def each(*members: str) -> tuple[Key, ...]:
    """Keys of one member each."""
    return tuple(Key((member,)) for member in members)


def at(row: Any, path: Sequence[str]) -> Any:
    """What a path leads to in a row; None where it leads nowhere. What has no further members is the end of it."""
    for step in path:
        if not isinstance(row, Mapping):
            break
        row = row.get(step)
    return row
