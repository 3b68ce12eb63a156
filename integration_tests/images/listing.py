"""What an image consists of, file by file, and in what two images differ."""

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A file, link or folder: its mode and owner, bytes, and the SHA-256 of its content or of where it leads."""

    mode: str
    owner: int
    size: int
    digest: str


def listing(root: Path) -> dict[str, Entry]:
    """Everything below a folder, by its path in there; times do not count."""
    return {str(path.relative_to(root)): _entry(path) for path in sorted(root.rglob("*"))}


def differences(first: Mapping[str, Entry], second: Mapping[str, Entry]) -> Iterator[str]:
    """A line for each path that only one of them has, or that they have differently."""
    for path in sorted(first.keys() | second.keys()):
        if first.get(path) != second.get(path):
            yield f"{path}: {_summary(first.get(path))} / {_summary(second.get(path))}"


def _entry(path: Path) -> Entry:
    status = path.lstat()
    content, size = b"", 0
    if path.is_symlink():
        content = str(path.readlink()).encode()
    elif path.is_file():
        content, size = path.read_bytes(), status.st_size
    return Entry(stat.filemode(status.st_mode), status.st_uid, size, hashlib.sha256(content).hexdigest())


def _summary(entry: Entry | None) -> str:
    return "missing" if entry is None else f"{entry.mode} {entry.owner} {entry.size} {entry.digest[:12]}"
