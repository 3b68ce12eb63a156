"""Files of whole lines, one for each stream, which nothing but the end of a line ever follows."""

import json
import mmap
import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote

ENDING: Final = ".jsonl"
# Lower case only: `Items` and `items` are two files where case does not matter, too.
PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
# Names that Windows keeps for devices, whatever their ending is.
DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
EMPTY: Final = "%"
LONGEST_NAME: Final = 180
BUFFERED_BYTES: Final = 1024 * 1024


def file_name(namespace: str | None, stream: str) -> str:
    """The name of a stream's file: `stream.jsonl` or `namespace.stream.jsonl`.

    Whatever is not a plain lower-case character is written as in a URL (`%2F`), so no name leads out of the folder, and
    `stream_of` finds the names again. Of a name that is too long, the beginning and a hash remain.
    """
    name = ".".join(_encoded(part) for part in ((namespace,) if namespace else ()) + (stream,))
    if len(name) > LONGEST_NAME:
        name = f"{name[:100]}+{sha256(name.encode()).hexdigest()}"
    return name + ENDING


def stream_of(path: Path) -> tuple[str | None, str]:
    """Namespace and name of the stream that a file belongs to; long ones are in the file `….name` beside it."""
    name = path.name.removesuffix(ENDING)
    if "+" in name:
        namespace, stream = json.loads(path.with_suffix(".name").read_text(encoding="utf-8"))
        return namespace, stream
    *namespaces, stream = ["" if part == EMPTY else unquote(part, errors="surrogatepass") for part in name.split(".")]
    return (namespaces[0] if namespaces else None), stream


def _encoded(text: str) -> str:
    encoded = "".join(chr(b) if b in PLAIN else f"%{b:02X}" for b in text.encode("utf-8", "surrogatepass"))
    if encoded in DEVICES or encoded.startswith("-"):
        return f"%{ord(encoded[0]):02X}{encoded[1:]}"
    return encoded or EMPTY


class StreamFile:
    """A file that lines are appended to. Raises `OSError`; the file then ends as it did before the call."""

    def __init__(self, folder: Path, namespace: str | None, stream: str) -> None:
        self._path = folder / file_name(namespace, stream)
        if "+" in self._path.name:
            self._path.with_suffix(".name").write_text(json.dumps([namespace, stream]), encoding="utf-8")
        # A pipe without a reader is an error at once instead of a wait.
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            raise OSError(0, "it is not a regular file", str(self._path))
        self._buffer = bytearray()
        self._end_half_a_line()
        self._size = os.fstat(self._file).st_size

    def add(self, line: bytes) -> None:
        """Append a line, which may stay in memory until `save`."""
        self._buffer += line + b"\n"
        if len(self._buffer) >= BUFFERED_BYTES:
            self._write()

    def save(self) -> None:
        """Return when every line is on the disk."""
        self._write()
        try:
            os.fsync(self._file)
        except OSError as problem:
            raise OSError(problem.errno, problem.strerror, str(self._path)) from None

    def close(self) -> None:
        """Close it; what was not saved is not written."""
        os.close(self._file)

    def _write(self) -> None:
        try:
            with memoryview(self._buffer) as left:
                written = 0
                while written < len(left):
                    written += os.write(self._file, left[written:])
        except OSError as problem:
            os.ftruncate(self._file, self._size)
            raise OSError(problem.errno, problem.strerror, str(self._path)) from None
        self._size += len(self._buffer)
        self._buffer.clear()

    def _end_half_a_line(self) -> None:
        """A run that was killed may have left half a line; its record comes again, as its STATE was not acknowledged.

        It goes to `….half`, unless it is a whole record that lacks the end of its line.
        """
        size = os.fstat(self._file).st_size
        if size == 0:
            return
        with mmap.mmap(self._file, size, access=mmap.ACCESS_READ) as content:
            begins = content.rfind(b"\n") + 1
            last = content[begins:]
        if not last:
            return
        try:
            json.loads(last)
        except (ValueError, RecursionError):
            with self._path.with_suffix(".half").open("ab") as file:
                file.write(last + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.ftruncate(self._file, begins)
        else:
            self._size = size
            self._buffer += b"\n"
            self._write()
