"""Rules that a record must meet, beyond what the contract says of its members."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal


class Presence(Enum):
    """What a condition may ask for in place of a value."""

    ANY = "any value"


ANY: Final = Presence.ANY
Test = Literal["required", "forbidden", "one_of", "pattern", "max_length", "sum_zero"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A test of one member; records that fail it are not written.

    `path`: the member, below its lists and objects: `lines.originId`; `value`: of "one_of" the texts that are allowed,
    of "forbidden" those that are not (None: any), of "pattern" a regular expression for the whole text, of "max_length"
    a number of characters, of "sum_zero" the member that is subtracted from that of the path, over the list that both
    are in (None: nothing is); `reason`: what messages say after the member's name; `code`: how reports call it;
    `markets`: where it holds, none for all; `creating`: it tests what is created, as it is sent, and nothing that is
    there already, as "required" always does; `when`: values by member of the object that has the member, all of which
    it must have (None: no value, `ANY`: one at least) for the rule to hold.
    """

    path: str
    test: Test
    reason: str
    value: object = field(default=None, hash=False)
    code: str = "rule"
    markets: frozenset[str] = frozenset()
    creating: bool = False
    when: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_for_new(self) -> bool:
        """Whether it concerns what is created alone."""
        return self.creating or self.test == "required"

    def is_in(self, market: str) -> bool:
        """Whether it holds in a market."""
        return not self.markets or market in self.markets
