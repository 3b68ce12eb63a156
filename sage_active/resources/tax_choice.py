"""How the server chooses the tax treatment of lines that name none (docs/reference/purchases.md, "Bills")."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxChoice:
    """The members that tell what a document chose, and whether that can be right.

    `lines`: the list; `treatment`: the member of a line with the id of its treatment; `chosen`: all members of a line
    that the server fills in, with ids; `party`: the member with the id of the other side, `country` that side's
    country; `reverse_charge`: the flag of a treatment by which the tax is not paid to the other side; `register`: the
    member of a treatment with the register that it is for, `registers` those that fit; `withholds`: by market the flag
    of the other side by which a part of the amount is not paid to it either.
    """

    lines: str
    treatment: str
    chosen: tuple[str, ...]
    party: str
    country: str
    reverse_charge: str
    register: str
    registers: frozenset[str]
    withholds: Mapping[str, str] = field(default_factory=dict, hash=False)
