"""The file that a record is to be made of: in the record itself, in base64, or below a folder that the user allows."""

import base64
import binascii
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

from destination_sage_active.plan.content.validate import NULLISH
from destination_sage_active.record.rejection import Rejected
from sage_active.errors import configuration_error
from sage_active.file_kinds import followed
from sage_active.limits import MEGABYTE
from sage_active.resources.uploading import Uploading
from sage_active.uploads import UnreadableFileError, Upload, split_name
from sage_active.writing import Row

# Links are not followed, and a pipe is not waited for.
FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class RecordFiles:
    """`folder`: the one below which paths lead to files; None: records carry theirs."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def read(self, uploading: Uploading | None, data: Row) -> tuple[Row, Mapping[str, Any]]:
        """A record with the name that its file gets, and what is sent of the file beside its other members.

        Nothing but the size of a file in the folder is read yet. Raises `Rejected`.
        """
        if uploading is None:
            return data, {}
        member, given = _given(uploading, data)
        size, read = self._encoded(member, given) if member == uploading.encoded else self._in_folder(member, given)
        if not 0 < size <= uploading.most_bytes:
            most = uploading.most_bytes // MEGABYTE
            wrong = "is empty" if size == 0 else f"has {size} bytes"
            raise Rejected(member, f"{wrong}; Sage Active takes files of 1 byte to {most} MB")
        name = data.get(uploading.name)
        if name in NULLISH and member != uploading.encoded:
            name = PurePosixPath(given).name
        extension = data.get(uploading.extension)
        stem, extension = split_name(str(name or ""), extension if isinstance(extension, str) else None)
        if not stem:
            raise Rejected(uploading.name, "is required: the name of the file", "required")
        upload = Upload(stem, extension, size, read)
        return {**data, uploading.name: stem, uploading.content: None}, {
            uploading.content: upload,
            uploading.size: size,
        }

    def _encoded(self, member: str, text: str) -> tuple[int, Any]:
        try:
            size = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            raise Rejected(member, "is not base64 (RFC 4648, without blanks and line ends)") from None
        return size, partial(base64.b64decode, text)

    def _in_folder(self, member: str, path: str) -> tuple[int, Any]:
        if self._folder is None:
            reason = "leads to a file, and the option `files_folder`, below which it would be, is not set"
            raise Rejected(member, reason, "files-folder")
        parts = PurePosixPath(path).parts
        if "\0" in path or not parts or parts[0] == "/" or ".." in parts:
            raise Rejected(member, "must lead below `files_folder`: no absolute path, and no `..`", "files-folder")
        try:
            with _opened(self._folder, parts) as descriptor:
                size = os.fstat(descriptor).st_size
        except OSError as error:
            raise Rejected(member, f"cannot be read below `files_folder`: {error.strerror}", "files-folder") from None
        return size, partial(_content, self._folder, parts, size)


def require_folder(folder: str) -> None:
    """Raises a configuration error unless files can be read below a folder."""
    root = followed(folder)
    if not (root.is_dir() and os.access(root, os.R_OK | os.X_OK)):
        raise configuration_error(
            f"{root} (option `files_folder`) is not a directory that can be read.",
            "Put the folder with the files that records name into `files_folder`, or leave it empty.",
        )


def _given(uploading: Uploading, data: Row) -> tuple[str, str]:
    """The member that gives the file, and its value. Raises `Rejected`."""
    found = [member for member in (uploading.encoded, *uploading.paths) if data.get(member) not in NULLISH]
    names = " or ".join(f"`{member}`" for member in (uploading.encoded, uploading.paths[0]))
    if not found:
        raise Rejected(uploading.encoded, f"has no value: the file is missing; send {names}", "required")
    if len(found) > 1:
        raise Rejected(found[1], f"is there beside `{found[0]}`; send one of them")
    value = data[found[0]]
    if not isinstance(value, str):
        raise Rejected(found[0], "must be a text")
    return found[0], value


def _content(folder: str, parts: tuple[str, ...], size: int) -> bytes:
    """The bytes of a file, which must be as many as before. Raises `UnreadableFileError`."""
    try:
        with _opened(folder, parts) as descriptor, open(descriptor, "rb", closefd=False) as file:
            content = file.read(size + 1)
    except OSError as error:
        raise UnreadableFileError(error.strerror) from None
    if len(content) != size:
        raise UnreadableFileError("it has changed since its size was read")
    return content


@contextmanager
def _opened(folder: str, parts: tuple[str, ...]) -> Iterator[int]:
    """A regular file below a folder, opened step by step so that no link leads out of it. Raises `OSError`."""
    descriptor = os.open(followed(folder), os.O_RDONLY | os.O_DIRECTORY)
    try:
        for index, part in enumerate(parts):
            is_last = index == len(parts) - 1
            inner = os.open(part, FLAGS if is_last else FLAGS | os.O_DIRECTORY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)
