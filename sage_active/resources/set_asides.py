"""Rows of the source that are not written to another company, because Sage Active makes them there itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of the rows that have certain values.

    `when`: values by member, as in a `Rule`; `reason`: why they are set aside, in a phrase that ends a line of the log;
    None: they are written; `beside`: it holds only where the same sync writes one of these objects.
    """

    when: Mapping[str, Any] = field(hash=False)
    reason: str | None = None
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsides:
    """Which rows of an object are set aside; the first verdict that fits decides.

    `kind`: the members that say what kind of row it is, and `total`: a list and the member of its elements that add up
    to its amount, for the summary; `otherwise`: why a row is set aside that has all members of `kind`, and that no
    verdict fits. Other records are not rows of the source, and are written.
    """

    verdicts: tuple[Verdict, ...]
    kind: tuple[str, ...]
    total: tuple[str, str]
    otherwise: str
