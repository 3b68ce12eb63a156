"""What must hold in the company when something is created that nobody can change afterwards.

Rows that are there already need not meet it: a period is closed one day, and an account is taken out of use. Source:
docs/reference/accounting.md, "Creating entries".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the row must be like that a member names by its code.

    `path`: the member, below its lists; `member`: of the row; `allowed`: the values that it may have; `reason`: what
    messages say after the member's name.
    """

    path: str
    member: str
    allowed: tuple[Any, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """What must be beside a member, where the row that it names is of a kind.

    `path`: the member, below its lists; `member` and `kinds`: of the row, each kind with the type whose code `needs`,
    the member beside it, is; `reason`: what messages say after that one's name.
    """

    path: str
    member: str
    kinds: Mapping[str, str] = field(hash=False)
    needs: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPeriod:
    """A day that must lie in a period that is open.

    `day`: the member; `type`: the years; `begin`, `end`: their members, and those of their periods; `closed`: a member
    of a year and its value when nothing can be booked in it; `periods`, `is_closed`: the list, and the flag of each.
    """

    day: str
    type: str
    begin: str
    end: str
    closed: tuple[str, str]
    periods: str
    is_closed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRegister:
    """Where the server adds a tax register, and by what accounts it does.

    `lines`: the list; `account`: of a line, the member with the account's code; `treatment`: of an account, the member
    with its tax treatment; `kind`, `kinds`: of an account, what says that it is for VAT; `treatments`: their type, and
    `accounts`, their lists of accounts; `path`: where a line has the register.
    """

    lines: str
    account: str
    treatment: str
    kind: str
    kinds: frozenset[str]
    treatments: str
    accounts: tuple[str, ...]
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationRules:
    """The rules of an object. `sides`: a list, and two amounts of its elements, one of them 0."""

    named: tuple[Named, ...] = ()
    companions: tuple[Companion, ...] = ()
    open_period: OpenPeriod | None = None
    tax_register: TaxRegister | None = None
    sides: tuple[str, str, str] | None = None

    def also_of(self, path: str) -> tuple[str, ...]:
        """The members that judge the row that a member names."""
        register = self.tax_register
        of_tax = (
            (register.treatment, register.kind) if register and path == f"{register.lines}.{register.account}" else ()
        )
        rules: tuple[Named | Companion, ...] = (*self.named, *self.companions)
        return tuple(dict.fromkeys((*(rule.member for rule in rules if rule.path == path), *of_tax)))
