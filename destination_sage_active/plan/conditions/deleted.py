"""Rows that the source has deleted, by the columns in which replication tools say so."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from typing import Any, Final

from destination_sage_active.input.catalog import Target
from destination_sage_active.plan.content.validate import key_of
from destination_sage_active.plan.item import Item
from destination_sage_active.record.key import disabling_member
from sage_active.writing import Row, WriteModel

# Of Airbyte's change data capture, Fivetran, Stitch and other Singer taps, Debezium, PeerDB, Hevo, Artie, Sling.
COLUMNS: Final = (
    "_ab_cdc_deleted_at",
    "_fivetran_deleted",
    "_sdc_deleted_at",
    "__deleted",
    "_peerdb_is_deleted",
    "__hevo__marked_deleted",
    "__artie_delete",
    "_sling_deleted_at",
)
_COLUMNS: Final = frozenset(COLUMNS)
# What flags and dates say of a row that is there, as text.
_THERE: Final = frozenset({"", "0", "0.0", "false", "f", "no", "n", "null", "none", "nan", "nat"})


def is_deleted(data: Mapping[str, Any]) -> bool:
    """Whether one of the columns says so, in upper or lower case: a date, or a flag that is set."""
    # All of them begin with an underscore, and few other members do.
    return any(name[:1] == "_" and name.lower() in _COLUMNS and _says_so(value) for name, value in data.items())


def _says_so(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in _THERE
    return bool(value)


def deleted_values(model: WriteModel, data: Row) -> dict[str, Any]:
    """The keys of a deleted row, otherwise it need not be valid. Raises `Rejected` for a number that is not a key."""
    texts = {name: key_of(data.get(name), name) for name in (*model.key_members, *model.document_keys)}
    return {name: text for name, text in texts.items() if text}


def disabling_flags(model: WriteModel) -> tuple[str, ...]:
    """The flag that takes a row out of use, if there is one."""
    member = disabling_member(model.resource, model.connection)
    return (member,) if member else ()


def concerns_deleted(target: Target) -> bool:
    """Whether a deleted row of a stream says more than that nothing is to be done."""
    return target.deleted_rows == "disable" or bool(target.cursor)


class Revivals:
    """The rows that this sync disables: a later version that is there again is to end that."""

    def __init__(self) -> None:
        self._disabled: set[int] = set()

    def revived(self, item: Item, names: Collection[Hashable], members: Collection[str]) -> Item:
        """A record in its turn, as it is to be written.

        `names`: by what it is recognised; `members`: the flags that disable it.
        """
        found = set(map(hash, names))
        if item.is_deleted:
            self._disabled |= found
        elif found & self._disabled:
            self._disabled -= found
            return replace(item, values={**dict.fromkeys(members, False), **item.values})
        return item
