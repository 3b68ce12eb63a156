"""By which members a record is matched with what is already in Sage Active: the register's answer per connection."""

from typing import Any

from sage_active.markets import MAESN
from sage_active.resources.register import DirectPlace, MaesnPlace, SageObject
from sage_active.writing import is_uuid


def _place(sage_object: SageObject, connection: str) -> DirectPlace | MaesnPlace | None:
    return sage_object.maesn if connection == MAESN else sage_object.direct


def document_keys(sage_object: SageObject, connection: str) -> tuple[str, ...]:
    """The members of a document that may carry the user's own number."""
    place = _place(sage_object, connection)
    return place.document_keys if place else ()


def matching_keys(sage_object: SageObject, connection: str, *, creates: bool) -> tuple[str, ...]:
    """The members that a user may choose to match records by: unique keys, own numbers of documents, the id.

    The id only where nothing is created: the API gives a new row an id of its own, by which the record is not found.
    """
    place = _place(sage_object, connection)
    if place is None:
        return ()
    return (*place.keys, *place.document_keys, *(() if creates else (sage_object.key(connection),)))


def may_be_id(value: Any, connection: str) -> bool:
    """Whether a row can have this id: directly they are UUIDs, through Maesn the contract says no more than text."""
    return isinstance(value, str) and (bool(value.strip()) if connection == MAESN else is_uuid(value))


def carries_marker(sage_object: SageObject, connection: str) -> bool:
    """Whether a document can be found again by a marker where it has no number of the user's own."""
    place = _place(sage_object, connection)
    return isinstance(place, DirectPlace) and place.marker is not None


def disabling_member(sage_object: SageObject, connection: str) -> str | None:
    """The flag by which an update takes a row out of use; None where there is none."""
    place = _place(sage_object, connection)
    return place.disabling if isinstance(place, DirectPlace) else None
