"""What a create's input looks like on the wire (docs/reference/maesn.md, "Contact persons").

The contract takes one bank account where reading shows a list, and contact persons with plain texts where newer pages
of the documentation show objects; which of the two Sage Active's creates take is unknown.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from sage_active.writing import FieldKind, Row, Writable

# The channels of a contact person, and the member that holds the text where they are objects.
CHANNELS: Final[Mapping[str, str]] = {"emailAddresses": "email", "phoneNumbers": "number"}
PERSONS: Final = "contactPersons"
# Documented examples: bare for this one, a moment in UTC for the others (docs/reference/maesn.md, "Values").
BARE_DAYS: Final = frozenset({"inventoryStartDate"})


class PersonForm(Enum):
    """How the channels of contact persons are written."""

    TEXTS = "texts, as in the contract"
    OBJECTS = "objects, as in newer pages of the documentation"

    @property
    def other(self) -> "PersonForm":
        """The one to try when this one is refused."""
        return PersonForm.OBJECTS if self is PersonForm.TEXTS else PersonForm.TEXTS


def body(fields: Sequence[Writable], sent: Row, form: PersonForm) -> dict[str, Any]:
    """The body of a create, without nulls."""
    result = {name: value for name, value in sent.items() if name != "bankAccounts"}
    accounts = sent.get("bankAccounts") or []
    if len(accounts) == 1 and result.get("bankAccount") is None:
        result["bankAccount"] = accounts[0]
    if result.get(PERSONS):
        result[PERSONS] = [_person(person, form) for person in result[PERSONS]]
    days = {field.name for field in fields if field.kind is FieldKind.DAY}
    result |= {name: _day(name, value) for name, value in result.items() if name in days and value is not None}
    return {name: _without_nulls(value) for name, value in result.items() if value is not None}


def not_sent(sent: Row) -> list[str]:
    """What of the input the contract has no place for, as text."""
    accounts = sent.get("bankAccounts") or []
    is_left_out = len(accounts) > 1 and sent.get("bankAccount") is None
    return [f"none of {len(accounts)} bank accounts was sent: a create takes one"] if is_left_out else []


def has_channels(sent: Row) -> bool:
    """Whether the input has contact persons whose form is in question."""
    return any(person.get(name) for person in sent.get(PERSONS) or () for name in CHANNELS)


def _person(person: Row, form: PersonForm) -> dict[str, Any]:
    channels = {
        name: [_channel(channel, member, form) for channel in person.get(name) or ()]
        for name, member in CHANNELS.items()
        # The contract requires the list of e-mail addresses of a person, be it empty.
        if person.get(name) or name == "emailAddresses"
    }
    return {**person, **channels}


def _channel(channel: Row, member: str, form: PersonForm) -> Any:
    return channel.get(member) if form is PersonForm.TEXTS else channel


def _day(name: str, text: str) -> str:
    return text if name in BARE_DAYS else f"{text}T00:00:00Z"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value if inner is not None] if isinstance(value, list) else value
