"""The sandbox's tables: companies, their rows, and the server's clock.

A row is a flat entity with its owned children embedded exactly as the schema nests them. References are kept only as
the sibling id (``customerId``) and resolved when read. Keys that start with ``_`` are never shown.
"""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sage_active_sandbox.acts import Act

Row = dict[str, Any]
Table = dict[str, Row]

Journal = dict[tuple[str, str], tuple[Table, Row | None]]
"""What rows were before they were written, by type and id: their table, and None for a new one."""

Builder = Callable[[], Mapping[str, Table]]
"""Builds the tables of one subject."""

MARKET_TYPES = frozenset({"Country", "ZipCode", "Currency"})
"""Types whose rows are the same for every company of a market."""


class Tables(MutableMapping[str, Table]):
    """A company's tables by the name of their GraphQL type, in the order of their rows' insertion.

    A table that was announced with `build_later` is built when it is first asked for. Looking at all of them
    (``items()``, ``values()``, ``==``) builds all; ``in`` and ``keys()`` build none.
    """

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self._builders: dict[str, tuple[tuple[str, ...], Builder]] = {}

    def build_later(self, names: Iterable[str], builder: Builder) -> None:
        """Announce tables: the builder is called once, when the first of these names is asked for."""
        together = tuple(names)
        self._builders.update(dict.fromkeys(together, (together, builder)))

    def build_all(self) -> None:
        """Build every table that was announced and not built yet."""
        while self._builders:
            self._build(next(iter(self._builders)))

    def __getitem__(self, name: str) -> Table:
        if name in self._builders:
            self._build(name)
        return self._tables[name]

    def __setitem__(self, name: str, table: Table) -> None:
        self._builders.pop(name, None)
        self._tables[name] = table

    def __delitem__(self, name: str) -> None:
        self[name]
        del self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._tables, *(name for name in self._builders if name not in self._tables)])

    def __len__(self) -> int:
        return len(self._tables.keys() | self._builders.keys())

    def __contains__(self, name: object) -> bool:
        return name in self._tables or name in self._builders

    def _build(self, name: str) -> None:
        together, builder = self._builders[name]
        built = builder()
        for built_name in together:
            if self._builders.pop(built_name, None) is not None:
                self._tables[built_name] = built[built_name]


@dataclass
class Company:
    """One company of the system: a GraphQL organization and a row of Maesn's list of companies.

    ``id`` and ``environment_id`` are UUID texts, ``market`` is DE, ES or FR, ``status`` a member of
    OrganizationStatusType.
    """

    id: str
    name: str
    market: str
    status: str
    onboarded: bool
    environment_id: str
    tables: Tables = field(default_factory=Tables)
    counters: dict[str, int] = field(default_factory=dict)
    """Next number of each series of numbers and codes."""

    @property
    def usable(self) -> bool:
        """Ready and onboarded, the documented condition for working with it.

        Source: docs/reference/authentication.md, "Companies".
        """
        return self.status == "READY" and self.onboarded


@dataclass
class Clock:
    """The server's clock: the real time plus ``offset_seconds``."""

    offset_seconds: float = 0.0

    def now(self) -> datetime:
        """The moment as the server sees it, aware, UTC, microseconds."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)


class Store:
    """All companies of the sandbox with their rows.

    ``lock`` is reentrant and taken by every reader and writer of the tables. Writing to a company or row that does
    not exist raises KeyError.
    """

    def __init__(self, *, seed: int = 1, clock: Clock | None = None) -> None:
        self.lock = threading.RLock()
        self._turn = threading.Condition(self.lock)
        self.clock = clock or Clock()
        self.seed = seed
        self.companies: dict[str, Company] = {}
        self.market_tables: dict[str, dict[str, Table]] = {}
        self.acts: list[Act] = []
        self._journal: Journal | None = None

    def company(self, company_id: str) -> Company | None:
        """The company with this id (letter case does not matter), or None."""
        return self.companies.get(company_id.lower())

    def table(self, company_id: str, type_name: str) -> Table:
        """Rows of one type by id; an empty mapping for an unknown company or a type without data."""
        company = self.company(company_id)
        if company is None:
            return {}
        return self._tables(company, type_name).get(type_name, {})

    def insert(self, company_id: str, type_name: str, row: Row) -> Row:
        """Add the row with an id (a new one if it has none) and the creation date now; returns the stored row."""
        with self.lock:
            company = self._writable(company_id)
            row.setdefault("id", str(uuid.uuid4()))
            row["creationDate"] = self.clock.now()
            row["modificationDate"] = None
            table = self._tables(company, type_name).setdefault(type_name, {})
            self._note(table, type_name, row["id"])
            table[row["id"]] = row
            return row

    def touch(
        self,
        company_id: str,
        type_name: str,
        row_id: str,
        changes: Mapping[str, Any] | None = None,
        *,
        child: str | None = None,
        move_parent_date: bool = True,
    ) -> Row:
        """Change a row, or the first element of its child list named ``child``, and stamp the modification date now.

        A change of a child stamps the parent too if ``move_parent_date``. An empty child list stays empty: then only
        the parent is stamped, under the same condition. Returns the (parent) row.
        """
        with self.lock:
            self._writable(company_id)
            row = self.table(company_id, type_name)[row_id]
            now = self.clock.now()
            if child is None:
                row.update(changes or {})
                row["modificationDate"] = now
                return row
            for element in row[child][:1]:
                element.update(changes or {})
                element["modificationDate"] = now
            if move_parent_date:
                row["modificationDate"] = now
            return row

    def replace(self, company_id: str, type_name: str, row: Row, *, stamp: bool = True) -> Row:
        """Replace the row that has its id with a changed copy, by default with the modification date now."""
        with self.lock:
            if stamp:
                row["modificationDate"] = self.clock.now()
            self._writable(company_id)
            table = self.table(company_id, type_name)
            if row["id"] not in table:
                raise KeyError(row["id"])
            self._note(table, type_name, row["id"])
            table[row["id"]] = row
            return row

    def pause(self, seconds: float) -> None:
        """Let other threads have the lock, which the caller holds, for so long."""
        if seconds > 0:
            self._turn.wait(seconds)

    def delete(self, company_id: str, type_name: str, row_id: str) -> None:
        """Remove the row; nothing that refers to it is changed."""
        with self.lock:
            self._writable(company_id)
            table = self.table(company_id, type_name)
            self._note(table, type_name, row_id)
            del table[row_id]

    @contextmanager
    def journaled(self, journal: Journal | None) -> Iterator[None]:
        """Note in the journal, if there is one, what is written inside; the caller holds the lock."""
        self._journal = journal
        try:
            yield
        finally:
            self._journal = None

    def _note(self, table: Table, type_name: str, row_id: str) -> None:
        if self._journal is not None:
            self._journal.setdefault((type_name, row_id), (table, table.get(row_id)))

    def _writable(self, company_id: str) -> Company:
        """The company with all its tables built: what is invented must not depend on what was written before."""
        company = self.companies[company_id.lower()]
        company.tables.build_all()
        return company

    def _tables(self, company: Company, type_name: str) -> MutableMapping[str, Table]:
        return self.market_tables.setdefault(company.market, {}) if type_name in MARKET_TYPES else company.tables
