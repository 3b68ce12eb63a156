"""What both API clients offer for writing, in the words of the field.

What is above this interface does not know which API it talks to.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, NamedTuple, Protocol

from sage_active.client import Company, CompanyList
from sage_active.errors import SageActiveError
from sage_active.resources.lifecycle import Operation
from sage_active.resources.resource import Resource
from sage_active.writables import FieldKind, Identity, Key, Path, Reference, Row, Sums, Writable
from sage_active.write_model import WriteModel, is_uuid, key_text

# What writes are described with is offered here as well.
__all__ = [
    "Command",
    "Done",
    "FieldKind",
    "Found",
    "Identity",
    "Key",
    "MissingRights",
    "Operation",
    "Path",
    "Reference",
    "Refused",
    "Reply",
    "Row",
    "Sums",
    "Unknown",
    "Writable",
    "WriteClient",
    "WriteModel",
    "is_uuid",
    "key_text",
]


@dataclass(frozen=True, slots=True)
class Command:
    """One mutation. `input`: what is sent, complete; for acts and deletions `{"id": …}` and what they need."""

    operation: Operation
    resource: Resource
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """The command took effect; `id` of what it made or changed."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The command had no effect. `field`: the member that the API named, if it did."""

    error: SageActiveError
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether the command took effect. `may_still`: it may do so later; nobody answered."""

    error: SageActiveError
    may_still: bool


Reply = Done | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """An entity that a natural key led to; `row` holds at least the members that were asked for.

    `is_one_of_several`: others have the same key.
    """

    id: str
    row: Row = field(default_factory=dict)
    is_one_of_several: bool = False


class MissingRights(NamedTuple):
    """What the signed-in user may not do, as the API calls it; `is_everything`: nothing else was asked about."""

    names: Sequence[str] = ()
    is_everything: bool = False


class WriteClient(Protocol):
    """One connection to Sage Active that can write. Safe for all threads."""

    connection: str
    # How many commands one request takes, and how many requests may be under way at once.
    batch: int
    parallel: int

    def company_list(self) -> CompanyList:
        """The companies of all markets; one that refuses does not stop the others. Raises `SageActiveError`."""

    def missing_rights(self, company: Company, operations: Mapping[Resource, Collection[Operation]]) -> MissingRights:
        """What the signed-in user may not do, as text; empty where all is allowed or the API cannot tell."""

    def model(self, resource: Resource) -> WriteModel:
        """What the object accepts."""

    def find(
        self, resource: Resource, company: Company, member: str, values: Sequence[str], *, fresh: bool = False
    ) -> Iterator[Row]:
        """The rows whose `member` is one of `values` (for the model's marker: contains one of them).

        Complete rows as far as they can be written. `fresh`: changes that others made a moment ago are seen too.
        Raises `SageActiveError`.
        """

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        """The entities of `reference.type` with these natural keys; keys that nothing has are missing.

        A direct reference by `id` has ids in lower case for keys.
        Raises `SageActiveError`.
        """

    def listed(self, company: Company, reference: Reference, *, fresh: bool = False) -> Sequence[Row]:
        """All entities of `reference.type`, with its `key` and `also`; none where the API cannot tell.

        Raises `SageActiveError`.
        """

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Sequence[Row] = ()
    ) -> Sequence[Row]:
        """The entities of a type that all of these filters select, as they are now.

        With what the paths lead to, and their ids; none where the API cannot tell. Raises `SageActiveError`.
        """

    def derived(self, resource: Resource, company: Company, ids: Collection[str]) -> Collection[str]:
        """Which of these documents, by id, were made from another document, wholly or in part.

        Empty where the API cannot tell. Raises `SageActiveError`.
        """

    def send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        """Sends at most `batch` commands in one request, never twice; a reply for each.

        Raises `SageActiveError` when the request was refused as a whole for a reason that concerns no single record,
        which means that nothing was done.
        """

    def confirm(self) -> None:
        """Makes sure that the next sync can find what was created; called before a state leaves that covers it.

        Raises `SageActiveError`.
        """

    def journals(self, company: Company, kind: str) -> Mapping[str, str]:
        """Code and id of the journals of a type; empty where nothing can be posted."""

    def alike(self, resource: Resource, company: Company, documents: Sequence[Row]) -> Sequence[Row]:
        """The documents that are like one of these, as the model's `likeness` says; only the members that it names.

        Raises `SageActiveError`.
        """

    def usual_series(self, resource: Resource, company: Company) -> str | None:
        """The id of the number series that a document gets which names none; None where nobody can tell."""

    def last_final_day(self, resource: Resource, company: Company, series: str | None, zone: tzinfo) -> str | None:
        """The day of the latest document of a number series that is final, as text; None where there is none.

        Raises `SageActiveError`.
        """

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
