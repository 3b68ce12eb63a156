"""Rows of one object in one company by the values of their keys, on disk and in nobody else's sight."""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import msgspec

from sage_active.client import RowBytes
from sage_active.errors import configuration_error
from sage_active.odd_rows import UNREADABLE_ROW, values_of
from sage_active.values import identification, is_number
from sage_active.writing import key_text

VALUES_PER_QUERY: Final = 500
# Before the content of a row that has no id of its own.
NO_ID: Final = "\0"
TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE rows (id TEXT PRIMARY KEY, row BLOB NOT NULL, reading INTEGER) WITHOUT ROWID;
    CREATE TABLE keys (id TEXT, member TEXT, value TEXT NOT NULL, shown INTEGER NOT NULL, PRIMARY KEY (id, member))
        WITHOUT ROWID;
    CREATE INDEX by_value ON keys (member, value);
"""


class KeyIndex:
    """A private temporary database that is deleted with its connection. Safe for all threads.

    `key`: the member that is the id of a row; `members`: the members that rows are found by; `identifications`: those
    of them that are VAT or identification numbers, found in every spelling. Every method raises a configuration error
    when the disk is full.
    """

    def __init__(self, key: str, members: Sequence[str], identifications: Collection[str] = ()) -> None:
        self._members = members
        self._identifications = frozenset(identifications)
        fields = [(name, Any, None) for name in dict.fromkeys((key, *members))]
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            msgspec.defstruct("Keys", fields), float_hook=Decimal
        )
        self._key = key
        self._reading = 0
        self._lock = threading.Lock()
        # The name "" stands for a file of its own that only this connection can open.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.executescript(TABLES)

    def close(self) -> None:
        """Deletes everything."""
        with self._lock:
            self._database.close()

    def begin(self) -> int:
        """Begins a new reading of the list; returns its number."""
        with self._lock:
            self._reading += 1
            return self._reading

    def keys_of(self, row: RowBytes) -> Mapping[str, str]:
        """The id (under the name of the key) and the keys of a row that are not null, in their one form.

        A row without a usable id gets one that no record has; a key that is not text is none.
        """
        try:
            read = msgspec.structs.asdict(self._decoder.decode(row))
        except UNREADABLE_ROW:
            read = values_of(row)
        values = {name: self._form(name, read.get(name)) for name in (self._key, *self._members)}
        values[self._key] = values[self._key] or f"{NO_ID}{sha256(row).hexdigest()}"
        return {name: value for name, value in values.items() if value}

    def _form(self, name: str, value: Any) -> str:
        """A key in its one form; blank where it is neither a text nor a number that can be one."""
        if not (isinstance(value, str) or is_number(value)):
            return ""
        try:
            text = key_text(value)
        except ValueError:
            return ""
        return identification(text) if name in self._identifications else text

    def add_read(self, rows: Sequence[RowBytes], reading: int | None = None) -> None:
        """Keeps rows that the list shows; a key that is null there does not undo what was known of it."""
        found = [(row, self.keys_of(row)) for row in rows]
        with self._open() as database:
            number = self._reading if reading is None else reading
            database.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
                ((keys[self._key], row, number) for row, keys in found),
            )
            self._add_keys(database, [keys for _, keys in found], is_listed=True)

    def add_own(self, row: bytes, sent: Mapping[str, str]) -> None:
        """Keeps a row that was just created, findable by what was sent where the answer does not tell."""
        keys = self.keys_of(row)
        sent_keys = {name: value for name, value in sent.items() if name in self._members and name not in keys}
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO rows VALUES (?, ?, NULL)", (keys[self._key], row))
            # What an answer repeats, the list may hide.
            self._add_keys(database, [{**keys, **sent_keys}], is_listed=False)

    def forget_before(self, reading: int) -> None:
        """Drops the rows that an earlier reading showed and this one, complete, did not."""
        with self._open() as database:
            database.execute("DELETE FROM keys WHERE id IN (SELECT id FROM rows WHERE reading < ?)", (reading,))
            database.execute("DELETE FROM rows WHERE reading < ?", (reading,))

    def rows(self, member: str, values: Sequence[str]) -> list[tuple[str, bytes]]:
        """The rows whose `member` is one of `values`, each with that value."""
        found: list[tuple[str, bytes]] = []
        for start in range(0, len(values), VALUES_PER_QUERY):
            chunk = values[start : start + VALUES_PER_QUERY]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT id, row FROM rows WHERE id IN ({marks}) ORDER BY id"
            if member != self._key:
                query = (
                    "SELECT keys.value, rows.row FROM keys JOIN rows ON rows.id = keys.id "
                    f"WHERE keys.member = ? AND keys.value IN ({marks}) ORDER BY rows.id"
                )
                chunk = [member, *chunk]
            with self._open() as database:
                found.extend(database.execute(query, chunk))
        return found

    def shows(self, member: str, value: str) -> bool:
        """Whether the list has shown a row with this key."""
        with self._open() as database:
            query = "SELECT EXISTS (SELECT 1 FROM keys WHERE member = ? AND value = ? AND shown)"
            return bool(database.execute(query, (member, value)).fetchone()[0])

    def lists(self, row_id: str) -> bool:
        """Whether the list has shown the row with this id."""
        with self._open() as database:
            query = "SELECT EXISTS (SELECT 1 FROM rows WHERE id = ? AND reading IS NOT NULL)"
            return bool(database.execute(query, (row_id,)).fetchone()[0])

    def one_of_several(self, member: str) -> str | None:
        """A value that the list has shown in a key, if it has shown two different ones."""
        with self._open() as database:
            query = "SELECT min(value), max(value) FROM keys WHERE member = ? AND shown"
            first, last = database.execute(query, (member,)).fetchone()
        return None if first == last else str(first)

    def _add_keys(self, database: sqlite3.Connection, found: Sequence[Mapping[str, str]], *, is_listed: bool) -> None:
        """Keeps keys; those that the list has shown replace others."""
        database.executemany(
            f"INSERT OR {'REPLACE' if is_listed else 'IGNORE'} INTO keys VALUES (?, ?, ?, ?)",
            (
                (keys[self._key], member, keys[member], is_listed)
                for keys in found
                for member in self._members
                if member in keys
            ),
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The database for this thread alone; there is nothing to roll back to, what fails ends the sync."""
        try:
            with self._lock:
                yield self._database
        except sqlite3.OperationalError as error:
            raise configuration_error(
                f"The temporary database of keys cannot be written: {error}.",
                "Make room in the directory for temporary files (environment variable SQLITE_TMPDIR or TMPDIR).",
            ) from None
