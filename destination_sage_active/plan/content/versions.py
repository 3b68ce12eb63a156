"""Which of several versions of a record is the newest, by the cursor field that the catalog names.

The platform does not promise an order: sources read slices side by side. The newest cursor of every key is kept on disk
while a sync lasts, so that an older version is recognised however late it comes, and memory does not grow.
"""

import hashlib
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.plan.content.validate import key_of, value_at
from destination_sage_active.record.key import RecordKey
from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.moments import parse_utc
from sage_active.writing import Row

# A digest of a key: that two of them are alike does not happen.
NAME_BYTES: Final = 16
# What one statement may ask for.
NAMES_AT_ONCE: Final = 500
CACHE_KILOBYTES: Final = 4096
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,4})?", re.ASCII)
# Digits beyond those that a moment of this language has.
_FINE: Final = re.compile(r"[.,]\d{6}(\d+)")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What versions are compared by. `kind`: `n`umber or `t`ime; those of two kinds cannot be compared."""

    kind: str
    value: Any

    def is_newer_than(self, other: "Cursor | None") -> bool:
        """Whether it is certainly the later one."""
        return other is not None and self.kind == other.kind and bool(self.value > other.value)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record: digests of everything that identifies the record, and its cursor."""

    names: tuple[bytes, ...]
    cursor: Cursor


def cursor_of(value: Any) -> Cursor | None:
    """What a member says as a cursor; None for what has no order, such as most text."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Cursor("n", Decimal(value)) if Decimal(value).is_finite() else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    with suppress(ValueError, InvalidOperation):
        if _NUMBER.fullmatch(text):
            return Cursor("n", Decimal(text))
        fine = _FINE.search(text) if len(text) > len("2026-01-31T09:30:00.123456Z") else None
        return Cursor(
            "t", f"{parse_utc(text).isoformat(timespec='microseconds')[:26]}{fine[1].rstrip('0') if fine else ''}"
        )
    return None


def version_of(
    target: Target, company: Company, data: Row, identities: Sequence[RecordKey], marker: str | None
) -> Version | None:
    """The version that a record is; None where nothing says which one of several is the newest.

    A record is recognised by its primary key and, unless it is a document or is only created, by what finds it in Sage
    Active: two documents of one number are two documents. Raises `Rejected` for a primary key of too many digits.
    """
    cursor = cursor_of(value_at(data, target.cursor)) if target.cursor else None
    if cursor is None:
        return None
    key = [key_of(value_at(data, path), ".".join(path)) for path in target.primary_key]
    names = [("", *key)] if key and all(key) else []
    is_document, is_only_created = target.resource.document, target.mode is Mode.APPEND
    if names and (is_document or is_only_created):
        pass
    elif is_document and is_only_created:
        # Several documents may have one number, and the second is to be rejected.
        return None
    elif is_document and marker:
        names = [("", marker)]
    else:
        names += [(identity.member, identity.value) for identity in identities]
    row_key = (*target.stream, company.id)
    return Version(tuple(_digest((*row_key, *name)) for name in names), cursor)


class Versions:
    """The newest cursor of every record of a sync. Raises a configuration error when the file cannot be written."""

    def __init__(self) -> None:
        self._database: sqlite3.Connection | None = None

    def older(self, versions: Sequence[Version | None]) -> set[int]:
        """The positions of outdated versions: a newer one came before, or is among these. Remembers these.

        A version without a cursor (None), or with one that cannot be compared, counts by its place. Of equal ones none
        is older.
        """
        if not any(versions):
            return set()
        newest = self._known({name for version in versions if version for name in version.names})
        before = dict(newest)
        positions: dict[bytes, list[int]] = {}
        older: set[int] = set()
        for position, version in enumerate(versions):
            if version is None:
                continue
            found = [newest.get(name) for name in version.names]
            if any(cursor and cursor.is_newer_than(version.cursor) for cursor in found):
                older.add(position)
                continue
            for name, cursor in zip(version.names, found, strict=True):
                if version.cursor.is_newer_than(cursor):
                    older.update(positions.pop(name, ()))
                newest[name] = version.cursor
                positions.setdefault(name, []).append(position)
        self._remember({name: cursor for name, cursor in newest.items() if before.get(name) != cursor})
        return older

    def close(self) -> None:
        """Forgets everything."""
        if self._database:
            self._database.close()

    def _known(self, names: Collection[bytes]) -> dict[bytes, Cursor]:
        known: dict[bytes, Cursor] = {}
        wanted = list(names)
        with _clear_failure():
            for start in range(0, len(wanted), NAMES_AT_ONCE):
                chunk = wanted[start : start + NAMES_AT_ONCE]
                placeholders = ",".join("?" * len(chunk))
                rows = self._open().execute(
                    f"SELECT name, kind, value FROM newest WHERE name IN ({placeholders})", chunk
                )
                known |= {name: Cursor(kind, Decimal(value) if kind == "n" else value) for name, kind, value in rows}
        return known

    def _remember(self, changed: Mapping[bytes, Cursor]) -> None:
        rows = [(name, cursor.kind, str(cursor.value)) for name, cursor in changed.items()]
        with _clear_failure(), self._open() as database:
            database.executemany("INSERT OR REPLACE INTO newest VALUES (?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            # Without a name it is a temporary file that nobody else can open, gone with the process.
            self._database = sqlite3.connect("", check_same_thread=False)
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KILOBYTES}"):
                self._database.execute(f"PRAGMA {pragma}")
            self._database.execute("CREATE TABLE newest (name BLOB PRIMARY KEY, kind TEXT, value TEXT) WITHOUT ROWID")
        return self._database


@contextmanager
def _clear_failure() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise configuration_error(
            f"The temporary file of the newest versions of records cannot be written: {error}.",
            "Make room in the directory for temporary files, or name another one (environment variable TMPDIR).",
        ) from None


def _digest(parts: Sequence[str | None]) -> bytes:
    # With their lengths, no two lists of parts read alike.
    text = "".join(f"{len(part or '')}:{part or ''}" for part in parts)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=NAME_BYTES).digest()
