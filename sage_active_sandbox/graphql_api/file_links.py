"""Links to the content of files: relative paths that are good for ten minutes.

Source: docs/reference/files.md, "Links to content".
"""

import base64
import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sage_active_sandbox.graphql_api.pdf import pdf
from sage_active_sandbox.store import Row, Store

LIFETIME: Final = timedelta(minutes=10)
PREFIX: Final = "/files/"
KEPT: Final = 100_000
EXPIRED: Final = "The link path has expired."
NOT_FOUND: Final = "The associated file could not be found."


@dataclass(frozen=True)
class Link:
    """What a path leads to, and until when."""

    company_id: str
    file_id: str
    expires: datetime


class LinkError(Exception):
    """The path leads nowhere; answered with HTTP 404 and this text."""


class FileLinks:
    """The links that were given out; the newest are kept. The caller holds the store's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._links: dict[str, Link] = {}

    def issue(self, company_id: str, file_id: str) -> str:
        """A new path to the file's content."""
        path = f"{PREFIX}{uuid4().hex[:16]}"
        self._links[path] = Link(company_id, file_id, self._store.clock.now() + LIFETIME)
        if len(self._links) > KEPT:
            del self._links[next(iter(self._links))]
        return path

    def content(self, path: str) -> tuple[str, bytes]:
        """Media type and bytes of the file behind a path; LinkError if it expired or the file is gone."""
        link = self._links.get(path)
        if link is None or link.expires <= self._store.clock.now():
            raise LinkError(EXPIRED)
        row = self._store.table(link.company_id, "EntityFile").get(link.file_id)
        if row is None:
            raise LinkError(NOT_FOUND)
        return row.get("mimeType") or "application/octet-stream", content_of(row)


def content_of(row: Row) -> bytes:
    """The bytes of a file: those that were uploaded or exported, else invented ones of the stated size."""
    stored: bytes | None = row.get("_content")
    if stored is not None:
        return stored
    size = row.get("size") or 0
    start = pdf([str(row.get("fileName") or row["id"])]) if row.get("mimeType") == "application/pdf" else b""
    return (start + b"%" * (size - len(start)))[: size or None]


def index_csv(rows: list[Row]) -> bytes:
    """The list of the exported files."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("id", "fileName", "type", "entityType", "entityId", "businessDate"))
    for row in rows:
        business = row.get("businessDate")
        writer.writerow(
            (
                row["id"],
                row.get("fileName"),
                row.get("type"),
                row.get("entityType"),
                row.get("entityId"),
                business.date().isoformat() if business else "",
            )
        )
    return text.getvalue().encode()


def archive(rows: list[Row]) -> bytes:
    """A ZIP of the exported files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for row in rows:
            packed.writestr(zipfile.ZipInfo(row["id"]), content_of(row))
    return buffer.getvalue()


def base64_text(content: bytes) -> str:
    """Bytes as the text that a GraphQL answer carries."""
    return base64.b64encode(content).decode()
