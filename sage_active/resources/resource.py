"""What a resource is: an object of Sage Active, where each connection has it, and how it is read and written.

A declaration says only what the contract cannot: every attribute has a default that is taken from the schema file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any, Final, Literal, overload

from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN
from sage_active.resources.creation_rules import CreationRules
from sage_active.resources.external_effects import ExternalEffect
from sage_active.resources.generation import Generation
from sage_active.resources.keys import Key
from sage_active.resources.lifecycle import Lifecycle, Mutation, Operation
from sage_active.resources.likeness import Likeness
from sage_active.resources.line_origins import LineOrigins
from sage_active.resources.numbering import Numbering
from sage_active.resources.rules import Rule
from sage_active.resources.set_asides import SetAsides
from sage_active.resources.settlement import Settlement
from sage_active.resources.tax_choice import TaxChoice
from sage_active.resources.uploading import Downloading, Printing, Uploading

READ: Final = "read"
CREATE: Final = "create"
UPDATE: Final = "update"
OPERATIONS: Final = (READ, CREATE, UPDATE)

Where = Mapping[str, Any]
Row = Mapping[str, Any]
# A connection and an operation: one cell of the table of what is offered.
At = tuple[str, str]


class Cell(StrEnum):
    """What an API offers, which is not what this version has built."""

    OFFERED = "yes"
    PLANNED = "planned"
    NOT_OFFERED = "not offered"
    NO_ENTITY = "no such entity"


class Scope(Enum):
    """Whose rows they are, and so how often they are read."""

    COMPANY = "each company's"
    MARKET = "the same for all companies of a market: read once for each market"
    SIGN_IN = "the same for all companies of the sign-in: read once"


@dataclass(frozen=True, slots=True)
class Member:
    """A bare enum member in a filter, as opposed to a quoted string."""

    name: str


@dataclass(frozen=True, slots=True)
class Windowed:
    """Rows with creation and modification dates: windows of creation dates, filtered by the change dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDate:
    """Rows without those dates that have days of their own.

    `order`: the day that orders rows and cuts windows; `changed`: the dates, the latest of which is
    `updated_at`; `day`: they are days, without a time; `overlap`: how much before the state a read begins, because rows
    with an old day arrive late; `grammar`: "restricted" where filters are joined by AND only and name each field once;
    `chunk`: rows of a page at most.
    """

    order: str
    changed: tuple[str, ...]
    day: bool = True
    overlap: timedelta = timedelta(days=31)
    grammar: Literal["full", "restricted"] = "full"
    chunk: int = 500

    def __post_init__(self) -> None:
        if self.grammar == "restricted" and len(self.changed) != 1:
            raise ValueError("a restricted filter can follow one date only")


@dataclass(frozen=True, slots=True)
class Whole:
    """A connection without dates to go by: every page on every run, proved by the count."""


@dataclass(frozen=True, slots=True)
class PlainList:
    """A list without pages or counts: one request, not provable by a count."""

    key: tuple[str, ...] = ("id",)


