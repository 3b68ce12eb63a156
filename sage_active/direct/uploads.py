"""Uploads of one run: each is sent once, in a multipart request, and known although the virus scan hides it.

Only files that were scanned are listed, so the list does not tell what this run has uploaded a moment ago
(docs/reference/files.md, "Uploads" and "List of files").
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import chain
from typing import Any, Final

import msgspec
from urllib3.filepost import encode_multipart_formdata

from sage_active.client import Company
from sage_active.direct.filters import Where
from sage_active.direct.lookup import Lookup
from sage_active.direct.restricted_keys import restricted
from sage_active.errors import Errors
from sage_active.faults import FILE_UNREADABLE, SERVER_ERROR
from sage_active.markets import DIRECT
from sage_active.resources.keys import Key as NaturalKey
from sage_active.resources.resource import Resource
from sage_active.room import Room
from sage_active.uploads import UnreadableFileError, Upload, split_name
from sage_active.writing import Command, Done, Refused, Reply, Row, Unknown, WriteModel

ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
# Without it a server takes no multipart request.
PREFLIGHT: Final = {"GraphQL-preflight": "1"}
_UploadKey = tuple[str, str, str]


def upload_of(command: Command) -> Upload | None:
    """The file that a command uploads."""
    return next((value for value in command.input.values() if isinstance(value, Upload)), None)


def encoded(document: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
    """The body of a request, and its own headers: multipart where a variable has a file, which is read now.

    Raises `UnreadableFileError`.
    """
    uploads = {
        f"variables.{variable}.{member}": value
        for variable, members in document["variables"].items()
        for member, value in members.items()
        if isinstance(value, Upload)
    }
    if not uploads:
        return ENCODER.encode(document), {}
    variables = {
        variable: {member: None if isinstance(value, Upload) else value for member, value in members.items()}
        for variable, members in document["variables"].items()
    }
    parts: list[tuple[str, Any]] = [
        ("operations", ENCODER.encode({**document, "variables": variables})),
        ("map", ENCODER.encode({str(index): [path] for index, path in enumerate(uploads)})),
        *(
            (str(index), (upload.file_name, upload.read(), upload.media_type))
            for index, upload in enumerate(uploads.values())
        ),
    ]
    body, content_type = encode_multipart_formdata(parts)
    return body, {**PREFLIGHT, "Content-Type": content_type}


def _as_uploaded(model: WriteModel, row: Row) -> Row:
    """A row whose name has no extension, whatever the server made of it."""
    if model.uploading is None:
        return row
    name, extension = row.get(model.uploading.name), row.get(model.uploading.extension)
    return {**row, model.uploading.name: split_name(str(name or ""), str(extension or ""))[0]}


class Uploads:
    """Safe for all threads. `executor`: asks several questions side by side."""

    def __init__(self, errors: Errors, lookup: Lookup, executor: Executor) -> None:
        self._errors = errors
        self._lookup = lookup
        self._executor = executor
        self._lock = threading.Lock()
        self._done: dict[_UploadKey, Row] = {}
        self._in_doubt: set[_UploadKey] = set()
        self._room = Room()

    def send(
        self, company: Company, model: WriteModel, command: Command, upload: Upload, send: Callable[[], Reply]
    ) -> Reply:
        """What became of an upload that `send` sends; one whose like had no outcome is not sent again.

        Whatever nobody answered may still be listed later. Raises `SageActiveError` when nothing was done.
        """
        row = _row(model, command, upload)
        key = _upload_key(company, model, row)
        with self._lock:
            if key in self._in_doubt:
                detail = "an upload of the same file had no outcome"
                return Unknown(self._errors.of(SERVER_ERROR, detail=detail), may_still=False)
            # It is in doubt until there is an answer, whatever becomes of this thread.
            self._in_doubt.add(key)
        reply: Reply | None = None
        try:
            with self._room.of(upload.size):
                reply = send()
        except UnreadableFileError as error:
            reply = Refused(self._errors.of(FILE_UNREADABLE, detail=str(error)))
        finally:
            with self._lock:
                if not isinstance(reply, Unknown):
                    self._in_doubt.discard(key)
                if isinstance(reply, Done):
                    self._done[key] = {**row, "id": reply.id}
        return Unknown(reply.error, may_still=True) if isinstance(reply, Unknown) else reply

    def find(
        self, resource: Resource, model: WriteModel, company: Company, key: NaturalKey, values: Sequence[str]
    ) -> Iterator[Row]:
        """The rows that may have one of these keys: those that are listed, and those of this run that are not yet.

        Raises `SageActiveError`.
        """
        binding = resource.on(DIRECT)

        def rows(where: Where) -> list[Row]:
            listed = self._lookup.rows(resource, binding, model, company, lambda _: where)
            return [_as_uploaded(model, row) for row in listed]

        pages = self._executor.map(rows, restricted(model, key, values))
        found = {str(row["id"]): row for row in chain.from_iterable(pages)}
        with self._lock:
            uploaded = [self._done.get((company.id, resource.name, value)) for value in values]
        return iter({**{str(row["id"]): row for row in uploaded if row}, **found}.values())


def _row(model: WriteModel, command: Command, upload: Upload) -> dict[str, Any]:
    """An upload as the list will show it."""
    size = {model.uploading.size: upload.size} if model.uploading else {}
    return {member: value for member, value in command.input.items() if value is not upload} | size


def _upload_key(company: Company, model: WriteModel, row: Row) -> _UploadKey:
    return company.id, model.resource.name, model.key_value(model.keys[0], row)
