"""How a record is named, and which members match it, for each connection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from destination_sage_active.record.marker import markers
from destination_sage_active.record.spelling import same_name
from sage_active.markets import MAESN
from sage_active.resources.keys import JOINT, Key
from sage_active.resources.resource import DirectResource, Resource
from sage_active.writing import is_uuid


def document_keys(resource: Resource, connection: str) -> tuple[str, ...]:
    """The members of a document that may carry the user's own number."""
    binding = resource.bindings.get(connection)
    return binding.document_keys if binding else ()


def matching_keys(resource: Resource, connection: str, *, creates: bool) -> tuple[tuple[str, ...], ...]:
    """What a user may choose to match records by, as members: unique keys, own numbers of documents, the id.

    The id only where nothing is created: the API gives a new row an id of its own, which does not find the record.
    """
    binding = resource.bindings.get(connection)
    if binding is None:
        return ()
    unique = (key.members if isinstance(key, Key) else (key,) for key in binding.keys)
    numbers = (*binding.document_keys, *(() if creates else (resource.key(connection),)))
    return (*unique, *((member,) for member in numbers))


def extended_key(resource: Resource, connection: str, chosen: Sequence[str]) -> tuple[str, ...] | None:
    """The members of a key to which a user may add the chosen ones; None where these are not such members."""
    binding = resource.bindings.get(connection)
    for key in binding.keys if isinstance(binding, DirectResource) else ():
        spelled = [same_name(member, (*key.members, *key.further)) for member in chosen]
        if longer := key.extended(spelled):
            return longer.members
    return None


def may_be_id(value: Any, connection: str) -> bool:
    """Whether a row can have this id: directly they are UUIDs, through Maesn the contract says no more than text."""
    return isinstance(value, str) and (bool(value.strip()) if connection == MAESN else is_uuid(value))


def carries_marker(resource: Resource, connection: str) -> bool:
    """Whether a document can be found again by a marker where it has no number of the user's own."""
    binding = resource.bindings.get(connection)
    return isinstance(binding, DirectResource) and binding.marker is not None


def disabling_member(resource: Resource, connection: str) -> str | None:
    """The flag with which an update takes a row out of use; None where there is none."""
    binding = resource.bindings.get(connection)
    return binding.disabling if isinstance(binding, DirectResource) else None


def creates_final(resource: Resource, connection: str) -> bool:
    """Whether rows of an object are final as soon as they are created."""
    binding = resource.bindings.get(connection)
    return isinstance(binding, DirectResource) and binding.creates_final


# Keys of these members are numbers of the user's own books; tax and identity numbers are personal, and an id of another
# system may be an e-mail address.
SHOWN_KEYS: Final = frozenset(
    {
        *("code", "number", "itemNumber", "operationalNumber", "documentNumber", "journalTypeCode", "date"),
        "entryDate",
        *("externalReference", "salesOrderNumber", "reference", "invoiceNumber"),
        *("entityType", "entityId"),
    }
)


LONGEST_SHOWN_KEY: Final = 60


@dataclass(frozen=True, slots=True)
class RecordKey:
    """How a record is named: a member and its value, for instance `code` and `C-100`.

    `former`: the texts under which version 0.1 may have written the value, by preference; `spelled`: the value as the
    record has it, where it compares in another form. Neither tells keys apart.
    """

    member: str
    value: str
    former: tuple[str, ...] = field(default=(), compare=False)
    spelled: str = field(default="", compare=False)

    @property
    def loggable(self) -> str:
        """As logs show it: without the value where that may be personal."""
        if JOINT in self.member:
            # Of several members those that may be shown are enough to find the record.
            key = Key(tuple(self.member.split(JOINT)))
            parts = map(RecordKey, key.members, key.parts(self.spelled or self.value))
            return (
                ", ".join(part.loggable for part in parts if part.member in SHOWN_KEYS) or f"{self.member} (not shown)"
            )
        readable = self.member in SHOWN_KEYS and len(self.value) <= LONGEST_SHOWN_KEY and self.value.isprintable()
        is_harmless = readable or is_uuid(self.value) or markers(self.value) == [self.value]
        return f"{self.member} {self.value}" if is_harmless else f"{self.member} (not shown)"