@dataclass(frozen=True, slots=True)
class Singleton:
    """One object of a company. `argument`: the one that takes the company's id; None where there is none."""

    argument: str | None = None
    key: tuple[str, ...] = ("id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An object that the server computes for given arguments.

    `needs`: the roots whose rows the arguments are made of, or where to find these if the root alone does not say how
    it is read; `inputs`: makes the arguments of each report out of these rows, by root; `rows`: the member that holds
    the rows, empty if the report itself is one; `key`: what identifies a row, arguments included: these are appended to
    the rows under the names that `inputs` gives them. What `inputs` gives and the root does not take is appended only.
    `at_once`: how many reports one request asks for.
    """

    needs: tuple["str | DirectResource", ...]
    inputs: Callable[[Mapping[str, Sequence[Row]]], Iterable[Mapping[str, Any]]]
    key: tuple[str, ...]
    rows: str = ""
    at_once: int = 1


Strategy = Windowed | ByDate | Whole | PlainList | Singleton | Report


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectResource:
    """The binding of a resource to Sage Active's own API: its root there, and how it is read and written."""

    # The root field, and its node type.
    root: str
    type: str

    # --- Reading
    # A filter that belongs to the resource itself.
    where: Where = field(default_factory=dict)
    # None: as the contract tells.
    read: Strategy | None = None
    scope: Scope = Scope.COMPANY
    # Selects documents that may still change without a date moving (docs/reference/queries.md, "Changes").
    open_documents: Where | None = None
    # Members that are never asked for, those of its parts by a path such as `lines.productName`.
    omit: frozenset[str] = frozenset()
    # What leads to the content of a file that a row stands for.
    downloading: Downloading | None = None
    # The codes of those that have it, none for all: in the others it is not asked for.
    markets: frozenset[str] = frozenset()
    page_size: int = 500

    # --- Recognising what is written (docs/reference/writing.md, "Repeatable creates")
    # What is unique in a company, by preference.
    keys: tuple[Key, ...] = ()
    # Members that may carry the user's own number, and the one that can carry a mark.
    document_keys: tuple[str, ...] = ()
    marker: str | None = None
    # "by_key": there may be as many rows as there is business, so references are asked for by key, never listed.
    lookup: Literal["by_key", "list"] = "list"
    # A member and its value in documents that were created through the API; `only_own`: others are never changed.
    created_by_us: tuple[str, str] | None = None
    only_own: bool = False
    # When a new document may be one that is there under another key.
    likeness: Likeness | None = None

    # --- Writing
    # Mutations that the schema does not tell by the type.
    operations: Mapping[Operation, Mutation] = field(default_factory=dict)
    # A row is made of a file.
    uploading: Uploading | None = None
    # The flag that takes a row out of use (docs/reference/objects.md, "Deletions").
    disabling: str | None = None
    # What records must be like, and what must hold in the company when one is created.
    rules: tuple[Rule, ...] = ()
    creation_rules: CreationRules | None = None
    # Of what the server makes it, where nothing is created freely.
    generation: Generation | None = None
    # What it pays, and with what; such records are written last, one after the other.
    settlement: Settlement | None = None
    # Rows of the source that are not written, because Sage Active makes them itself.
    set_asides: SetAsides | None = None
    # Types that are written first where one sync brings them too, because rows name them by codes.
    after: tuple[str, ...] = ()
    # Why a document is not written that refers to a row which has a value in a member.
    unreferable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # From lines of what other documents its lines may come; a member and its value in lines that none has taken over.
    origins: LineOrigins | None = None
    untouched_line: tuple[str, str] | None = None
    # How the server chooses tax treatments.
    tax_choice: TaxChoice | None = None

    # --- The life of a document (docs/reference/documents.md, "Lifecycle")
    lifecycle: Lifecycle | None = None
    # In markets in which it differs.
    lifecycle_where: Mapping[str, Lifecycle] = field(default_factory=dict)
    # By what members documents become final in their order; needed where a step is final.
    numbering: Numbering | None = None
    # Members that act outside the company.
    external_effects: tuple[ExternalEffect, ...] = ()

    def __hash__(self) -> int:
        # Of its names alone: what is worked out once for each binding is looked up for every page.
        return hash((self.root, self.type, self.marker))

    def __post_init__(self) -> None:
        is_final = self.creates_final or any(step.final for known in self.lifecycles for step in known.steps)
        if self.numbering is None and is_final:
            raise ValueError(f"{self.type} has final steps, and no numbering says in which order they are done")

    @property
    def creates_final(self) -> bool:
        """Whether a row is final as soon as it is created."""
        create = self.operations.get(Operation.CREATE)
        return create is not None and create.final

    @property
    def lifecycles(self) -> tuple[Lifecycle, ...]:
        """Those of all markets."""
        return tuple(known for known in (self.lifecycle, *self.lifecycle_where.values()) if known)

    def lifecycle_in(self, market: str) -> Lifecycle | None:
        """The lifecycle of a market."""
        return self.lifecycle_where.get(market, self.lifecycle)

    def is_in(self, market: str) -> bool:
        """Whether a market has it."""
        return not self.markets or market in self.markets

    @property
    def rows_of_a_page(self) -> int:
        """How many rows a page asks for, as long as the server does not want fewer."""
        return self.read.chunk if isinstance(self.read, ByDate) else self.page_size

    @property
    def row_key(self) -> tuple[str, ...]:
        """The members that identify a row in its company."""
        return self.read.key if isinstance(self.read, PlainList | Singleton | Report) else ("id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaesnResource:
    """The binding of a resource to Maesn's API: path below /accounting, key, date members by preference, row order.

    `record`: what the contract calls its rows (`maesn/models.py`).
    `other_key`: a member that may come beside the key or in its place (docs/reference/maesn.md, "Invoices").
    `open_documents`: filters that together select documents which may still change without their date moving.
    `keys` (each of one member), `document_keys` and `lifecycle`: as for the direct connection; `filters`: the filters
    of the list by member; `omit`: as for the direct connection, but taken out of what has come.
    """

    path: str
    record: str
    key: str = "id"
    dates: tuple[str, ...] = ("updatedDate",)
    other_key: str | None = None
    order: Mapping[str, str] = field(default_factory=dict, hash=False)
    open_documents: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    keys: tuple[str, ...] = ()
    document_keys: tuple[str, ...] = ()
    lifecycle: Lifecycle | None = None
    filters: Mapping[str, str] = field(default_factory=dict, hash=False)
    omit: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One object: its stream's name, where each connection has it, and what of it is built.

    `cells`: what the APIs offer, where neither `built` nor the schema tells; `built`: what this version can do;
    `printing`: how its documents are printed; `suggested`: among the streams that a new connection starts with;
    `personal`: holds personal data as a whole; `start_date`: the option of that name bounds its change date.
    """

    name: str
    direct: DirectResource | None = None
    maesn: MaesnResource | None = None
    cells: Mapping[At, Cell] = field(default_factory=dict)
    built: frozenset[At] = frozenset({(DIRECT, READ)})
    printing: Printing | None = None
    suggested: bool = False
    personal: bool = False
    start_date: bool = False

    @overload
    def on(self, connection: Literal["direct"]) -> DirectResource: ...

    @overload
    def on(self, connection: Literal["maesn"]) -> MaesnResource: ...

    @overload
    def on(self, connection: str) -> DirectResource | MaesnResource: ...

    def on(self, connection: str) -> DirectResource | MaesnResource:
        """Its binding to a connection. Raises `KeyError` if the connection does not offer it."""
        binding = {DIRECT: self.direct, MAESN: self.maesn}[connection]
        if binding is None:
            raise KeyError(f"{self.name} is not offered {CONNECTION_LABELS[connection]}")
        return binding

    def __hash__(self) -> int:
        # Of the name alone: the census looks resources up thousands of times.
        return hash(self.name)

    @property
    def bindings(self) -> Mapping[str, DirectResource | MaesnResource]:
        """Its bindings, by connection."""
        return {name: binding for name, binding in ((DIRECT, self.direct), (MAESN, self.maesn)) if binding is not None}

    @property
    def added_members(self) -> frozenset[str]:
        """What the source may add to its rows, so that no API knows it."""
        downloading = self.direct.downloading if self.direct else None
        of_files = {downloading.path, downloading.encoded} if downloading else set()
        return frozenset(of_files | ({self.printing.path} if self.printing else set()))

    @property
    def document(self) -> bool:
        """Whether it has statuses that writing leads it through."""
        return any(binding.lifecycle for binding in self.bindings.values())

    def scope(self, connection: str) -> Scope:
        """Whose rows they are. Maesn has nothing that is not a company's."""
        return self.direct.scope if connection == DIRECT and self.direct else Scope.COMPANY

    def key(self, connection: str) -> str:
        """The member that identifies a row in its company."""
        return self.maesn.key if connection == MAESN and self.maesn else "id"

    def row_key(self, connection: str) -> tuple[str, ...]:
        """The members that identify a row in its company, for rows that may need several."""
        return (self.maesn.key,) if connection == MAESN and self.maesn else self.on(DIRECT).row_key
