"""The contents of files beside their rows: in a folder, or in the record. One that cannot be had costs no row.

Links are asked for a few rows at a time, just before they are followed (docs/reference/files.md, "Links to content").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Protocol

import msgspec

from sage_active.client import Client, Page, Reading, ReadRequest, RowBytes
from sage_active.direct.client import DirectClient
from sage_active.direct.downloads import Downloads
from sage_active.errors import SageActiveError
from sage_active.http.request import Sink
from sage_active.limited_warnings import LimitedWarnings
from sage_active.limits import MEGABYTE
from sage_active.maesn.client import MaesnClient
from sage_active.odd_rows import key_of, values_of
from sage_active.resources.personal_data import MARK
from sage_active.resources.resource import Resource
from sage_active.room import Room
from source_sage_active.company_opening import Opener
from source_sage_active.configuration import SourceConfig
from source_sage_active.content_places import (
    ContentPlace,
    Fetch,
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
    "path": "Where the file is, below `files_folder`; missing where it could not be read.",
    "content": "The content of the file, in base64; missing where it could not be read.",
}


class Fetches(Protocol):
    """Where contents come from."""

    def __call__(self, request: ReadRequest, ids: Sequence[str]) -> Mapping[str, Fetch]:
        """What fetches the content of each row, by ids; a row that has none is missing. Raises `SageActiveError`."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Contents that were asked for: where they go, and what records say of that."""

    store: ContentPlace
    about: str


def content_schema(resource: Resource, connection: str, config: SourceConfig) -> Mapping[str, Any]:
    """The JSON schema of the member that records get for the contents of their files; empty where they get none."""
    wanted = _wanted(resource, connection, config)
    return (
        {wanted.store.member: {"type": ["null", "string"], "description": wanted.about, MARK: True}} if wanted else {}
    )


def with_contents(client: Client, resource: Resource, config: SourceConfig) -> Opener:
    """What opens the reads of an object: such that rows come with the contents of files, where that is wanted."""
    wanted = _wanted(resource, client.connection, config)
    if wanted is None:
        return client
    if isinstance(client, DirectClient):
        links, prints = partial(_links, client.downloads), partial(_prints, client.downloads)
        return _Contents(client, wanted.store, prints if resource.printing else links)
    return _Contents(client, wanted.store, partial(_prints, client)) if isinstance(client, MaesnClient) else client


def _wanted(resource: Resource, connection: str, config: SourceConfig) -> _Wanted | None:
    downloading, printing = resource.direct.downloading if resource.direct else None, resource.printing
    folder, key = config.files_folder, resource.key(connection)
    if printing and folder and config.invoice_pdfs == "folder":
        return _Wanted(FolderPlace(folder, printing.path, key=key, name=printing.numbers[connection]), ABOUT["path"])
    if downloading and folder and config.file_contents == "folder":
        name, extension, size = downloading.name, downloading.extension, downloading.size
        store = FolderPlace(folder, downloading.path, key=key, name=name, extension=extension, size=size)
        return _Wanted(store, ABOUT["path"])
    if downloading and config.file_contents == "record":
        return _Wanted(RecordPlace(downloading), ABOUT["content"])
    return None


def _links(downloads: Downloads, request: ReadRequest, ids: Sequence[str]) -> Mapping[str, Fetch]:
    links = downloads.links(request.resource, request.company, ids)
    return {row_id: partial(downloads.fetch, request.company, link) for row_id, link in links.items()}


def _prints(printer: Downloads | MaesnClient, request: ReadRequest, ids: Sequence[str]) -> Mapping[str, Fetch]:
    def fetch(row_id: str, sink: Sink) -> bool:
        content = printer.pdf(request.resource, request.company, row_id)
        sink.begin()
        sink.write(content)
        return True

    return {row_id: partial(fetch, row_id) for row_id in ids}


@dataclass(frozen=True, slots=True)
class _Contents:
    """Opens reads of one object."""

    client: Client
    store: ContentPlace
    fetches: Fetches
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
        return RewrittenReading(self.client.open(request), partial(self._with_contents, request))

    def _with_contents(self, request: ReadRequest, pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            for start in range(0, len(page.rows) or 1, ROWS_AT_ONCE):
                few = slice(start, start + ROWS_AT_ONCE)
                # Of these rows nobody has looked for members of the connector's own names.
                part = replace(page, rows=page.rows[few], dates=page.dates[few], clashing=None)
                yield from self._few(request, replace(part, oddities=() if start else page.oddities))

    def _few(self, request: ReadRequest, page: Page) -> Iterator[Page]:
        """A few rows with the contents of their files; each large one is a page of its own."""
        rows = [(values, key_of(values.get(self._key(request)))) for values in map(values_of, page.rows)]
        fetches = self._fetches(request, [row_id for _, row_id in rows if row_id])
        small: list[RowBytes] = []
        dates: list[str | None] = []
        for raw, (row, row_id), date in zip(page.rows, rows, page.dates, strict=True):
            size = self.store.held(row)
            if size < LARGE:
                small.append(self._with_content(request, raw, row, row_id, fetches))
                dates.append(date)
                continue
            # Nobody else may hold as much until it is on its way.
            with self.room.of(size):
                completed = self._with_content(request, raw, row, row_id, fetches)
                yield replace(page, rows=[completed], dates=[date], oddities=())
        yield replace(page, rows=small, dates=dates)

    def _key(self, request: ReadRequest) -> str:
        return request.resource.key(self.connection)

    def _fetches(self, request: ReadRequest, ids: Sequence[str]) -> Mapping[str, Fetch]:
        try:
            return self.fetches(request, ids) if ids else {}
        except SageActiveError as error:
            self._warn(request, f"{len(ids)} records", str(error))
            return {}

    def _with_content(
        self,
        request: ReadRequest,
        raw: RowBytes,
        row: Mapping[str, Any],
        row_id: str | None,
        fetches: Mapping[str, Fetch],
    ) -> RowBytes:
        """A row with the content of its file, or without, and a warning."""
        content, reason = None, "there is no link to it"
        if row_id and row_id in fetches:
            try:
                content = self.store.put(request.company, row, fetches[row_id])
                if content is None:
                    # The link has expired, or the file is gone: a new one tells.
                    reason = "its link has expired, and so has a new one; or it is gone"
                    again = self._fetches(request, [row_id]).get(row_id)
                    content = self.store.put(request.company, row, again) if again else None
            except RefusedContentError as refusal:
                reason = str(refusal)
            except SageActiveError as error:
                if not error.fault.apis:
                    # No answer of an API: the folder cannot be written, and that concerns every file.
                    raise
                reason = str(error)
        if content is None:
            self._warn(request, f"record {row_id}", reason)
            return raw
        return _with_member(bytes(raw), self.store.member, content)

    def _warn(self, request: ReadRequest, subject: str, reason: str) -> None:
        about = f"{request.company.label}, stream {request.resource.name}"
        self.warnings.warn("contents", about, f"delivered without its file: {reason}", subject=subject)


def _with_member(row: bytes, member: str, value: bytes) -> bytes:
    """A row, which has an id, with one more member at its end."""
    return b"%b,%b:%b}" % (row.rstrip()[:-1], msgspec.json.encode(member), value)
