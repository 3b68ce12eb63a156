"""Heads of rows: what is decoded of a row while the rest of it stays bytes."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from sage_active.client import OWN_COLUMNS

OWN_MEMBERS: Final = [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in OWN_COLUMNS]
_own_columns: Final = attrgetter(*OWN_COLUMNS)
_NONE: Final = (msgspec.UNSET,) * len(OWN_COLUMNS)


def struct(name: str, members: Iterable[Any]) -> type[msgspec.Struct]:
    """A struct for decoding; `members` as `msgspec.defstruct` takes them."""
    # Many, short-lived and never part of a cycle: the collector of garbage need not look at them.
    return msgspec.defstruct(name, list(members), gc=False)


def clashing(heads: Sequence[Any]) -> list[int]:
    """The numbers of the rows that have members called like the connector's columns (see `Page`).

    The heads are of structs with `OWN_MEMBERS`.
    """
    return [number for number, members in enumerate(map(_own_columns, heads)) if members != _NONE]
