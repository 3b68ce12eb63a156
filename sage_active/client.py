"""What both API clients offer, in the words of the field.

What is above this interface does not know which API it talks to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from sage_active.attempts import Attempt, Span
from sage_active.errors import SageActiveError
from sage_active.existing import Counting, Existing, Recount
from sage_active.faults import Kind
from sage_active.limits import LONGEST_NAME
from sage_active.offer import Offer
from sage_active.resources.resource import Resource

# One JSON object, as it came.
RowBytes = bytes | memoryview | msgspec.Raw
# The columns that the source appends to every row.
COMPANY_COLUMN: Final = "company_id"
CURSOR_COLUMN: Final = "updated_at"
OWN_COLUMNS: Final = (COMPANY_COLUMN, CURSOR_COLUMN)


def size_of(rows: Iterable[RowBytes]) -> int:
    """Bytes of rows."""
    return sum(map(len, rows))


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the sign-in: a Sage Active organization, or a row of Maesn's list of companies.

    `market`: the code of its legislation; `target_system`: the market of the configuration that it is reached through,
    by default the first.
    """

    id: str
    name: str
    market: str
    status: str | None
    usable: bool
    environment_name: str | None = None
    target_system: str = ""

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"Company {self.name[:LONGEST_NAME]!r} ({self.id})"


@dataclass(frozen=True, slots=True)
class CompanyList:
    """The companies of a connection, usable or not. `refused`: the markets that did not list theirs, and why."""

    companies: Sequence[Company]
    refused: Mapping[str, SageActiveError] = field(default_factory=dict)

    @property
    def unlisted(self) -> list[SageActiveError]:
        """Why markets did not list their companies."""
        return list(self.refused.values())

    def whole(self) -> list[Company]:
        """All companies. Raises the error of a market that did not list its own."""
        for error in self.unlisted:
            raise error
        return list(self.companies)


def reason_or_raise(error: SageActiveError, resource: str, company: Company) -> SageActiveError:
    """Why a resource cannot be read in a company. Raises it where the user can do nothing about the resource."""
    located = error.located(resource, company.label)
    if error.fault.kind is not Kind.CONFIGURATION:
        raise located from None
    return located


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something about a row that is not as the contract promises, for the log.

    `row`: its number on its page, from 1; `key`: its key, None where it has no usable one; `field`: the member, empty
    where it is about the row as a whole; `problem`: what is odd, as words that follow the member's name;
    `consequence`: what becomes of the row.
    """

    row: int
    key: str | None
    field: str
    problem: str
    consequence: str = "it is delivered as it came"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as the API sent them, with what was decoded of each.

    `rows`: the bytes of each row, one JSON object; `keys`: its key, or what stands for it in counts, and after these
    what stands for elements that are not records and so not among the rows; `dates`: its `updated_at` (RFC 3339 in UTC
    with six decimals, so that text order is time order), None where the API gives no date; `latest_child`: the latest
    date of the children that the rows own, in the same notation; `clashing`: the numbers of the rows that have a member
    called like one of `OWN_COLUMNS`, None where nobody has looked; `oddities`: what the log must name; `label`: how it
    names the page; `date_column`: the column that `dates` are delivered in.
    """

    rows: Sequence[RowBytes]
    keys: Sequence[str]
    dates: Sequence[str | None]
    latest_child: str | None = None
    clashing: Sequence[int] | None = None
    oddities: Sequence[Oddity] = ()
    label: str = "page 1"
    date_column: str = CURSOR_COLUMN

    @property
    def size(self) -> int:
        """Bytes of the rows."""
        return size_of(self.rows)


