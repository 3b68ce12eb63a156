"""The contents of files beside their rows: in a folder, or in the record. One that cannot be had costs no row.

Links are asked for a few rows at a time, just before they are followed (docs/reference/files.md, "Links to content").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import msgspec

from sage_active.client import Client, Page, Reading, ReadRequest, RowBytes
from sage_active.direct.client import DirectClient
from sage_active.errors import SageActiveError
from sage_active.limited_warnings import LimitedWarnings
from sage_active.limits import MEGABYTE
from sage_active.odd_rows import key_of, values_of
from sage_active.resources.personal_data import MARK
from sage_active.resources.resource import Resource
from sage_active.room import Room
from source_sage_active.company_opening import Opener
from source_sage_active.configuration import SourceConfig
from source_sage_active.content_places import (
    ContentPlace,
    FolderPlace,
    RecordPlace,
    RefusedContentError,
)
from source_sage_active.rewritten_reading import RewrittenReading

# Links that are asked for in one request, so that none has expired when its turn comes.
ROWS_AT_ONCE: Final = 20
# What is larger goes out alone.
LARGE: Final = MEGABYTE // 16
ABOUT: Final[Mapping[str, str]] = {
    "folder": "Where the content of the file is, below `files_folder`.",
    "record": "The content of the file, in base64.",
}


def content_schema(resource: Resource, config: SourceConfig) -> Mapping[str, Any]:
    """The JSON schema of the member that records get for the contents of their files; empty where they get none."""
    place = _place(resource, config)
    if place is None:
        return {}
    return {place.member: {"type": ["null", "string"], "description": ABOUT[config.file_contents], MARK: True}}


def with_contents(client: Client, resource: Resource, config: SourceConfig) -> Opener:
    """What opens the reads of an object: such that rows come with the contents of files, where that is wanted."""
    place = _place(resource, config)
    return _Contents(client, place) if place and isinstance(client, DirectClient) else client


def _place(resource: Resource, config: SourceConfig) -> ContentPlace | None:
    downloading = resource.direct.downloading if resource.direct else None
    if downloading is None or config.file_contents == "none":
        return None
    if config.file_contents == "folder" and config.files_folder:
        return FolderPlace(downloading, config.files_folder)
    return RecordPlace(downloading)


@dataclass(frozen=True, slots=True)
class _Contents:
    """Opens reads of one object."""

    client: DirectClient
    place: ContentPlace
    room: Room = field(default_factory=Room)
    warnings: LimitedWarnings = field(default_factory=LimitedWarnings)

    @property
    def connection(self) -> str:
        """The client's connection."""
        return self.client.connection

    def fingerprint(self, request: ReadRequest) -> str | None:
        """As without contents: the rows are the same."""
        return self.client.fingerprint(request)

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read. Raises `SageActiveError`."""
        return RewrittenReading(self.client.open(request), partial(self._filled, request))

    def _filled(self, request: ReadRequest, pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            for start in range(0, len(page.rows) or 1, ROWS_AT_ONCE):
                few = slice(start, start + ROWS_AT_ONCE)
                # Of these rows nobody has looked for members of the connector's own names.
                part = replace(page, rows=page.rows[few], dates=page.dates[few], clashing=None)
                yield from self._few(request, replace(part, oddities=() if start else page.oddities))

    def _few(self, request: ReadRequest, page: Page) -> Iterator[Page]:
        """A few rows with the contents of their files; each large one is a page of its own."""
        values = [values_of(row) for row in page.rows]
        links = self._links(request, [row_id for row in values if (row_id := key_of(row.get("id")))])
        small: list[RowBytes] = []
        dates: list[str | None] = []
        for raw, row, date in zip(page.rows, values, page.dates, strict=True):
            size = self.place.held(row)
            if size < LARGE:
                small.append(self._with_content(request, raw, row, links))
                dates.append(date)
                continue
            # Nobody else may hold as much until it is on its way.
            with self.room.of(size):
                yield replace(page, rows=[self._with_content(request, raw, row, links)], dates=[date], oddities=())
        yield replace(page, rows=small, dates=dates)

    def _links(self, request: ReadRequest, ids: Sequence[str]) -> Mapping[str, str]:
        try:
            return self.client.downloads.links(request.resource, request.company, ids) if ids else {}
        except SageActiveError as error:
            self._warn(request, f"{len(ids)} files", str(error))
            return {}

    def _with_content(
        self, request: ReadRequest, raw: RowBytes, row: Mapping[str, Any], links: Mapping[str, str]
    ) -> RowBytes:
        """A row with the content of its file, or without, and a warning."""
        row_id, reason = key_of(row.get("id")), "there is no link to it"
        if row_id is None or row_id not in links:
            self._warn(request, f"file {row_id}", reason)
            return raw
        try:
            content = self._content(request, row, links[row_id])
            if content is None:
                # The link has expired, or the file is gone: a new one tells.
                link = self._links(request, [row_id]).get(row_id)
                content = self._content(request, row, link) if link else None
                reason = "its link has expired, and so has a new one; or it is gone"
        except RefusedContentError as refusal:
            content, reason = None, str(refusal)
        except SageActiveError as error:
            if not error.fault.apis:
                # No answer of an API: the folder cannot be written, which is no single file's affair.
                raise
            content, reason = None, str(error)
        if content is None:
            self._warn(request, f"file {row_id}", reason)
            return raw
        return _with_member(bytes(raw), self.place.member, content)

    def _content(self, request: ReadRequest, row: Mapping[str, Any], link: str) -> bytes | None:
        return self.place.put(request.company, row, partial(self.client.downloads.fetch, request.company, link))

    def _warn(self, request: ReadRequest, subject: str, reason: str) -> None:
        about = f"{request.company.label}, stream {request.resource.name}"
        self.warnings.warn("contents", about, f"delivered without content: {reason}", subject=subject)


def _with_member(row: bytes, member: str, value: bytes) -> bytes:
    """A row, which has an id, with one more member at its end."""
    return b"%b,%b:%b}" % (row.rstrip()[:-1], msgspec.json.encode(member), value)
