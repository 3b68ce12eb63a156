"""Where the content of a file goes: into a folder, or into its record."""

import base64
import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Protocol

import msgspec

from sage_active.client import Company
from sage_active.errors import SageActiveError, configuration_error
from sage_active.file_kinds import followed
from sage_active.http.request import Sink
from sage_active.limits import MEGABYTE
from sage_active.resources.uploading import Downloading
from sage_active.uploads import split_name

MOST_IN_A_RECORD: Final = 20 * MEGABYTE
FOLDER_MODE: Final = 0o700
# What not every file system takes in a name, and bytes of its parts, which have 255 together.
_UNSAFE: Final = re.compile(r"[^\w.() +-]+")
LONGEST_IDENTITY: Final = 64
LONGEST_NAME: Final = 150
LONGEST_EXTENSION: Final = 20
PDF: Final = "pdf"
# Puts the content into a sink; False: the link has expired.
Fetch = Callable[[Sink], bool]


class RefusedContentError(Exception):
    """The content of one file is not delivered; the text says why."""


class ContentPlace(Protocol):
    """Where contents go."""

    @property
    def member(self) -> str:
        """What records get."""

    def held(self, row: Mapping[str, Any]) -> int:
        """How many bytes of a file are in memory until its record is written."""

    def put(self, company: Company, row: Mapping[str, Any], fetch: Fetch) -> bytes | None:
        """The value of the member, as JSON; None where the link has expired.

        Raises `RefusedContentError`, `SageActiveError`.
        """


class RecordPlace:
    """The record itself, in base64."""

    def __init__(self, downloading: Downloading) -> None:
        self.member: Final = downloading.encoded
        self._size = downloading.size

    def put(self, company: Company, row: Mapping[str, Any], fetch: Fetch) -> bytes | None:
        """See `ContentPlace`."""
        if self._is_too_large(row):
            raise _too_large()
        content = _Memory()
        return msgspec.json.encode(base64.b64encode(content.bytes).decode()) if fetch(content) else None

    def held(self, row: Mapping[str, Any]) -> int:
        """See `ContentPlace`."""
        size = row.get(self._size)
        return 0 if self._is_too_large(row) else size if isinstance(size, int) else MOST_IN_A_RECORD

    def _is_too_large(self, row: Mapping[str, Any]) -> bool:
        size = row.get(self._size)
        return isinstance(size, int) and size > MOST_IN_A_RECORD


class FolderPlace:
    """A folder: a file is there whole, or not at all.

    `name`, `extension`: of rows, what the file is called; `size`: of rows, by which a file is known that is there and
    never changes, so that it is not read again; None where it is read every time. `key`: what identifies rows.
    """

    def __init__(
        self, folder: str, member: str, *, key: str, name: str, extension: str = "", size: str | None = None
    ) -> None:
        self.member: Final = member
        self._named = (key, name, extension)
        self._size = size
        self._folder = folder

    def put(self, company: Company, row: Mapping[str, Any], fetch: Fetch) -> bytes | None:
        """See `ContentPlace`. Raises a configuration error when the folder cannot be written."""
        path = self._path(company, row)
        target = followed(self._folder) / path
        try:
            if not self._is_there(target, row):
                target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as file:
                    part = Path(file.name)
                    try:
                        is_fetched = fetch(_File(file, self._folder))
                        file.flush()
                        if is_fetched:
                            part.replace(target)
                    finally:
                        with suppress(FileNotFoundError):  # it has its place
                            part.unlink()
                if not is_fetched:
                    return None
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        return msgspec.json.encode(str(path))

    def held(self, row: Mapping[str, Any]) -> int:
        """See `ContentPlace`."""
        return 0

    def _is_there(self, target: Path, row: Mapping[str, Any]) -> bool:
        try:
            return self._size is not None and target.is_file() and target.stat().st_size == row.get(self._size)
        except FileNotFoundError:
            return False

    def _path(self, company: Company, row: Mapping[str, Any]) -> PurePosixPath:
        """Below a folder of the company: by the id, which tells files apart, and the name, which people know."""
        row_id, name, known = (str(row.get(member) or "") for member in self._named)
        # What has no extension of its own is a PDF.
        stem, extension = split_name(name, known) if self._named[-1] else (name, PDF)
        identity = _identity(split_name(row_id, extension)[0], row_id)
        file_name = "-".join(filter(None, (identity, _safe(stem, LONGEST_NAME))))
        parts = (file_name, _safe(extension, LONGEST_EXTENSION))
        return PurePosixPath(_identity(company.id, company.id)) / ".".join(filter(None, parts))


class _Memory:
    def __init__(self) -> None:
        self.bytes = bytearray()

    def begin(self) -> None:
        self.bytes.clear()

    def write(self, piece: bytes, /) -> None:
        self.bytes += piece
        if len(self.bytes) > MOST_IN_A_RECORD:
            raise _too_large()


class _File:
    """A file whose errors are not taken for those of the network."""

    def __init__(self, file: IO[bytes], folder: str) -> None:
        self._file = file
        self._folder = folder

    def begin(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def write(self, piece: bytes, /) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            raise _unwritable(self._folder, error) from None


def _safe(name: str, longest: int = LONGEST_IDENTITY) -> str:
    """A name of one file in any file system: no separators, no control characters, not too many bytes."""
    text = _UNSAFE.sub("_", name).strip(" .")
    return text.encode()[:longest].decode(errors="ignore").strip(" .")


def _identity(name: str, whole: str) -> str:
    """A name that stays as it is because it tells files apart; else what stands for `whole`."""
    is_good = name and _safe(name) == name
    return name if is_good else hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()


def _too_large() -> RefusedContentError:
    return RefusedContentError(f"it has more than {MOST_IN_A_RECORD // MEGABYTE} MB; read it into a folder")


def _unwritable(folder: str, error: OSError) -> SageActiveError:
    return configuration_error(
        f"The folder of `files_folder`, {folder}, cannot be written: {error.strerror}.",
        "Put a folder with enough room that the connector may write into `files_folder`, or set `file_contents` to "
        "`none`.",
    )