# In place of a page whose rows were handed out, so that nothing holds their bytes.
NO_ROWS: Final = Page((), (), ())


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a read before it begins: how many rows the API states, the creation date of the first one.

    `date`: the server's clock at that time.
    """

    stated: int
    earliest: str | None
    date: datetime


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What is to be read of one object in one company.

    `schema`: the JSON schema that the catalog selects; `since`: only what changed at or after this moment;
    `not_before`: bounds the change date (`start_date`); `open_documents`: also documents that are not final;
    `counted_before`: the day before which the last run has counted the rows that are dated by days: all from there on
    are read; `count_before`: moments for `Summary.before`; `attempt`: an earlier attempt at this read: only what it has
    left is read, and what has changed since it began; `window_pages`: how many pages a window aims at, None for the
    usual number; `counted`: what a census has found of exactly this read, so that planning it need not ask again.
    """

    resource: Resource
    company: Company
    schema: Mapping[str, Any]
    since: datetime | None = None
    not_before: datetime | None = None
    open_documents: bool = False
    counted_before: datetime | None = None
    count_before: tuple[datetime, ...] = ()
    attempt: Attempt | None = None
    window_pages: int | None = None
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What one company's read of one object came to, for the log.

    `before`: how many of the rows were created before each moment of `ReadRequest.count_before`; None where that was
    not counted.
    """

    stated: int | None
    delivered: int
    changed_since: str | None
    dropped: tuple[str, ...]
    before: tuple[int, ...] | None = None


class Reading(Protocol):
    """One company's read of one object, planned: parts that may be read side by side, and a rest that is read last."""

    @property
    def started_at(self) -> datetime:
        """The server's own clock at the start of this read; no state may be later."""

    @property
    def parts(self) -> int:
        """How many parts there are; none when the rest is all."""

    @property
    def windows(self) -> Sequence[Span]:
        """The creation dates whose rows each part reads; empty where parts are something else."""

    def part(self, index: int) -> Iterator[Page]:
        """The pages of one part, complete when the iterator ends. Raises `SageActiveError` if it cannot be."""

    def rest(self) -> Iterator[Page]:
        """The pages that are read after all parts, and the check that nothing is missing. Raises `SageActiveError`."""

    def summary(self) -> Summary:
        """What was stated and delivered."""


def every_page(reading: Reading) -> Iterator[Page]:
    """All pages of a read, one part after the other. Raises `SageActiveError` if it cannot be complete."""
    for index in range(reading.parts):
        yield from reading.part(index)
    yield from reading.rest()


# What a census finds of a read: all of it, proved complete, or its count.
Finding = Reading | Counted


@dataclass(frozen=True, slots=True)
class Survey:
    """What a census has found out at once. What is not among it is left to the read of its own."""

    recounts: Mapping[Resource, Recount]
    findings: Mapping[Resource, Finding]


class Client(Protocol):
    """One connection to Sage Active."""

    connection: str
    # The server's clock when `companies` was last asked for.
    listed_at: datetime | None

    def company_list(self) -> CompanyList:
        """The companies of all markets; one that refuses does not stop the others. Raises `SageActiveError`."""

    def companies(self) -> list[Company]:
        """All companies that the sign-in lists, usable or not. Raises `SageActiveError` where a market refuses."""

    def schema(self, resource: Resource, *, ask_server: bool = True) -> Mapping[str, Any]:
        """The JSON schema of an object's rows; with what the server's own schema reveals, where it answers."""

    def is_dated(self, resource: Resource) -> bool:
        """Whether rows have dates that a cursor can follow."""

    def counting(self, resource: Resource) -> Counting | None:
        """How rows can be counted by their dates without reading them; None where they cannot."""

    def is_surveyed(self, resource: Resource) -> bool:
        """Whether `survey` can tell anything of reads of the resource."""

    def survey(
        self,
        last: Mapping[Resource, Existing | None],
        now: datetime,
        requests: Mapping[Resource, ReadRequest],
        company: Company,
    ) -> Iterator[Survey]:
        """Asks about many reads of one company at once, before any of them begins.

        `last`: resources with different roots, whose rows are counted and compared with what the last run counted;
        all counts are in the first survey. Raises `SageActiveError` when nothing can be asked.
        """

    def probe(self, resources: Sequence[Resource], company: Company) -> Mapping[str, SageActiveError | None]:
        """A tiny read of each: why it cannot be read in this company, by its name; None where it can.

        What the company's market does not have is left out.
        The errors name the resource and the company. Raises `SageActiveError` when the reason lies in the connection or
        may pass, not in what one of them is.
        """

    def offer(self, resource: Resource, company: Company, *, once: bool = False) -> Offer:
        """Whether what the API only plans can be read in this company already.

        `once`: without trying again, for what can be done without. Raises `SageActiveError` where there is no verdict.
        """

    def fingerprint(self, request: ReadRequest) -> str | None:
        """What differs between two reads if one cannot go on where the other stopped.

        It says nothing of the company, nor of the moment since which changes are asked for. None where a read that was
        not finished can only begin anew.
        """

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read. Raises `SageActiveError`."""

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
